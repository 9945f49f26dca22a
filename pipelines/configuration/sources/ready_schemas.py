"""Schemas ready to use: an entry of sources.yml with `schema:` becomes the sources of that schema.

A schema is a file below schemas/, in the folder of the configuration or in the one that comes with
Nocturne: `sources:` with entries as in sources.yml that lack only where they are. It stands for as
many sources as it has, called by both names; of a schema with one, by the entry's own.
"""

from pathlib import Path
from typing import Any

from pipelines.configuration.faults import Faults
from pipelines.configuration.yaml_files import read_yaml
from pipelines.paths import shipped

READY = shipped("config") / "schemas"
OWN = ("entity", "columns", "where", "explode", "fill_down", "tombstone")  # of each source alone


def expand(content: dict[str, Any] | None, folder: Path, faults: Faults) -> dict[str, Any] | None:
    """Return the content of sources.yml with every `schema:` replaced by what it stands for."""
    entries = content.get("sources") if content else None
    if content is None or not isinstance(entries, dict):
        return content
    expanded: dict[str, Any] = {}
    for name, entry in entries.items():
        is_schema = isinstance(entry, dict) and "schema" in entry
        found = _sources_of(name, entry, folder, faults) if is_schema else {name: entry}
        for own in found:
            faults.expect(
                own == name or (own not in entries and own not in expanded),
                f"sources.yml: {own} stands twice: as a source, and as one of {name}.",
            )
        expanded |= found
    return content | {"sources": expanded}


def _sources_of(
    name: str, entry: dict[str, Any], folder: Path, faults: Faults
) -> dict[str, dict[str, Any]]:
    """Return the sources that an entry stands for, its own keys laid over those of the schema."""
    place = f"sources.yml: {name}"
    files = {path.stem: path for at in (READY, folder / "schemas") for path in at.glob("*.yml")}
    path = files.get(str(entry["schema"]))
    if not faults.expect(
        path is not None,
        f"{place}.schema is {entry['schema']!r}; expected one of {', '.join(sorted(files))}.",
    ):
        return {}
    assert path is not None, "a fault was noted"
    ready = _read(path, faults)
    if len(ready) > 1:
        for key in OWN:
            faults.expect(
                key not in entry,
                f"{place}.{key}: {path.stem} has {len(ready)} sources; write it below the one it "
                f"is for: {', '.join(ready)}.",
            )
    shared = {key: value for key, value in entry.items() if key not in ("schema", *ready, *OWN)}
    shared |= {key: entry[key] for key in OWN if key in entry and len(ready) == 1}
    sources = {}
    for part, own in ready.items():
        laid = entry.get(part, {})
        if laid is False:
            continue
        called = name if len(ready) == 1 else f"{name}_{part}"
        if faults.expect(
            isinstance(laid, dict),
            f"{place}.{part} is {laid!r}; expected keys and values, or false to go without it.",
        ):
            sources[called] = _laid_over(_laid_over(own, shared), laid)
    return sources


def _read(path: Path, faults: Faults) -> dict[str, dict[str, Any]]:
    """Return the sources of a schema's file, by what they are called in it."""
    content = read_yaml(path, f"schemas/{path.name}", faults)
    if content is None:
        return {}
    sources: Any = content.get("sources")
    holds = isinstance(sources, dict) and all(isinstance(each, dict) for each in sources.values())
    faults.expect(holds, f"schemas/{path.name}: expected sources: names with keys and values.")
    return sources if holds else {}


def _laid_over(entry: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with other keys in place of its own; of `columns`, only those named.

    A column that is named without a value is no longer mapped.
    """
    if not isinstance(more.get("columns"), dict):
        return entry | more
    columns = entry.get("columns", {}) | more["columns"]
    kept = {ours: recipe for ours, recipe in columns.items() if recipe is not None}
    return entry | more | {"columns": kept}
