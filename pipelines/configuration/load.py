"""Read config/*.yml into a Configuration; every fault of every file is reported at once."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from expectations.rule import CRITICAL, WARNING
from pipelines.configuration import holidays
from pipelines.configuration.excluded_accounts import read_leave_out
from pipelines.configuration.faults import Faults, read_zone
from pipelines.configuration.load_contracts import read_contracts
from pipelines.configuration.load_destinations import read_destinations
from pipelines.configuration.model import ENGAGEMENT_COUNTS, Configuration, names
from pipelines.configuration.nobodies import read_phone_country, read_placeholders
from pipelines.configuration.segments.conditions import read_segments
from pipelines.configuration.sources.load_sources import read_sources
from pipelines.configuration.sources.ready_schemas import expand
from pipelines.configuration.sources.source_expectations import expect_share
from pipelines.errors import ConfigurationFaulty

FILES = ("settings", "sources", "segments", "models", "destinations", "contracts")
NEEDED = ("settings", "sources")
WHOLE_NUMBERS = {"freshness_days": 3, "deadline_minutes": 360, "claim_idle_minutes": 360}
GROUPS = {
    "schedule": ("start", "end"),
    "identity": ("shared_value_limit", "placeholders", "phone_country"),
    "corrections": ("days_moved", "severity"),
    "engagement": ENGAGEMENT_COUNTS,
    "drift": ("psi_limit",),
    "plan": ("score_moved",),
    "repair": ("nights", "outdated_share"),
    "holidays": holidays.KEYS,
    "retention": ("nights", "deliveries"),
}
LONG_AGO = date(1900, 1, 1)  # nothing before it is believed, whatever shop
MOSTLY = 0.5  # of a batch's rows rejected, it is not what its mapping takes it for
KEPT = 90  # nights and deliveries: a quarter, so that a quarter's campaign can be looked into
CHURN = {"activity_days": 90, "churn_horizon_days": 90, "cutoff_count": 6}


class _Unique(yaml.SafeLoader):
    """YAML that does not lose the first of two equal names."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping of a node."""
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
        if repeated:
            line = node.start_mark.line + 1
            raise yaml.YAMLError(f"{', '.join(repeated)} stands twice below line {line}")
        return super().construct_mapping(node, deep=deep)


def read_configuration(folder: Path, home: Path) -> Configuration:
    """Return the configuration of a folder.

    Raises
    ------
    ConfigurationFaulty
        With one sentence per fault of all files.
    """
    faults = Faults()
    content = {name: _load(folder / f"{name}.yml", faults) for name in FILES}
    settings = _settings(content["settings"], faults)
    sources = read_sources(expand(content["sources"], folder, faults), home, faults)
    segments = read_segments(content["segments"], faults)
    models = _models(content["models"], faults)
    destinations = read_destinations(content["destinations"], home, segments, faults)
    contracts = read_contracts(content["contracts"], faults)
    if faults:
        raise ConfigurationFaulty(list(faults))
    return Configuration(
        **settings,
        models=models,
        sources=sources,
        segments=segments,
        destinations=destinations,
        contracts=contracts,
    )


def _load(path: Path, faults: Faults) -> dict[str, Any]:
    """Return a file's mapping; a missing file that is not needed is empty."""
    if not path.exists():
        faults.expect(path.stem not in NEEDED, f"{path.name}: not in {path.parent}.")
        return {}
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Unique) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        faults.append(f"{path.name}: not YAML: {' '.join(str(error).split())}")
        return {}
    return _mapping(content, path.name, faults)


def _mapping(content: Any, place: str, faults: Faults) -> dict[str, Any]:
    holds = faults.expect(
        isinstance(content, dict),
        f"{place}: expected names with values, found {type(content).__name__}.",
    )
    return content if holds else {}


def _settings(content: dict[str, Any], faults: Faults) -> dict[str, Any]:
    plain = ("business_time_zone", "night_on_refused", "currency", "opened_on",
             "reject_limit", "leave_out")  # fmt: skip
    known = (*plain, *GROUPS, *WHOLE_NUMBERS)
    for key in sorted(set(map(str, content)) - set(known)):
        faults.append(f"settings.yml: {key} is no setting. There are: {', '.join(known)}.")
    on_refused = content.get("night_on_refused", "stop")
    faults.expect(
        on_refused in ("stop", "go_on"),
        f"settings.yml: night_on_refused is {on_refused!r}; expected stop or go_on.",
    )
    expect_share(content.get("reject_limit"), "settings.yml: reject_limit", faults)
    zone = content.get("business_time_zone", "UTC")
    groups = {group: _group(content, group, faults) for group in GROUPS}
    identity = groups["identity"]
    limit = identity.get("shared_value_limit", 5)
    moved = groups["plan"].get("score_moved", 0.05)
    share = groups["repair"].get("outdated_share", 0.01)
    return {
        "business_time_zone": read_zone(zone, "settings.yml: business_time_zone", faults),
        "schedule_start": _day(groups["schedule"].get("start"), "schedule.start", faults),
        "schedule_end": _day(groups["schedule"].get("end"), "schedule.end", faults),
        "night_on_refused": on_refused,
        "currency": _currency(content.get("currency"), faults),
        "leave_out": read_leave_out(content.get("leave_out") or {}, faults),
        "opened_on": _day(content.get("opened_on"), "opened_on", faults) or LONG_AGO,
        "reject_limit": content.get("reject_limit", MOSTLY),
        "holidays": holidays.read_calendar(groups["holidays"], faults),
        "shared_value_limit": _number(limit, "identity.shared_value_limit", faults),
        "placeholders": read_placeholders(identity.get("placeholders"), faults),
        "phone_country": read_phone_country(identity.get("phone_country"), faults),
        **_corrections(groups["corrections"], faults),
        "engagement": _engagement(groups["engagement"], faults),
        "psi_limit": _number(groups["drift"].get("psi_limit", 0.2), "drift.psi_limit", faults),
        "score_moved": _number(moved, "plan.score_moved", faults),
        "repair_nights": _count(groups["repair"].get("nights", 7), "repair.nights", faults),
        "repair_outdated_share": _number(share, "repair.outdated_share", faults),
        "kept_nights": _kept(groups["retention"], "nights", faults),
        "kept_deliveries": _kept(groups["retention"], "deliveries", faults),
        **{
            key: int(_number(content.get(key, default), key, faults, whole=True))
            for key, default in WHOLE_NUMBERS.items()
        },
    }


def _group(content: dict[str, Any], group: str, faults: Faults) -> dict[str, Any]:
    """Return a group of settings; note keys that it does not have."""
    read = _mapping(content.get(group) or {}, f"settings.yml: {group}", faults)
    for key in sorted(set(map(str, read)) - set(GROUPS[group])):
        there = ", ".join(GROUPS[group])
        faults.append(f"settings.yml: {group}.{key} is no setting. There are: {there}.")
    return read


def _number(value: Any, place: str, faults: Faults, *, whole: bool = False) -> float:
    kinds = (int,) if whole else (int, float)
    good = isinstance(value, kinds) and not isinstance(value, bool) and value > 0
    kind = "whole number" if whole else "number"
    faults.expect(good, f"settings.yml: {place} is {value!r}; expected a {kind} above 0.")
    return value if good else 1


def _count(value: Any, place: str, faults: Faults) -> int:
    """Return a whole number that may be 0, for none."""
    return 0 if value == 0 else int(_number(value, place, faults, whole=True))


def _kept(group: dict[str, Any], key: str, faults: Faults) -> int:
    return int(_number(group.get(key, KEPT), f"retention.{key}", faults, whole=True))


def _corrections(group: dict[str, Any], faults: Faults) -> dict[str, Any]:
    severity = group.get("severity", WARNING)
    faults.expect(
        severity in (WARNING, CRITICAL),
        f"settings.yml: corrections.severity is {severity!r}; expected warning or critical.",
    )
    days = _number(group.get("days_moved", 31), "corrections.days_moved", faults, whole=True)
    return {"days_moved": int(days), "corrections_severity": severity}


def _currency(value: Any, faults: Faults) -> str | None:
    faults.expect(
        value is None or (isinstance(value, str) and bool(value.strip())),
        f"settings.yml: currency is {value!r}; expected a code of ISO 4217 such as EUR.",
    )
    return value.strip().upper() if isinstance(value, str) else None


def _day(value: Any, place: str, faults: Faults) -> date | None:
    faults.expect(
        value is None or isinstance(value, date),
        f"settings.yml: {place} is {value!r}; expected a day such as 2017-12-24.",
    )
    return value


def _engagement(content: dict[str, Any], faults: Faults) -> dict[str, tuple[float, float]]:
    read = {}
    for name, entry in content.items():
        numbers = isinstance(entry, dict) and all(
            isinstance(entry.get(key), int | float) for key in ("weight", "cap")
        )
        if faults.expect(
            numbers and entry["cap"] > 0 and entry["weight"] >= 0,
            f"settings.yml: engagement.{name} needs a weight of at least 0 and a cap above 0.",
        ):
            read[name] = (float(entry["weight"]), float(entry["cap"]))
    return read


def _models(content: dict[str, Any], faults: Faults) -> dict[str, Any]:
    for key in sorted(set(map(str, content)) - {"churn"}):
        faults.append(f"models.yml: {key} is not understood. There is: churn.")
    given = _mapping(content.get("churn") or {}, "models.yml: churn", faults)
    for key, value in given.items():
        faults.expect(
            key in CHURN and isinstance(value, int) and value > 0,
            f"models.yml: churn.{key} is {value!r}; expected a whole number above 0 for one of "
            f"{names(CHURN)}.",
        )
    return {"churn": CHURN | given}
