"""Detect how numbers are written: which mark stands before decimals, which between thousands."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

CURRENCY = re.compile(r"^([-+]?)\s*(?:[€$£¥₹]|[A-Z]{3})\s*|\s*(?:[€$£¥₹]|[A-Z]{3})$")
MARKS = {"": "", ".": r"\.", ",": ",", " ": "[ \u00a0\u202f]", "'": "['’]"}
# Decimals and thousands, the plainest first.
WAYS = ((".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"))
MOSTLY = 0.95  # of the values are numbers: the others are dirt, which quarantine is for


@dataclass(frozen=True)
class NumberForm:
    """A way to write numbers; `has_sign` if some have a sign or code of a currency."""

    decimal: str = "."
    thousands: str = ""
    has_sign: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it needs no keys: a point before decimals, and nothing else."""
        return (self.decimal, self.thousands, self.has_sign) == (".", "", False)

    @property
    def keys(self) -> dict[str, str]:
        """The keys of a recipe that say so."""
        if self.is_plain:
            return {}
        return {"decimal": self.decimal} | ({"thousands": self.thousands} if self.thousands else {})


def number_forms(texts: Collection[str]) -> list[NumberForm]:
    """Return the ways in which nearly all texts, and most of them, are numbers, plainest first."""
    bare = [bare_number(text) for text in texts]
    has_sign = any(one != text.strip() for one, text in zip(bare, texts, strict=True))
    fits = {way: _fits(bare, _pattern(*way)) for way in WAYS}
    most = max(fits.values())
    if not bare or most < MOSTLY * len(bare):
        return []
    return [NumberForm(*way, has_sign) for way, count in fits.items() if count == most]


def decimal_of(columns: Iterable[list[NumberForm]]) -> str | None:
    """Return the mark before decimals that some column of a file leaves no doubt about."""
    marks = {forms[0].decimal for forms in columns if forms and _is_sure(forms)}
    return marks.pop() if len(marks) == 1 else None


def chosen(forms: list[NumberForm], decimal: str | None) -> NumberForm:
    """Return the way that is to be written down, by the decimals of the whole file.

    Where decimals have a comma, a point can only stand between thousands, today or tomorrow.
    """
    fitting = [each for each in forms if decimal is None or each.decimal == decimal]
    form = (fitting or forms)[0]
    if form.decimal == "," and not form.thousands:
        return NumberForm(",", ".", form.has_sign)
    return form


def is_doubtful(forms: list[NumberForm], decimal: str | None) -> bool:
    """Return whether a mark may stand before decimals or between thousands."""
    return decimal is None and len({each.decimal for each in forms}) > 1 and not _is_whole(forms)


def bare_number(text: str) -> str:
    """Return a text without the sign or code of a currency."""
    return CURRENCY.sub(r"\1", text.strip())


def _is_sure(forms: list[NumberForm]) -> bool:
    return len({each.decimal for each in forms}) == 1


def _is_whole(forms: list[NumberForm]) -> bool:
    return len(forms) == len(WAYS)


def _fits(texts: list[str], pattern: re.Pattern[str]) -> int:
    return sum(pattern.fullmatch(text) is not None for text in texts)


def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    group = MARKS[thousands]
    whole = f"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)" if group else "[0-9]+"
    return re.compile(f"[-+]?{whole}(?:{MARKS[decimal]}[0-9]*)?")
