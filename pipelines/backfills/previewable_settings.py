"""The settings that a plan can preview: those that a build reads, and no others."""

from dataclasses import fields
from typing import Any

from pipelines.configuration.model import Configuration
from pipelines.errors import BackfillRefused

PREVIEWED = (
    "shared_value_limit", "engagement", "psi_limit", "freshness_days", "models", "segments",
)  # fmt: skip
LANDED = ("business_time_zone", "currency", "night_on_refused")
NAMES = {
    "schedule_start": "schedule.start",
    "schedule_end": "schedule.end",
    "score_moved": "plan.score_moved",
    "repair_nights": "repair.nights",
    "repair_outdated_share": "repair.outdated_share",
}
WHY_LANDED = "decides how rows are landed and staged"
WHY_NOT_READ = "is not read by the build"


def refuse_unseen(used: Configuration, expected: Configuration) -> None:
    """Refuse settings that differ from those in use in what no plan can show.

    Raises
    ------
    BackfillRefused
        Naming every key.
    """
    unseen = []
    for field in fields(Configuration):
        old, new = getattr(used, field.name), getattr(expected, field.name)
        if field.name in PREVIEWED or old == new:
            continue
        if field.name in ("sources", "destinations"):
            why = WHY_LANDED if field.name == "sources" else WHY_NOT_READ
            unseen += [f"{field.name}.yml: {key} {why}" for key in _entries(old, new)]
        else:
            why = WHY_LANDED if field.name in LANDED else WHY_NOT_READ
            unseen.append(f"settings.yml: {NAMES.get(field.name, field.name)} {why}")
    if unseen:
        raise BackfillRefused(
            "a plan shows what the build makes of other settings, and cannot show these changes: "
            + "; ".join(unseen)
            + ". Take them out of the folder given by --config."
        )


def _entries(old: list[Any], new: list[Any]) -> list[str]:
    """Return what differs between two lists of named entries: `name.key`, or a name that is new,
    gone or in another place."""
    before, after = ({entry.name: vars(entry) for entry in entries} for entries in (old, new))
    differ = []
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in before or name not in after:
            differ.append(f"{name} ({'new' if name in after else 'gone'})")
        else:
            keys = [key for key, value in before[name].items() if after[name][key] != value]
            differ += [f"{name}.{key}" for key in keys]
    return differ or ["the order"]
