"""Extract a table or query of a database, whole or from a cursor on.

PostgreSQL is read by Arrow (postgres.py), every other database by its own driver (dbapi.py).
"""

from collections.abc import Iterator
from functools import partial
from types import ModuleType

import sqlalchemy as sa

from pipelines.configuration.model import Source
from pipelines.configuration.sources.secrets import Secrets
from pipelines.errors import SourceUnavailable
from pipelines.sources.interface import Extract, ExtractRequest, RowStream
from pipelines.sources.sql import dbapi, postgres
from pipelines.sources.sql.query import SqlQuery

ASK = "Ask who runs it, or correct sources.yml."


def arrivals(source: Source, request: ExtractRequest) -> Iterator[Extract]:
    """Give the rows of a table or query as one arrival.

    Its digest is known once they are read: that of the rows which the next reading is to bring
    again, so that it equals the last one's as long as nothing happens.

    Raises
    ------
    SourceUnavailable
        If nobody knows a secret that it needs.
    """
    secrets = Secrets(source.name, request.secret)
    url = _url(source, secrets)
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=str(request.home / url.database))
    watermark = None if source.snapshot else request.watermark
    query = SqlQuery(source.name, url, source.options, secrets, watermark, request.now)
    yield Extract(query.options.get("table") or "query", partial(_read, query))


def _read(query: SqlQuery) -> RowStream:
    """Open the rows.

    Raises
    ------
    SourceUnavailable
        If the database cannot be reached, also while rows are drawn.
    SourceUnreadable
        If the table, a column, a permission or the driver is missing.
    """
    way: ModuleType = postgres if query.url.get_backend_name() == "postgresql" else dbapi
    reading = RowStream(query.checked(way.columns(query)), iter(()), watermark=query.watermark)
    reading.batches = way.batches(query, reading)
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
