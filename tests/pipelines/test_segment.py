"""Claims about segments: who is in which, what is left out, and what cannot make a night fail."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from models.canonical import model_id
from models.clusters import DIMENSIONS, Segmenter
from pipelines import (
    claims,
    feature_rows,
    features,
    identify,
    partitions,
    registry,
    runner,
    segment,
    warehouse,
)
from pipelines.condition_kinds import COLUMNS
from pipelines.errors import ConfigurationFaulty
from tests.conftest import LINE_COLUMNS, source
from tests.pipelines.attempts import fill
from tests.stories import D, line

KINDS = {"integer": "whole number", "numeric": "number", "double precision": "number",
         "date": "day", "text": "text"}  # fmt: skip


def rules(**conditions):
    """Return the content of a segments.yml."""
    return {"segments": {name: {"condition": text} for name, text in conditions.items()}}


def a_till(shop, people):
    """Write `n` orders of each person, one a day, the last of them on D."""
    rows = [
        line(f"{who}-{n}", str(D - timedelta(days=n)), customer_ref=who)
        for who, orders in people.items()
        for n in range(orders)
    ]
    shop.write("till/1.csv", rows, LINE_COLUMNS)


def with_a_crm(shop, consents):
    """Give the shop a CRM whose records say who may be profiled."""
    columns = ["customer_ref", "consent_profiling"]
    crm = source("customers", "crm/*.csv", columns)
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"crm": crm, "till": till}})
    rows = [{"customer_ref": ref, "consent_profiling": said} for ref, said in consents.items()]
    shop.write("crm/1.csv", rows, columns)


@contextmanager
def featured(shop):
    """Open the night of D, with features; scores stay to be filled."""
    opened = shop.deployment()
    runner.receive(opened)
    with claims.process_claim(opened.warehouse, "test") as claim:
        tonight = claims.open_night(opened, claim, D)
        identify.identify(tonight)
        features.build_customer_features(tonight)
        fill_scores(tonight, {})
        yield tonight
        claims.drop_night(opened, tonight.night_id)
    opened.warehouse.close()


def fill_scores(tonight, probabilities):
    with tonight.step("score") as connection:
        rows = [{"person_id": p, "churn_probability": x} for p, x in probabilities.items()]
        fill(connection, tonight, "customer_scores", rows)


def people_of(shop):
    found = shop.query("select distinct customer_ref, person_id from identity.customer_refs")
    return {row["customer_ref"]: row["person_id"] for row in found}


def held_by(shop, tonight):
    """Return what the attempt says of each person."""
    name = partitions.attempt_table("customer_segments", tonight.night_id)
    names = {person: ref for ref, person in people_of(shop).items()}
    found = shop.query(f"select * from attempts.{name} order by person_id")
    return {names[row["person_id"]]: row for row in found}


def notes_of(shop, tonight):
    [row] = shop.query("select notes from ops.nights where night_id = :n", n=tonight.night_id)
    return row["notes"]


def test_segments_are_sorted_and_the_first_of_the_file_is_the_primary_one(new_shop):
    shop = new_shop()
    asked = {"z": "order_count >= 3", "m": "order_count >= 2", "a": "order_count >= 3"}
    shop.configure("segments", rules(**asked))
    a_till(shop, {"one": 1, "two": 2, "three": 3})
    with featured(shop) as tonight:
        assert segment.segment(tonight) == 3
        held = held_by(shop, tonight)
    assert {who: (row["segments"], row["primary_segment"]) for who, row in held.items()} == {
        "one": ([], "none"),
        "two": (["m"], "m"),
        "three": (["a", "m", "z"], "z"),
    }


def test_a_condition_that_is_null_does_not_hold_whichever_way_it_is_asked(new_shop):
    shop = new_shop()
    asked = {"quiet": "recency_days > 5", "not_quiet": "not recency_days > 5",
             "never": "recency_days is null"}  # fmt: skip
    shop.configure("segments", rules(**asked))
    with_a_crm(shop, {"buyer": "", "looker": ""})
    a_till(shop, {"buyer": 1})
    with featured(shop) as tonight:
        segment.segment(tonight)
        held = held_by(shop, tonight)
    assert held["buyer"]["segments"] == ["not_quiet"]
    assert held["looker"]["segments"] == ["never"]


def test_segments_that_read_what_the_shop_has_not_are_left_out_and_named(new_shop):
    shop = new_shop()
    asked = {"browser": "session_count_30d is null", "beer": "coalesce(top_category, '') = ''",
             "at_risk": "churn_probability > 0.7 or order_count > 0", "plain": "order_count > 0",
             "engaged": "engagement_score is null", "future": "expected_spend is null"}  # fmt: skip
    shop.configure("segments", rules(**asked))
    a_till(shop, {"one": 1})
    with featured(shop) as tonight:
        segment.segment(tonight)
        assert held_by(shop, tonight)["one"]["segments"] == ["plain"]
        [note] = [note for note in notes_of(shop, tonight) if note.startswith("Segments left out")]
    assert "browser, engaged (no source of events)" in note
    assert "beer (no source of products)" in note
    assert "at_risk (no churn model serves yet)" in note
    assert "future (no model of expected purchases yet)" in note


def test_who_refuses_profiling_is_in_no_segment_and_no_cluster(new_shop):
    shop = new_shop()
    shop.configure("segments", rules(everybody="order_count > 0"))
    with_a_crm(shop, {"asked": "true", "refusing": "false", "silent": ""})
    a_till(shop, {"asked": 1, "refusing": 1, "silent": 1, "unknown": 1})
    with featured(shop) as tonight:
        segment.segment(serving(shop, tonight))
        held = held_by(shop, tonight)
    assert {who for who, row in held.items() if row["segments"]} == {"asked", "silent", "unknown"}
    assert held["refusing"]["primary_segment"] == "none"
    assert {who for who, row in held.items() if row["cluster"] is None} == {"refusing"}
    assert held["refusing"]["segmenter_model"] is None


def test_a_threshold_on_a_score_is_asked_to_six_digits(new_shop):
    shop = new_shop()
    shop.configure("segments", rules(at_risk="churn_probability > 0.70"))
    a_till(shop, {"a": 1, "b": 1, "c": 1})
    probabilities = {"a": 0.70, "b": 0.7000004, "c": 0.7000006}
    with featured(shop) as tonight:
        ids = people_of(shop)
        fill_scores(tonight, {ids[who]: x for who, x in probabilities.items()})
        segment.segment(replace(tonight, models={"churn": "made up"}))
        held = held_by(shop, tonight)
    assert {who for who, row in held.items() if row["segments"]} == {"c"}


def test_without_any_segments_everybody_is_in_none(new_shop):
    shop = new_shop()
    a_till(shop, {"one": 1})
    with featured(shop) as tonight:
        assert segment.segment(tonight) == 1
        assert held_by(shop, tonight)["one"]["segments"] == []
        assert segment.NO_SEGMENTER in notes_of(shop, tonight)


def test_what_the_database_cannot_evaluate_is_told_as_a_fault_of_the_file(new_shop):
    shop = new_shop()
    shop.configure("segments", rules(huge="order_count * 2000000000 > 1"))
    a_till(shop, {"two": 2})
    with (
        featured(shop) as tonight,
        pytest.raises(ConfigurationFaulty, match=r"segments.yml: .*integer out of range"),
    ):
        segment.segment(tonight)


def test_a_condition_can_name_every_column_it_is_shown_and_no_other(new_shop):
    shop = new_shop()
    a_till(shop, {"one": 1})
    with featured(shop) as tonight, tonight.step("look") as connection:
        tonight.read(connection, "members", "customer_features", "customer_scores")
        for name in ("profiling_refused", "segment_columns"):
            warehouse.create_temporary(connection, name, f"5_features/{name}", **tonight.binds)
        found = connection.execute(
            sa.text(
                "select attname, split_part(format_type(atttypid, atttypmod), '(', 1)"
                " from pg_attribute where attrelid = 'segment_columns'::regclass and attnum > 0"
            )
        )
        shown = {name: kind for name, kind in found.all() if name != "person_id"}
    assert {name: KINDS[kind] for name, kind in shown.items()} == COLUMNS


def serving(shop, tonight):
    """Return the night with a segmenter that serves, made on people of all kinds."""
    random = np.random.default_rng(1)
    groups = [(3, 90, 900), (60, 3, 60), (10, 12, 700), (200, 1, 20)]
    X = np.vstack([random.normal([r, n, s, s / n], 0.2, (40, 4)) for r, n, s in groups])
    content = Segmenter().fit(np.abs(X)).to_bytes()
    named = model_id(content, DIMENSIONS)
    registry.write_bytes(shop.home / "models", named, content)
    return replace(tonight, models={"segmenter": named})


def test_a_cluster_is_what_the_segmenter_says_whatever_the_size_of_batches(new_shop, monkeypatch):
    shop = new_shop()
    a_till(shop, {f"c{n}": 1 + n % 9 for n in range(25)})
    with featured(shop) as plain:
        tonight = serving(shop, plain)
        segment.segment(tonight)
        whole = held_by(shop, tonight)
        monkeypatch.setattr(feature_rows, "BATCH_PEOPLE", 7)
        segment.segment(tonight)
        assert held_by(shop, tonight) == whole
        name = partitions.attempt_table("customer_features", tonight.night_id)
        found = shop.query(f"select * from attempts.{name}")
    content = registry.read_bytes(shop.home / "models", tonight.models["segmenter"])
    segmenter = Segmenter.from_bytes(content)
    by_id = {row["person_id"]: row for row in whole.values()}
    for row in found:
        expected = segmenter.assign([[float(row[name]) for name in DIMENSIONS]])[0]
        held = by_id[row["person_id"]]
        assert (held["cluster"], held["cluster_name"]) == (expected, segmenter.names_[expected])
        assert held["segmenter_model"] == tonight.models["segmenter"]


def test_what_a_killed_run_left_is_gone_and_nothing_is_left_behind(new_shop):
    shop = new_shop()
    a_till(shop, {"one": 1})
    shop.deployment().warehouse.close()
    shop.query("create table attempts.inbox_clusters_999 (like attempts.inbox_clusters)")
    with featured(shop) as tonight:
        segment.segment(serving(shop, tonight))
        found = shop.query("select tablename as name from pg_tables where schemaname = 'attempts'")
    assert [row for row in found if row["name"].startswith("inbox_clusters_")] == []


def test_the_view_shows_the_newest_night_whichever_was_published_last(new_shop):
    shop = new_shop()
    shop.configure("segments", rules(today="recency_days = 0"))
    a_till(shop, {"one": 3})
    shop.night(D)
    shop.night(D - timedelta(days=1))
    [row] = shop.query("select * from marts.customer_segments")
    assert (row["last_updated"], row["segments"]) == (D, ["today"])
    asked = "select * from marts.customer_segments where person_id = 1"
    plan = [row["QUERY PLAN"] for row in shop.query(f"explain (analyze, costs off) {asked}")]
    read = [step for step in plan if " on customer_segments_" in step]
    assert len([step for step in read if "never executed" not in step]) == 1
