"""Read the keys that sources of kind http have of their own."""

from typing import Any
from urllib.parse import urlsplit

from pipelines.configuration.faults import Faults
from pipelines.configuration.sources.cursor import is_lookback
from pipelines.configuration.sources.json_path import steps_of
from pipelines.configuration.sources.secrets import names_in

KEYS = (
    "url", "records", "pages", "parameters", "headers", "token", "since", "timeout_seconds",
    "tries",
)  # fmt: skip
PAGES = {
    "page": ("page", "size", "first"),
    "cursor": ("cursor", "parameter"),
    "link": ("link",),
}
SINCE = ("parameter", "column", "lookback", "start")


def read(place: str, entry: dict[str, Any], faults: Faults) -> dict[str, Any]:
    """Return where the pages are and how one asks for them; note what is wrong."""
    given = {key: entry[key] for key in KEYS if entry.get(key) is not None}
    _url(f"{place}.url", given.get("url"), faults)
    rows = given.pop("records", "$[*]")
    _path(f"{place}.records", rows, faults)
    _pages(f"{place}.pages", given.get("pages", {}), faults)
    for key in ("parameters", "headers"):
        faults.expect(
            isinstance(given.get(key, {}), dict), f"{place}.{key}: expected names with values."
        )
    _secrets(place, given, faults)
    if "since" in given:
        _since(f"{place}.since", given["since"], faults)
        faults.expect(
            not entry.get("snapshot"),
            f"{place}: snapshot and since exclude each other: a full list is read whole.",
        )
    for key in ("timeout_seconds", "tries"):
        value = given.get(key, 1)
        faults.expect(
            isinstance(value, int) and not isinstance(value, bool) and value > 0,
            f"{place}.{key} is {value!r}; expected a whole number above 0.",
        )
    return given | {"rows": rows}


def _url(place: str, url: Any, faults: Faults) -> None:
    parts = urlsplit(url if isinstance(url, str) else "")
    faults.expect(
        parts.scheme in ("http", "https") and bool(parts.netloc),
        f"{place} is {url!r}; expected one such as https://api.example.org/orders.",
    )
    faults.expect("@" not in parts.netloc, f"{place} has a password in it: use token or headers.")


def _path(place: str, path: Any, faults: Faults) -> None:
    try:
        steps_of(path if isinstance(path, str) else "")
    except ValueError:
        faults.append(f"{place} is {path!r}; expected a path such as $.orders[*].")


def _pages(place: str, pages: Any, faults: Faults) -> None:
    if pages == {}:
        return
    ways = [way for way in PAGES if isinstance(pages, dict) and way in pages]
    if not faults.expect(
        len(ways) == 1, f"{place} is {pages!r}; expected exactly one of {', '.join(PAGES)}."
    ):
        return
    for key in sorted(set(map(str, pages)) - set(PAGES[ways[0]])):
        faults.append(f"{place}.{key} is not understood. There are: {', '.join(PAGES[ways[0]])}.")
    if ways == ["cursor"]:
        _path(f"{place}.cursor", pages["cursor"], faults)
        faults.expect(
            isinstance(pages.get("parameter"), str),
            f"{place}.parameter is missing: which parameter takes the cursor?",
        )
    for key in ("size", "first"):
        value = pages.get(key, 1)
        faults.expect(
            isinstance(value, int) and not isinstance(value, bool) and value >= (key == "size"),
            f"{place}.{key} is {value!r}; expected a whole number.",
        )
    faults.expect(pages.get("link", True) is True, f"{place}.link: expected true.")


def _secrets(place: str, given: dict[str, Any], faults: Faults) -> None:
    """Note a token that is written out."""
    headers = given.get("headers", {})
    written = {f"{place}.token": given["token"]} if "token" in given else {}
    if isinstance(headers, dict):
        written |= {
            f"{place}.headers.{name}": value
            for name, value in headers.items()
            if any(
                word in str(name).lower() for word in ("authorization", "token", "key", "secret")
            )
        }
    for where, value in written.items():
        faults.expect(
            bool(names_in(value)),
            f"{where} is written out: write ${{NAME}} instead, and set NAME in the environment.",
        )


def _since(place: str, since: Any, faults: Faults) -> None:
    if not faults.expect(isinstance(since, dict), f"{place}: expected {', '.join(SINCE)}."):
        return
    for key in sorted(set(map(str, since)) - set(SINCE)):
        faults.append(f"{place}.{key} is not understood. There are: {', '.join(SINCE)}.")
    for key in ("parameter", "column"):
        faults.expect(isinstance(since.get(key), str), f"{place}.{key} is missing.")
    if str(since.get("column")).startswith("$"):
        _path(f"{place}.column", since["column"], faults)
    faults.expect(
        is_lookback(since.get("lookback", 0)),
        f"{place}.lookback is {since.get('lookback')!r}; expected a number, or days, hours or "
        "minutes such as `2 days`.",
    )
