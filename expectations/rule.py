"""What a contract is made of: rules, each a Great Expectations expectation and a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CRITICAL, WARNING = "critical", "warning"


@dataclass(frozen=True)
class Rule:
    """A promise in one of two strengths.

    `name` is stable: results are followed by it over years. `expect` takes the module
    great_expectations.expectations, which is heavy and therefore imported by whoever judges.
    `sentence` says what is wrong and what to do, `{value}` standing for what was seen; `shows` is
    the column of the expectation that holds it.
    """

    name: str
    severity: str
    expect: Callable[[Any], Any]
    sentence: str
    shows: str

    @property
    def summary(self) -> str:
        """The sentence without any value: what everybody may read."""
        return " ".join(self.sentence.replace("'{value}'", "").replace("{value}", "").split())


@dataclass(frozen=True)
class Shop:
    """What of a deployment decides which rules hold."""

    currency: str | None = None
    has_products: bool = False


def present(column: str, sentence: str, severity: str = CRITICAL) -> Rule:
    """Return the rule that a column is given."""
    return Rule(
        f"{column.removeprefix('received_')}_present",
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
