"""Detect how days and instants are written, as a `format` of sources.yml; ISO needs none."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise, product

from pipelines.configuration.sources.column_rules import EPOCHS, EXCEL_DAYS
from pipelines.first_config.numbers import MOSTLY

ISO = "ISO"
ISO_TEXT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?"
    r"(?: ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?|UTC|GMT|[ECMP][SD]T|[WCE]ES?T"
    r"|[A-Z_]+(?:/[A-Z_-]+)+))?)?",
    re.IGNORECASE,
)
DAYS = (
    "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y",
    "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y",
    "%b %d, %Y", "%b %d %Y", "%d %B %Y", "%B %d, %Y", "%Y-%m-%d",
)  # fmt: skip
BETWEEN = (" ", "T", ", ", " - ", "")
TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%H.%M", "%H%M%S", "%H%M")
ZONES = ("", " %z", "%z")
FORMS = (
    *DAYS,
    *(
        day + between + time + zone
        for day, between, time, zone in product(DAYS, BETWEEN, TIMES, ZONES)
        if between or (day == "%Y%m%d" and ":" not in time and "." not in time)
    ),
)
EXAMPLES = {
    "%d": "01", "%m": "01", "%Y": "2001", "%y": "01", "%b": "Jan", "%B": "January", "%H": "01",
    "%I": "01", "%M": "01", "%S": "01", "%f": "1", "%p": "PM",
}  # fmt: skip
ZONE_EXAMPLES = ("+00:00", "-00:00", "+0000", "-0000", "Z")
TIME = re.compile(r"[0-2]?[0-9]:[0-5][0-9](:[0-5][0-9])?")
SMALLEST, GREATEST = date(1995, 1, 1), date(2045, 1, 1)  # of what a number may count
FEW = 20  # values that sort out most forms
MOST = 5_000
EXCEL_FIRST = date(1899, 12, 30)


@dataclass(frozen=True)
class InstantForm:
    """A way to write days or instants; `days` are those of the texts that are written so."""

    form: str
    days: tuple[date, ...]
    has_time: bool
    has_zone: bool

    @property
    def keys(self) -> dict[str, str]:
        """The keys of a recipe that say so."""
        return {} if self.form == ISO else {"format": self.form}


def instant_forms(texts: Sequence[str], *, may_count: bool) -> list[InstantForm]:
    """Return the ways in which nearly all texts are days or instants, the likeliest first.

    `may_count` if a number may count from 1970 or 1900, as only the name of its column tells.
    """
    texts = texts[:MOST]
    if not texts:
        return []
    if forms := [*_iso(texts), *(_counted(texts) if may_count else [])]:
        return forms
    few = texts[:FEW]
    [(shape, _)] = Counter(map(_shape, few)).most_common(1)
    forms_alike = _forms_by_shape().get(shape, ())
    likely = [form for form in forms_alike if len(_read(few, form)) >= MOSTLY * len(few)]
    found = {form: _read(texts, form) for form in likely}
    most = max(map(len, found.values()), default=0)
    return [
        InstantForm(form, tuple(days), "%H" in form or "%I" in form, "%z" in form)
        for form, days in found.items()
        if len(days) == most >= MOSTLY * len(texts)
    ]


def is_time(texts: Collection[str]) -> bool:
    """Return whether texts are times of day, which some shops keep beside the day."""
    return bool(texts) and all(TIME.fullmatch(text) for text in texts)


def more_orderly(forms: list[InstantForm]) -> list[InstantForm]:
    """Return forms by how seldom their days go back: files are mostly written day by day."""

    def steps_back(each: InstantForm) -> int:
        days = each.days
        return min(
            sum(b < a for a, b in pairwise(days)),
            sum(b > a for a, b in pairwise(days)),
        )

    return sorted(forms, key=steps_back)


def _iso(texts: Sequence[str]) -> list[InstantForm]:
    found = [text for text in texts if ISO_TEXT.fullmatch(text)]
    days = [day for text in found if (day := _day(text[:10]))]
    if len(days) < MOSTLY * len(texts):
        return []
    timed = [text for text in found if len(text) > 10]
    is_zoned = all(re.search(r"[A-Za-z]$|[+-][0-9:]{2,5}$", text[11:]) for text in timed)
    return [InstantForm(ISO, tuple(days), bool(timed), bool(timed) and is_zoned)]


def _shape(text: str) -> str:
    """Return a text with every number as 0 and every word as a."""
    return re.sub("[A-Za-z]+", "a", re.sub("[0-9]+", "0", text))


@cache
def _forms_by_shape() -> dict[str, list[str]]:
    """Return the forms by the shape of what is written so: trying all would take a second."""
    by_shape: dict[str, list[str]] = {}
    for form in FORMS:
        bare = re.sub("%[^z]", lambda found: EXAMPLES[found[0]], form)
        for zone in ZONE_EXAMPLES if "%z" in form else ("",):
            forms = by_shape.setdefault(_shape(bare.replace("%z", zone)), [])
            forms += [] if form in forms else [form]
    return by_shape


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _counted(texts: Sequence[str]) -> list[InstantForm]:
    """Return the count from 1970 or 1900 that makes days of our time of all numbers."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return []
    for form in ("epoch_seconds", "epoch_ms", "epoch_microseconds"):
        days = [_since_1970(number / EPOCHS[form]) for number in numbers]
        if all(day and SMALLEST <= day < GREATEST for day in days):
            return [InstantForm(form, tuple(day for day in days if day), True, True)]
    least, most = (SMALLEST - EXCEL_FIRST).days, (GREATEST - EXCEL_FIRST).days
    if all(least <= number < most for number in numbers):
        counted = tuple(EXCEL_FIRST + timedelta(days=int(number)) for number in numbers)
        return [InstantForm(EXCEL_DAYS, counted, any(n % 1 for n in numbers), False)]
    return []


def _since_1970(seconds: float) -> date | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _read(texts: Sequence[str], form: str) -> list[date]:
    """Return the days of those texts that are in a form."""
    days = []
    for text in texts:
        try:
            instant = datetime.strptime(text, form)  # noqa: DTZ007 - of which the day is taken
        except ValueError:
            continue
        is_whole = "%Y%m%d" not in form or instant.strftime(form) == text  # else 111 is two
        if instant.year > 1900 and is_whole:
            days.append(instant.date())
    return days
