"""Nights built anew: all of them, from one knowledge, with the models they keep or are given."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.backfills import backfill
from pipelines.backfills.backfill import BackfillRequest
from pipelines.backfills.date_range import CHAMPION, DateRange
from pipelines.errors import BackfillRefused, NothingThere
from tests.support.backfilled_shop import (
    DAYS,
    PAST,
    SPAN,
    backfills,
    carry_out,
    four_nights,
    late,
    left_in_attempts,
    make_plan,
    models_and_notes,
    opened,
    serve,
    state,
)
from tests.support.kill_child import rows_of
from tests.support.orders import D


@pytest.fixture
def shop(new_four):
    return new_four()


def test_each_night_is_what_building_it_alone_gives(shop, new_four):
    late(shop)
    carry_out(shop)
    alone = new_four()
    late(alone)
    for day in reversed(DAYS):  # none has an earlier one of its knowledge to copy from
        alone.night(day)
    assert [rows_of(shop, day) for day in DAYS] == [rows_of(alone, day) for day in DAYS]
    purposes = shop.query("select purpose from ops.nights order by night_id desc limit 4")
    assert {row["purpose"] for row in purposes} == {"backfill"}


def test_a_backfill_of_the_past_changes_nothing_current_and_fires_no_export(shop):
    where = {"kind": "csv", "path": "exports/x", "columns": ["spend_amount"],
             "consent": "not_asked_internal_use_only"}  # fmt: skip
    shop.configure("destinations", {"destinations": {"x": where}})
    shop.night(D)
    current = ("marts.customer_segments", "ops.deliveries")
    before = state(shop, current), rows_of(shop, D), sorted((shop.home / "exports").rglob("*"))
    late(shop)
    carry_out(shop, span=PAST)
    assert before == (
        state(shop, current), rows_of(shop, D), sorted((shop.home / "exports").rglob("*"))
    )  # fmt: skip
    assert shop.query("select count(*) as n from ops.deliveries") == [{"n": 1}]


def test_the_ledger_is_that_of_the_nights_that_stand(shop):
    late(shop)
    carry_out(shop, span=PAST)
    [entered] = shop.query("select as_of, reason from ops.segment_ledger where segment = 'often'"
                           " and change = 'entered'")  # fmt: skip
    [left] = shop.query("select as_of from ops.segment_ledger where segment = 'often'"
                        " and change = 'left'")  # fmt: skip
    assert (entered["as_of"], left["as_of"]) == (DAYS[0], D)  # D does not know the late order yet
    carry_out(shop)
    assert shop.query("select * from ops.segment_ledger where change = 'left'"
                      " and segment = 'often'") == []  # fmt: skip


def test_gaps_and_nights_before_the_first_are_filled(new_shop):
    shop = four_nights(new_shop(freshness_days=30), [DAYS[1]])
    filled = carry_out(shop)
    assert filled.built == DAYS
    published = shop.query("select as_of from ops.published where replaced_at is null order by 1")
    assert [row["as_of"] for row in published] == DAYS
    [row] = backfills(shop)
    assert (row["state"], row["nights_done"], row["known_at"]) == ("done", DAYS, 1)
    assert row["seconds"] > 0


def test_all_nights_know_the_same_though_more_is_staged_meanwhile(shop):
    late(shop)

    def more(day, step):
        if (day, step) == (DAYS[1], "features"):
            late(shop, "later", customer_ref="c5")
            with opened(shop) as (deployment, _):
                from pipelines.nights import runner

                runner.stage_anew(deployment)

    with opened(shop) as (deployment, claim):
        backfill.backfill(deployment, claim, BackfillRequest(SPAN), more)
    known = shop.query("select distinct known_at from ops.nights where purpose = 'backfill'")
    assert known == [{"known_at": 2}]
    assert shop.query("select max(batch_id) as n from ops.batches") == [{"n": 3}]


def test_nights_without_fresh_orders_are_told_and_the_others_are_built(shop):
    shop.configure("settings", {"business_time_zone": "UTC", "freshness_days": 1})
    stood = rows_of(shop, DAYS[1])
    filled = carry_out(shop)
    assert (filled.built, list(filled.refused)) == ([DAYS[0], D], DAYS[1:3])
    [row] = backfills(shop)
    assert (row["state"], row["nights_done"]) == ("failed", [DAYS[0], D])
    for day in DAYS[1:3]:
        assert f"up to {day}" in row["failure"]
    assert rows_of(shop, DAYS[1]) == stood
    assert left_in_attempts(shop) == []


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("UTC", datetime(2026, 11, 20, 23, 59, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 21, 4, 59, tzinfo=UTC)),
    ],
)
def test_a_day_that_has_not_ended_where_the_business_is_is_refused(shop, zone, now):
    shop.configure("settings", {"business_time_zone": zone, "freshness_days": 30})
    shop.clock = lambda: now
    for ask in (carry_out, make_plan):
        with pytest.raises(NothingThere, match=f"no night of {D} yet: in {zone} it is {D}"):
            ask(shop)
    shop.clock = lambda: now + timedelta(minutes=1)
    assert make_plan(shop).found[-1].as_of == D


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(BackfillRefused, match=r"ends \(2026-11-17\) before it begins"):
        DateRange(D, DAYS[0])


def test_nights_keep_their_models_unless_todays_are_asked_for(shop):
    old = serve(shop, 1, DAYS[0] - timedelta(days=9))
    before = DAYS[0] - timedelta(days=1)  # never published, as the others never had a model
    carry_out(shop, span=DateRange(before, D))
    assert models_and_notes(shop) == dict.fromkeys((before, *DAYS), (old, False))
    new = serve(shop, 2, DAYS[2])
    carry_out(shop, span=DateRange(before, D))
    assert models_and_notes(shop) == dict.fromkeys((before, *DAYS), (old, False))
    carry_out(shop, span=DateRange(before, D), models_mode=CHAMPION, reason="a better segmenter")
    assert models_and_notes(shop) == {
        day: (new, day < DAYS[2]) for day in (before, *DAYS)
    }  # fmt: skip
    assert [(row["models_mode"], row["reason"]) for row in backfills(shop)] == [
        ("kept", None), ("kept", None), ("champion", "a better segmenter")
    ]  # fmt: skip
