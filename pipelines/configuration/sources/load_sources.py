"""Read the entries of sources.yml."""

from pathlib import Path
from typing import Any

from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.faults import Faults, read_zone
from pipelines.configuration.model import Source, names
from pipelines.configuration.sources import source_expectations
from pipelines.configuration.sources.kinds import KINDS, place_in
from pipelines.configuration.sources.load_mapping import (
    entity_of,
    read_columns,
    read_explode,
    read_fill_down,
    read_sent_with,
    read_tombstone,
    read_where,
)

FLAGS = ("orders_arrive_whole", "snapshot", "simulated")
KEYS = (
    "entity", "kind", "columns", "where", "explode", "fill_down", "attributes", "time_zone",
    "customer_space", "tombstone", "keep", "sent_with", *FLAGS, *source_expectations.KEYS,
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
    kind, entity = KINDS.get(str(entry.get("kind"))), entity_of(entry.get("entity"))
    faults.expect(
        kind is not None,
        f"{place}.kind is {entry.get('kind')!r}; expected one of {', '.join(KINDS)}.",
    )
    faults.expect(
        entity is not None,
        f"{place}.entity is {entry.get('entity')!r}; expected one of {names(ENTITIES)}.",
    )
    options = {}
    if kind:
        known = (*KEYS, *kind.keys)
        for key in sorted(set(map(str, entry)) - set(known)):
            faults.append(f"{place}.{key} is not understood. There are: {', '.join(known)}.")
        options = kind.read(place, entry, faults)
    columns = read_columns(place, entity, entry.get("columns"), faults) if entity else {}
    where = read_where(place, entry.get("where"), faults)
    explode = read_explode(place, entry.get("explode"), faults)
    tombstone, gone_when = read_tombstone(place, entry.get("tombstone"), faults)
    fill_down = read_fill_down(place, entry.get("fill_down"), faults)
    flags = _flags(place, entry, faults)
    expects = source_expectations.read_expected(place, entry, faults)
    if len(faults) > before or not entity:
        return None
    return Source(
        name=name,
        entity=entity.name,
        kind=entry["kind"],
        columns=columns,
        time_zone=flags["time_zone"],
        options=place_in(options, home),
        where=where,
        explode=explode,
        customer_space=entry.get("customer_space", "shared"),
        tombstone=tombstone,
        gone_when=gone_when,
        fill_down=fill_down,
        keeps_others=flags["attributes"],
        orders_arrive_whole=flags["orders_arrive_whole"],
        snapshot=flags["snapshot"],
        sent_with=flags["sent_with"],
        keeps_first=flags["keeps_first"],
        expected=expects,
        simulated=flags["simulated"],
    )


def _keeps_first(place: str, entry: dict[str, Any], faults: Faults) -> bool:
    """Return whether of several versions of a row the first received stands, not the last."""
    keep = entry.get("keep", "last")
    faults.expect(keep in ("first", "last"), f"{place}.keep is {keep!r}; expected first or last.")
    columns = entry.get("columns")
    others = [key for key in ("orders_arrive_whole", "snapshot") if entry.get(key)]
    others += ["columns.updated_at"] if "updated_at" in (columns or {}) else []
    if keep == "first":
        faults.expect(
            not others,
            f"{place}: keep: first and {' and '.join(others)} exclude each other: one says that "
            "what comes later never counts, the other that it does.",
        )
    return bool(keep == "first")


def _flags(place: str, entry: dict[str, Any], faults: Faults) -> dict[str, Any]:
    flags: dict[str, Any] = {key: entry.get(key, False) for key in FLAGS}
    flags["attributes"] = entry.get("attributes", True)
    for key, value in flags.items():
        faults.expect(
            isinstance(value, bool), f"{place}.{key} is {value!r}; expected true or false."
        )
    flags["time_zone"] = read_zone(entry.get("time_zone", "UTC"), f"{place}.time_zone", faults)
    flags["sent_with"] = read_sent_with(place, entry, faults)
    flags["keeps_first"] = _keeps_first(place, entry, faults)
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
