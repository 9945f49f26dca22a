"""Every word of `nocturne status` is said when it is true, not otherwise, and with what to do."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from models.canonical import model_id
from models.clusters import DIMENSIONS, Segmenter
from nocturne.show import status
from pipelines.attempts import claims, serving_models
from pipelines.errors import ContractBroken
from pipelines.nights import runner
from pipelines.nights import status as nights_status
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import LINE_COLUMNS, source

NEXT, LAST = D + timedelta(days=1), D + timedelta(days=3)
WORDS = ("LATE", "Missing", "Stale", "Other code", "Outdated", "Failed", "Being built")


@pytest.fixture
def shop(new_shop):
    """A shop with the nights of D and the day after published."""
    shop = new_shop(schedule={"start": D, "end": NEXT})
    a_few_weeks(shop)
    shop.night(D)
    shop.night(NEXT)
    return shop


@pytest.fixture
def told(capsys):
    """Return the exit code of status and what it says on one line."""

    def run(shop):
        opened = shop.deployment()
        capsys.readouterr()
        code = status.show(opened)
        opened.warehouse.close()
        return code, " ".join(capsys.readouterr().out.split())

    return run


def troubles(said):
    return [word for word in WORDS if f"{word}:" in said or f"{word} between" in said]


def test_where_all_is_well_nothing_is_said(shop, told):
    code, said = told(shop)
    assert code == 0
    assert "2 nights are published." in said
    assert troubles(said) == []


def test_a_night_is_outdated_by_rows_dated_up_to_it_that_came_later(shop, told):
    late = [line(f"late{n}", str(NEXT), customer_ref=f"c{n}") for n in range(2)]
    late.append(line("older", str(D), customer_ref="c5"))
    shop.write("till/2.csv", late, LINE_COLUMNS)
    runner.receive(shop.deployment())
    code, said = told(shop)
    assert code == 0  # information, not alarm
    assert troubles(said) == ["Outdated"]
    assert f"{D} batch 1 13" in said
    assert "outdated (≤ 1 people)" in said
    assert "outdated (≤ 3 people)" in said
    assert (
        f"Outdated: {D} to {NEXT}. Rows dated up to them came later; the next night counts them. "
        f"`nocturne plan --from {D} --to {NEXT}` shows what they would change, "
        f"`nocturne backfill --from {D} --to {NEXT}` does it."
    ) in said
    shop.night(NEXT)
    opened = shop.deployment()
    assert [row["as_of"] for row in nights_status.read_status(opened).outdated] == [D]


def test_only_links_and_refusals_of_a_customer_list_outdate_nights(shop):
    columns = ["customer_ref", "email", "consent_profiling"]
    till = source("order_lines", "till/*.csv", [*LINE_COLUMNS])
    crm = source("customers", "crm/*.csv", columns)
    shop.configure("sources", {"sources": {"till": till, "crm": crm}})

    def people_after(name, **more):
        rows = [{"customer_ref": f"c{n}", "email": f"c{n}@example.org", "seen": name,
                 "consent_profiling": "yes"} for n in range(6)]  # fmt: skip
        rows[2].update(more)
        shop.write(f"crm/{name}.csv", rows)
        opened = shop.deployment()
        runner.receive(opened)
        found = {
            row["as_of"]: row["people_at_most"]
            for row in nights_status.read_status(opened).outdated
        }
        opened.warehouse.close()
        return found

    people_after("1")
    shop.night(D)
    shop.night(NEXT)
    assert people_after("2") == {}  # a column that nothing is mapped from changed in every row
    assert people_after("3", consent_profiling="no") == {D: 1, NEXT: 1}
    shop.night(NEXT)
    assert people_after("4", consent_profiling="no") == {D: 1}
    moved = {"consent_profiling": "no", "email": "guest@example.org"}
    assert people_after("5", **moved) == {D: 2, NEXT: 2}  # the guest's person, too


def test_a_row_removed_since_makes_its_nights_outdated_and_one_dated_later_does_not(shop):
    shop.configure("sources", {"sources": {"till": source(
        "order_lines", "till/*.csv", [*LINE_COLUMNS], orders_arrive_whole=True
    )}})  # fmt: skip
    shop.night(D)
    shop.night(NEXT)
    shorter = [line("later", str(LAST)), line("of-guest", str(NEXT), customer_ref="c3")]
    shop.write("till/2.csv", shorter, LINE_COLUMNS)  # the guest's order of D is of another day
    opened = shop.deployment()
    runner.receive(opened)
    found = {
        row["as_of"]: row["people_at_most"] for row in nights_status.read_status(opened).outdated
    }
    assert found == {D: 1, NEXT: 2}


def test_days_between_that_have_no_night_are_missing(shop, told):
    shop.write("till/2.csv", [line("x", str(LAST))], LINE_COLUMNS)
    shop.night(LAST)
    code, said = told(shop)
    gap = NEXT + timedelta(days=1)
    assert code == 0
    assert troubles(said) == ["Missing"]
    assert (
        f"Missing between the first and the newest: {gap}. "
        f"`nocturne backfill --from {gap} --to {gap}` builds them."
    ) in said


def test_a_night_that_is_due_and_not_there_is_late(shop, told):
    shop.configure("settings", {"schedule": {"start": D, "end": LAST}})
    shop.clock = lambda: datetime(2026, 11, 24, 5, 59, tzinfo=UTC)  # the deadline is 6 hours
    _, said = told(shop)
    assert f"LATE: {LAST}" not in said
    shop.clock = lambda: datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    code, said = told(shop)
    assert code == 3
    assert f"LATE: {LAST} should be published by now. `nocturne night --as-of {LAST}`" in said


def test_without_a_schedule_nothing_is_late_however_old_the_history(shop, told):
    shop.configure("settings", {"business_time_zone": "UTC"})
    shop.clock = lambda: datetime(2036, 11, 24, tzinfo=UTC)
    code, said = told(shop)
    assert code == 0
    assert "LATE" not in said
    shop.configure("settings", {"schedule": {"start": D}})
    assert told(shop)[0] == 3


def test_nights_of_other_settings_or_another_way_of_staging_are_told_apart(shop, told):
    shop.configure("segments", {"segments": {"all_of_them": {"condition": "order_count >= 0"}}})
    _, said = told(shop)
    assert troubles(said) == ["Other code"]
    assert (
        f"Other code: {D} to {NEXT}. They keep the rows that another build_configuration made. "
        f"`nocturne plan --from {D} --to {NEXT}` shows"
    ) in said
    shop.night(NEXT)
    _, said = told(shop)
    assert f"Other code: {D}. They" in said


def test_nights_staged_another_way_are_outdated_too_once_that_can_be_told(shop, told):
    shop.configure("settings", {"schedule": {"start": D, "end": NEXT}, "currency": "EUR"})
    shop.write("till/2.csv", [line("late", str(D), customer_ref="c2")], LINE_COLUMNS)
    _, said = told(shop)
    assert "that another staging_version made" in said
    assert "will be staged anew" in said
    assert "Until then nights may be outdated without a mark." in said
    runner.receive(shop.deployment())
    _, said = told(shop)
    assert "without a mark" not in said
    assert said.count("other code, outdated (≤ 1 people)") == 2


def test_a_night_whose_model_is_gone_from_the_home_is_stale(shop, told):
    content, opened = a_segmenter(), shop.deployment()
    name = model_id(content, DIMENSIONS)
    serving_models.write_bytes(opened.models, name, content)
    models = json.dumps({"segmenter": name})
    shop.query("update ops.nights set models = cast(:m as jsonb) where as_of = :d", m=models, d=D)
    assert troubles(told(shop)[1]) == []
    shutil.rmtree(opened.models / name)
    code, said = told(shop)
    assert code == 0
    assert troubles(said) == ["Stale"]
    assert f"Stale: {D}. Model {name} is gone from the home" in said
    assert f"`nocturne backfill --from {D} --to {D} --models champion` builds" in said


def a_segmenter():
    import numpy as np

    spread = np.random.default_rng(1).normal([[3.0], [60.0], [900.0]], 1.0, (3, 120)).reshape(-1, 1)
    return Segmenter().fit(np.abs(spread) * np.ones(len(DIMENSIONS))).to_bytes()


def test_a_night_that_failed_is_told_until_its_day_is_published(shop, told, monkeypatch):
    def break_it(tonight):
        raise ContractBroken("customer_features: nobody is left.")

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.features.build.build_customer_features", break_it)
        with pytest.raises(ContractBroken):
            shop.night(NEXT)
    _, said = told(shop)
    assert troubles(said) == ["Failed"]
    assert "customer_features: nobody is left. `nocturne night --as-of 2026-11-21` tries" in said
    shop.night(NEXT)
    assert troubles(told(shop)[1]) == []


def test_an_attempt_whose_builder_died_is_left_behind(shop, told):
    opened = shop.deployment()
    with claims.process_claim(opened.warehouse, "somebody") as claim:
        claims.open_night(opened, claim, claims.AttemptRequest(NEXT))
        assert troubles(told(shop)[1]) == ["Being built"]
    code, said = told(shop)
    opened.warehouse.close()
    assert (code, troubles(said)) == (0, [])
    assert f"Left behind: {NEXT} (night). Its builder, {claim.name}, is gone; the next" in said


def test_each_run_of_days_has_a_command_of_its_own():
    nights = [D + timedelta(days=n) for n in (0, 1, 9, 20, 30, 40)]
    assert status._backfill(nights[:3]) == (
        "`nocturne backfill --from 2026-11-20 --to 2026-11-21`, then "
        "`nocturne backfill --from 2026-11-29 --to 2026-11-29`"
    )
    assert status._plan(nights).endswith("--to 2026-12-10`, and so on for 2 more,")


def test_days_without_a_gap_are_written_as_a_range():
    nights = [D, NEXT, LAST, LAST + timedelta(days=1), LAST + timedelta(days=9)]
    assert status.days(nights) == ("2026-11-20 to 2026-11-21, 2026-11-23 to 2026-11-24, 2026-12-02")
