"""Claims about segments: who is in which, what is left out, and what cannot make a night fail."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipelines.configuration.columns import CONDITION_COLUMNS
from pipelines.errors import ConfigurationFaulty
from pipelines.segments import segment
from pipelines.warehouse import statements
from tests.support.orders import D
from tests.support.segmented_shop import (
    a_till,
    featured,
    fill_scores,
    held_by,
    notes_of,
    people_of,
    rules,
    with_a_crm,
)

KINDS = {"integer": "whole number", "numeric": "number", "double precision": "number",
         "date": "day", "text": "text"}  # fmt: skip


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
    assert "browser (no source of events)" in note
    assert "engaged (no engagement weights in settings.yml)" in note
    assert "beer (no source of products)" in note
    assert "at_risk (no churn model serves yet)" in note
    assert "future (no model of expected purchases yet)" in note


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


def test_a_condition_is_shown_every_column_it_can_name(new_shop):
    shop = new_shop()
    a_till(shop, {"one": 1})
    with featured(shop) as tonight, tonight.step("look") as connection:
        tonight.read(connection, "members", "customer_features", "customer_scores")
        for name in ("features/profiling_refused", "segments/segment_columns"):
            table = name.split("/")[1]
            statements.create_temporary(connection, table, name, **tonight.binds)
        found = connection.execute(
            sa.text(
                "select attname, split_part(format_type(atttypid, atttypmod), '(', 1)"
                " from pg_attribute where attrelid = 'segment_columns'::regclass and attnum > 0"
            )
        )
        shown = dict(found.tuples().all())
    assert {name: KINDS[shown[name]] for name in CONDITION_COLUMNS} == CONDITION_COLUMNS


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


def test_a_segment_of_nearly_everybody_or_of_nobody_is_named(new_shop):
    shop = new_shop()
    shop.configure("segments", rules(all="order_count > 0", some="order_count > 1",
                                     four="order_count < 5", nought="order_count > 9"))  # fmt: skip
    a_till(shop, {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})
    with featured(shop) as tonight:
        segment.segment(tonight)
        notes = notes_of(shop, tonight)
    assert "Segments that hold more than 80% of the people: all (100%)." in notes
    assert "Segments that hold nobody: nought." in notes
