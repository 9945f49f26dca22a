"""The reader of each kind of source, imported when it is asked for."""

from importlib import import_module
from types import ModuleType

READERS = {
    "csv": "files.csv",
    "jsonl": "files.jsonl",
    "parquet": "files.parquet",
    "sql": "sql.extract",
    "http": "http.pages",
    "query": "query.select",
}


def reader_of(kind: str) -> ModuleType:
    """Return the module that reads a kind: its `arrivals(source, asked)`, a file's also `read`."""
    return import_module(f"pipelines.sources.{READERS[kind]}")
