"""Write the ledger of segments: who entered and who left, night by published night."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts.night import Night
from pipelines.segments import segment
from pipelines.warehouse import attempt_tables, statements
from pipelines.warehouse.statements import Table

NOBODY = "held_by_nobody"


class _LedgerNight(NamedTuple):
    """A night to write, the published night before it, and the segments that were in force."""

    night: RowMapping
    before: RowMapping | None
    segments: list[str]


def write_ledger(connection: Connection, tonight: Night) -> None:
    """Write what changed between tonight and the published night before it, then the next one's.

    Call it in the transaction that publishes, when tonight's tables are attached and
    ops.published says that they stand. Only these two nights depend on tonight, so nights may be
    published in any order and again: the ledger is that of the nights that stand. A neighbour that
    retention took the rows of is read from the ledger itself (docs/decisions/013).
    """
    nights = statements.rows(connection, "publishing/neighbours", as_of=tonight.as_of)
    place = [row["as_of"] for row in nights].index(tonight.as_of)
    here, before = nights[place], nights[place - 1] if place else None
    _hold(connection, nights)
    segments = sorted(rule.name for rule in segment.evaluated(tonight))
    _write_night(connection, _LedgerNight(here, before, segments), is_same=_is_same(here))
    for after in nights[place + 1 :]:
        segments = _segments_in_force(connection, after["as_of"])
        _write_night(connection, _LedgerNight(after, here, segments), is_same=_is_same(here))


def _is_same(here: RowMapping) -> bool:
    """Return whether tonight's segments are row by row those that stood for the day before."""
    return here["segments_hash"] is not None and here["segments_hash"] == here["replaced_hash"]


def _hold(connection: Connection, nights: list[RowMapping]) -> None:
    """Keep aside what the ledger says of nights without rows, before any of it is rewritten."""
    statements.create_temporary(connection, NOBODY, "publishing/held", as_of=date.min)
    for night in nights:
        if not night["is_whole"]:
            held = _held(night)
            statements.create_temporary(connection, held, "publishing/held", as_of=night["as_of"])


def _held(night: RowMapping) -> str:
    return f"held_{int(night['night_id'])}"


def _segments_in_force(connection: Connection, as_of: date) -> list[str]:
    """Return the segments that were in force on a night, by its counts."""
    return [
        row["segment"]
        for row in statements.rows(connection, "publishing/segments_in_force", as_of=as_of)
    ]


def _write_night(connection: Connection, entry: _LedgerNight, *, is_same: bool) -> None:
    """Write ledger, counts and movements of one night anew, against the one before it.

    Where one of the two has no rows and nothing has changed, what was written with both stands.
    """
    night, before = entry.night, entry.before
    binds = {
        "as_of": night["as_of"],
        "night_id": night["night_id"],
        "before_id": before["night_id"] if before else None,
        "has_before": before is not None,
        "night_is_whole": night["is_whole"],
        "before_is_whole": before is None or before["is_whole"],
        "asked": entry.segments,
        "asked_before": _segments_in_force(connection, before["as_of"]) if before else [],
    }
    is_known = binds["night_is_whole"] and binds["before_is_whole"]
    if is_known or not is_same:
        _write_changes(connection, night, before, binds)
        if before and is_known:
            statements.run(connection, "publishing/write_movements", **binds)
    if night["is_whole"]:
        statements.run(connection, "publishing/forget_counts", **binds)
        statements.run(connection, "publishing/write_counts", **binds)
    else:
        statements.run(connection, "publishing/recount", **binds)


def _write_changes(
    connection: Connection, night: RowMapping, before: RowMapping | None, binds: dict[str, Any]
) -> None:
    statements.create_temporary(connection, "remembered", "publishing/remembered", **binds)
    statements.run(connection, "publishing/forget_segment", **binds)
    with (
        _named(connection, "segments_tonight", night),
        _named(connection, "segments_before", before),
        _who_refuses(connection, night),
    ):
        statements.run(connection, "publishing/write_ledger", **binds)


@contextmanager
def _named(connection: Connection, name: str, night: RowMapping | None) -> Iterator[None]:
    """Give who is in which segments on a night a plain name, from its rows or from the ledger."""
    if night is None:
        statements.name_as(connection, name, Table("pg_temp", NOBODY))
    elif night["is_whole"]:
        table = attempt_tables.attempt_table("customer_segments", night["night_id"])
        statements.name_as(connection, name, Table(attempt_tables.PUBLISHED, table))
    else:
        statements.name_as(connection, name, Table("pg_temp", _held(night)))
    yield
    statements.drop_view(connection, name)


@contextmanager
def _who_refuses(connection: Connection, night: RowMapping) -> Iterator[None]:
    """Give the people who refused profiling on a published night the name profiling_refused."""
    if not night["is_whole"]:
        statements.name_as(connection, "profiling_refused", Table("pg_temp", NOBODY))
        yield
        statements.drop_view(connection, "profiling_refused")
        return
    members = attempt_tables.attempt_table("members", night["night_id"])
    statements.name_as(connection, "members", Table(attempt_tables.PUBLISHED, members))
    statements.create_view(connection, "profiling_refused", "features/profiling_refused", **night)
    yield
    statements.drop_view(connection, "profiling_refused")
    statements.drop_view(connection, "members")
