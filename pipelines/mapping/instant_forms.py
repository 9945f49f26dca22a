"""Read an instant in a form of a source's own: the ISO text it stands for, as an SQL expression.

A text is recognised by its shape, in which every digit is 0 and, where a form has words, every
letter a: then its parts stand at known places, which no regular expression needs to find.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import sqlalchemy as sa

from pipelines.configuration.sources.column_rules import EPOCHS, EXCEL_DAYS

Text = sa.ColumnElement[Any]
# The shapes that a part may have, the likeliest first.
SHAPES = {
    "d": ("00", "0"),
    "m": ("00", "0"),
    "Y": ("0000",),
    "y": ("00",),
    "H": ("00", "0"),
    "I": ("00", "0"),
    "M": ("00",),
    "S": ("00",),
    "f": ("000000", "000", "0", "00", "0000", "00000"),
    "p": ("aa",),
    "b": tuple("a" * letters for letters in (3, 4, 5, 6, 7, 8, 9)),
    "B": tuple("a" * letters for letters in (3, 4, 5, 6, 7, 8, 9)),
    "z": ("+0000", "-0000", "+00:00", "-00:00", "a", "+00", "-00"),
    "Z": ("aaa", "a", "aaaa"),
}
WORDS = frozenset("bBpzZ")  # parts in which letters may stand
NUMBERS = frozenset("dmYyHIMSf")
DIGITS, LETTERS = "0123456789", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def iso_text(form: str, text: Text) -> Text:
    """Return the ISO text that a text in a form stands for; null if it is not in that form."""
    if form in EPOCHS:
        return sa.func.staging.from_epoch(text, EPOCHS[form])
    if form == EXCEL_DAYS:
        return sa.func.staging.from_excel_days(text)
    tokens = re.findall("%.|[^%]+", form)
    letters = LETTERS if WORDS & {token[1] for token in tokens if token[0] == "%"} else ""
    shape = sa.func.translate(text, DIGITS + letters, "0" * len(DIGITS) + "a" * len(letters))
    made = {_shape(parts, letters): _made(parts, text) for parts in _layouts(tokens)}
    return sa.case(made, value=shape)


Layout = list[tuple[str, str]]  # tokens of a form, each with the shape or the literal it has


def _layouts(tokens: list[str]) -> Iterator[Layout]:
    """Yield the ways in which the parts of a form may be written, the likeliest first."""
    before, after = ["", *tokens[:-1]], [*tokens[1:], ""]
    for chosen in product(*map(_shapes_of, tokens, before, after)):
        yield list(zip(tokens, chosen, strict=True))


def _shapes_of(token: str, before: str, after: str) -> tuple[str, ...]:
    """Return the shapes of a part; beside another number it has all its digits, or 111 is two."""
    if token[0] != "%":
        return (token,)
    is_beside = any(each[:1] == "%" and each[1] in NUMBERS for each in (before, after))
    return SHAPES[token[1]][: 1 if is_beside and token[1] in NUMBERS else None]


def _shape(layout: Layout, letters: str) -> str:
    table = str.maketrans(DIGITS + letters, "0" * len(DIGITS) + "a" * len(letters))
    return "".join(part.translate(table) for _, part in layout)


def _made(layout: Layout, text: Text) -> Text:
    """Return the ISO text made of the parts at their places, null if a literal is another."""
    parts: dict[str, Text] = {}
    literals: list[sa.ColumnElement[bool]] = []
    place = 1
    for token, part in layout:
        found = sa.func.substr(text, place, len(part))
        place += len(part)
        if token[0] != "%":
            literals += [found == part] if re.search("[0-9A-Za-z]", part) else []
        else:
            is_short = part == "0" and token[1] != "f"
            parts[token[1]] = sa.func.concat("0", found) if is_short else found
    made = _joined(parts)
    return sa.case((sa.and_(*literals), made)) if literals else made


def _joined(parts: dict[str, Text]) -> Text:
    year = parts["Y"] if "Y" in parts else "20" + parts["y"]
    month = parts.get("m")
    if month is None:
        month = sa.func.staging.month_number(parts["b"] if "b" in parts else parts["B"])
    made = year + "-" + month + "-" + parts["d"]
    hour = parts.get("H", parts.get("I"))
    if hour is None:
        return made
    if "p" in parts:
        hour = sa.func.staging.hour_of_day(hour, parts["p"])
    made = made + "T" + hour
    for sign, letter in ((":", "M"), (":", "S"), (".", "f")):
        if letter in parts:
            made = made + sign + parts[letter]
        elif letter != "f":
            made = made + ":00"
    zone = parts.get("z", parts.get("Z"))
    return made if zone is None else made + zone
