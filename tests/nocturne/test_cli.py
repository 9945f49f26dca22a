"""The command, typed as people type it; exit codes 0, 1, 2 and 3."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from nocturne.cli import main
from pipelines.errors import RepairFailed
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import CHECKOUT, LINE_COLUMNS, environment

VERBS = sorted(main.commands)


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


def test_every_verb_tells_what_it_does_in_80_columns_and_uncut():
    whole = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    for verb in VERBS:
        done = CliRunner().invoke(main, [verb, "--help"], terminal_width=80)
        assert done.exit_code == 0, done.output
        assert "Usage:" in done.output
        assert not re.search(r"\[%|DATETIME|DIRECTORY|INTEGER|\.\.\.$", done.output), verb
        assert max(map(len, done.output.splitlines())) <= 80, verb
        first = done.output.splitlines()[2].strip()
        assert first in whole, verb
    assert "..." not in whole.replace("[ARGS]...", "")


def test_a_shell_completes_verbs_and_days(typed):
    def completed(words):
        environ = environment(typed.shop) | {"_NOCTURNE_COMPLETE": "bash_complete"}
        environ |= {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()))}
        program = Path(sys.executable).with_name("nocturne")
        done = subprocess.run([program], env=environ, capture_output=True, text=True, check=False)
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    assert completed("nocturne") == VERBS
    assert completed("nocturne night --as-of") == ["yesterday", "newest"]


def test_what_is_reported_comes_as_json_too_with_stable_keys(typed):
    typed.shop.configure("settings", {"freshness_days": 30, "schedule": {"start": D, "end": D}})
    many = [
        line(
            f"m{n}",
            f"2026-11-{5 + n % 14:02}",
            customer_ref=f"m{n}",
            net_amount=str(5 * 2 ** (n % 5)),
        )
        for n in range(60)
    ]
    typed.shop.write("till/many.csv", many, LINE_COLUMNS)

    def asked(*words, code=0):
        done = typed(*words, "--json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    assert asked("status", code=3)["late"] is True
    assert typed("night", "--as-of", str(D)).returncode == 0
    seen = asked("check-sources")
    assert (seen["fault_count"], seen["sources"][0]["source"]) == (0, "till")
    night = asked("night", "--as-of", "newest")
    assert (night["as_of"], night["people"], night["segments"]) == (str(D), 73, [])
    standing = asked("status")
    assert [(n["as_of"], n["people"]) for n in standing["nights"]] == [(str(D), 73)]
    assert standing["sources"][0] | {"last_landed_at": ""} == {
        "source": "till", "received": 97, "batches": 2, "refused_batches": 0, "last_landed_at": "",
        "fates": {"current": 97}, "adds_up": True,
    }  # fmt: skip
    assert asked("verify", "--as-of", "newest")["holds"] is True
    plan = asked("plan", "--from", "newest", "--to", str(D))
    assert [(n["as_of"], n["changes"]) for n in plan["nights"]] == [(str(D), False)]
    assert asked("export") == {"destinations": []}
    typed.shop.configure("models", {"churn": {"churn_horizon_days": 5, "cutoff_count": 1}})
    trained = asked("train", "--as-of", "newest")
    assert [model["kind"] for model in trained["models"]] == ["segmenter"]


def test_without_models_the_summary_offers_a_training_and_names_what_is_missing(typed):
    done = typed("night", "--as-of", str(D))
    assert f".venv/bin/nocturne train --as-of {D}" in done.stdout
    said = " ".join(done.stdout.split())
    assert "config/segments.yml is missing, or names none" in said
    assert "config/destinations.yml is missing, or names none" in said


def test_what_could_not_be_trained_and_why_is_printed_kept_and_told_by_every_night(typed):
    typed("night", "--as-of", str(D))
    with_reason = typed("train", "--as-of", str(D))
    said = " ".join((with_reason.stdout + with_reason.stderr).split())
    assert "No churn model: there is no cut-off to learn from" in said
    assert "No clusters: Clusters need at least 50 people" in said
    for _ in range(2):
        night = " ".join(typed("night", "--as-of", str(D)).stdout.split())
        assert f"clusters: `nocturne train --as-of {D}` made none. No clusters: Clusters" in night
        assert f"a churn model: `nocturne train --as-of {D}` made none." in night
        assert "makes one" not in night


def test_an_analyst_of_a_server_of_ones_own_is_named_by_its_url(typed, monkeypatch):
    for name, value in environment(typed.shop).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NOCTURNE_ANALYST_URL", raising=False)
    unnamed = CliRunner().invoke(main, ["url"])
    assert (unnamed.exit_code, "`nocturne grant`" in unnamed.stderr) == (1, True)
    monkeypatch.setenv("NOCTURNE_ANALYST_URL", "postgresql://bi@db.example/shop")
    assert CliRunner().invoke(main, ["url"]).stdout == "postgresql://bi@db.example/shop\n"
    assert CliRunner().invoke(main, ["url", "--owner"]).stdout == f"{typed.shop.url}\n"


def test_misuse_is_exit_code_2(typed):
    assert typed("night").returncode == 2
    done = typed("night", "--as-of", "tomorrow")
    assert done.returncode == 2
    assert "'tomorrow' is no day; expected one such as 2017-12-24, yesterday or" in done.stderr


def test_a_late_night_is_exit_code_3_until_it_is_published(typed):
    late = typed("status")
    assert late.returncode == 3
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

    def fail(*_, **__):
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
