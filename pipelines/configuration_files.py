"""Read config/*.yml into a Configuration; every fault of every file is reported at once."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from pipelines.conditions import check_condition
from pipelines.configuration import (
    ENGAGEMENT_COUNTS,
    Configuration,
    Destination,
    Segment,
    Source,
    names,
)
from pipelines.entities import ENTITIES
from pipelines.errors import ConfigurationFaulty

KINDS = ("csv", "jsonl", "parquet")
DESTINATION_KINDS = ("csv", "jsonl", "parquet")
CONSENTS = ("marketing", "none")
SOURCE_KEYS = {
    "entity", "kind", "path", "columns", "time_zone", "customer_space", "tombstone",
    "orders_arrive_whole", "encoding", "delimiter",
}  # fmt: skip


class Faults(list[str]):
    """What is wrong so far, each a sentence with its place."""

    def expect(self, holds: bool, sentence: str) -> bool:
        """Note the sentence unless it holds; return whether it does."""
        if not holds:
            self.append(sentence)
        return holds


def read_configuration(folder: Path, home: Path) -> Configuration:
    """Return the configuration of a folder.

    Raises
    ------
    ConfigurationFaulty
        With one sentence per fault of all files.
    """
    faults = Faults()
    content = {name: _load(folder / f"{name}.yml", faults) for name in _FILES}
    settings = _settings(content["settings"], faults)
    sources = _sources(content["sources"], home, faults)
    segments = _segments(content["segments"], faults)
    models = _models(content["models"], faults)
    destinations = _destinations(content["destinations"], home, segments, faults)
    if faults:
        raise ConfigurationFaulty(list(faults))
    return Configuration(
        **settings,
        models=models,
        sources=sources,
        segments=segments,
        destinations=destinations,
    )


_FILES = ("settings", "sources", "segments", "models", "destinations")


def _load(path: Path, faults: Faults) -> dict[str, Any]:
    """Return a file's mapping; a missing optional file is empty."""
    if not path.exists():
        faults.expect(path.stem not in ("settings", "sources"), f"{path.name}: not in {path.parent}.")
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        faults.append(f"{path.name}: not YAML: {' '.join(str(error).split())}")
        return {}
    if not isinstance(content, dict):
        faults.append(f"{path.name}: expected names with values, found {type(content).__name__}.")
        return {}
    return content


def _settings(content: dict[str, Any], faults: Faults) -> dict[str, Any]:
    defaults = {
        "business_time_zone": "UTC",
        "schedule": {},
        "freshness_days": 3,
        "night_on_refused": "stop",
        "currency": None,
        "identity": {},
        "engagement": {},
        "drift": {},
        "deadline_minutes": 360,
        "claim_idle_minutes": 360,
        "keep_nights": 30,
    }
    for key in sorted(set(content) - set(defaults)):
        faults.append(f"settings.yml: {key} is no setting. There are: {names(defaults)}.")
    merged = defaults | content
    zone = _zone(merged["business_time_zone"], "settings.yml: business_time_zone", faults)
    for key in ("freshness_days", "deadline_minutes", "claim_idle_minutes", "keep_nights"):
        whole = isinstance(merged[key], int) and not isinstance(merged[key], bool)
        faults.expect(
            whole and merged[key] > 0,
            f"settings.yml: {key} is {merged[key]!r}; expected a whole number above 0.",
        )
    faults.expect(
        merged["night_on_refused"] in ("stop", "go_on"),
        f"settings.yml: night_on_refused is {merged['night_on_refused']!r}; "
        "expected stop or go_on.",
    )
    schedule = merged["schedule"] or {}
    days = {key: _day(schedule.get(key), f"schedule.{key}", faults) for key in ("start", "end")}
    return {
        "business_time_zone": zone,
        "schedule_start": days["start"],
        "schedule_end": days["end"],
        "freshness_days": merged["freshness_days"],
        "night_on_refused": merged["night_on_refused"],
        "currency": merged["currency"],
        "shared_value_limit": (merged["identity"] or {}).get("shared_value_limit", 5),
        "engagement": _engagement(merged["engagement"] or {}, faults),
        "psi_limit": float((merged["drift"] or {}).get("psi_limit", 0.2)),
        "deadline_minutes": merged["deadline_minutes"],
        "claim_idle_minutes": merged["claim_idle_minutes"],
        "keep_nights": merged["keep_nights"],
    }


def _zone(name: Any, place: str, faults: Faults) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        faults.append(f"{place} is {name!r}; expected an IANA name such as Europe/Berlin.")
        return "UTC"
    return str(name)


def _day(value: Any, place: str, faults: Faults) -> date | None:
    faults.expect(
        value is None or isinstance(value, date),
        f"settings.yml: {place} is {value!r}; expected a day such as 2017-12-24.",
    )
    return value


def _engagement(content: dict[str, Any], faults: Faults) -> dict[str, tuple[float, float]]:
    read = {}
    for name, entry in content.items():
        known = faults.expect(
            name in ENGAGEMENT_COUNTS,
            f"settings.yml: engagement.{name} is not counted. Countable: "
            f"{', '.join(ENGAGEMENT_COUNTS)}.",
        )
        numbers = isinstance(entry, dict) and all(
            isinstance(entry.get(key), int | float) for key in ("weight", "cap")
        )
        if known and faults.expect(
            numbers and entry["cap"] > 0 and entry["weight"] >= 0,
            f"settings.yml: engagement.{name} needs a weight of at least 0 and a cap above 0.",
        ):
            read[name] = (float(entry["weight"]), float(entry["cap"]))
    return read


def _sources(content: dict[str, Any], home: Path, faults: Faults) -> list[Source]:
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
    for key in sorted(set(entry) - SOURCE_KEYS):
        faults.append(f"{place}.{key} is not understood. There are: {names(dict.fromkeys(sorted(SOURCE_KEYS)))}.")
    kind, entity = entry.get("kind"), entry.get("entity")
    faults.expect(kind in KINDS, f"{place}.kind is {kind!r}; expected one of {', '.join(KINDS)}.")
    faults.expect(bool(entry.get("path")), f"{place}.path is missing: where are the files?")
    if faults.expect(
        entity in ENTITIES, f"{place}.entity is {entity!r}; expected one of {names(ENTITIES)}."
    ):
        _columns(place, entity, entry.get("columns"), faults)
    zone = _zone(entry.get("time_zone", "UTC"), f"{place}.time_zone", faults)
    if len(faults) > before:
        return None
    rest = {key: entry[key] for key in ("customer_space", "tombstone", "encoding", "delimiter") if key in entry}
    return Source(
        name=name,
        entity=entity,
        kind=kind,
        path=resolve(entry["path"], home),
        columns=dict(entry["columns"]),
        time_zone=zone,
        orders_arrive_whole=bool(entry.get("orders_arrive_whole", False)),
        **rest,
    )


def resolve(path: str, home: Path) -> str:
    """Return a path of the configuration with {home} filled in; relative ones are the home's."""
    return str(home / path.replace("{home}", str(home)))


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


def _segments(content: dict[str, Any], faults: Faults) -> list[Segment]:
    read = []
    for name, entry in (content.get("segments") or {}).items():
        place = f"segments.yml: {name}"
        entry = entry if isinstance(entry, dict) else {}
        condition = entry.get("condition")
        if faults.expect(isinstance(condition, str), f"{place}.condition is missing."):
            needs = check_condition(place, condition, faults)
            read.append(Segment(name, entry.get("description", ""), condition, needs))
    return read


def _models(content: dict[str, Any], faults: Faults) -> dict[str, Any]:
    defaults = {"activity_days": 90, "churn_horizon_days": 90, "cutoff_count": 6}
    given = content.get("churn") or {}
    for key in sorted(set(content) - {"churn"}):
        faults.append(f"models.yml: {key} is not understood. There is: churn.")
    for key, value in given.items():
        faults.expect(
            key in defaults and isinstance(value, int) and value > 0,
            f"models.yml: churn.{key} is {value!r}; expected a whole number above 0 for one of "
            f"{names(defaults)}.",
        )
    return {"churn": defaults | given}


def _destinations(
    content: dict[str, Any], home: Path, segments: list[Segment], faults: Faults
) -> list[Destination]:
    read = []
    known = {segment.name for segment in segments}
    for name, entry in (content.get("destinations") or {}).items():
        place = f"destinations.yml: {name}"
        entry = entry if isinstance(entry, dict) else {}
        kind, consent = entry.get("kind"), entry.get("consent", "marketing")
        before = len(faults)
        faults.expect(
            kind in DESTINATION_KINDS,
            f"{place}.kind is {kind!r}; expected one of {', '.join(DESTINATION_KINDS)}.",
        )
        faults.expect(bool(entry.get("path")), f"{place}.path is missing.")
        faults.expect(
            consent in CONSENTS, f"{place}.consent is {consent!r}; expected {' or '.join(CONSENTS)}."
        )
        for segment in entry.get("segments") or []:
            faults.expect(segment in known, f"{place}.segments: {segment!r} is not in segments.yml.")
        if len(faults) == before:
            read.append(
                Destination(
                    name, kind, resolve(entry["path"], home), list(entry.get("columns") or []),
                    consent, list(entry.get("segments") or []),
                )
            )
    return read
