"""Rules that a shop adds in config/contracts.yml: of a few kinds, each on one column."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from expectations.rule import Rule, absent, present

KINDS = ("present", "between", "one_of", "matches", "not_above", "once")
ATTRIBUTE = "attributes."


@dataclass(frozen=True)
class CustomRule:
    """One rule of contracts.yml; `asked` is what its kind asks: bounds, values or a pattern."""

    name: str
    severity: str
    column: str
    kind: str
    asked: Any = None
    sentence: str | None = None

    @property
    def attribute(self) -> str | None:
        """The attribute that the rule is on; None for a column of ours."""
        return self.column.removeprefix(ATTRIBUTE) if self.column.startswith(ATTRIBUTE) else None

    @property
    def judged(self) -> str:
        """The column that is judged: made for the rule, but for a column of ours as it is."""
        direct = self.kind == "present" and self.attribute is None
        return self.column if direct else f"added_{self.name}"

    @property
    def meaning(self) -> list[Any]:
        """The rule as canonical data."""
        asked = list(self.asked) if isinstance(self.asked, tuple) else self.asked
        if self.kind == "between":
            asked = [str(bound) if isinstance(bound, date) else bound for bound in asked]
        return [self.name, self.severity, self.column, self.kind, asked, self.sentence]

    @property
    def rule(self) -> Rule:
        """The rule as all others are: what a column made for it holds is what is wrong."""
        if self.kind == "present":
            return present(self.judged, self._told, self.severity, self.name)
        return absent(self.judged, self.name, self.severity, self._told)

    @property
    def _told(self) -> str:
        expected = {
            "present": f"{self.column} is not given",
            "once": f"{self.column} '{{value}}' comes more than once",
            "between": f"{self.column} '{{value}}' is not within {_bounds(self.asked)}",
            "one_of": f"{self.column} '{{value}}' is none of {_listed(self.asked)}",
            "matches": f"{self.column} '{{value}}' does not match {self.asked}",
            "not_above": f"{self.column} '{{value}}' is above {self.asked}",
        }
        said = self.sentence or f"{expected[self.kind]}, as contracts.yml expects"
        return said if said.endswith((".", "{value}")) else f"{said}."


def _bounds(asked: Any) -> str:
    if not isinstance(asked, tuple):
        return ""
    least, most = asked
    if most is None:
        return f"{least} and more"
    return f"{least} to {most}" if least is not None else f"up to {most}"


def _listed(asked: Any) -> str:
    return ", ".join(map(str, asked)) if isinstance(asked, tuple) else ""
