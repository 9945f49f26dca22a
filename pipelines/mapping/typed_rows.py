"""Type the received rows of a source: instants, numbers and texts by its column rules."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.model import Source
from pipelines.configuration.sources.column_rules import ColumnRule
from pipelines.deployment import Deployment
from pipelines.mapping import nobodies
from pipelines.mapping.instant_forms import iso_text
from pipelines.warehouse import statements

FOREVER = 9_223_372_036_854_775_807  # batch_to of a version that still stands
SPACES = "[ \u00a0\u202f]"
THOUSANDS = {"": "", " ": SPACES, "'": "['\u2019]", ".": "[.]", ",": ","}


class BatchRange(NamedTuple):
    """The batches of a source from the first to the last, both included."""

    source: Source
    first: int
    last: int


@contextmanager
def typed(
    deployment: Deployment, connection: Connection, batches: BatchRange, view: str | None = None
) -> Iterator[None]:
    """Give the typed rows of some batches the name `typed` for the block.

    They are those of raw, or of a temporary view with the same columns. All of them are
    `received_rows`, and those of the batches are `readable`.
    """
    source = batches.source
    binds = binds_of(deployment, batches)
    received = _received(source, view)
    statements.create_view(connection, "received_rows", received)
    statements.create_view(connection, "readable", _of_batches(received, batches))
    statements.create_view(connection, "typed", f"mapping/{source.entity}", **binds)
    yield
    for made in ("typed", "readable", "received_rows"):
        statements.drop_view(connection, made)


def binds_of(deployment: Deployment, batches: BatchRange) -> dict[str, Any]:
    """Return what the SELECTs that type and judge batches of one source bind."""
    source = batches.source
    return {
        "source": source.name,
        "customer_space": source.customer_space,
        "first_batch": batches.first,
        "last_batch": batches.last,
        "source_time_zone": source.time_zone,
        "business_time_zone": deployment.configuration.business_time_zone,
        "staging_version": deployment.versions.staging,
        "opened_on": deployment.configuration.opened_on,
        "days_moved": deployment.configuration.days_moved,
        "forever": FOREVER,
        **nobodies.binds_of(deployment.configuration, source),
    }


def _received(source: Source, view: str | None) -> sa.Select[Any]:
    """Return received rows, with the text to read of each instant and number beside it."""
    entity = ENTITIES[source.entity]
    names = (*entity.instants, *entity.numbers)
    table = sa.table(view or source.entity, *map(sa.column, names), schema=None if view else "raw")
    texts = [_text(table.c[name], source.columns.get(name)).label(f"{name}_text") for name in names]
    return sa.select(sa.literal_column(f"{table.name}.*"), *texts).select_from(table)


def _of_batches(received: sa.Select[Any], batches: BatchRange) -> sa.Select[Any]:
    """Return the received rows of some batches.

    A text that is made of another is made once for all that is read of it, so that what reads it
    can be written into the SELECT: called as a function it took fifty times as long.
    """
    source, first, last = batches
    batch_id: sa.ColumnElement[int] = sa.column("batch_id")
    rows = received.where(sa.column("source") == source.name, batch_id.between(first, last))
    is_made = any(recipe.formats or recipe.is_marked for recipe in source.columns.values())
    return rows.offset(0) if is_made else rows


def _text(column: sa.ColumnElement[Any], recipe: ColumnRule | None) -> sa.ColumnElement[Any]:
    if recipe and recipe.formats:
        return sa.func.coalesce(*(iso_text(form, column) for form in recipe.formats), column)
    if recipe and recipe.is_marked:
        return sa.func.staging.plain_number(column, *marks_of(recipe))
    return column


def marks_of(recipe: ColumnRule) -> tuple[str, str, str]:
    """Return the pattern of a source's numbers, and its marks of thousands and decimals."""
    thousands, decimal = THOUSANDS[recipe.thousands or ""], re.escape(recipe.decimal or ".")
    whole = f"([0-9]{{1,3}}({thousands}[0-9]{{3}})+|[0-9]+)" if thousands else "[0-9]+"
    return f"^[-+]?{whole}({decimal}[0-9]*)?$", thousands, recipe.decimal or "."
