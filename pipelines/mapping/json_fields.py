"""Extract named texts from JSON objects in the database, by name or by path."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, JSONPATH
from sqlalchemy.engine import Connection

from pipelines.configuration.model import Source
from pipelines.configuration.sources.column_rules import is_path, path_of
from pipelines.errors import SourceUnreadable
from pipelines.mapping import column_select
from pipelines.warehouse import statements

Reader = Callable[[Any, str], sa.ColumnElement[str]]


def names_in_objects(connection: Connection, source: Source) -> list[str]:
    """Return the names that the objects of the view `objects` use, elements' with an @ before."""
    found = statements.run(connection, "mapping/json_columns", explode=source.explode)
    return [f"@.{row.name}" if row.of_element else row.name for row in found]


def by_path(row: Any, name: str) -> sa.ColumnElement[str]:
    """Take a text out of an object by a name or a path, or out of its element by a path.

    Of `sum(path)` it is what all numbers that the path finds add up to, 0 if it finds none.
    """
    if not is_path(name):
        return by_name(row, name)
    steps, itself = path_of(name), sa.cast(sa.literal("{}"), ARRAY(sa.Text))
    whole = row["object" if steps.startswith("$") else "element"]
    path = sa.cast(sa.literal(f"${steps[1:]}"), JSONPATH)
    nothing = sa.cast(sa.literal("{}"), JSONB)
    if steps == name:
        first = sa.func.jsonb_path_query_first(whole, path, nothing, sa.true())
        return first.op("#>>")(itself)
    every = sa.func.jsonb_path_query(whole, path, nothing, sa.true()).column_valued("every")
    total = sa.func.sum(sa.func.staging.read_number(every.op("#>>")(itself)))
    return sa.select(sa.cast(sa.func.coalesce(total, 0), sa.Text)).scalar_subquery()


def by_name(row: Any, name: str) -> sa.ColumnElement[str]:
    """Take a text out of an object whose keys are the names themselves: a row put down by us."""
    return row["object"].op("->>")(name)


def refuse_wrong_paths(connection: Connection, source: Source) -> None:
    """Refuse a mapping with a path that is none.

    Raises
    ------
    SourceUnreadable
        Naming all of them.
    """
    if wrong := wrong_paths(connection, source):
        raise SourceUnreadable(
            f"sources.yml: {source.name}: {', '.join(map(repr, wrong))} cannot be read as a "
            "SQL/JSON path, such as $.customer.email or @.sku."
        )


def wrong_paths(connection: Connection, source: Source) -> list[str]:
    """Return the paths of a mapping that are none."""
    names = {
        name for _, any_of in column_select.expected(source) for name in any_of if is_path(name)
    }
    paths = {name: f"${path_of(name)[1:]}" for name in sorted(names)}
    paths |= {source.explode: source.explode} if source.explode else {}
    valid = sa.func.pg_input_is_valid
    return [
        name
        for name, path in paths.items()
        if not connection.execute(sa.select(valid(path, "jsonpath"))).scalar()
    ]
