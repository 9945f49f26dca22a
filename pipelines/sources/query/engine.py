"""Open a DuckDB that reads nothing but the tables it is given, in bounded memory.

Files are read by our own readers and handed over as Arrow, so that it needs no access to any: the
file system, the network, extensions and Python's variables are closed to it before a query comes.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "512MB"  # beside a night's own; what needs more goes to the folder
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,  # the order in which rows come is that of the files, each time
    "memory_limit": MEMORY,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}
CLOSED = (
    "set timezone = 'UTC'",
    "set enable_external_access = false",
    "set lock_configuration = true",
)


def folder_of(home: Path, source: str) -> Path:
    """Return where a source's query keeps what its memory does not hold, while it runs."""
    return home / "sources" / f"query-{quote(source, safe='')}"


@contextmanager
def opened(folder: Path) -> Iterator["DuckDBPyConnection"]:
    """Open an empty database in memory that keeps what does not fit in a folder of its own.

    What a killed run left there goes first.
    """
    import duckdb

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    connection = duckdb.connect(":memory:", config=SETTINGS | {"temp_directory": str(folder)})
    try:
        for statement in CLOSED:
            connection.execute(statement)
        yield connection
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)
