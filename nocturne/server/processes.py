"""The processes of one embedded server: found, waited for, stopped, cleared away.

They are known by the cluster's name in their command lines, which every user may read (what a
process has open is hidden from root too, where root has few capabilities, as in containers).
"""

import contextlib
import hashlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from nocturne.server.run_as import ServerError

PATIENCE_SECONDS = 10
STOP_SECONDS = 60


def cluster_name(data: Path) -> str:
    """Return the name under which the processes of a data folder are found."""
    return "nocturne-" + hashlib.sha256(os.fsencode(data)).hexdigest()[:12]


def server_process(data: Path) -> int | None:
    """Return the process id of the server at work in a data folder, or None."""
    return next((pid for pid, is_parent in _processes(data) if is_parent), None)


def is_ready(data: Path) -> bool:
    """Return whether the server takes connections, by the last line of its own note."""
    return _note(data)[7:8] == ["ready"]


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Return whether a condition came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def stop(data: Path, *, at_once: bool = False) -> bool:
    """Stop the server; true if it was running.

    `at_once` does not wait for what it still has to write: for data that goes away with it.
    """
    pid = server_process(data)
    if pid is None:
        return False
    orderly = () if at_once else ((signal.SIGINT, STOP_SECONDS),)
    for how, seconds in (*orderly, (signal.SIGQUIT, PATIENCE_SECONDS)):
        _signal(pid, how)
        if wait_until(lambda: not _processes(data), seconds):
            return True
    raise ServerError(f"The server of {data}, process {pid}, does not stop.")


def clear_the_way(data: Path) -> None:
    """End what a killed server has left: processes that outlived it, and a note that lies.

    Raises
    ------
    ServerError
        The note names a PostgreSQL process that is not known to be this server's.
    """
    for how in (signal.SIGQUIT, signal.SIGKILL):
        for pid, _ in _processes(data):
            _signal(pid, how)
        if wait_until(lambda: not _processes(data), PATIENCE_SECONDS):
            break
    noted = int(next(iter(_note(data)), "0") or "0")
    words = _command_line(noted)
    if words and ("postgres" in Path(words[0]).name or words[0].startswith("postgres:")):
        raise ServerError(
            f"Process {noted}, a PostgreSQL server, may be at work in {data}. Was its folder "
            f"moved? Stop that process (kill -INT {noted}), then try again."
        )
    if words:  # somebody else has that number by now; PostgreSQL would take it for a server
        (data / "postmaster.pid").unlink(missing_ok=True)


def _note(data: Path) -> list[str]:
    """Return the lines of postmaster.pid: process id, folder, start, port, …, state."""
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []


def _processes(data: Path) -> list[tuple[int, bool]]:
    """Return the ids of a server's processes, and which of them is the parent of the others."""
    name = cluster_name(data)
    found = []
    for entry in os.listdir("/proc"):  # noqa: PTH208 - a tenth of the time of iterdir
        words = _command_line(int(entry)) if entry.isdigit() else []
        if words and words[0].startswith(f"postgres: {name}"):
            found.append((int(entry), False))
        elif words and Path(words[0]).name == "postgres" and f"cluster_name={name}" in words:
            found.append((int(entry), True))
    return found


def _command_line(pid: int) -> list[str]:
    """Return the words of a process's command line; none if there is no such process."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123 - as quick, for all pids
            return os.fsdecode(file.read()).rstrip("\0").split("\0") if pid else []
    except OSError:
        return []


def _signal(pid: int, how: signal.Signals) -> None:
    """Send a signal to a process, unless it has gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)
