"""Nights built anew: all of them, from one knowledge, whatever happens in between."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from models.canonical import model_id
from models.clusters import DIMENSIONS, Segmenter
from nocturne import standing
from pipelines import backfill, claims, registry
from pipelines.backfill import Asked
from pipelines.errors import BackfillRefused, NothingThere, WarehouseBusy
from pipelines.span import CHAMPION, Span
from tests.killing import act_in_child, rows_of
from tests.pipelines.refilling import (
    DAYS,
    SPAN,
    carry_out,
    four_nights,
    late,
    left_in_attempts,
    make_plan,
    opened,
    state,
)  # fmt: skip
from tests.stories import D

PAST = Span(DAYS[0], DAYS[2])


@pytest.fixture
def shop(new_four):
    return new_four()


def fill_span(deployment, claim):
    backfill.backfill(deployment, claim, Asked(SPAN))


def backfills(shop):
    return shop.query("select * from ops.backfills order by backfill_id")


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
                from pipelines import runner

                runner.stage_anew(deployment)

    with opened(shop) as (deployment, claim):
        backfill.backfill(deployment, claim, Asked(SPAN), more)
    known = shop.query("select distinct known_at from ops.nights where purpose = 'backfill'")
    assert known == [{"known_at": 2}]
    assert shop.query("select max(batch_id) as n from ops.batches") == [{"n": 3}]


def test_a_killed_backfill_goes_on_at_its_own_knowledge_and_gives_the_same_rows(new_four):
    undisturbed = new_four()
    late(undisturbed)
    took = act_in_child(undisturbed, fill_span)
    expected = [rows_of(undisturbed, day) for day in DAYS]
    for share in (0.3, 0.7, 0.99):
        shop = new_four()
        late(shop)
        assert act_in_child(shop, fill_span, int(took * share)) is None
        late(shop, "later", customer_ref="c5")  # must not count
        standing = shop.query("select night_id from ops.published where replaced_at is null")
        if [row["state"] for row in backfills(shop)] != ["running"]:
            continue  # killed before it had begun: the next would know more, rightly
        filled = carry_out(shop)
        assert [rows_of(shop, day) for day in DAYS] == expected, share
        assert filled.stood + filled.built == DAYS
        kept = {row["night_id"] for row in standing}
        now = shop.query("select as_of, night_id from ops.published where replaced_at is null")
        again = [row["as_of"] for row in now if row["night_id"] not in kept]
        assert sorted(again) == filled.built  # what it had published is not built twice
        assert left_in_attempts(shop) == []
        assert [row["state"] for row in backfills(shop)] == ["done"]
        assert shop.query("select distinct known_at from ops.backfills") == [{"known_at": 2}]


def test_another_range_is_refused_until_the_unfinished_one_is_given_up(shop, capsys):
    took = 40
    assert act_in_child(shop, fill_span, took) is None
    with pytest.raises(BackfillRefused, match=r"0 of 4 nights.*`nocturne backfill --abandon`"):
        carry_out(shop, span=PAST)
    with opened(shop) as (deployment, _):
        standing.show(deployment)
        assert f"Backfill 1 of {SPAN.first} to {SPAN.last} is not" in capsys.readouterr().out
        assert backfill.abandon(deployment) == [1]
        assert backfill.abandon(deployment) == []
    assert carry_out(shop, span=PAST).built == DAYS[:3]
    assert [row["state"] for row in backfills(shop)] == ["abandoned", "done"]


def test_two_at_once_are_refused(shop):
    def second(day, step):
        if (day, step) == (DAYS[1], "features"):
            other = shop.deployment()
            with claims.process_claim(other.warehouse, "second") as rival:
                with pytest.raises(WarehouseBusy, match=r"test .* is at backfill 1 of"):
                    backfill.backfill(other, rival, Asked(SPAN))
                with pytest.raises(WarehouseBusy, match="has been building night"):
                    claims.open_night(other, rival, D)
            other.warehouse.close()

    with opened(shop) as (deployment, claim):
        filled = backfill.backfill(deployment, claim, Asked(SPAN), second)
    assert filled.built == DAYS
    assert len(backfills(shop)) == 1


def test_a_night_that_ran_meanwhile_and_knows_more_is_left_alone(shop):
    assert act_in_child(shop, fill_span, 60) is None
    late(shop)
    night_id = shop.night(D)
    filled = carry_out(shop)
    assert filled.stood == [D]
    assert shop.query(
        "select night_id from ops.published where replaced_at is null order by as_of desc limit 1"
    ) == [{"night_id": night_id}]


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


def stop_after_the_first(shop, plan_id=None, **how):
    """Begin a backfill and stop it in its second night, as if the machine had failed."""

    def stop(day, step):
        if day == DAYS[1]:
            raise OSError("no power")

    with opened(shop) as (deployment, claim), pytest.raises(OSError, match="no power"):
        backfill.backfill(deployment, claim, Asked(SPAN, plan_id, **how), stop)


def test_a_night_that_ran_meanwhile_with_other_models_does_not_count(shop):
    new = serve(shop, 2, DAYS[2])
    stop_after_the_first(shop, models_mode=CHAMPION)
    shop.night(D)  # keeps the models it had: none
    filled = carry_out(shop, models_mode=CHAMPION)
    assert (filled.stood, filled.built) == (DAYS[:1], DAYS[1:])
    assert {model for model, _ in models_and_notes(shop).values()} == {new}


def test_a_night_that_ran_meanwhile_counts_for_a_plan_only_with_its_rows(shop):
    late(shop)
    made = make_plan(shop)
    stop_after_the_first(shop, made.plan_id)
    late(shop, "later", customer_ref="c5")
    shop.night(D)  # knows more, and has other rows than the plan found
    filled = carry_out(shop, made.plan_id)
    assert (filled.stood, filled.built) == (DAYS[:1], DAYS[1:])
    [kept] = shop.query("select content_hashes from ops.plans")
    assert {str(day): rows_of(shop, day) for day in DAYS} == kept["content_hashes"]


def test_a_range_that_ends_before_it_begins_is_refused():
    with pytest.raises(BackfillRefused, match=r"ends \(2026-11-17\) before it begins"):
        Span(D, DAYS[0])


def serve(shop, seed, trained_as_of):
    """Promote a segmenter as if trained as of a day; return its id."""
    random = np.random.default_rng(seed)
    groups = [(3, 90, 900), (60, 3, 60), (10, 12, 700), (200, 1, 20)]
    X = np.vstack([random.normal([r, n, s, s / n], 0.2, (40, 4)) for r, n, s in groups])
    content = Segmenter().fit(np.abs(X)).to_bytes()
    named = model_id(content, DIMENSIONS)
    registry.write_bytes(shop.home / "models", named, content)
    shop.query(
        "insert into ops.model_versions (training_id, model_id, kind, name, trained_as_of,"
        " known_at, features, metrics, verdict, champion_since)"
        " values (:t, :m, 'segmenter', 'k-means', :d, 1, '{}', '{}', '', now())",
        t=seed, m=named, d=trained_as_of,
    )  # fmt: skip
    return named


def models_and_notes(shop):
    rows = shop.query(
        "select n.as_of, n.models ->> 'segmenter' as model, n.notes::text ~ 'Not out of time: the"
        " segmenter model was trained on what 2026-11-19 knew' as warned"
        " from ops.nights n join ops.published p using (night_id) where p.replaced_at is null"
    )
    return {row["as_of"]: (row["model"], row["warned"]) for row in rows}


def test_nights_keep_their_models_unless_todays_are_asked_for(shop):
    old = serve(shop, 1, DAYS[0] - timedelta(days=9))
    new = serve(shop, 2, DAYS[2])
    before = DAYS[0] - timedelta(days=1)  # never published: the champion of its day
    carry_out(shop, span=Span(before, D))
    assert models_and_notes(shop) == {before: (old, False), **dict.fromkeys(DAYS, (None, False))}
    carry_out(shop, span=Span(before, D), models_mode=CHAMPION, reason="a better segmenter")
    assert models_and_notes(shop) == {
        day: (new, day < DAYS[2]) for day in (before, *DAYS)
    }  # fmt: skip
    assert [(row["models_mode"], row["reason"]) for row in backfills(shop)] == [
        ("kept", None), ("champion", "a better segmenter")
    ]  # fmt: skip
