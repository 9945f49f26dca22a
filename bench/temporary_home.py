"""Where a benchmark runs: a home with its own server below a temporary folder, gone afterwards."""

import multiprocessing
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from nocturne.home import Home
from nocturne.server import server
from pipelines.configuration.load import read_configuration
from pipelines.configuration.versions import CHECKOUT
from pipelines.deployment import Deployment
from pipelines.warehouse import migrate
from pipelines.warehouse.connection import Warehouse

SETTINGS = {"business_time_zone": "UTC", "deadline_minutes": 360}
MODELS = {"churn": {"activity_days": 90, "churn_horizon_days": 30, "cutoff_count": 1}}
_children = multiprocessing.get_context("spawn")


class Child(NamedTuple):
    """What a function returned in a process of its own, and the most memory that one held."""

    result: Any
    mebibytes: int


def source(entity: str, path: str, columns: tuple[str, ...], kind: str = "parquet") -> dict:
    """Return an entry of sources.yml whose columns are called as ours."""
    names = {name: name for name in columns}
    return {"entity": entity, "kind": kind, "path": f"{{home}}/shop/{path}", "columns": names}


@contextmanager
def home_for(sources: dict[str, dict]) -> Iterator[Path]:
    """Make a folder with a configuration and a running server; remove both at the end."""
    folder = Path(tempfile.mkdtemp(prefix="nocturne-bench-"))
    home = _home(folder)
    try:
        server.up(home.create())
        _configure(folder / "config", sources)
        opened = reopen(folder)
        migrate.bring_up_to_date(opened.warehouse)
        opened.warehouse.close()
        yield folder
    finally:
        server.remove(home)
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, sources: dict[str, dict]) -> None:
    """Write the settings of a made-up shop; its segments and destinations are the project's."""
    folder.mkdir()
    content = {"settings": SETTINGS, "models": MODELS, "sources": {"sources": sources}}
    for name, entries in content.items():
        (folder / f"{name}.yml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    project = yaml.safe_load((CHECKOUT / "config" / "settings.yml").read_text(encoding="utf-8"))
    with (folder / "settings.yml").open("a", encoding="utf-8") as file:
        yaml.safe_dump({"engagement": project["engagement"]}, file)
    for name in ("segments.yml", "destinations.yml"):
        shutil.copy(CHECKOUT / "config" / name, folder)


def _home(folder: Path) -> Home:
    return Home(folder / "home")


def reopen(folder: Path) -> Deployment:
    """Return the deployment of a benchmark's folder, for whatever process asks."""
    home = _home(folder)
    configuration = read_configuration(folder / "config", home.path)
    warehouse = Warehouse(server.urls(home).owner, lambda: datetime.now(UTC))
    return Deployment(home.path, configuration, warehouse)


def server_pid(folder: Path) -> int:
    """Return the process id of the folder's server."""
    pid = server.status(_home(folder)).pid
    if pid is None:
        raise RuntimeError(f"the server of {folder} has ended; its log is below home/logs.")
    return pid


def in_child(function: Callable[..., Any], *arguments: Any) -> Child:
    """Call a function of a module in a new process, whose memory then is all its own.

    Raises
    ------
    RuntimeError
        If the process ends without an answer; what went wrong stands on its standard error.
    """
    receiving, sending = _children.Pipe(duplex=False)
    child = _children.Process(target=_answer, args=(sending, function, arguments), daemon=True)
    child.start()
    sending.close()
    try:
        result, mebibytes = receiving.recv()
    except EOFError:
        child.join()
        raise RuntimeError(f"{function.__name__} ended with {child.exitcode}.") from None
    child.join()
    return Child(result, mebibytes)


def _answer(sending: Any, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    result = function(*arguments)
    # ru_maxrss would begin with what the parent held.
    [peak] = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    sending.send((result, int(peak) // 1024))
