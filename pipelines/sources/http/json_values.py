"""Find values in JSON text by a path, each with its own text, so that no number is written anew."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pipelines.configuration.sources.json_path import Step, steps_of

# Numbers are kept as they are written: of any length, and equal to what they were.
_decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_space = re.compile(r"[ \t\n\r]*")


def parsed(text: str) -> Any:
    """Return the value of a JSON text, its numbers as text.

    Raises
    ------
    ValueError
        If it is no JSON, or nested too deep to be read.
    """
    try:
        return _decoder.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def values_at(text: str, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the text and the value of each thing that a path finds in whole JSON text.

    [*] of what is no array is the thing itself.
    """
    yield from _walk(text, _skip(text, 0), steps_of(path))


def first(text: str, path: str) -> Any:
    """Return the first value that a path finds in whole JSON text; None if there is none."""
    return next((value for _, value in values_at(text, path)), None)


def _walk(text: str, start: int, steps: tuple[Step, ...]) -> Iterator[tuple[str, Any]]:
    if not steps:
        value, end = _decoder.raw_decode(text, start)
        yield text[start:end], value
        return
    (query, each), *rest = steps
    if each and text[start] != "[":
        yield from _walk(text, start, tuple(rest))
        return
    for key, place in _members(text, start):
        if each or key == query:
            yield from _walk(text, place, tuple(rest))


def _members(text: str, start: int) -> Iterator[tuple[str | int, int]]:
    """Yield the name or place of each member of an object or array, and where it begins."""
    opening = text[start]
    if opening not in "[{":
        return
    at, place = _skip(text, start + 1), 0
    while text[at] not in "]}":
        key: str | int = place
        if opening == "{":
            key, at = _decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        yield key, at
        _, at = _decoder.raw_decode(text, at)
        at, place = _skip(text, at), place + 1
        if text[at] == ",":
            at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = _space.match(text, at)
    return found.end() if found else at
