"""The keys that sources of kind http have of their own."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, Tag

from pipelines.configuration.faults import TAG, Entry, Fault, refused, refused_at
from pipelines.configuration.settings import Count
from pipelines.configuration.sources.entry import Lookback, SourceEntry
from pipelines.configuration.sources.json_path import steps_of
from pipelines.configuration.sources.secrets import names_in

SECRET_HEADERS = ("authorization", "token", "key", "secret")
WRITTEN_OUT = " is written out: write ${NAME} instead, and set NAME in the environment."


def _url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError
    if "@" in parts.netloc:
        raise refused(" has a password in it: use token or headers.")
    return url


def _path(path: str) -> str:
    steps_of(path)
    return path


def _token(token: Any) -> Any:
    if not names_in(token):
        raise refused(WRITTEN_OUT)
    return token


def _headers(headers: dict[Any, Any]) -> dict[Any, Any]:
    """Return headers of which none has a secret written out."""
    secret = [name for name in headers if any(word in str(name).lower() for word in SECRET_HEADERS)]
    written = [(name,) for name in secret if not names_in(headers[name])]
    if written:
        raise refused_at([(place, WRITTEN_OUT) for place in written])
    return headers


JsonPath = Annotated[str, AfterValidator(_path), Field(description="a path such as $.orders[*]")]


class ByPage(Entry):
    """Pages with a number."""

    page: str
    size: Count | None = None
    first: int | None = Field(None, ge=0, description="a whole number")


class ByCursor(Entry):
    """Pages of which each names the next."""

    cursor: JsonPath
    parameter: str = Field(description="the parameter that takes the cursor")


class ByLink(Entry):
    """Pages whose header `Link` leads to the next."""

    link: Literal[True] = Field(description="true")


def _way(pages: Any) -> str | None:
    ways = [key for key in ("page", "cursor", "link") if isinstance(pages, dict) and key in pages]
    return TAG + ways[0] if len(ways) == 1 else None


Pages = Annotated[
    Annotated[ByPage, Tag(TAG + "page")]
    | Annotated[ByCursor, Tag(TAG + "cursor")]
    | Annotated[ByLink, Tag(TAG + "link")],
    Discriminator(_way),
]


class Since(Entry):
    """How only what is new is asked for."""

    shape = "parameter, column, lookback, start"
    parameter: str
    column: Annotated[str, AfterValidator(lambda name: _path(name) if name[:1] == "$" else name)]
    lookback: Lookback | None = None
    start: Any = None


class HttpSource(SourceEntry):
    """Where the pages are and how one asks for them."""

    kind: Literal["http"]
    url: Annotated[str, AfterValidator(_url)] = Field(
        repr=False, description="one such as https://api.example.org/orders"
    )
    rows: JsonPath = Field("$[*]", alias="records")
    pages: Pages | None = Field(None, description="exactly one of page, cursor, link")
    parameters: dict[Any, Any] | None = Field(None, description="names with values")
    headers: Annotated[dict[Any, Any], AfterValidator(_headers)] | None = Field(
        None, repr=False, description="names with values"
    )
    token: Annotated[Any, AfterValidator(_token)] = Field(None, repr=False)
    since: Since | None = None
    timeout_seconds: Count | None = None
    tries: Count | None = None

    @classmethod
    def rules(cls, content: dict[str, Any], context: Any) -> Iterator[Fault]:
        """Yield what does not go together."""
        yield from super().rules(content, context)
        if content.get("snapshot") and content.get("since") is not None:
            yield (), ": snapshot and since exclude each other: a full list is read whole."
