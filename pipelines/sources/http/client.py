"""Fetch one page of an API: retries what may pass, reports what does not."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import tenacity

from pipelines.configuration.sources.secrets import Secrets, names_in
from pipelines.errors import NocturneError, SourceUnavailable, SourceUnreadable
from pipelines.sources.http import json_values

TRIES, TIMEOUT_SECONDS = 5, 30
LONGEST_WAIT = 300.0  # seconds: whoever asks for more is asked again by the next run
LARGEST_PAGE = 64 << 20
REDIRECTS = 5
SHOWN = 100
BACKOFF = tenacity.wait_exponential_jitter(initial=1, max=60)


@dataclass(frozen=True)
class Page:
    """One page: its text, which is JSON, and where its Link header says the next one is."""

    text: str
    next_link: str | None


class _Again(Exception):
    """What may pass: how long the server asks to wait, and what to raise if it does not pass."""

    def __init__(self, message: NocturneError, seconds: float | None = None):
        super().__init__(str(message))
        self.message, self.seconds = message, seconds


class Refused(SourceUnreadable):
    """The server refuses this very request: a resumed run may begin anew."""


class Client:
    """A client of one API: its token and headers go to no other host."""

    def __init__(
        self, source: str, options: dict[str, Any], secrets: Secrets, sleep: Callable[[float], None]
    ):
        for name in ("httpx", "httpcore"):  # which write down whole addresses
            logging.getLogger(name).setLevel(logging.WARNING)
        self.source, self.options, self.secrets, self.sleep = source, options, secrets, sleep
        self.url = httpx.URL(secrets.fill_url(options["url"]))
        headers = {"Accept": "application/json", **options.get("headers", {})}
        if "token" in options:
            headers["Authorization"] = f"Bearer {options['token']}"
        self._client = httpx.Client(
            headers={name: secrets.fill(str(value)) for name, value in headers.items()},
            timeout=options.get("timeout_seconds", TIMEOUT_SECONDS),
        )

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def page(self, url: httpx.URL, label: str) -> Page:
        """Fetch a page; `told` is what sentences call it.

        Raises
        ------
        SourceUnavailable
            If the API does not answer as it should however often it is asked, or wants a token.
        SourceUnreadable
            If it refuses the request, sends no JSON or points to another host.
        """
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.options.get("tries", TRIES)),
            wait=_seconds,
            retry=tenacity.retry_if_exception_type(_Again),
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return retrying(self._once, url, label)
        except _Again as error:
            raise error.message from None

    def same_host(self, base: httpx.URL, reference: str) -> httpx.URL:
        """Return where a reference on a page of this API points.

        Raises
        ------
        SourceUnreadable
            If that is another host, or nowhere.
        """
        try:
            whole = base.join(reference)
        except httpx.InvalidURL:
            raise SourceUnreadable(
                f"{self.source}: {self.url.host} points to what is no address. Ask who runs it."
            ) from None
        if _origin(whole) != _origin(self.url):
            raise SourceUnreadable(
                f"{self.source}: {self.url.host} points to {whole.scheme}://{whole.host}, which "
                "sources.yml does not name, so that it gets neither the token nor a request. "
                "If that is where the data is, write it as the url."
            )
        return whole

    def _once(self, url: httpx.URL, label: str) -> Page:
        for _ in range(REDIRECTS):
            try:
                with self._client.stream("GET", url) as response:
                    if not response.is_redirect or "location" not in response.headers:
                        return self._answer(response, label)
                    url = self.same_host(url, response.headers["location"])
            except httpx.RequestError as error:
                kind = type(error).__name__  # what it says may quote a header
                raise _Again(self._unavailable(label, f"the connection failed ({kind})")) from None
        raise self._unavailable(label, f"it redirects more than {REDIRECTS} times")

    def _answer(self, response: httpx.Response, label: str) -> Page:
        status = response.status_code
        if status == 429 or status >= 500:
            self._wait(response, label)
        if status in (401, 403):
            raise self._unavailable(label, f"it answers {status}: check {self._names()}")
        content = self._content(response, label)
        if status >= 300:
            raise Refused(
                f"{self.source}: {self.url.host} refuses {label} with {status}: "
                f"{self._shown(content)}. Correct its url and parameters in sources.yml."
            )
        try:
            text = content.decode("utf-8-sig") if status != 204 else "[]"
            json_values.parsed(text)
        except ValueError:
            raise _Again(
                SourceUnreadable(
                    f"{self.source}: {label} of {self.url.host} is no JSON, but begins "
                    f"{self._shown(content)}. Ask who runs it what became of it."
                )
            ) from None
        return Page(text, response.links.get("next", {}).get("url"))

    def _wait(self, response: httpx.Response, label: str) -> None:
        """Ask for another try, when the server says so."""
        seconds = _retry_after(response)
        error = self._unavailable(label, f"it answers {response.status_code}")
        if seconds is not None and seconds > LONGEST_WAIT:
            raise self._unavailable(label, f"it asks to wait {seconds:,.0f} seconds")
        raise _Again(error, seconds)

    def _content(self, response: httpx.Response, label: str) -> bytes:
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > LARGEST_PAGE:
                raise SourceUnreadable(
                    f"{self.source}: {label} of {self.url.host} is larger than "
                    f"{LARGEST_PAGE >> 20} MB: ask for smaller pages in sources.yml."
                )
        return bytes(content)

    def _unavailable(self, label: str, cause: str) -> SourceUnavailable:
        return SourceUnavailable(
            f"{self.source}: {label} cannot be fetched from {self.url.host} now: {cause}. "
            "Nothing was landed; the pages before it are kept, and the next run goes on from there."
        )

    def _names(self) -> str:
        written = [self.options.get("token"), *self.options.get("headers", {}).values()]
        names = [name for text in written for name in names_in(text)]
        return " and ".join(f"${{{name}}}" for name in names) or "whether it wants a `token`"

    def _shown(self, content: bytes) -> str:
        text = self.secrets.hide(content.decode("utf-8", "replace"))
        return repr(" ".join(text[:SHOWN].split()))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _seconds(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _Again) and error.seconds is not None:
        return error.seconds
    return BACKOFF(state)


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds a server asks to wait; an instant is compared with its own clock."""
    request = response.headers.get("retry-after", "").strip()
    if request.isdigit():
        return float(request)
    try:
        until = parsedate_to_datetime(request)
        return max(0.0, (until - parsedate_to_datetime(response.headers["date"])).total_seconds())
    except (ValueError, TypeError, KeyError):
        return None
