"""A live Airflow on a shop of its own, and what one can do with it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nocturne.airflow import ui
from nocturne.home import Home
from nocturne.server import server
from tests.support.shop import CHECKOUT, Shop

NEW_YORK = ZoneInfo("America/New_York")
RUNS = "/api/v2/dags/nightly_segmentation/dagRuns"
BACKFILLS = "/api/v2/backfills?dag_id=nightly_segmentation"
ENDED = ("success", "failed")
CLOSED_SECONDS = 90  # Airflow looks every 30 whether a backfill has ended
AIRFLOW_BACKFILL = (  # as docs/airflow.md says
    'eval "$({python} -m nocturne.airflow.home)" && {airflow} backfill create'
    " --dag-id nightly_segmentation --from-date {first} --to-date {last} {how}"
)


class Live:
    """A running web UI."""

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
            "conf": {"as_of": str(as_of), "known_at": None},
            "logical_date": logical_date.isoformat() if logical_date else None,
            "data_interval_start": None, "data_interval_end": None, "note": "",
        }  # fmt: skip
        return self.post(RUNS, body)["dag_run_id"]

    def runs(self) -> list[dict[str, Any]]:
        return self.ask(RUNS)["dag_runs"]

    def tasks(self, run_id: str) -> dict[str, str]:
        """Return the state of each task of a run."""
        found = self.ask(f"{RUNS}/{urllib.request.quote(run_id)}/taskInstances")
        return {each["task_id"]: each["state"] for each in found["task_instances"]}

    def run_of(self, day: date) -> str:
        """Return the id of the backfilled run of a business day."""
        [found] = [
            run["dag_run_id"] for run in self.runs()
            if run["run_type"] == "backfill" and start_of(run) == day
        ]  # fmt: skip
        return found

    def log(self, run_id: str, task_id: str) -> str:
        """Return what a task has logged in its first try."""
        path = f"{RUNS}/{urllib.request.quote(run_id)}/taskInstances/{task_id}/logs/1"
        return "\n".join(str(each.get("event")) for each in self.ask(path)["content"])

    def states(self, count: int, seconds: float = 300) -> dict[str, str]:
        """Wait until there are so many runs and all have ended; return their states."""

        def ended() -> dict[str, str] | None:
            states = {run["dag_run_id"]: run["state"] for run in self.runs()}
            done = len(states) >= count and all(state in ENDED for state in states.values())
            return states if done else None

        return self.wait(ended, seconds)

    def closed(self) -> None:
        """Wait until Airflow has closed every backfill: before that it refuses the next."""

        def no_open() -> bool:
            return all(each["completed_at"] for each in self.ask(BACKFILLS)["backfills"])

        self.wait(no_open, CLOSED_SECONDS)

    def wait(self, what: Callable[[], Any], seconds: float) -> Any:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < end, [(r["dag_run_id"], r["state"]) for r in self.runs()]
            time.sleep(0.5)
        return found

    def backfill(self, first: date, last: date, how: str) -> subprocess.CompletedProcess[str]:
        """Type Airflow's own command."""
        typed = AIRFLOW_BACKFILL.format(
            python=sys.executable, airflow=ui.AIRFLOW, first=first, last=last, how=how
        )
        return subprocess.run(
            ["bash", "-c", typed], env=self.environ, check=False, cwd=CHECKOUT,
            capture_output=True, text=True,
        )  # fmt: skip

    def shell(self, *words: object) -> "subprocess.Popen[str]":
        """Begin a `nocturne` command."""
        return subprocess.Popen(
            [sys.executable, "-m", "nocturne.cli", *map(str, words)], env=self.environ,
            cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def published(self) -> set[date]:
        rows = self.shop.query("select as_of from ops.published where replaced_at is null")
        return {row["as_of"] for row in rows}


def shown(run: dict[str, Any]) -> tuple[str, str, str | None]:
    """Return what tells a run's night: its key, the day in its id, and its note."""
    return run["partition_key"], run["dag_run_id"].split("__")[1], run["note"]


def start_of(run: dict[str, Any]) -> date:
    """Return the business day on which a run's data interval starts."""
    return datetime.fromisoformat(run["data_interval_start"]).astimezone(NEW_YORK).date()


@contextmanager
def running(shop: Shop, home: Home, webhook: str) -> Iterator[Live]:
    """Run the web UI until it is stopped as by Ctrl-C."""
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "NOCTURNE_HOME": str(home.path),
        "NOCTURNE_CONFIG": str(shop.config),
        "NOCTURNE_ALERT_WEBHOOK": webhook,
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "20",  # settings are read anew
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "1",
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_FETCH_INTERVAL": "1",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",
    }
    environ.pop("NOCTURNE_WAREHOUSE_URL", None)
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "nocturne.airflow.ui"], env=environ, cwd=CHECKOUT, text=True,
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


def told(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the address and the password that the command prints."""
    lines = []
    for text in process.stdout:
        lines.append(text)
        if found := re.search(r"at (http://127.0.0.1:\d+), user admin, password (\S+)", text):
            return found[1], found[2]
    raise AssertionError("".join(lines))
