"""Keep who entered and who left which segment, night by published night."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines import partitions, segment, warehouse
from pipelines.night import Night


def write(connection: Connection, tonight: Night) -> None:
    """Write what changed between tonight and the published night before it, then the next one's.

    Call it in the transaction that publishes, when tonight's tables are attached and
    ops.published says that they stand. Only these two nights depend on tonight, so nights may be
    published in any order and again: the ledger is that of the nights that stand.
    """
    nights = warehouse.rows(connection, "ops/segment_neighbours", as_of=tonight.as_of)
    place = [row["as_of"] for row in nights].index(tonight.as_of)
    before = nights[place - 1] if place else None
    asked = sorted(rule.name for rule in segment.evaluated(tonight))
    _write_night(connection, nights[place], before, asked)
    for after in nights[place + 1 :]:
        asked = _asked(connection, after["as_of"])
        _write_night(connection, after, nights[place], asked)


def _asked(connection: Connection, as_of: date) -> list[str]:
    """Return the segments that were asked on a night, as its counts tell."""
    return [row["segment"] for row in warehouse.rows(connection, "ops/segment_asked", as_of=as_of)]


def _write_night(
    connection: Connection, night: RowMapping, before: RowMapping | None, asked: list[str]
) -> None:
    """Write ledger, counts and movements of one night anew, against the one before it."""
    binds = {
        "as_of": night["as_of"],
        "night_id": night["night_id"],
        "before_id": before["night_id"] if before else None,
        "has_before": before is not None,
        "asked": asked,
        "asked_before": _asked(connection, before["as_of"]) if before else [],
    }
    warehouse.run(connection, "ops/segment_forget", **binds)
    with _who_refuses(connection, night):
        warehouse.run(connection, "ops/segment_write_ledger", **binds)
    warehouse.run(connection, "ops/segment_write_counts", **binds)
    if before:
        warehouse.run(connection, "ops/segment_write_movements", **binds)


@contextmanager
def _who_refuses(connection: Connection, night: RowMapping) -> Iterator[None]:
    """Give the people who refused profiling on a published night the name profiling_refused."""
    members = partitions.attempt_table("members", night["night_id"])
    warehouse.name_as(connection, "members", partitions.PUBLISHED, members)
    warehouse.create_view(connection, "profiling_refused", "5_features/profiling_refused", **night)
    yield
    warehouse.drop_view(connection, "profiling_refused")
    warehouse.drop_view(connection, "members")
