"""The feature SELECTs of sql/, written for DuckDB."""

from datetime import date
from typing import Any

import sqlglot
from sqlglot import exp

from pipelines.warehouse import statements


def select(name: str, binds: dict[str, Any]) -> str:
    """Return a SELECT of sql/5_features in DuckDB's words, its binds written in."""
    tree = sqlglot.parse_one(statements.read_sql(f"features/{name}"), read="postgres")
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
