"""The feature SELECTs of sql/, written for DuckDB."""

from datetime import date
from typing import Any

import sqlglot
from sqlalchemy.dialects import postgresql
from sqlglot import exp

from pipelines.features import build
from pipelines.warehouse import statements

_NAMED = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy left it unannotated
MADE = {"all_people": build.all_people}  # of parts, by the catalogue


def select(name: str, binds: dict[str, Any]) -> str:
    """Return a SELECT of the features in DuckDB's words, its binds written in."""
    if name in MADE:
        text = str(MADE[name]().compile(dialect=_NAMED))
    else:
        text = statements.read_sql(f"features/{name}")
    tree = sqlglot.parse_one(text, read="postgres")
    for placeholder in list(tree.find_all(exp.Placeholder)):
        placeholder.replace(_literal(binds[placeholder.name]))
    for cast in list(tree.find_all(exp.Cast)):
        if cast.this.name == "{}" and cast.to.this == exp.DataType.Type.ARRAY:
            cast.this.replace(exp.Array(expressions=[]))
    return tree.sql(dialect="duckdb")


def _literal(value: Any) -> exp.Expression:
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(str(value)), "date")
    return exp.convert(value)
