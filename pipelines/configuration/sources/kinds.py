"""The kinds of sources there are, and who reads the keys that each has of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.configuration.faults import Faults, resolve
from pipelines.configuration.sources import file_source, http_source, sql_source

ReadEntry = Callable[[str, dict[str, Any], Faults], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind: its own keys of an entry, and the function that checks them.

    `missing_may_be` says whether a row may lack a mapped column, as JSON objects may.
    """

    keys: tuple[str, ...]
    read: ReadEntry
    missing_may_be: bool = False


def _files(missing_may_be: bool = False) -> Kind:
    return Kind(file_source.KEYS, file_source.read, missing_may_be)


KINDS = {
    "csv": _files(),
    "jsonl": _files(missing_may_be=True),
    "parquet": _files(),
    "sql": Kind(sql_source.KEYS, sql_source.read),
    "http": Kind(http_source.KEYS, http_source.read, missing_may_be=True),
}


def place_in(options: dict[str, Any], home: Path) -> dict[str, Any]:
    """Return the options of a source with {home} filled in."""
    path = str(options.get("path") or "")
    return options | {"path": resolve(path, home)} if path and "://" not in path else options
