"""One story through a live Airflow, on a small shop in New York: one start for all claims.

The tests are chapters: each goes on where the one before it ended.
"""

import json
import re
import signal
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nocturne.home import Home
from nocturne.server import server
from pipelines.backfills import backfill, verify
from pipelines.backfills.backfill import BackfillRequest
from pipelines.backfills.date_range import DateRange
from tests.promise.roads import Place
from tests.promise.shop import RandomShop, founded, settings
from tests.support import live_story
from tests.support.alert_servers import webhook
from tests.support.backfilled_shop import opened
from tests.support.live_airflow import NEW_YORK, RUNS, Live, running, shown, start_of
from tests.support.live_story import DAYS, FIRST, LAST, OUTAGE, SILENT
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(600)
EXPORT = {
    "kind": "csv", "path": "exports/x", "columns": ["spend_amount"],
    "consent": "not_asked_internal_use_only",
}  # fmt: skip


@pytest.fixture(scope="module")
def alerts() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    with webhook() as served:
        yield served


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, alerts: Any) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    home = Home(folder / "home")
    shop = Shop(home.path, folder / "config", server.up(home).owner)
    shop.config.mkdir()
    for name, content in settings().items():
        shop.configure(name, content)
    shop.configure("destinations", {"destinations": {"x": EXPORT}})
    # It has ended, as the demo's has. The deadline is set from the start: a run keeps that of the
    # DAG it was made from.
    schedule(shop, date(2017, 12, 24), date(2017, 12, 31))
    with running(shop, home, alerts[0]) as ui:
        yield ui


@pytest.fixture(scope="module")
def town(live: Live) -> RandomShop:
    """The shop's own systems, which send files."""
    return founded(live.home.path)


def schedule(shop: Shop, first: date, last: date) -> None:
    more = {"freshness_days": 1, "schedule": {"start": first, "end": last}, "deadline_minutes": 1}
    shop.configure("settings", settings()["settings"] | more)


def test_a_night_mends_those_before_it_and_tells_of_one_it_cannot(live, town, alerts):
    live_story.tell(town, FIRST, [])
    live.shop.night(FIRST)  # without Airflow, as one that is only now installed
    live_story.tell(town, SILENT, live_story.ON_THE_SILENT_DAY)
    by_hand = [live.trigger(SILENT, None)]
    assert live.states(1) == {by_hand[0]: "success"}
    live_story.tell(town, LAST, live_story.BEFORE_THE_LAST)
    by_hand.append(live.trigger(LAST, datetime.now(UTC)))
    assert live.states(2) == {by_hand[0]: "success", by_hand[1]: "failed"}
    tasks = live.tasks(by_hand[1])
    assert {task: state for task, state in tasks.items() if state != "success"} == {
        "repair": "failed"
    }
    assert live.published() == {FIRST, SILENT, LAST}
    [mended] = backfills(live)
    assert (mended["reason"], mended["state"]) == ("outdated", "failed")
    assert mended["nights_done"] == [FIRST]
    [told] = alerts[1]
    assert f"repairing nights failed: the night of {LAST} is published, but" in told["text"]
    assert f"order_lines: no line is dated in the 1 days up to {SILENT}" in told["text"]


def test_runs_by_hand_show_their_night_and_tasks_what_they_did(live):
    by_hand = {run["partition_key"]: run for run in live.runs()}
    newest_first = live.shop.query("select * from ops.nights order by night_id desc")
    nights = {row["as_of"]: row for row in newest_first}  # the first of each day, before repairs
    for day in (SILENT, LAST):  # with a logical date and without
        night, (key, in_id, note) = nights[day], shown(by_hand[str(day)])
        assert (key, in_id) == (str(day), str(day))
        known = f"known up to batch {night['known_at']}."
        assert note == f"Night {night['night_id']} of {day}, {known}"
    run_id = by_hand[str(LAST)]["dag_run_id"]
    assert re.search(
        r"till, .*: \d+ rows judged, \d+ rejected, in ", live.log(run_id, "check.check")
    )
    assert "the others copied from" in live.log(run_id, "features.build_customer_features")
    events = live.ask("/api/v2/assets/events?name_pattern=marts.customer_segments")["asset_events"]
    told = {event["partition_key"]: event["extra"] for event in events}
    assert told[str(LAST)] == {
        "rows": nights[LAST]["row_counts"]["customer_segments"],
        "night_id": nights[LAST]["night_id"],
        "as_of": str(LAST),
        "known_at": nights[LAST]["known_at"],
    }


def backfills(live: Live) -> list[dict[str, Any]]:
    return live.shop.query("select * from ops.backfills order by backfill_id")


def built_since(live: Live, count: int) -> list[date]:
    """Return the days that were published after the first `count` nights, in their order."""
    rows = live.shop.query(
        "select as_of from ops.nights where status = 'published' order by night_id offset :count",
        count=count,
    )
    return [row["as_of"] for row in rows]


def built(live: Live) -> int:
    return len(built_since(live, 0))


def exported(live: Live) -> int:
    return len(live.shop.query("select * from ops.deliveries"))


def land(live: Live) -> None:
    landed = live.shell("land")
    said = landed.communicate(timeout=60)[0]
    assert landed.returncode == 0, said


def days_failed(live: Live) -> set[date]:
    """Wait for all runs and their backfill; return the days of the backfilled that failed."""
    live.states(6)
    live.closed()
    backfilled = [run for run in live.runs() if run["run_type"] == "backfill"]
    for run in backfilled:
        assert shown(run)[:2] == (str(start_of(run)), str(start_of(run)))
    assert {start_of(run) for run in backfilled} == set(DAYS)
    return {start_of(run) for run in backfilled if run["state"] == "failed"}


def test_a_backfill_fills_gaps_and_a_night_that_fails_holds_nobody_up(live, town, alerts):
    live_story.tell(town, LAST + timedelta(days=1), live_story.LATER)
    land(live)
    before, sent = built(live), exported(live)
    how = """--max-active-runs 3 --dag-run-conf '{"reason": "an outage"}'"""
    typed = live.backfill(FIRST, LAST, how)
    assert typed.returncode == 0, typed.stderr
    assert days_failed(live) == {SILENT}
    assert built_since(live, before) == [FIRST, OUTAGE, LAST]  # once each, oldest first
    assert exported(live) == sent
    assert f"the night of {SILENT} failed at open_night" in alerts[1][-1]["text"]
    row = backfills(live)[-1]
    assert (row["reason"], row["from_as_of"], row["to_as_of"]) == ("an outage", FIRST, LAST)
    assert (row["state"], row["failure"]) == ("failed", f"not built: {SILENT}.")
    assert row["nights_done"] == [FIRST, OUTAGE, LAST]
    assert row["seconds"] > 0
    assert row["ended_at"] > row["started_at"]


def test_completed_nights_are_built_anew_after_a_backfill_in_a_shell(live):
    before = built(live)
    shell = live.shell("backfill", "--from", LAST, "--to", LAST)
    open_ = "select * from ops.nights where status = 'building'"
    live.wait(lambda: shell.poll() is not None or live.shop.query(open_), 60)
    shell.send_signal(signal.SIGSTOP)  # it takes its time
    try:
        typed = live.backfill(OUTAGE, LAST, "--max-active-runs 1 --reprocess-behavior completed")
        assert typed.returncode == 0, typed.stderr
        first = live.run_of(OUTAGE)
        live.wait(lambda: live.tasks(first)["open_night"] == "up_for_reschedule", 60)
        another = live.shell("backfill", "--from", FIRST, "--to", FIRST)
        said = " ".join(another.communicate(timeout=60)[0].split())
        assert another.returncode == 1
        assert "Wait for it" in said
        typed = live.backfill(FIRST, FIRST, "--reprocess-behavior completed")
        assert typed.returncode != 0
        assert "There can be only one running backfill per Dag" in typed.stdout + typed.stderr
    finally:
        shell.send_signal(signal.SIGCONT)
    said = shell.communicate(timeout=60)[0]
    assert shell.returncode == 0, said
    assert days_failed(live) == {SILENT}  # as before: it was not asked for
    assert built_since(live, before) == [LAST, OUTAGE, LAST]
    assert backfills(live)[-1]["state"] == "done"


def test_only_failed_nights_are_built_anew_if_asked_for(live, town):
    live_story.tell(town, LAST + timedelta(days=2), live_story.AT_LAST)
    land(live)
    before = built(live)
    typed = live.backfill(FIRST, LAST, "--max-active-runs 3 --reprocess-behavior failed")
    assert typed.returncode == 0, typed.stderr
    assert days_failed(live) == set()
    assert built_since(live, before) == [SILENT]
    assert [row["state"] for row in backfills(live)] == ["failed", "failed", "done", "done", "done"]
    assert rows_of_replaced(live) == []


def rows_of_replaced(live: Live) -> list[dict[str, Any]]:
    """Return the nights that are replaced, never exported, and whose rows are still there."""
    return live.shop.query(
        "select night_id from ops.published where replaced_at is not null"
        " and to_regclass('features.members_' || night_id) is not null"
        " and night_id not in (select night_id from ops.deliveries)"
    )


def test_all_roads_lead_to_the_same_rows(live):
    with opened(live.shop) as (deployment, claim):
        backfill.backfill(deployment, claim, BackfillRequest(DateRange(FIRST, LAST)))
        roads = live.shop.query(
            "select as_of, known_at, count(*) as times,"
            " array_agg(distinct content_hashes) as hashes from ops.nights"
            " where status = 'published' group by as_of, known_at order by as_of, known_at"
        )
        place = Place(deployment, claim)
        for road in roads:
            in_full = place.in_full(road["as_of"], road["known_at"]).hashes
            assert road["hashes"] == [in_full], (road["as_of"], road["known_at"])
        for day in DAYS:
            assert verify.verify(deployment, claim, verify.ProofRequest(day)).holds, day
    assert {road["as_of"] for road in roads} == set(DAYS)
    assert sum(road["times"] > 1 for road in roads) >= 3  # Airflow's and the shell's
    first = {str(road["hashes"]) for road in roads if road["as_of"] == FIRST}
    assert len(first) == 3  # as it was, with the late rows, and with the later ones


def test_no_socket_listens_beyond_this_machine(live):
    note = json.loads((live.home.airflow / "ui.json").read_text())
    sessions = {str(pid) for pid, _ in note.values()}
    listening = {}
    for line_ in [*lines_of("tcp"), *lines_of("tcp6")]:
        fields = line_.split()
        if fields[3] == "0A":
            listening[fields[9]] = fields[1].split(":")[0]
    ours = {}
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and session_of(process) in sessions:
            ours |= {inode: process.name for inode in sockets_of(process) if inode in listening}
    assert ours, "Airflow listens nowhere"
    assert {listening[inode] for inode in ours} == {"0100007F"}  # 127.0.0.1


def lines_of(name: str) -> list[str]:
    path = Path("/proc/net") / name
    return path.read_text().splitlines()[1:] if path.exists() else []


def session_of(process: Path) -> str:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[3]
    except OSError:
        return ""


def sockets_of(process: Path) -> list[str]:
    found = []
    for handle in (process / "fd").iterdir():
        try:
            found += re.findall(r"socket:\[(\d+)\]", str(handle.readlink()))
        except OSError:
            continue
    return found


def test_a_scheduled_night_that_fails_and_is_late_is_told_of(live, alerts):
    assert [run for run in live.runs() if run["run_type"] == "scheduled"] == []
    alerts[1].clear()
    yesterday = datetime.now(NEW_YORK).date() - timedelta(days=1)
    schedule(live.shop, yesterday, yesterday)
    live.wait(lambda: len(alerts[1]) >= 2, 90)
    runs = [run for run in live.runs() if run["run_type"] == "scheduled"]
    assert len(runs) == 1
    assert shown(runs[0])[:2] == (str(yesterday), str(yesterday))
    path = f"{RUNS}/{urllib.request.quote(runs[0]['dag_run_id'])}"
    live.wait(lambda: live.ask(path)["state"] == "failed", 30)
    late, failed = split(alerts[1])
    assert f"the night of {yesterday} is late: it was to be published by 00:01" in late
    assert f"the night of {yesterday} failed at open_night: order_lines: no line" in failed
    assert f"`nocturne night --as-of {yesterday}`" in failed
    assert yesterday not in live.published()


def split(received: list[dict[str, Any]]) -> tuple[str, str]:
    """Return the sentence about the late night and the one about the failed."""
    texts = [told["text"] for told in received]
    assert len(texts) == 2, texts
    late = next(text for text in texts if " is late" in text)
    return late, next(text for text in texts if text is not late)
