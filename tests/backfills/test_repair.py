"""The last nights repair themselves when what came later touches too many of their people."""

import pytest

from pipelines.backfills import repair
from pipelines.errors import NothingThere, RepairFailed
from pipelines.nights import runner
from tests.support.backfilled_shop import DAYS, backfills, carry_out, late, left_in_attempts, opened
from tests.support.kill_child import rows_of
from tests.support.orders import D


@pytest.fixture
def shop(new_four):
    """Four nights, of which the newest was built after a late order had come."""
    made = new_four()
    late(made)
    made.night(D)
    return made


def configure(shop, nights=7, share=0.01):
    settings = {"freshness_days": 30, "repair": {"nights": nights, "outdated_share": share}}
    shop.configure("settings", settings)


def repaired(shop, as_of=D):
    with opened(shop) as (deployment, claim):
        return repair.repair(deployment, claim, as_of)


def test_outdated_nights_are_built_anew_and_it_is_recorded(shop, new_four):
    configure(shop)
    newest = rows_of(shop, D)
    assert repaired(shop) == (
        "Outdated, and built anew with what is known now: 2026-11-17, 2026-11-18, 2026-11-19."
    )
    [row] = backfills(shop)
    assert (row["reason"], row["by_itself"], row["state"]) == ("outdated", True, "done")
    assert (row["from_as_of"], row["to_as_of"], row["nights_done"]) == (DAYS[0], DAYS[2], DAYS[:3])
    assert rows_of(shop, D) == newest
    assert left_in_attempts(shop) == []
    by_hand = new_four()
    late(by_hand)
    carry_out(by_hand)
    assert [rows_of(shop, day) for day in DAYS] == [rows_of(by_hand, day) for day in DAYS]
    assert repaired(shop) is None  # nothing is outdated any more


def test_only_the_last_nights_above_the_limit_are_repaired(shop):
    configure(shop, nights=2)
    assert "2026-11-17" not in repaired(shop)
    assert [row["nights_done"] for row in backfills(shop)] == [DAYS[1:3]]
    late(shop, "another")
    shop.night(D)
    configure(shop, share=1 / 12)  # one person of 12 is not more than that
    assert repaired(shop) is None
    configure(shop, share=1 / 13)
    assert repaired(shop) is not None


@pytest.mark.parametrize("why", ["switched off", "not the newest", "other settings"])
def test_what_is_not_to_be_repaired_is_left_alone(shop, why):
    configure(shop, nights=0 if why == "switched off" else 7)
    if why == "other settings":
        shop.configure("segments", {"segments": {"often": {"condition": "order_count >= 2"}}})
    assert repaired(shop, DAYS[2] if why == "not the newest" else D) is None
    assert backfills(shop) == []


def test_a_failed_repair_says_that_the_night_itself_is_published(shop, monkeypatch):
    configure(shop)

    def break_down(*_):
        raise NothingThere("model 123 is not there.")

    monkeypatch.setattr(runner, "build", break_down)
    with pytest.raises(RepairFailed, match=r"night of 2026-11-20 is published, but .*model 123"):
        repaired(shop)
    monkeypatch.undo()
    [row] = backfills(shop)
    assert row["state"] == "failed"
    assert row["failure"].startswith("2026-11-17: model 123 is not there. 2026-11-18: ")
    assert repaired(shop) is not None  # the next night tries again
    assert [row["state"] for row in backfills(shop)] == ["failed", "done"]


def test_a_repair_goes_on_past_a_night_that_cannot_be_built(shop, monkeypatch):
    configure(shop)
    build = runner.build

    def break_down(tonight, *more):
        if tonight.as_of == DAYS[0]:
            raise NothingThere("model 123 is not there.")
        build(tonight, *more)

    monkeypatch.setattr(runner, "build", break_down)
    with pytest.raises(RepairFailed, match="but 2026-11-17 could not be repaired: 2026-11-17: mod"):
        repaired(shop)
    [row] = backfills(shop)
    assert (row["state"], row["nights_done"]) == ("failed", DAYS[1:3])


def test_a_night_whose_model_is_gone_is_left_out(shop):
    configure(shop)
    gone = '{"segmenter": "000000000000"}'
    shop.query("update ops.nights set models = :m where as_of = :d", m=gone, d=DAYS[1])
    assert repaired(shop).endswith("known now: 2026-11-17, 2026-11-19.")
    assert [row["state"] for row in backfills(shop)] == ["done"]


def test_a_repair_leaves_the_house_to_another_builder(shop):
    from pipelines.attempts import claims

    configure(shop)
    other = shop.deployment()
    with claims.process_claim(other.warehouse, "other") as claim:
        held = claims.open_night(other, claim, claims.AttemptRequest(D))
        assert repaired(shop).startswith("Not repaired: 2026-11-17, 2026-11-18, 2026-11-19;")
        claims.drop_night(other, held.night_id)
    other.warehouse.close()
    assert [row["state"] for row in backfills(shop)] == ["abandoned"]
