"""Compare a planned night with the night that stands for its day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts import compare
from pipelines.attempts.night import KEYS
from pipelines.delivery import corrections
from pipelines.delivery.corrections import Correction
from pipelines.deployment import Deployment
from pipelines.warehouse import attempt_tables, statements

LATE = ("people_at_most", "row_count", "sources")


@dataclass(frozen=True)
class PlanContext:
    """What the findings of a plan's nights have in common."""

    deployment: Deployment
    known_at: int
    outdated: Mapping[date, RowMapping]
    newest: date

    @property
    def versions(self) -> dict[str, str]:
        """The versions of code, settings and staging that build the plan's nights."""
        return self.deployment.versions.binds


@dataclass(frozen=True)
class NightChange:
    """What a backfill would change in one night.

    `night_id` is the attempt that stands, None if the night is missing; `other` names the versions
    that are others today; `outdated` tells of the rows that came since, and of whom at most.
    `differ` names the tables whose rows differ and `rows` counts them, None where the rows that
    stand were let go. `exports` is None unless the night is the newest. `refused` tells why the
    night cannot be built; what stands then stays.
    """

    as_of: date
    night_id: int | None
    people: int
    is_built: bool
    people_differ: int = 0
    other: tuple[str, ...] = ()
    outdated: dict[str, Any] | None = None
    differ: tuple[str, ...] = ()
    rows: dict[str, int] | None = None
    flips: tuple[compare.Flip, ...] = ()
    scores_moved: int = 0
    exports: tuple[Correction, ...] | None = None
    refused: str | None = None

    @property
    def changes(self) -> bool:
        """Whether people would see anything else than now."""
        return self.refused is None and (self.night_id is None or bool(self.differ))


class Refusal(NamedTuple):
    """A night that cannot be built, and the sentence why not."""

    as_of: date
    sentence: str


def unchanged(context: PlanContext, connection: Connection, standing: RowMapping) -> NightChange:
    """Return that a night would stay as it is; a delivery may be due all the same."""
    people = standing["row_counts"]["customer_features"]
    exports = _exports(context, connection, standing)
    return NightChange(
        standing["as_of"], standing["night_id"], people, is_built=False, rows={}, exports=exports
    )


def refused(
    context: PlanContext, connection: Connection, refusal: Refusal, standing: RowMapping | None
) -> NightChange:
    """Return that a night cannot be built, and stays as it is or missing."""
    if standing is None:
        return NightChange(refusal.as_of, None, 0, is_built=False, refused=refusal.sentence)
    return replace(unchanged(context, connection, standing), refused=refusal.sentence)


def compared(
    context: PlanContext, connection: Connection, built: RowMapping, standing: RowMapping | None
) -> NightChange:
    """Return what a built attempt would change; None stands where the night is missing."""
    people = built["row_counts"]["customer_features"]
    exports = _exports(context, connection, built)
    found = NightChange(built["as_of"], None, people, True, people_differ=people, exports=exports)
    if standing is None:
        return found
    late = context.outdated.get(built["as_of"])
    was, now = standing["content_hashes"], built["content_hashes"]
    found = replace(
        found,
        night_id=standing["night_id"],
        other=tuple(name for name, value in context.versions.items() if standing[name] != value),
        outdated={name: late[name] for name in LATE} if late else None,
        differ=tuple(table for table in KEYS if was.get(table) != now[table]),
    )
    if not compare.is_kept(connection, compare.published(standing["night_id"])):
        return replace(found, people_differ=people if found.differ else 0)
    return replace(found, **_differences(context, connection, standing, built))


def _differences(
    context: PlanContext, connection: Connection, standing: RowMapping, built: RowMapping
) -> dict[str, Any]:
    ids = [standing["night_id"], built["night_id"]]
    before, after = compare.published(ids[0]), compare.unpublished(ids[1])
    whole = compare.attempts(connection, before, after, limit=0)
    rows = {each.table: each.row_count for each in whole.tables if each.row_count}
    moved = _scores_moved(context, connection, ids) if "customer_scores" in rows else 0
    return {
        "rows": rows,
        "people_differ": whole.people,
        "flips": tuple(whole.flips),
        "scores_moved": moved,
    }


def _scores_moved(context: PlanContext, connection: Connection, ids: list[int]) -> int:
    names = ("scores_before", "scores_after")
    for name, night_id in zip(names, ids, strict=True):
        place = attempt_tables.where_is(connection, "customer_scores", night_id)
        statements.name_as(connection, name, place)
    limit = context.deployment.configuration.score_moved
    moved = int(statements.value(connection, "backfills/scores_moved", score_moved=limit))
    for name in names:
        statements.drop_view(connection, name)
    return moved


def _exports(
    context: PlanContext, connection: Connection, night: RowMapping
) -> tuple[Correction, ...] | None:
    """Return what a delivery would correct; None for a night that is not the newest."""
    if night["as_of"] != context.newest:
        return None
    names = ("night_id", "as_of", "staging_version", "build_configuration")
    binds = {name: night[name] for name in names} | {"known_at": context.known_at}
    return tuple(corrections.corrections(context.deployment, connection, binds))
