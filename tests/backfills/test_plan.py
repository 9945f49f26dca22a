"""What a plan finds is what the backfill then does; the plan itself changes nothing."""

import shutil

import pytest
import yaml

from pipelines.attempts import claims
from pipelines.backfills import plan
from pipelines.backfills.date_range import CHAMPION, DateRange
from pipelines.errors import BackfillRefused, BatchRefused
from pipelines.landing import land as landing
from tests.support.backfilled_shop import (  # fmt: skip
    DAYS,
    SEGMENTS,
    SPAN,
    carry_out,
    late,
    left_in_attempts,
    make_plan,
    opened,
    state,
)
from tests.support.kill_child import act_in_child, rows_of
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import LINE_COLUMNS, source

TO_THE_PAPER = {
    "kind": "csv", "path": "exports/paper", "columns": ["spend_amount"], "segments": ["often"],
    "consent": "not_asked_internal_use_only",
}  # fmt: skip


@pytest.fixture
def shop(new_four):
    return new_four()


def make_a_plan(deployment, claim):
    plan.plan(deployment, claim, plan.PlanRequest(SPAN))


def with_settings(shop, **files):
    """Return a copy of the configuration with some files written anew."""
    folder = shop.config.with_name("wanted")
    shutil.copytree(shop.config, folder, dirs_exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.yml").write_text(yaml.safe_dump(content, sort_keys=False))
    return folder


def test_a_plan_tells_which_nights_and_people_and_its_backfill_does_just_that(shop):
    shop.configure("destinations", {"destinations": {"paper": TO_THE_PAPER}})
    shop.night(D, known_at=1)  # delivers: nobody has bought often
    late(shop)
    before = state(shop)
    made = make_plan(shop)
    assert state(shop) == before
    assert left_in_attempts(shop) == []
    for found in made.found:
        assert found.outdated == {"people_at_most": 1, "row_count": 1, "sources": "till"}
        assert [(f.segment, f.entered, f.left) for f in found.flips] == [("often", 1, 0)]
    [export] = made.found[-1].exports
    assert (export.added, export.changed, export.removed, export.whole) == (1, 0, 0, None)
    assert [found.exports for found in made.found[:-1]] == [None, None, None]

    seen = people_of(shop)
    carry_out(shop, made.plan_id)
    [kept] = shop.query("select content_hashes from ops.plans")
    assert {str(day): rows_of(shop, day) for day in DAYS} == kept["content_hashes"]
    now = people_of(shop)
    for found in made.found:
        differ = [key for key, row in now.items() if key[0] == found.as_of and seen[key] != row]
        assert found.people_differ == len(differ) > 0
    assert shop.query("select count(*) as n from ops.deliveries") == [{"n": 1}]  # none is fired

    again = make_plan(shop)
    assert not any(found.changes or found.is_built for found in again.found)


def people_of(shop):
    """Return what each published night says of each person, by day and person."""
    rows = shop.query(
        "select p.as_of, f.person_id, to_jsonb(f) - 'night_id' as f, to_jsonb(s) - 'night_id' as s"
        " from ops.published p join features.customer_features f using (night_id)"
        " join features.customer_segments s using (night_id, person_id)"
        " where p.replaced_at is null"
    )
    return {(row["as_of"], row["person_id"]): (row["f"], row["s"]) for row in rows}


def test_missing_nights_and_other_settings_are_told_apart(shop):
    shop.configure("segments", {"segments": {"often": {"condition": "order_count >= 2"}}})
    [first, *_, last] = make_plan(shop, DateRange(DAYS[3], DAYS[3].replace(day=21))).found
    assert (first.other, first.outdated) == (("build_configuration",), None)
    assert [flip.segment for flip in first.flips] == ["lately", "often"]
    assert (last.night_id, last.people_differ, last.changes) == (None, last.people, True)


def test_settings_are_previewed_and_bind_the_backfill_that_follows(shop):
    wanted = {"often": {"condition": "order_count >= 3"}, "lately": SEGMENTS["lately"]}
    folder = with_settings(shop, segments={"segments": wanted})
    before = state(shop)
    made = make_plan(shop, folder=folder)
    assert state(shop) == before
    entered = [(flip.segment, flip.entered) for found in made.found for flip in found.flips]
    assert entered == [("often", 12)] * 4
    with pytest.raises(BackfillRefused, match="put its settings in place first"):
        carry_out(shop, made.plan_id)
    shop.configure("segments", {"segments": wanted})
    carry_out(shop, made.plan_id)
    [kept] = shop.query("select content_hashes from ops.plans")
    assert {str(day): rows_of(shop, day) for day in DAYS} == kept["content_hashes"]


def test_nights_without_fresh_orders_are_told_and_the_others_planned(shop):
    folder = with_settings(shop, settings={"freshness_days": 1, "repair": {"nights": 0}})
    made = make_plan(shop, folder=folder)
    assert [found.as_of for found in made.found] == DAYS
    told = [found for found in made.found if found.refused]
    assert [found.as_of for found in told] == DAYS[1:3]
    for found in told:
        assert f"up to {found.as_of}" in found.refused
        assert (found.changes, found.is_built) == (False, False)
    shutil.copy(folder / "settings.yml", shop.config / "settings.yml")
    filled = carry_out(shop, made.plan_id)
    assert filled.refused == {found.as_of: found.refused for found in told}
    assert filled.built == [DAYS[0], D]


def test_people_who_become_one_break_no_contract_that_the_backfill_keeps(new_shop):
    shop = new_shop(freshness_days=30, repair={"nights": 0})
    a_few_weeks(shop, people=120)
    shop.night(DAYS[2])
    shop.night(D)
    same = [  # by their e-mail four customers each are one person
        line(f"same-{n}", "2026-10-30", customer_ref=f"c{n}", email=f"e{n // 4}@example.org")
        for n in range(120)
    ]  # fmt: skip
    shop.write("till/same.csv", same, LINE_COLUMNS)
    with opened(shop) as (deployment, _):
        landing.land(deployment)
    span = DateRange(DAYS[2], D)
    made = make_plan(shop, span)
    assert [found.people for found in made.found] == [30, 31]  # D's guest
    assert carry_out(shop, made.plan_id, span).built == span.days


def test_a_file_refused_since_stops_only_nights_that_receive(shop):
    late(shop)
    (shop.home / "till" / "torn.csv").write_bytes(b"")
    with opened(shop) as (deployment, _):
        landing.land(deployment)
    with pytest.raises(BatchRefused, match="batch 3 is refused"):
        shop.night(D)
    made = make_plan(shop)
    assert carry_out(shop, made.plan_id).built == DAYS
    assert shop.query("select state from ops.batch_states where batch_id = 3") == [
        {"state": "refused"}
    ]


def test_every_setting_that_cannot_be_previewed_is_named(shop):
    settings = {"business_time_zone": "Europe/Berlin", "deadline_minutes": 10,
                "freshness_days": 31, "repair": {"nights": 3}}  # fmt: skip
    till = source("order_lines", "till/*.csv", LINE_COLUMNS, time_zone="Europe/Berlin")
    folder = with_settings(
        shop, settings=settings, sources={"sources": {"till": till}},
        destinations={"destinations": {"paper": TO_THE_PAPER}},
    )  # fmt: skip
    with pytest.raises(BackfillRefused) as refused:
        make_plan(shop, folder=folder)
    told = str(refused.value)
    for name in ("settings.yml: business_time_zone decides how rows are landed and staged",
                 "sources.yml: till.time_zone decides how rows are landed and staged",
                 "destinations.yml: paper (new) is not read by the build",
                 "settings.yml: deadline_minutes is not read by the build",
                 "settings.yml: repair.nights is not read by the build"):  # fmt: skip
        assert name in told
    assert "freshness_days" not in told
    assert shop.query("select * from ops.plans") == []


def test_a_plan_does_not_hold_for_other_nights_or_after_they_were_built_anew(shop):
    late(shop)
    made = make_plan(shop, DateRange(DAYS[3], DAYS[3]))
    with pytest.raises(BackfillRefused, match=r"is of 2026-11-20 to 2026-11-20, not of"):
        carry_out(shop, made.plan_id)
    with pytest.raises(BackfillRefused, match="says which models serve"):
        carry_out(shop, made.plan_id, made.span, models_mode=CHAMPION)
    shop.night(D)
    with pytest.raises(BackfillRefused, match="was published anew since plan 1"):
        carry_out(shop, made.plan_id, made.span)
    assert shop.query("select * from ops.backfills") == []


def test_a_killed_plan_is_swept_by_the_next_builder(shop):
    late(shop)
    before = state(shop)
    took = act_in_child(shop, make_a_plan)
    assert act_in_child(shop, make_a_plan, took * 2 // 3) is None
    held = shop.query("select status from ops.nights where status in ('building', 'built')")
    assert {"status": "built"} in held
    assert len(held) <= 2
    assert state(shop) == before
    assert len(shop.query("select * from ops.plans")) == 1  # the killed one left none
    with opened(shop) as (deployment, claim):
        claims.drop_night(
            deployment, claims.open_night(deployment, claim, claims.AttemptRequest(D)).night_id
        )
    assert left_in_attempts(shop) == []
    assert shop.query("select 1 from ops.nights where status in ('building', 'built')") == []
