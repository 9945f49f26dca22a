"""The views of marts whose columns and comments are those of the catalogue."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.configuration.columns import (
    DAY,
    FEATURES,
    ID,
    PUBLIC,
    SCORES,
    SEGMENTS,
    TEXT,
    Column,
)
from pipelines.warehouse import statements

PERSON_KEY = Column(
    "person_key", TEXT, "The person_id as text, for tools that round large numbers; join by either."
)
_OF_A_CUSTOMER = {"segments", "cluster", "cluster_name", "churn_probability", "churn_reasons"}
VIEWS = {
    "customer_features": (*FEATURES, PERSON_KEY),
    "customer_scores": (*SCORES, PERSON_KEY),
    "customers": (
        Column("customer_ref", TEXT, "The customer number, as the shop writes it."),
        Column("person_id", ID, "The person it is; count these, not the numbers."),
        *(c for c in FEATURES if c.name not in ("person_id", "as_of", "customer_refs")),
        *(c for c in (*SEGMENTS, *SCORES) if c.name in _OF_A_CUSTOMER),
        Column("last_updated", DAY, "The business day the row is of: the newest published as_of."),
        PERSON_KEY,
    ),
}


def create_view(connection: Connection, name: str) -> None:
    """Create or replace a view: the catalogue's columns of its SELECT, with their comments."""
    columns = VIEWS[name]
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
