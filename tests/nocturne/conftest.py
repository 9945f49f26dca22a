"""Homes to try the embedded server in."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from nocturne.home import Home
from nocturne.server import run_as, server


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with a database whose server is stopped, to copy from."""
    stopped = Home(tmp_path_factory.mktemp("made") / "home")
    server.up(stopped)
    server.down(stopped)
    yield stopped
    server.remove(stopped)


@pytest.fixture
def own_home(tmp_path: Path, made: Home) -> Iterator[Home]:
    """A home with a database, for claims that start, kill or break its server."""
    mine = Home(tmp_path / "own")
    if run_as.data_folder(made.postgres).is_relative_to(made.path):
        shutil.copytree(made.path, mine.path)
    else:  # root without user namespaces: the data is elsewhere
        server.up(mine)
        server.down(mine)
    yield mine
    server.remove(mine)


@pytest.fixture
def empty_home(tmp_path: Path) -> Iterator[Home]:
    """A home without a database, for claims about making one."""
    mine = Home(tmp_path / "an empty home")
    yield mine
    server.remove(mine)


@pytest.fixture
def ask() -> Callable[[str, str], object]:
    """Run a query at an address and return the first cell of its answer."""

    def first_cell(url: str, query: str) -> object:
        connection = psycopg2.connect(url, connect_timeout=5)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            connection.close()

    return first_cell
