"""Read the keys that sources of kind sql have of their own."""

import re
from typing import Any

from pipelines.configuration.faults import Faults
from pipelines.configuration.sources.cursor import is_lookback
from pipelines.configuration.sources.secrets import PLACEHOLDER

KEYS = ("url", "table", "query", "cursor", "lookback")


def read(place: str, entry: dict[str, Any], faults: Faults) -> dict[str, Any]:
    """Return which database is read, what of it, and from where on; note what is wrong."""
    given = {key: entry[key] for key in KEYS if entry.get(key) is not None}
    _url(place, given.get("url"), faults)
    faults.expect(
        ("table" in given) != ("query" in given),
        f"{place} needs either a table or a query.",
    )
    for key in ("table", "query", "cursor"):
        faults.expect(
            isinstance(given.get(key, ""), str),
            f"{place}.{key} is {given.get(key)!r}; expected text.",
        )
    if "lookback" in given:
        faults.expect("cursor" in given, f"{place}.lookback is of no use without a cursor.")
        faults.expect(
            is_lookback(given["lookback"]),
            f"{place}.lookback is {given['lookback']!r}; expected a number, or days, hours or "
            "minutes such as `2 days`.",
        )
    faults.expect(
        not (entry.get("snapshot") and "cursor" in given),
        f"{place}: snapshot and cursor exclude each other: a full list is read whole.",
    )
    return given


def _url(place: str, url: Any, faults: Faults) -> None:
    """Note a URL that is none, or that has a password written out."""
    import sqlalchemy as sa

    expected = "expected one such as postgresql://reader:${PASSWORD}@host/database, or ${NAME}"
    if not faults.expect(
        isinstance(url, str) and bool(url), f"{place}.url is missing; {expected}."
    ):
        return
    if PLACEHOLDER.fullmatch(url):
        return
    try:
        sa.make_url(PLACEHOLDER.sub("1", url))  # a placeholder may stand where a port does
        password = re.search(r"://[^/@]*:([^/]*)@", url)
    except (sa.exc.ArgumentError, ValueError):
        faults.append(f"{place}.url is no database's URL; {expected}.")
        return
    faults.expect(
        not password or bool(PLACEHOLDER.fullmatch(password[1])),
        f"{place}.url has a password in it: write ${{NAME}} instead, and set NAME in the "
        "environment.",
    )
