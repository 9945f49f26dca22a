"""Records of a paged JSON API: kept below the home page by page, landed when all are there."""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from pipelines.configuration.model import Source
from pipelines.configuration.sources import cursor as cursors
from pipelines.configuration.sources import json_path
from pipelines.configuration.sources.secrets import Secrets
from pipelines.errors import SourceUnreadable
from pipelines.hashing import short_hash
from pipelines.sources.http import json_values
from pipelines.sources.http.client import Client, Page, Refused
from pipelines.sources.http.spool import Spool, State
from pipelines.sources.interface import LINE, Extract, ExtractRequest, RowStream

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_MARK = 100
MOST_EMPTY = 100  # pages in a row: an API that filters may send some


def arrivals(
    source: Source, request: ExtractRequest, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Extract]:
    """Fetch every page that is not kept yet, then give all records as one arrival.

    Raises
    ------
    SourceUnavailable
        If the API cannot be reached now; the pages that came are kept for the next run.
    """
    fetching = PageReader(source, request, sleep)
    name = source.options["url"].split("?")[0].split("://")[-1]
    try:
        state = fetching.run()
    except SourceUnreadable as error:
        yield Extract(name, partial(_refuse, error))
        return
    spool = fetching.spool
    digest = _sha256_of(spool.lines) if state.records else None
    watermark = state.watermark or request.watermark
    yield Extract(
        name,
        lambda: RowStream([LINE], spool.batches(), watermark=watermark, digest=digest),
        digest,
        state.byte_count,
        settle=spool.remove,
    )
    spool.remove()  # also if it was passed over


def first_page(source: Source, request: ExtractRequest) -> list[str]:
    """Fetch one page and keep nothing of it; return its records as JSON texts.

    Raises
    ------
    SourceUnavailable
        If the API cannot be reached now.
    SourceUnreadable
        If it refuses to answer, or sends what cannot be read.
    """
    fetching = PageReader(source, request, time.sleep)
    client = Client(source.name, source.options, fetching.secrets, time.sleep)
    try:
        page = client.page(fetching.address(client, {}), "page 1")
    finally:
        client.close()
    return [
        text for text, _ in json_values.values_at(page.text, source.options.get("rows", "$[*]"))
    ]


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse(error: SourceUnreadable) -> RowStream:
    raise error


@dataclass
class PageReader:
    """One run over the pages of a source."""

    source: Source
    request: ExtractRequest
    sleep: Callable[[float], None]
    spool: Spool = field(init=False)
    secrets: Secrets = field(init=False)
    seen: set[str] = field(default_factory=set)
    empty: int = 0

    def __post_init__(self) -> None:
        self.spool = Spool(self.request.home, self.source.name)
        self.secrets = Secrets(self.source.name, self.request.secret)

    def run(self) -> State:
        """Fetch what is missing; return the state when nothing is.

        Raises
        ------
        SourceUnavailable
            If the API cannot be reached now.
        SourceUnreadable
            If it sends what cannot be read, or pages without end.
        """
        question = short_hash([self.source.options, self.request.watermark])
        now = self.request.now or BEGINNING
        state = self.spool.begin(question, now, {})
        client = Client(self.source.name, self.source.options, self.secrets, self.sleep)
        resumed = state.pages > 0
        try:
            while state.at is not None:
                try:
                    self._fetch(client, state)
                except Refused:
                    if not resumed:
                        raise
                    state = self.spool.anew(question, now, {})  # what it pointed to has expired
                resumed = False
        finally:
            client.close()
        return state

    def _fetch(self, client: Client, state: State) -> None:
        """Fetch the page that is next and keep it."""
        assert state.at is not None, "there is a next page"
        label = f"page {state.pages + 1}"
        page = client.page(self.address(client, state.at), label)
        records = list(json_values.values_at(page.text, self.source.options.get("rows", "$[*]")))
        after = self._next(client, state.at, page, len(records))
        self._refuse_endless(label, page, after, len(records))
        for _, record in records:
            self._remember(state, record)
        state.pages, state.at = state.pages + 1, after
        self.spool.add(state, [text for text, _ in records])

    def address(self, client: Client, at: dict[str, Any]) -> httpx.URL:
        """Return what is asked for at a place: the first page at none."""
        if "link" in at:
            return client.same_host(client.url, self.secrets.show(at["link"]))
        options = self.source.options
        request = {k: self.secrets.fill(str(v)) for k, v in options.get("parameters", {}).items()}
        request |= self._since()
        pages = options.get("pages", {})
        if "page" in pages:
            request[pages["page"]] = str(at.get("page", pages.get("first", 1)))
        if "cursor" in at:
            request[pages["parameter"]] = at["cursor"]
        return client.url.copy_merge_params(request)

    def _since(self) -> dict[str, str]:
        """Return the parameter that asks for what is new."""
        query = self.source.options.get("since")
        if not query:
            return {}
        watermark = self.request.watermark
        if watermark is None:
            return {query["parameter"]: str(query["start"])} if "start" in query else {}
        return {query["parameter"]: cursors.earlier(watermark, query.get("lookback", 0))}

    def _next(
        self, client: Client, at: dict[str, Any], page: Page, count: int
    ) -> dict[str, Any] | None:
        """Return where the next page is; None after the last."""
        pages = self.source.options.get("pages", {})
        if "page" in pages:
            is_last = count < pages.get("size", 1)
            return None if is_last else {"page": at.get("page", pages.get("first", 1)) + 1}
        if "cursor" in pages:
            cursor = json_values.first(page.text, pages["cursor"])
            return {"cursor": str(cursor)} if cursor and str(cursor).isprintable() else None
        if pages.get("link") and page.next_link:
            address = client.same_host(self.address(client, at), page.next_link)
            return {"link": self.secrets.hide(str(address))}
        return None

    def _remember(self, state: State, record: Any) -> None:
        """Keep the greatest value of the field that says what is new."""
        query = self.source.options.get("since")
        value = _value(record, query["column"]) if query else None
        if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_MARK:
            return
        if value == cursors.capped(value, self.request.now):
            state.watermark = cursors.later(state.watermark or self.request.watermark, value)

    def _refuse_endless(
        self, label: str, page: Page, at: dict[str, Any] | None, count: int
    ) -> None:
        """Refuse pages without end: one that came before, or too many that are empty.

        Raises
        ------
        SourceUnreadable
            Naming the page.
        """
        place = f"{self.source.name}: {label}"
        self.empty = 0 if count else self.empty + 1
        if at is not None and self.empty > MOST_EMPTY:
            raise SourceUnreadable(
                f"{place} is the {self.empty}th without records in a row, and not the last: check "
                "`records` and `pages` in sources.yml."
            )
        marks = {f"at {at}"} if at else set()
        marks |= {f"text {short_hash(page.text)}"} if count else set()
        if at is not None and marks & self.seen:
            raise SourceUnreadable(
                f"{place} is a page that came before, or leads back to one: check `pages` in "
                "sources.yml, or ask who runs the API."
            )
        self.seen |= marks


def _value(record: Any, column: str) -> Any:
    """Return a field of a record, or what a path finds in it."""
    for name, _ in json_path.steps_of(column) if column.startswith("$") else ((column, False),):
        if isinstance(record, dict):
            record = record.get(name)
        elif isinstance(record, list) and isinstance(name, int) and name < len(record):
            record = record[name]
        else:
            return None
    return record
