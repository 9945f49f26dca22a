"""`make ui`: Airflow's web UI and scheduler on 127.0.0.1, until Ctrl-C or `make down`.

The four parts are started one by one and not by `airflow standalone`, whose scheduler and triggerer
each serve their logs to the whole network on a fixed port.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from nocturne import environment, troubles
from nocturne.airflow import home as airflow_home
from nocturne.home import Home
from nocturne.server import server
from nocturne.server import urls as server_urls

PARTS = {
    "api-server": ("api-server",),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
    "scheduler": ("scheduler", "--skip-serve-logs"),  # last: its tasks report to the API server
}
READY_SECONDS = 120
STOP_SECONDS = 20
Parts = dict[str, subprocess.Popen[bytes]]
AIRFLOW = Path(sys.executable).with_name("airflow")


class PartEnded(Exception):
    """One of Airflow's parts has ended by itself, or does not come up."""


def main() -> None:
    """Start the database and Airflow, print where it is, and stop Airflow at the end."""
    home = environment.home().create()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell lets what it puts behind ignore it
    try:
        if stop(home):
            print("Stopped the one that was running.")
        port, environ = _environment(home)
        print("Starting Airflow, which takes half a minute …", flush=True)
        with _running(home, environ, port) as parts:
            _wait_for(port, ("scheduler", "triggerer", "dag_processor"), parts)
            print(
                f"Airflow is at http://127.0.0.1:{port}, user admin, password "
                f"{airflow_home.password(home)}\nCtrl-C or `make down` stops it.",
                flush=True,
            )
            while True:
                _check(parts)
                time.sleep(1)
    except KeyboardInterrupt:
        print("\nAirflow is stopped. The database runs on until `make down`.")
    except PartEnded as error:
        sys.exit(f"{error} Its log is in {home.logs}.")


def stop(home: Home) -> bool:
    """Stop the web UI of a home and all its parts; true if it was running."""
    alive = _alive(home)
    if not alive:
        return False
    owner = alive.pop("owner", None)
    if owner:
        _signal(owner, signal.SIGTERM, group=False)
        _wait(lambda: not _alive(home), 2 * STOP_SECONDS)
    _end([pid for name, pid in _alive(home).items() if name != "owner"])
    _note(home).unlink(missing_ok=True)
    return True


def is_running(home: Home) -> bool:
    """Return whether the web UI of a home, or a part that outlived it, is at work."""
    return bool(_alive(home))


def _alive(home: Home) -> dict[str, int]:
    """Return the process ids of what is noted and still the same process."""
    try:
        noted = json.loads(_note(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: pid for name, (pid, start) in noted.items() if _start_of(pid) == start}


def _environment(home: Home) -> tuple[int, dict[str, str]]:
    """Bring both databases up to date; return the port and the environment of Airflow's parts."""
    urls = server.up(home)
    port = _port(home)
    with environment.here() as deployment:
        ours = airflow_home.environment(home, deployment.configuration, urls, port)
    environ = {**os.environ, **ours, "PYTHONUNBUFFERED": "1"}
    with (home.logs / "airflow-migrate.log").open("w") as log:
        migrate = (
            sys.executable,
            "-m",
            "nocturne.airflow.run_dag",
        )  # a process of its own: it is large
        if subprocess.run(migrate, env=environ, stdout=log, stderr=log, check=False).returncode:
            raise PartEnded(f"Airflow's database could not be brought up to date: see {log.name}.")
    return port, environ


def _port(home: Home) -> int:
    """Return the port of this home's web UI: the same each time, unless somebody has taken it."""
    path = home.airflow / "port"
    port = int(path.read_text()) if path.exists() else 0
    if not port or not server_urls.is_free(port):
        port = server_urls.free_port()
        path.write_text(str(port))
    return port


@contextlib.contextmanager
def _running(home: Home, environ: dict[str, str], port: int) -> Iterator[Parts]:
    """Run Airflow's parts, each the head of a process group of its own, noted for `stop`."""
    parts: Parts = {}
    try:
        for name, arguments in PARTS.items():
            if name == "scheduler":
                _wait_for(port, (), parts)
            with (home.logs / f"airflow-{name}.log").open("ab") as log:
                parts[name] = subprocess.Popen(
                    (AIRFLOW, *arguments), env=environ, stdout=log, stderr=log,
                    stdin=subprocess.DEVNULL, start_new_session=True, cwd=home.path,
                )  # fmt: skip
            _write_note(home, {"owner": os.getpid(), **{n: p.pid for n, p in parts.items()}})
        yield parts
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the second Ctrl-C of an impatient person
        _end([part.pid for part in parts.values()])
        for part in parts.values():
            part.wait()
        _note(home).unlink(missing_ok=True)


def _wait_for(port: int, names: tuple[str, ...], parts: Parts) -> None:
    """Wait until the web UI answers, and tells that these parts have given a sign of life."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        _check(parts)
        with contextlib.suppress(OSError, ValueError):
            address = f"http://127.0.0.1:{port}/api/v2/monitor/health"
            with urllib.request.urlopen(address, timeout=5) as answer:
                health = json.load(answer)
            if all(health[name]["status"] == "healthy" for name in names):
                return
        time.sleep(0.5)
    raise PartEnded(f"Airflow did not become ready in {READY_SECONDS} seconds.")


def _check(parts: Parts) -> None:
    for name, part in parts.items():
        if part.poll() is not None:
            raise PartEnded(f"Airflow's {name} has ended with exit code {part.returncode}.")


def _end(pids: list[int]) -> None:
    """End process groups: asked first, then forced, with whatever has outlived its head."""
    for pid in pids:
        _signal(pid, signal.SIGTERM)
    _wait(lambda: all(_has_ended(pid) for pid in pids), STOP_SECONDS)
    for pid in pids:
        _signal(pid, signal.SIGKILL)


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)


def _signal(pid: int, how: signal.Signals, *, group: bool = True) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if group else os.kill)(pid, how)


def _has_ended(pid: int) -> bool:
    """Return whether a process is gone, or only waits for its parent to notice."""
    fields = _fields(pid)
    return not fields or fields[0] == "Z"


def _start_of(pid: int) -> int | None:
    """Return when a process started, in the kernel's ticks: with its id, who it is."""
    fields = _fields(pid)
    return int(fields[19]) if fields and fields[0] != "Z" else None


def _fields(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the third, the state, on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _note(home: Home) -> Path:
    return home.airflow / "ui.json"


def _write_note(home: Home, pids: dict[str, int]) -> None:
    half = _note(home).with_suffix(".half")
    half.write_text(json.dumps({name: (pid, _start_of(pid)) for name, pid in pids.items()}))
    half.rename(_note(home))


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(troubles.exit_code_of(main))
