"""The checks of rules, as data: Great Expectations, the dry run and SQL each evaluate them.

A check holds for each row or not. A column that is not given breaks only `Present`.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Present:
    """The column is given."""

    column: str


@dataclass(frozen=True)
class Absent:
    """The column, which holds what is wrong, is empty."""

    column: str


@dataclass(frozen=True)
class Between:
    """The number lies within bounds, ends included; None is no bound.

    Not for days where Great Expectations evaluates it: it writes `datetime.date(…)` into the query
    of the failing rows.
    """

    column: str
    least: Any
    most: Any


@dataclass(frozen=True)
class OneOf:
    """The column is one of some values."""

    column: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class NotAbove:
    """The column is not above another, where both are given."""

    column: str
    limit: str


@dataclass(frozen=True)
class NotBelow:
    """The column is not below another, where both are given."""

    column: str
    limit: str


@dataclass(frozen=True)
class Once:
    """No value of the column comes twice."""

    column: str


@dataclass(frozen=True)
class Matches:
    """The text matches a regular expression of PostgreSQL."""

    column: str
    pattern: str


Check = Present | Absent | Between | OneOf | NotAbove | NotBelow | Once
# Those that contracts.yml may ask for, by its keys.
CustomCheck = Present | Between | OneOf | Matches | NotAbove | Once
