"""Backfills that are killed, stopped, rivalled or overtaken by a night still end as asked."""

from datetime import timedelta

import pytest

from nocturne.show import status
from pipelines.attempts import claims
from pipelines.backfills import backfill
from pipelines.backfills.backfill import BackfillRequest
from pipelines.backfills.date_range import CHAMPION
from pipelines.errors import BackfillRefused, WarehouseBusy
from tests.support.backfilled_shop import (
    DAYS,
    PAST,
    SPAN,
    backfills,
    carry_out,
    late,
    left_in_attempts,
    make_plan,
    models_and_notes,
    opened,
    serve,
)
from tests.support.kill_child import act_in_child, rows_of
from tests.support.orders import D


@pytest.fixture
def shop(new_four):
    return new_four()


def fill_span(deployment, claim):
    backfill.backfill(deployment, claim, BackfillRequest(SPAN))


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
        status.show(deployment)
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
                    backfill.backfill(other, rival, BackfillRequest(SPAN))
                with pytest.raises(WarehouseBusy, match="has been building night"):
                    claims.open_night(other, rival, claims.AttemptRequest(D))
            other.warehouse.close()

    with opened(shop) as (deployment, claim):
        filled = backfill.backfill(deployment, claim, BackfillRequest(SPAN), second)
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


def stop_after_the_first(shop, plan_id=None, **how):
    """Begin a backfill and stop it in its second night, as if the machine had failed."""

    def stop(day, step):
        if day == DAYS[1]:
            raise OSError("no power")

    with opened(shop) as (deployment, claim), pytest.raises(OSError, match="no power"):
        backfill.backfill(deployment, claim, BackfillRequest(SPAN, plan_id, **how), stop)


def test_a_night_that_ran_meanwhile_with_other_models_does_not_count(shop):
    serve(shop, 1, DAYS[0] - timedelta(days=9))
    shop.night(D)
    new = serve(shop, 2, DAYS[2])
    stop_after_the_first(shop, models_mode=CHAMPION)
    shop.night(D)  # keeps the models it had
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
