"""What became of the mutants: a table per statement and room, survivors with their difference."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.mutation.mutants import Mutant

LEAST = 0.9  # of the mutants that are not equal must die
SPARED = Path(__file__).with_name("spared.yml")


@dataclass(frozen=True)
class Result:
    """One statement's mutants, each with the check that noticed it, None for a survivor."""

    statement: str
    judged: list[tuple[Mutant, str | None]]

    @property
    def survivors(self) -> list[Mutant]:
        """The mutants that nobody noticed."""
        return [mutant for mutant, killer in self.judged if killer is None]

    @property
    def killed(self) -> int:
        """How many were noticed."""
        return len(self.judged) - len(self.survivors)

    @property
    def by_oracle(self) -> int:
        """How many of them only the oracle noticed."""
        return sum(bool(killer) and killer.startswith("oracle") for _, killer in self.judged)

    @property
    def line(self) -> str:
        """The statement's line of the table."""
        return (
            f"{self.statement:34} {self.killed:4} of {len(self.judged):4} killed, "
            f"{self.by_oracle:3} by the oracle alone"
        )


@dataclass(frozen=True)
class Spared:
    """Mutants that are equal, by reason; statements whose rows no case can tell, by reason."""

    equal: dict[tuple, str]
    elsewhere: dict[str, str]

    @classmethod
    def read(cls) -> "Spared":
        """Read spared.yml."""
        content = yaml.safe_load(SPARED.read_text(encoding="utf-8"))
        equal = {
            (statement, one["kind"], one["before"], one["after"], one.get("place", 1)): one["why"]
            for statement, each in (content.get("equal") or {}).items()
            for one in each
        }
        return cls(equal, content.get("elsewhere") or {})

    def left(self, statement: str, made: list[Mutant]) -> list[Mutant]:
        """Return the mutants that somebody has to notice."""
        if statement in self.elsewhere:
            return []
        return [mutant for mutant in made if mutant.key not in self.equal]


def report(made: dict[str, list[Mutant]], results: list[Result], spared: Spared) -> float:
    """Print survivors and rooms; return the share of the mutants that died."""
    for result in sorted(results, key=lambda each: each.statement):
        print(result.line)
        for mutant in result.survivors:
            print(f"\n{mutant.statement}: {mutant.kind}, {mutant.place} survives")
            print(f"  - {mutant.before}\n  + {mutant.after}")
    print(f"\n{'room':12} {'mutants':>8} {'equal':>6} {'killed':>7} {'share':>8}")
    mutants_, killed = Counter[str](), Counter[str]()
    for result in results:
        for room in (result.statement.split("/")[0], "all"):
            mutants_[room] += len(result.judged)
            killed[room] += result.killed
    equal = Counter[str]()
    for statement, each in made.items():
        if statement not in spared.elsewhere:
            for room in (statement.split("/")[0], "all"):
                equal[room] += len(each) - len(spared.left(statement, each))
    for room, count in mutants_.items():
        if not count:
            continue
        print(f"{room:12} {count + equal[room]:8} {equal[room]:6} {killed[room]:7} "
              f"{killed[room] / count:8.1%}")  # fmt: skip
    for statement in sorted(spared.elsewhere.keys() & made.keys()):
        print(f"not asked: {statement}: {spared.elsewhere[statement]}")
    keys = {mutant.key for each in made.values() for mutant in each}
    for key in sorted(key for key in spared.equal if key[0] in made and key not in keys):
        print(f"spared.yml names a mutant that is not made any more: {' | '.join(map(str, key))}")
    return killed["all"] / (mutants_["all"] or 1)
