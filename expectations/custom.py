"""Rules that a shop adds in config/contracts.yml: of a few kinds, each on one column."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, assert_never

from expectations.checks import Between, CustomCheck, Matches, NotAbove, Once, OneOf, Present
from expectations.rule import Rule, absent, present

ATTRIBUTE = "attributes."


@dataclass(frozen=True)
class CustomRule:
    """One rule of contracts.yml."""

    name: str
    severity: str
    check: CustomCheck
    sentence: str | None = None

    @property
    def column(self) -> str:
        """The column that the rule is on: one of ours, or an attribute."""
        return self.check.column

    @property
    def attribute(self) -> str | None:
        """The attribute that the rule is on; None for a column of ours."""
        return self.column.removeprefix(ATTRIBUTE) if self.column.startswith(ATTRIBUTE) else None

    @property
    def judged(self) -> str:
        """The column that is judged: made for the rule, but for a column of ours as it is."""
        direct = isinstance(self.check, Present) and self.attribute is None
        return self.column if direct else f"added_{self.name}"

    @property
    def meaning(self) -> list[Any]:
        """The rule as canonical data."""
        return [self.name, self.severity, self.column, *_canonical(self.check), self.sentence]

    @property
    def rule(self) -> Rule:
        """The rule as all others are: what a column made for it holds is what is wrong."""
        if isinstance(self.check, Present):
            return present(self.judged, self._sentence, self.severity, self.name)
        return absent(self.judged, self.name, self.severity, self._sentence)

    @property
    def _sentence(self) -> str:
        said = self.sentence or f"{_broken(self.check)}, as contracts.yml expects"
        return said if said.endswith((".", "{value}")) else f"{said}."


def check_of(kind: str, column: str, value: Any) -> CustomCheck:
    """Return the check that a key of contracts.yml and its value ask for."""
    return KINDS[kind](column, value)


# By the key of contracts.yml.
KINDS: dict[str, Callable[[str, Any], CustomCheck]] = {
    "present": lambda column, _: Present(column),
    "between": lambda column, bounds: Between(column, *(bounds or (None, None))),
    "one_of": lambda column, values: OneOf(column, values or ()),
    "matches": Matches,
    "not_above": NotAbove,
    "once": lambda column, _: Once(column),
}


def _canonical(check: CustomCheck) -> list[Any]:
    """Return a check as its key of contracts.yml and what stands there."""
    match check:
        case Present():
            return ["present", None]
        case Once():
            return ["once", None]
        case Between(_, least, most):
            bounds = [str(each) if isinstance(each, date) else each for each in (least, most)]
            return ["between", bounds]
        case OneOf(_, values):
            return ["one_of", list(values)]
        case Matches(_, pattern):
            return ["matches", pattern]
        case NotAbove(_, limit):
            return ["not_above", limit]
    assert_never(check)


def _broken(check: CustomCheck) -> str:
    """Return in words that a value breaks a check."""
    column = check.column
    match check:
        case Present():
            return f"{column} is not given"
        case Once():
            return f"{column} '{{value}}' comes more than once"
        case Between(_, least, most):
            return f"{column} '{{value}}' is not within {_bounds(least, most)}"
        case OneOf(_, values):
            return f"{column} '{{value}}' is none of {', '.join(map(str, values))}"
        case Matches(_, pattern):
            return f"{column} '{{value}}' does not match {pattern}"
        case NotAbove(_, limit):
            return f"{column} '{{value}}' is above {limit}"
    assert_never(check)


def _bounds(least: Any, most: Any) -> str:
    if most is None:
        return f"{least} and more"
    return f"{least} to {most}" if least is not None else f"up to {most}"
