"""Tables of attempts: created plain, attached as partitions when published.

The statements here name tables by night and so cannot be files below sql/; every identifier is
quoted by SQLAlchemy and every number is an int.
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.warehouse.statements import Table, is_there, quote

ATTEMPTS, PUBLISHED = "attempts", "features"
TABLES = ("members", "customer_features", "customer_scores", "customer_segments")
ASIDE = ("regrouped",)  # what one building step leaves for another; never published


def attempt_table(table: str, night_id: int) -> str:
    """Return the name of an attempt's table."""
    return f"{table}_{int(night_id)}"


def create_attempt(connection: Connection, table: str, night_id: int, as_of: date) -> str:
    """Create an attempt's empty table, in the shape of the published one; return its name.

    It has no index before `index_attempt`: they are made faster when the rows are there.
    """
    name = attempt_table(table, night_id)
    drop_attempt_table(connection, table, night_id)
    whole, like = quote(connection, ATTEMPTS, name), quote(connection, PUBLISHED, table)
    day = sa.literal(as_of).compile(
        dialect=connection.dialect, compile_kwargs={"literal_binds": True}
    )
    connection.execute(
        sa.text(
            f"create table {whole} (like {like} including defaults including comments, "
            f"check (night_id = {int(night_id)}), check (as_of = cast({day} as date)))"
        )
    )
    return name


def index_attempt(connection: Connection, table: str, night_id: int) -> None:
    """Give an attempt's filled table the indexes of the published one, which ATTACH takes over."""
    name = quote(connection, ATTEMPTS, attempt_table(table, night_id))
    shape = sa.inspect(connection)
    for index in shape.get_indexes(table, schema=PUBLISHED):
        columns = ", ".join(quote(connection, str(column)) for column in index["column_names"])
        method = index["dialect_options"].get("postgresql_using") or "btree"
        connection.execute(sa.text(f"create index on {name} using {method} ({columns})"))
    key = shape.get_pk_constraint(table, schema=PUBLISHED)["constrained_columns"]
    columns = ", ".join(quote(connection, column) for column in key)
    connection.execute(sa.text(f"alter table {name} add primary key ({columns})"))


def drop_attempt_table(connection: Connection, table: str, night_id: int) -> None:
    """Drop one table of an attempt, if it is there."""
    name = quote(connection, ATTEMPTS, attempt_table(table, night_id))
    connection.execute(sa.text(f"drop table if exists {name}"))


def where_is(connection: Connection, table: str, night_id: int) -> Table:
    """Return where a night's table lies: published, or else still an attempt's."""
    name = attempt_table(table, night_id)
    published = is_there(connection, PUBLISHED, name)
    return Table(PUBLISHED if published else ATTEMPTS, name)


def attach(connection: Connection, table: str, night_id: int) -> None:
    """Make an attempt's table a partition of the published one."""
    name = attempt_table(table, night_id)
    connection.execute(
        sa.text(f"alter table {quote(connection, ATTEMPTS, name)} set schema {PUBLISHED}")
    )
    connection.execute(
        sa.text(
            f"alter table {quote(connection, PUBLISHED, table)} attach partition "
            f"{quote(connection, PUBLISHED, name)} for values in ({int(night_id)})"
        )
    )


def detach_and_drop(connection: Connection, table: str, night_id: int) -> None:
    """Take a replaced partition out without stopping readers; needs an autocommit connection."""
    name = quote(connection, PUBLISHED, attempt_table(table, night_id))
    whole = quote(connection, PUBLISHED, table)
    attached = sa.text(
        "select inhdetachpending from pg_inherits where inhrelid = to_regclass(:partition)"
    )
    pending = connection.execute(attached, {"partition": name}).scalar()
    if pending is not None:
        how = "finalize" if pending else "concurrently"
        connection.execute(sa.text(f"alter table {whole} detach partition {name} {how}"))
    connection.execute(sa.text(f"drop table if exists {name}"))
