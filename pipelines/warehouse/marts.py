"""The views of marts whose columns and comments are those of the catalogue."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.configuration.columns import CATALOGUE, PUBLIC
from pipelines.warehouse import statements


def create_view(connection: Connection, name: str) -> None:
    """Create or replace a view: the catalogue's columns of its SELECT, with their comments."""
    columns = CATALOGUE[name]
    select = statements.select_of(f"schema/6_marts/{name}.select", [c.name for c in columns])
    view = statements.quote(connection, "marts", name)
    connection.execute(sa.text(f"create or replace view {view} as\n{select}"))
    _comment(connection, f"view {view}", PUBLIC[name])
    for column in columns:
        place = f"{view}.{statements.quote(connection, column.name)}"
        _comment(connection, f"column {place}", column.comment)


def _comment(connection: Connection, on: str, comment: str) -> None:
    options: dict[str, Any] = {"compile_kwargs": {"literal_binds": True}}
    words = sa.literal(comment).compile(dialect=connection.dialect, **options)
    connection.exec_driver_sql(f"comment on {on} is {words}")
