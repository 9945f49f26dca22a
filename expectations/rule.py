"""What a contract is made of: rules, each a Great Expectations expectation and a sentence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

CRITICAL, WARNING = "critical", "warning"
# Three keys stand side by side in an index, whose entries have 2,704 bytes at most.
LONGEST_KEY = 500


@dataclass(frozen=True)
class Rule:
    """A promise in one of two strengths.

    `name` is stable: results are followed by it over years. `expect` takes the module
    great_expectations.expectations, which is heavy and therefore imported by whoever judges.
    `sentence` says what is wrong and what to do, `{value}` standing for what was seen; `shows` is
    the column of the expectation that holds it, `beside` the other one it reads, if any.
    """

    name: str
    severity: str
    expect: Callable[[Any], Any]
    sentence: str
    shows: str
    beside: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of the table judged that the rule reads."""
        return (self.shows, self.beside) if self.beside else (self.shows,)

    @property
    def summary(self) -> str:
        """The sentence without any value: what everybody may read."""
        return " ".join(self.sentence.replace("'{value}'", "").replace("{value}", "").split())


@dataclass(frozen=True)
class Shop:
    """What of a deployment decides which rules hold."""

    currency: str | None = None
    has_products: bool = False
    volume: str = WARNING
    corrections: str = WARNING
    days_moved: int = 31
    keeps_first: bool = False


def present(column: str, sentence: str, severity: str = CRITICAL, name: str | None = None) -> Rule:
    """Return the rule that a column is given."""
    return Rule(
        name or f"{column.removeprefix('received_')}_present",
        severity,
        lambda gxe: gxe.ExpectColumnValuesToNotBeNull(column=column),
        sentence,
        column,
    )


def readable(column: str, severity: str, expected: str) -> Rule:
    """Return the rule that what is given can be read; unreadable_<column> holds what cannot."""
    return absent(
        f"unreadable_{column}",
        f"{column}_readable",
        severity,
        f"{column} '{{value}}' cannot be read: expected {expected}.",
    )


def absent(column: str, name: str, severity: str, sentence: str) -> Rule:
    """Return the rule that a column, which holds what is wrong, is empty."""
    return Rule(
        name,
        severity,
        lambda gxe: gxe.ExpectColumnValuesToBeNull(column=column),
        sentence,
        column,
    )


AN_UPDATE = "a day or an instant; kept, the last received stands"


def names_something(columns: str, severity: str = CRITICAL) -> Rule:
    """Return the rule that no key is a placeholder; `no_key` holds the word of one that is."""
    return absent(
        "no_key",
        "key_names_something",
        severity,
        f"'{{value}}' as {columns} is a word that stands where nothing is named, a header repeated "
        "or a line of sums (identity.placeholders of settings.yml): have the source leave such "
        "rows out, or say what it means.",
    )


def names_somebody(column: str) -> Rule:
    """Return the rule that a reference is no placeholder; nobody_<column> holds one that is."""
    return absent(
        f"nobody_{column}",
        f"{column}_names_somebody",
        WARNING,
        f"{column} '{{value}}' is a word that stands where nobody is named "
        "(identity.placeholders of settings.yml): kept, it links nobody.",
    )


def between(column: str, bounds: tuple[Any, Any], name: str, severity: str, sentence: str) -> Rule:
    """Return the rule that a number, where given, lies within bounds, ends included.

    Not for days: Great Expectations writes `datetime.date(…)` into the query of the failing rows.
    """
    least, most = bounds
    return Rule(
        name,
        severity,
        lambda gxe: gxe.ExpectColumnValuesToBeBetween(
            column=column, min_value=least, max_value=most
        ),
        sentence,
        column,
    )


def not_above(column: str, limit: str, name: str, severity: str, sentence: str) -> Rule:
    """Return the rule that a column is nowhere above another, where both are given."""
    return Rule(
        name,
        severity,
        lambda gxe: gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=limit, column_B=column, or_equal=True, ignore_row_if="either_value_is_missing"
        ),
        sentence,
        column,
        beside=limit,
    )


def not_below(column: str, limit: str, name: str, severity: str, sentence: str) -> Rule:
    """Return the rule that a column is nowhere below another, where both are given."""
    return replace(not_above(limit, column, name, severity, sentence), shows=column, beside=limit)


def short_keys(columns: str) -> Rule:
    """Return the rule that no key is longer than an index takes; `longest_key` holds its bytes."""
    return between(
        "longest_key",
        (None, LONGEST_KEY),
        "keys_short_enough",
        CRITICAL,
        f"a key ({columns}) has {{value}} bytes, where {LONGEST_KEY} are the most: have the source "
        "say what it is, and send the row again.",
    )


def once(column: str, severity: str, sentence: str) -> Rule:
    """Return the rule that no value of a column comes twice."""
    return Rule(
        f"{column}_once",
        severity,
        lambda gxe: gxe.ExpectColumnValuesToBeUnique(column=column),
        sentence,
        column,
    )


def one_of(column: str, values: tuple[Any, ...], name: str, severity: str, sentence: str) -> Rule:
    """Return the rule that a column, where given, is one of some values."""
    return Rule(
        name,
        severity,
        lambda gxe: gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values)),
        sentence,
        column,
    )
