"""`make run`, as a stranger types it: nights through Airflow, the proof, then the oracle."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
import yaml

from tests.oracle import demo as files
from tests.oracle.features import COLUMNS, customer_features
from tests.oracle.people import people
from tests.support.shop import CHECKOUT

pytestmark = pytest.mark.timeout(1200)
LAST = date(2017, 12, 31)
HASHES = (
    "select as_of, content_hashes from ops.nights join ops.published using (night_id, as_of)"
    " where replaced_at is null order by as_of"
)


@dataclass
class Demo:
    """A demo that has run: its home, what it printed, its warehouse."""

    home: Path
    first: str
    engine: sa.Engine

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("NOCTURNE_")}
        return {**kept, "NOCTURNE_HOME": str(self.home), "COLUMNS": "80"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(
            command,
            cwd=CHECKOUT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=900,
        )

    def rows(self, text: str, **binds: object) -> list[dict]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(text), binds).mappings()]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo") / "home"
    ran = Demo(home, "", sa.create_engine("sqlite://"))
    done = ran.run("nocturne.demo")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    urls = json.loads((home / "postgres" / "urls.json").read_text())
    analyst = sa.make_url(urls["analyst"]).set(drivername="postgresql+psycopg2")
    yield Demo(home, done.stdout, sa.create_engine(analyst))
    ran.run("nocturne.cli", "down")


def test_a_stranger_reads_who_moved_what_was_rejected_and_where_things_lie(demo):
    for word in ("Segments", "champions", "Clusters", "Moved since", "Rejected", "Drift",
                 "Churn model", "serves", "Delivered", "Three things"):  # fmt: skip
        assert word in demo.first, word
    assert "simulated" in demo.first
    wide = [text for text in demo.first.splitlines() if len(text) > 80 and "/" not in text]
    assert wide == []


def test_eight_nights_are_published_with_all_their_tables(demo):
    nights = demo.rows(
        "select n.* from ops.nights as n join ops.published as p using (night_id)"
        " where replaced_at is null"
    )
    assert len(nights) == 8
    for night in nights:
        assert set(night["content_hashes"]) == {
            "members", "customer_features", "customer_scores", "customer_segments",
        }  # fmt: skip
        assert night["models"].keys() == {"churn", "segmenter"}
        assert min(night["row_counts"].values()) > 1000


@pytest.mark.parametrize("night", [date(2017, 12, 25), LAST])
def test_every_cell_of_customer_features_equals_the_oracle(demo, night):
    known = files.read(demo.home / "shop", night)
    who = people(night, known["customers"], known["order_lines"], known["events"])
    settings = yaml.safe_load((CHECKOUT / "config" / "settings.yml").read_text())
    weights = {
        name: (entry["weight"], entry["cap"]) for name, entry in settings["engagement"].items()
    }
    expected = customer_features(
        night, who, known["order_lines"], known["events"], known["products"], weights
    )
    found = demo.rows(
        "select * from marts.customer_features where as_of = :d order by person_id", d=night
    )
    assert [row["person_id"] for row in found] == list(expected["person_id"])
    assert len(found) > 2400
    different = [
        (column, theirs["person_id"], ours[column], theirs[column])
        for ours, theirs in zip(found, expected.to_dict("records"), strict=True)
        for column in COLUMNS
        if not same(ours[column], theirs[column])
    ]
    assert different == []


def same(ours: object, theirs: object) -> bool:
    if theirs is None or (isinstance(theirs, float) and pd.isna(theirs)):
        return ours is None
    if isinstance(theirs, float):
        return ours is not None and abs(ours - theirs) <= 1e-9 * max(1.0, abs(theirs))
    return ours == theirs


def test_what_was_invented_has_come_out_as_it_should(demo):
    def refs(of: str) -> list[str]:
        [row] = demo.rows(
            "select customer_refs from marts.customer_features"
            " join marts.members using (person_id, as_of)"
            " where as_of = :d and entity = 'order_lines' and record_ref = :r", d=LAST, r=of,
        )  # fmt: skip
        return row["customer_refs"]

    assert refs("865") == refs("1086") == ["1086", "865"]
    assert refs("713") == refs("2434") == ["2434", "713"]
    assert refs("3001") == ["3001"]
    guest = demo.rows(
        "select evidence from marts.members where as_of = :d and record_ref like 'guest:%'",
        d=LAST,
    )
    assert [row["evidence"] for row in guest] == ["email"]
    assert refs("976") == ["976"]  # the terminal that logged in two customers links nobody
    rules = {row["rule"] for row in demo.rows("select distinct rule from ops.rejected_rows")}
    assert len(rules) >= 4


def test_the_empty_day_is_a_warning_and_not_a_failure(demo):
    broken = demo.rows(
        "select severity from ops.contract_results join ops.batches using (batch_id)"
        " where not success and file = '2017-12-25.csv'"
    )
    assert broken
    assert {row["severity"] for row in broken} == {"warning"}


def test_run_again_it_builds_every_night_anew_and_shows_equal_rows(demo):
    before = demo.rows(HASHES)
    done = demo.run("nocturne.demo")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert (
        done.stdout.count("the same rows") == 8
    )  # built by the plain runner; the first by the DAG
    assert "What came later would change" in done.stdout
    assert "2017-12-27: at most" in done.stdout
    assert demo.rows(HASHES) == before


def test_status_knows_that_nothing_is_late(demo):
    done = demo.run("nocturne.cli", "status")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 nights are published" in done.stdout
