"""The command, typed as people type it; exit codes 0, 1 and 2."""

import subprocess
import sys
from datetime import timedelta

import pytest
from click.testing import CliRunner

from nocturne.cli import main
from pipelines.errors import RepairFailed
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import CHECKOUT, LINE_COLUMNS, environment

VERBS = (
    "up",
    "down",
    "psql",
    "url",
    "check-sources",
    "land",
    "night",
    "status",
    "train",
    "export",
    "verify",
    "plan",
    "backfill",
)


@pytest.fixture
def typed(new_shop):
    shop = new_shop(schedule={"start": D, "end": D})
    a_few_weeks(shop)

    def run(*words):
        command = [sys.executable, "-m", "nocturne.cli", *words]
        return subprocess.run(
            command,
            cwd=CHECKOUT,
            env=environment(shop),
            capture_output=True,
            text=True,
            timeout=120,
        )

    run.shop = shop
    return run


def test_every_verb_tells_what_it_does(typed):
    for verb in VERBS:
        done = typed(verb, "--help")
        assert done.returncode == 0, done.stderr
        assert "Usage:" in done.stdout


def test_misuse_is_exit_code_2(typed):
    assert typed("night").returncode == 2
    assert typed("night", "--as-of", "yesterday").returncode == 2


def test_a_late_night_is_exit_code_1_until_it_is_published(typed):
    late = typed("status")
    assert late.returncode == 1
    assert f"LATE: {D}" in late.stdout
    night = typed("night", "--as-of", str(D))
    assert night.returncode == 0, night.stderr
    assert "13 people" in night.stdout
    on_time = typed("status")
    assert on_time.returncode == 0, on_time.stdout
    assert "1 nights are published" in on_time.stdout


def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(typed):
    done = typed("night", "--as-of", str(D), "--known-at", "recorded")
    assert done.returncode == 1
    assert done.stderr.startswith(f"nocturne: no night is published for {D}")
    assert "Traceback" not in done.stderr


def test_a_wrong_configuration_is_told_whole_before_anything_runs(typed):
    typed.shop.configure("settings", {"freshness_days": 0, "colour": "blue"})
    done = typed("land")
    assert done.returncode == 1
    assert "2 faults in the configuration; nothing was run" in done.stderr
    assert typed.shop.query("select to_regclass('ops.batches') as t") == [{"t": None}]


def test_a_plan_is_printed_with_its_number_and_carried_out_by_it(typed):
    shop = typed.shop
    shop.configure("settings", {"freshness_days": 30})
    before = str(D - timedelta(days=1))
    assert typed("night", "--as-of", str(D)).returncode == 0
    late = line("late", "2026-11-01", customer_ref="c3", net_amount="400.00")
    shop.write("till/late.csv", [late], LINE_COLUMNS)
    assert typed("land").returncode == 0
    plan = typed("plan", "--from", before, "--to", str(D))
    assert plan.returncode == 0, plan.stderr
    assert "Plan 1: 2 nights, known at batch 2; 2 would change. Nothing" in plan.stdout
    assert f"{before}  missing" in plan.stdout
    assert f"{D}  outdated: 1 rows from till, ≤ 1 people" in plan.stdout
    assert max(map(len, plan.stdout.splitlines())) <= 80
    other = typed("backfill", "--from", str(D), "--to", str(D), "--plan", "1")
    assert other.returncode == 1
    assert other.stderr.startswith("nocturne: plan 1 is of")
    done = typed("backfill", "--from", before, "--to", str(D), "--plan", "1", "--reason", "late")
    assert done.returncode == 0, done.stderr
    assert "Backfill 1: 2 nights are built and published, known at batch 2." in done.stdout
    assert "`nocturne export` delivers it" in done.stdout
    assert "No backfill is unfinished" in typed("backfill", "--abandon").stdout
    assert typed("backfill", "--abandon", "--from", before, "--to", str(D)).returncode == 2
    assert typed("backfill").returncode == 2


def test_a_day_that_has_not_ended_is_refused(typed):
    done = typed("night", "--as-of", "2999-01-01")
    assert done.returncode == 1
    assert done.stderr.startswith("nocturne: there is no night of 2999-01-01 yet: in UTC it is")


def test_nights_not_built_are_exit_code_1_with_their_sentence(typed):
    typed.shop.configure("settings", {"freshness_days": 1})
    before = str(D - timedelta(days=1))
    assert typed("land").returncode == 0
    plan = typed("plan", "--from", before, "--to", str(D))
    assert plan.returncode == 0, plan.stderr
    assert f"{before}  not built: too stale" in plan.stdout
    done = typed("backfill", "--from", before, "--to", str(D))
    assert done.returncode == 1
    assert "Backfill 1: 1 nights are built" in done.stdout
    assert f"Not built, {before}: order_lines: no line is dated" in done.stdout


def test_what_is_to_go_goes_even_if_the_repair_fails(typed, monkeypatch):
    from nocturne.show import night as show_night

    def fail(*_):
        raise RepairFailed("not repaired.")

    for name, value in environment(typed.shop).items():
        monkeypatch.setenv(name, value)
    assert CliRunner().invoke(main, ["night", "--as-of", str(D)]).exit_code == 0
    monkeypatch.setattr(show_night, "repair", fail)
    done = CliRunner().invoke(main, ["night", "--as-of", str(D)])
    assert (done.exit_code, "not repaired." in done.output) == (1, True)
    replaced = typed.shop.query(
        "select retired_at is not null as gone from ops.published where replaced_at is not null"
    )
    assert replaced == [{"gone": True}]


def test_a_night_repairs_the_nights_before_it_and_says_so(typed):
    typed.shop.configure("settings", {"freshness_days": 30})
    assert typed("night", "--as-of", str(D - timedelta(days=1))).returncode == 0
    late = line("late", "2026-11-01", customer_ref="c3", net_amount="400.00")
    typed.shop.write("till/late.csv", [late], LINE_COLUMNS)
    done = typed("night", "--as-of", str(D))
    assert done.returncode == 0, done.stderr
    assert "Outdated, and built anew with what is known now: 2026-11-19." in done.stdout
