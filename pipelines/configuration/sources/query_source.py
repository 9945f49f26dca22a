"""The keys that sources of kind query have of their own: files, and the SELECT over them.

A query is read without being run: is it one SELECT, of which tables, does it ask a clock.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from pipelines.configuration.faults import Entry, Fault, nearest, refused, resolve
from pipelines.configuration.model import Source
from pipelines.configuration.settings import NotNegative
from pipelines.configuration.sources.entry import SourceEntry
from pipelines.configuration.sources.file_source import Delimiter, Encoding

BY_SUFFIX = {".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
COMPRESSED = (".gz", ".zst")
CLOCKS = {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}
TABLE_FUNCTIONS = {"range", "generate_series", "unnest", "json_each", "json_tree"}
# What DuckDB says depends on the moment, and no row can: an error tells what is wrong with one.
CONSTANT_ENOUGH = {"error", "stats", "vector_type"}


@dataclass(frozen=True)
class QueryText:
    """What a query reads and calls; `fault` says why it is not one SELECT."""

    fault: str = ""
    tables: frozenset[str] = frozenset()
    reads_files: frozenset[str] = frozenset()
    changing: frozenset[str] = frozenset()


@cache
def text_of(query: str) -> QueryText:
    """Return what a query is made of, as DuckDB parses it."""
    parsed = _parsed(query)
    if parsed["error"]:
        if parsed["error_type"] == "not implemented":
            return QueryText("it is another statement")
        return QueryText(str(parsed["error_message"]).split("\n")[0].rstrip("."))
    if len(parsed["statements"]) != 1:
        return QueryText(f"it is {len(parsed['statements'])} statements")
    nodes = list(_nodes(parsed["statements"]))
    if any(node.get("type") == "SHOW_REF" for node in nodes):
        return QueryText("it describes what there is")
    called = {str(node["function_name"]).lower() for node in nodes if node.get("function_name")}
    columns = {
        node["column_names"][0].lower()
        for node in nodes
        if node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1
    }
    sampled = {"a sample" for node in nodes if node.get("sample")}
    named = (each["key"] for node in nodes for each in node.get("cte_map", {}).get("map", []))
    tables = {
        ".".join(filter(None, (node["schema_name"], node["table_name"]))).lower()
        for node in nodes
        if node.get("type") == "BASE_TABLE"
    }
    from_functions = {
        str(node["function"]["function_name"]).lower()
        for node in nodes
        if node.get("type") == "TABLE_FUNCTION"
    }
    return QueryText(
        tables=frozenset(tables - {name.lower() for name in named}),
        reads_files=frozenset(from_functions - TABLE_FUNCTIONS),
        changing=frozenset((called & _changing()) | (columns & CLOCKS) | sampled),
    )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a tree of JSON."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for inner in tree:
            yield from _nodes(inner)


def _parsed(query: str) -> dict[str, Any]:
    found = _answer("select json_serialize_sql($query)", query=query)
    return dict(json.loads(found[0][0]))


@cache
def _changing() -> frozenset[str]:
    """Return the functions that may give something else another time, and are no aggregate."""
    found = _answer("select function_name from duckdb_functions() where stability != 'CONSISTENT'")
    return frozenset(name for (name,) in found) - CONSTANT_ENOUGH


def _answer(question: str, **binds: str) -> list[tuple[Any, ...]]:
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("set enable_external_access = false")
        return connection.execute(question, binds or None).fetchall()


def _local(path: str) -> str:
    if "://" in path:
        raise refused(" is not local: a query reads files of this machine.")
    return path


class QueryFile(Entry):
    """Files that are one table of the query, and how they are written; a path alone is enough."""

    shape = "a path, or keys such as path, encoding, delimiter"
    path: Annotated[str, AfterValidator(_local)] = Field(
        min_length=1, description="a path or a glob"
    )
    kind: Literal["csv", "jsonl", "parquet"] | None = Field(
        None, description="csv, jsonl or parquet; by default what the name ends in says"
    )
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ","
    settle_seconds: NotNegative = Field(0, description="a number of seconds")

    @property
    def options(self) -> dict[str, Any]:
        """The options of the reader of such files, its kind among them."""
        name = self.path.lower()
        for suffix in COMPRESSED:
            name = name.removesuffix(suffix)
        kind = self.kind or BY_SUFFIX.get(PurePath(name).suffix, "csv")
        return dict(self) | {"kind": kind}


AnyFile = Annotated[
    QueryFile,
    BeforeValidator(
        lambda value: {"path": value} if isinstance(value, str) else value,
        json_schema_input_type=QueryFile | str,
    ),
]
TableName = Annotated[str, Field(pattern="^[a-z_][a-z0-9_]*$")]


class QuerySource(SourceEntry):
    """Which files are which tables, and the SELECT that makes rows of them."""

    kind: Literal["query"]
    files: dict[TableName, AnyFile] = Field(
        min_length=1,
        description="names of tables in small letters, each with a path or keys and values",
    )
    query: str = Field(min_length=1, description="one SELECT over the tables of `files`")

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield what is wrong with the query: another statement, another table, a clock."""
        yield from super().rules(content, context)
        query, files = content.get("query"), content.get("files")
        if not (isinstance(query, str) and query and isinstance(files, dict)):
            return
        read = text_of(query)
        if read.fault:
            yield ("query",), f" is not one SELECT: {read.fault}."
        for table in sorted(read.tables - set(files)):
            yield ("query",), f" reads {table}, which is none of its files. {nearest(table, files)}"
        for function in sorted(read.reads_files):
            yield ("query",), f" reads with {function}(); name what it reads in `files`."
        for function in sorted(read.changing):
            yield (
                ("query",),
                f" asks {function}: the same files would give other rows another time. Take a "
                "column of theirs.",
            )

    @property
    def options(self) -> dict[str, Any]:
        """The keys that sources of this kind have of their own."""
        files = {name: file.options for name, file in self.files.items()}
        return {"query": self.query, "files": files}

    def source(self, name: str, home: Path) -> Source:
        """Return the source as the pipeline reads it, with {home} filled in."""
        made = super().source(name, home)
        files = {
            table: file | {"path": resolve(file["path"], home)}
            for table, file in self.options["files"].items()
        }
        return replace(made, options=made.options | {"files": files})
