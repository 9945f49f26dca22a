"""Read the entries of sources.yml."""

from pathlib import Path
from typing import Any

from pipelines.configuration import Source, names
from pipelines.entities import ENTITIES
from pipelines.faults import Faults, read_zone, resolve

KINDS = ("csv", "jsonl", "parquet")
FLAGS = ("orders_arrive_whole", "snapshot", "simulated")
KEYS = (
    "entity", "kind", "path", "columns", "time_zone", "customer_space", "tombstone",
    "orders_arrive_whole", "snapshot", "encoding", "delimiter", "simulated",
)  # fmt: skip


def read_sources(content: dict[str, Any], home: Path, faults: Faults) -> list[Source]:
    """Return the sources, in the order of the file; note what is wrong with them."""
    entries = content.get("sources") or {}
    if not faults.expect(isinstance(entries, dict), "sources.yml: sources: expected names."):
        return []
    read = [_source(name, entry or {}, home, faults) for name, entry in entries.items()]
    sources = [source for source in read if source]
    fed = {entry.get("entity") for entry in entries.values() if isinstance(entry, dict)}
    faults.expect(
        "order_lines" in fed,
        "sources.yml: no source feeds order_lines, the only entity a night cannot do without.",
    )
    return sources


def _source(name: str, entry: Any, home: Path, faults: Faults) -> Source | None:
    place = f"sources.yml: {name}"
    if not faults.expect(isinstance(entry, dict), f"{place}: expected keys and values."):
        return None
    before = len(faults)
    for key in sorted(set(map(str, entry)) - set(KEYS)):
        faults.append(f"{place}.{key} is not understood. There are: {', '.join(KEYS)}.")
    kind, entity = entry.get("kind"), entry.get("entity")
    faults.expect(kind in KINDS, f"{place}.kind is {kind!r}; expected one of {', '.join(KINDS)}.")
    faults.expect(bool(entry.get("path")), f"{place}.path is missing: where are the files?")
    if faults.expect(
        entity in ENTITIES, f"{place}.entity is {entity!r}; expected one of {names(ENTITIES)}."
    ):
        _columns(place, entity, entry.get("columns"), faults)
    flags = _flags(place, entry, faults)
    zone = read_zone(entry.get("time_zone", "UTC"), f"{place}.time_zone", faults)
    if len(faults) > before:
        return None
    rest = {
        key: entry[key]
        for key in ("customer_space", "tombstone", "encoding", "delimiter")
        if key in entry
    }
    return Source(
        name=name,
        entity=entity,
        kind=kind,
        path=resolve(entry["path"], home),
        columns=dict(entry["columns"]),
        time_zone=zone,
        orders_arrive_whole=flags["orders_arrive_whole"],
        snapshot=flags["snapshot"],
        simulated=flags["simulated"],
        **rest,
    )


def _flags(place: str, entry: dict[str, Any], faults: Faults) -> dict[str, bool]:
    flags = {key: entry.get(key, False) for key in FLAGS}
    for key, value in flags.items():
        faults.expect(
            isinstance(value, bool), f"{place}.{key} is {value!r}; expected true or false."
        )
    if flags["orders_arrive_whole"]:
        faults.expect(
            entry.get("entity") == "order_lines",
            f"{place}.orders_arrive_whole is for order_lines; a list of {entry.get('entity')} that "
            "arrives whole is a `snapshot`.",
        )
        faults.expect(
            not flags["snapshot"],
            f"{place}: orders_arrive_whole and snapshot exclude each other: a full list says by "
            "itself which lines are gone.",
        )
    return flags


def _columns(place: str, entity: str, columns: Any, faults: Faults) -> None:
    if not faults.expect(
        isinstance(columns, dict) and bool(columns), f"{place}.columns is missing: ours: theirs."
    ):
        return
    known = ENTITIES[entity]
    for ours in columns:
        faults.expect(
            ours in known.columns,
            f"{place}.columns.{ours} is no column of {entity}. There are: "
            f"{', '.join(known.columns)}.",
        )
    for ours in known.required:
        faults.expect(ours in columns, f"{place}.columns lacks {ours}, which {entity} need.")
    if known.one_of:
        faults.expect(
            any(ours in columns for ours in known.one_of),
            f"{place}.columns needs {' or '.join(known.one_of)}.",
        )
