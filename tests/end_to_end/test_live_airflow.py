"""The live scheduler, on a tiny shop in New York: one start for all claims."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nocturne import server, ui
from nocturne.home import Home
from tests.conftest import CHECKOUT, LINE_COLUMNS, Shop, source
from tests.plugins.servers import webhook
from tests.stories import line

pytestmark = pytest.mark.timeout(400)
NEW_YORK = ZoneInfo("America/New_York")
ONE = timedelta(days=1)
D = date(2017, 12, 28)  # long ago, so that nothing is dated yesterday
A, B = D - 2 * ONE, D - ONE  # the backfill; the others are built by hand
EARLIER = D - 5 * ONE


class Live:
    """A running web UI and what one can do with it."""

    def __init__(self, shop: Shop, home: Home, environ: dict[str, str], url: str, password: str):
        self.shop, self.home, self.environ, self.url = shop, home, environ, url
        self.token = ""
        login = {"username": "admin", "password": password}
        self.token = self.post("/auth/token", login)["access_token"]

    def ask(self, path: str, body: object = None) -> Any:
        """Get, or post a body, as the web UI does."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, content, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    post = ask

    def trigger(self, as_of: date, logical_date: datetime | None) -> str:
        """Post what the form of the web UI posts; return the run's id."""
        body = {
            "conf": {"as_of": str(as_of), "known_at": None, "claim": None},
            "logical_date": logical_date.isoformat() if logical_date else None,
            "data_interval_start": None, "data_interval_end": None, "note": "",
        }  # fmt: skip
        return self.post(RUNS, body)["dag_run_id"]

    def runs(self) -> list[dict[str, Any]]:
        return self.ask(RUNS)["dag_runs"]

    def wait(self, what: Callable[[], Any], seconds: float) -> Any:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < end, [(r["dag_run_id"], r["state"]) for r in self.runs()]
            time.sleep(0.5)
        return found

    def published(self) -> set[date]:
        rows = self.shop.query("select as_of from ops.published where replaced_at is null")
        return {row["as_of"] for row in rows}


RUNS = "/api/v2/dags/nightly_segmentation/dagRuns"


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
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till}})
    # It has ended, as the demo's has. The deadline is set from the start: a run keeps that of the
    # DAG it was made from.
    configure(shop, date(2017, 12, 24), date(2017, 12, 31), deadline_minutes=1)
    bought = [line(f"o{n}", str(D - n * ONE), customer_ref=f"c{n % 4}") for n in range(30)]
    shop.write("till/history.csv", bought, LINE_COLUMNS)
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "NOCTURNE_HOME": str(home.path),
        "NOCTURNE_CONFIG": str(shop.config),
        "NOCTURNE_ALERT_WEBHOOK": alerts[0],
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3",  # so that settings are read anew
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "1",
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_FETCH_INTERVAL": "1",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
    }
    environ.pop("NOCTURNE_WAREHOUSE_URL", None)
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "nocturne.ui"], env=environ, cwd=CHECKOUT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            url, password = told(process)
            yield Live(shop, home, environ, url, password)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
            assert ui.stop(home) is False, "Ctrl-C left something running"
            server.down(home)


def configure(shop: Shop, first: date, last: date, **more: Any) -> None:
    shop.configure(
        "settings",
        {"business_time_zone": str(NEW_YORK), "schedule": {"start": first, "end": last}, **more},
    )


def told(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the address and the password that the command prints."""
    lines = []
    for text in process.stdout:
        lines.append(text)
        if found := re.search(r"at (http://127.0.0.1:\d+), user admin, password (\S+)", text):
            return found[1], found[2]
    raise AssertionError("".join(lines))


def test_nights_by_hand_and_backfilled_are_built_and_nothing_of_today(live):
    by_hand = [live.trigger(D, datetime.now(UTC)), live.trigger(EARLIER, None)]
    backfill(live, A, B)

    def ended():
        runs = live.runs()
        return (
            len(runs) >= 4 and all(run["state"] in ("success", "failed") for run in runs) and runs
        )

    runs = live.wait(ended, 300)
    assert {run["dag_run_id"]: run["state"] for run in runs if run["state"] != "success"} == {}
    kinds = sorted(run["run_type"] for run in runs)
    assert kinds == ["backfill"] * 2 + ["manual"] * 2
    assert {run["dag_run_id"] for run in runs if run["run_type"] == "manual"} == set(by_hand)
    assert live.published() == {EARLIER, A, B, D}
    backfilled = live.shop.query(
        "select as_of from ops.nights where claimant like '%backfill__%' order by night_id"
    )
    assert [row["as_of"] for row in backfilled] == [A, B]  # once each, oldest first


def backfill(live: Live, first: date, last: date) -> None:
    """Type what docs/airflow.md says."""
    typed = (
        f'eval "$({sys.executable} -m nocturne.airflow_home)" && {ui.AIRFLOW} backfill create'
        f" --dag-id nightly_segmentation --from-date {first} --to-date {last} --max-active-runs 3"
    )
    subprocess.run(
        ["bash", "-c", typed], env=live.environ, check=True, capture_output=True, cwd=CHECKOUT
    )


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
    yesterday = datetime.now(NEW_YORK).date() - ONE
    configure(live.shop, yesterday, yesterday, deadline_minutes=1)
    live.wait(lambda: len(alerts[1]) >= 2, 90)
    runs = [run for run in live.runs() if run["run_type"] == "scheduled"]
    assert len(runs) == 1
    live.wait(lambda: live.ask(f"{RUNS}/{quoted(runs[0])}")["state"] == "failed", 30)
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


def quoted(run: dict[str, Any]) -> str:
    return urllib.request.quote(run["dag_run_id"])
