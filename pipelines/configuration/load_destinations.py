"""Read the entries of destinations.yml."""

from pathlib import Path
from typing import Any

from pipelines.configuration.export_columns import column_faults
from pipelines.configuration.faults import Faults, resolve
from pipelines.configuration.model import CONSENTS, KINDS, MARKETING, Destination, Segment

KEYS = ("kind", "path", "columns", "consent", "segments", "neutralise_formulas")


def read_destinations(
    content: dict[str, Any], home: Path, segments: list[Segment], faults: Faults
) -> list[Destination]:
    """Return the destinations; note what is wrong with them."""
    entries = content.get("destinations") or {}
    if not faults.expect(isinstance(entries, dict), "destinations.yml: expected names."):
        return []
    known = [segment.name for segment in segments]
    read = [_destination(name, entry, (home, known), faults) for name, entry in entries.items()]
    destinations = [destination for destination in read if destination]
    taken: dict[str, str] = {}
    for destination in destinations:
        first = taken.setdefault(destination.path, destination.name)
        faults.expect(
            first == destination.name,
            f"destinations.yml: {destination.name}.path is that of {first}; each needs its own.",
        )
    return destinations


def _destination(
    name: str, entry: Any, known: tuple[Path, list[str]], faults: Faults
) -> Destination | None:
    place = f"destinations.yml: {name}"
    if not faults.expect(isinstance(entry, dict), f"{place}: expected keys and values."):
        return None
    before = len(faults)
    for key in sorted(set(map(str, entry)) - set(KEYS)):
        faults.append(f"{place}.{key} is not understood. There are: {', '.join(KEYS)}.")
    kind, consent = entry.get("kind"), entry.get("consent", MARKETING)
    faults.expect(
        kind in KINDS,
        f"{place}.kind is {kind!r}; expected one of {', '.join(KINDS)}.",
    )
    faults.expect(
        consent in CONSENTS, f"{place}.consent is {consent!r}; expected {' or '.join(CONSENTS)}."
    )
    faults.expect(isinstance(entry.get("path"), str), f"{place}.path is missing: where to?")
    columns, wanted = entry.get("columns") or [], entry.get("segments") or []
    faults.extend(column_faults(place, columns))
    if faults.expect(isinstance(wanted, list), f"{place}.segments: expected a list of names."):
        for segment in wanted:
            faults.expect(
                segment in known[1], f"{place}.segments: {segment!r} is not in segments.yml."
            )
    neutralise = entry.get("neutralise_formulas", False)
    faults.expect(
        isinstance(neutralise, bool) and (kind == "csv" or not neutralise),
        f"{place}.neutralise_formulas is {neutralise!r}; expected true (of csv) or false.",
    )
    if len(faults) > before:
        return None
    path = resolve(entry["path"], known[0])
    return Destination(name, kind, path, list(columns), consent, list(wanted), neutralise)
