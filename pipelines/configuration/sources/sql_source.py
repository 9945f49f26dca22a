"""The keys that sources of kind sql have of their own."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from pipelines.configuration.faults import Fault, refused
from pipelines.configuration.sources.entry import Lookback, SourceEntry
from pipelines.configuration.sources.secrets import PLACEHOLDER

EXPECTED = "one such as postgresql://reader:${PASSWORD}@host/database, or ${NAME}"


def _url(url: str) -> str:
    """Return a database's URL that has no password written out."""
    import sqlalchemy as sa

    if PLACEHOLDER.fullmatch(url):
        return url
    try:
        sa.make_url(PLACEHOLDER.sub("1", url))  # a placeholder may stand where a port does
    except (sa.exc.ArgumentError, ValueError):
        raise refused(f" is no database's URL; expected {EXPECTED}.") from None
    password = re.search(r"://[^/@]*:([^/]*)@", url)
    if password and not PLACEHOLDER.fullmatch(password[1]):
        raise refused(
            " has a password in it: write ${NAME} instead, and set NAME in the environment."
        )
    return url


class SqlSource(SourceEntry):
    """Which database is read, what of it, and from where on."""

    kind: Literal["sql"]
    url: Annotated[str, AfterValidator(_url)] = Field(repr=False, description=EXPECTED)
    table: str | None = None
    query: str | None = None
    cursor: str | None = None
    lookback: Lookback | None = None

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield what does not go together."""
        yield from super().rules(content, context)
        given = {
            key for key in ("table", "query", "cursor", "lookback") if content.get(key) is not None
        }
        if ("table" in given) == ("query" in given):
            yield (), " needs either a table or a query."
        if "lookback" in given and "cursor" not in given:
            yield ("lookback",), " is of no use without a cursor."
        if content.get("snapshot") and "cursor" in given:
            yield (), ": snapshot and cursor exclude each other: a full list is read whole."
