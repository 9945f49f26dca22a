"""Rows of a database: a table or a query, whole or from a cursor on; one module per way to ask.

PostgreSQL is read by Arrow (sql_arrow), every other database by its own driver (sql_driver).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from pipelines.configuration import Source
from pipelines.errors import SourceUnavailable, SourceUnreadable
from pipelines.sources import since
from pipelines.sources.placeholders import Secrets
from pipelines.sources.reading import Arrival, Asked, Reading

ASK = "Ask who runs it, or correct sources.yml."


@dataclass(frozen=True)
class Wanted:
    """What is to be read, of which database, from which value of its cursor on."""

    source: str
    url: sa.URL
    options: dict[str, Any]
    secrets: Secrets
    watermark: str | None
    now: datetime | None = None

    @property
    def what(self) -> str:
        """What a sentence calls it."""
        return str(self.options.get("table") or "the query")

    @property
    def where(self) -> str:
        """What a sentence calls the database: never its password."""
        host = f"{self.url.host}:{self.url.port}" if self.url.port else self.url.host
        return "/".join(filter(None, (host, self.url.database))) or self.url.get_backend_name()

    @property
    def cursor(self) -> str | None:
        """The column by which only what is new is read."""
        return self.options.get("cursor")

    @property
    def begin(self) -> str | None:
        """The first value of the cursor that is read; none reads everything."""
        if self.watermark is None or not self.cursor:
            return None
        return self.before(self.watermark)

    def before(self, watermark: str) -> str:
        """Return a watermark moved back by the lookback."""
        return since.earlier(watermark, self.options.get("lookback") or 0)

    def rows(self, columns: list[str]) -> sa.FromClause:
        """Return the table or query, with these columns, for a SELECT."""
        named: list[sa.ColumnClause[Any]] = [sa.column(name) for name in columns]
        if query := self.options.get("query"):
            text = query.strip().rstrip(";").replace(":", "\\:")  # a colon names no bind
            return sa.text(f"{text}\n").columns(*named).subquery("asked")
        *schema, table = self.options["table"].rsplit(".", 1)
        return sa.table(table, *named, schema=schema[0] if schema else None)

    def first_columns(self) -> sa.Select[Any]:
        """Return the SELECT that brings the columns and no row."""
        return sa.select(sa.literal_column("*")).select_from(self.rows([])).limit(0)

    def unavailable(self, error: object) -> SourceUnavailable:
        """Return the error of a database that cannot be asked now."""
        names = " or ".join(f"${{{name}}}" for name in self.secrets.told)
        mend = f"look at it and at {names}" if names else "look at it and at its URL"
        return SourceUnavailable(
            f"{self.source}: {self.what} cannot be read from {self.where} now: "
            f"{self._cause(error)}. Nothing of it was landed; {mend}, then land again."
        )

    def unreadable(self, error: object) -> SourceUnreadable:
        """Return the error of a table, a column or a permission that is not there."""
        return SourceUnreadable(
            f"{self.source}: {self.what} cannot be read from {self.where}: "
            f"{self._cause(error)}. {ASK}"
        )

    def checked(self, columns: list[str]) -> list[str]:
        """Return the columns of the rows, if they can be told apart and have the cursor.

        Raises
        ------
        SourceUnreadable
            Naming what is twice or missing.
        """
        repeated = sorted({name for name in columns if columns.count(name) > 1})
        if repeated:
            raise SourceUnreadable(
                f"{self.source}: {self.what} has the column {', '.join(repeated)} twice: name "
                "them apart in the query."
            )
        if self.cursor and self.cursor not in columns:
            raise SourceUnreadable(
                f"{self.source}: {self.what} has no column {self.cursor!r}, the cursor. It has: "
                f"{', '.join(columns)}."
            )
        return columns

    def _cause(self, error: object) -> str:
        """Return the first line of a driver's error without secrets; what follows quotes rows."""
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        first = self.secrets.hide(lines[0] if lines else type(error).__name__)
        if self.url.password:
            first = first.replace(str(self.url.password), "…")
        return first[:300].rstrip(" .:")


def arrivals(source: Source, asked: Asked) -> Iterator[Arrival]:
    """Give the rows of a table or query as one arrival.

    Its digest is known once they are read: that of the rows which the next reading is to bring
    again, so that it equals the last one's as long as nothing happens.

    Raises
    ------
    SourceUnavailable
        If nobody knows a secret that it needs.
    """
    secrets = Secrets(source.name, asked.secret)
    url = _url(source, secrets)
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=str(asked.home / url.database))
    watermark = None if source.snapshot else asked.watermark
    wanted = Wanted(source.name, url, source.options, secrets, watermark, asked.now)
    yield Arrival(wanted.options.get("table") or "query", partial(_read, wanted))


def _read(wanted: Wanted) -> Reading:
    """Open the rows.

    Raises
    ------
    SourceUnavailable
        If the database cannot be reached, also while rows are drawn.
    SourceUnreadable
        If the table, a column, a permission or the driver is missing.
    """
    way: ModuleType
    if wanted.url.get_backend_name() == "postgresql":
        from pipelines.sources import sql_arrow as way
    else:
        from pipelines.sources import sql_driver as way
    reading = Reading(wanted.checked(way.columns(wanted)), iter(()), watermark=wanted.watermark)
    reading.batches = way.batches(wanted, reading)
    return reading


def _url(source: Source, secrets: Secrets) -> sa.URL:
    filled = secrets.fill_url(source.options["url"])
    try:
        url = sa.make_url(filled)
    except (sa.exc.ArgumentError, ValueError):
        raise SourceUnavailable(
            f"{source.name}: its url is none, such as postgresql://user:${{PASSWORD}}@host/database."
        ) from None
    if url.get_backend_name() == "postgres":  # what Airflow and others call it
        url = url.set(drivername="postgresql")
    return url.difference_update_query(["__extra__"])  # in which Airflow keeps its own
