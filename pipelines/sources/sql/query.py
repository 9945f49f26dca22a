"""The query that a SQL source asks, with its cursor and its connection."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from pipelines.configuration.sources import cursor as cursors
from pipelines.configuration.sources.secrets import Secrets
from pipelines.errors import SourceUnavailable, SourceUnreadable

ASK = "Ask who runs it, or correct sources.yml."


@dataclass(frozen=True)
class SqlQuery:
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
        return cursors.earlier(watermark, self.options.get("lookback") or 0)

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
        names = " or ".join(f"${{{name}}}" for name in self.secrets.message)
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
