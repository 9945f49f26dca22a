"""The server of a run, and its workers: processes with databases of their own."""

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from nocturne.home import Home
from nocturne.server import server
from tests.mutation.judge import Judge, judge
from tests.mutation.mutants import Mutant
from tests.support.shop import CHECKOUT

_worker: dict[str, Any] = {}


@contextmanager
def embedded() -> Iterator[Path]:
    """Start an embedded server in a home of its own; yield the home."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.from_environment({"NOCTURNE_HOME": folder}, CHECKOUT)
        server.up(home)
        try:
            yield Path(folder)
        finally:
            server.remove(home)


def databases(folder: Path) -> Callable[[], str]:
    """Return what makes an empty database on the server of a home and returns its owner's URL."""
    urls = server.urls(Home.from_environment({"NOCTURNE_HOME": str(folder)}, CHECKOUT))
    base = sa.make_url(urls.superuser).set(drivername="postgresql+psycopg2")
    numbers = itertools.count(1)

    def make() -> str:
        name = f"mutation_{os.getpid()}_{next(numbers)}"
        engine = sa.create_engine(base, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"create database {name} owner nocturne_owner"))
        engine.dispose()
        return sa.make_url(urls.owner).set(database=name).render_as_string(hide_password=False)

    return make


def open_worker(folder: Path) -> None:
    """Open a worker's own databases, once."""
    stack = ExitStack()
    home = Path(tempfile.mkdtemp(dir=folder))
    _worker["judge"] = stack.enter_context(judge(home, databases(folder)))


def judge_share(share: list[Mutant]) -> list[tuple[Mutant, str | None]]:
    """Judge some mutants in this worker; return with each the check that noticed it."""
    judging: Judge = _worker["judge"]
    killers = judging.killers(share)
    return [(mutant, killers.get(mutant)) for mutant in share]
