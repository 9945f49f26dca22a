"""The drift report: a page without people that needs no network and never fails a night."""

import re

import numpy as np
import pytest

from pipelines.drift import report
from tests.support.drifting_shop import TONIGHT, keep, measure, one_segment, query, some_people


@pytest.fixture
def deployment(new_shop):
    with one_segment(new_shop()) as opened:
        yield opened


def test_the_page_is_drawn_offline_without_people_and_kept_when_nothing_changed(deployment):
    keep(deployment, features=some_people(np.random.default_rng(1), 80), scores=[0.1, 0.9] * 40)
    now = some_people(np.random.default_rng(2), 70)
    measure(deployment, purpose="night", features=now, scores=[0.2] * 70)
    page = report.page_of(deployment.home, TONIGHT)
    first, text = page.stat(), page.read_text()
    assert "churn_probability" in text
    for personal in ("customer_ref", "person_id"):
        assert personal not in text
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", text)
    measure(deployment, purpose="night", features=now, scores=[0.2] * 70)
    assert page.stat().st_mtime_ns == first.st_mtime_ns
    assert not list(page.parent.rglob("*.partial"))


def test_a_page_that_cannot_be_drawn_is_a_note_and_no_failure(deployment):
    people = some_people(np.random.default_rng(1), 80)
    keep(deployment, features=people)
    report.sample_of(deployment.home, 1).write_bytes(b"torn")
    _, measured, night = measure(deployment, purpose="night", features=people)
    [row] = query(deployment, "select notes from ops.nights where night_id = :n", n=night.night_id)
    assert measured
    assert any("report was not drawn" in note for note in row["notes"])
