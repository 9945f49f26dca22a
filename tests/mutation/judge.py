"""Run a mutant's cases, then the oracle, until one notices the change."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from pipelines.warehouse import migrate, statements
from pipelines.warehouse.connection import Warehouse
from tests.mutation.mutants import Mutant, parsed, written
from tests.mutation.oracle import oracle_shop
from tests.support.cases import CASES, Case, case_database
from tests.support.shop import clock

SECONDS = 20  # a check takes at most 3; a mutant that never ends is noticed
original = statements.read_sql


class TooSlow(Exception):
    """A check took longer than it may."""


@dataclass
class Check:
    """Something that fails when rows are wrong: its name, its table, the statements it reads."""

    name: str
    run: Callable[[], None]
    reads: set[str] = field(default_factory=set)

    @property
    def table(self) -> str:
        """The table the check is about."""
        return self.name.split("/")[0]


@contextmanager
def reading(replaced: dict[str, str], read: set[str] | None = None) -> Iterator[None]:
    """Read other texts in place of some statements, and write down which are read."""

    def read_sql(name: str) -> str:
        if read is not None:
            read.add(name)
        return replaced.get(name) or original(name)

    statements.read_sql = read_sql  # type: ignore[assignment]
    try:
        yield
    finally:
        statements.read_sql = original


@dataclass
class Judge:
    """All checks, and which of them noticed changes before: those are asked first."""

    checks: list[Check]
    noticed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def learn(self) -> Self:
        """Run every check once on statements written again unchanged; keep what each reads.

        Raises
        ------
        AssertionError
            If a check fails though nothing is changed.
        """
        for check in self.checks:
            with reading({}, check.reads):
                check.run()
        names = {name for check in self.checks for name in check.reads}
        for check in self.checks:
            with reading({name: written(parsed(original(name))) for name in names
                          if name.split("/")[0] != "warehouse"}):  # fmt: skip
                check.run()
        return self

    def killer(self, mutant: Mutant) -> str | None:
        """Return the first check that notices a mutant, None if it survives them all."""
        statement = mutant.statement
        for check in self._in_order(statement):
            with reading({statement: mutant.sql}):
                if fails(check):
                    self.noticed[statement, check.name] += 1
                    return check.name
        return None

    def _in_order(self, statement: str) -> list[Check]:
        """Return the checks that read a statement: what noticed before, its table's, the rest."""
        table = statement.split("/")[1]
        readers = [check for check in self.checks if statement in check.reads]
        return sorted(
            readers,
            key=lambda check: (
                -self.noticed[statement, check.name], check.name.startswith("oracle"),
                check.table not in table, len(check.reads),
            ),
        )  # fmt: skip


def fails(check: Check) -> bool:
    """Return whether a check finds other rows, breaks down, or never ends."""

    def stop(*_: Any) -> None:
        raise TooSlow

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        check.run()
    except Exception:  # whatever happens to a changed statement is noticed by whoever runs it
        return True
    finally:
        signal.alarm(0)
    return False


def ready(url: str) -> str:
    """Bring an empty database up to date; it may lose what a crash would lose."""
    name = sa.make_url(url).database
    house = Warehouse(url, clock)
    with house.begin() as connection:
        for setting in ("synchronous_commit = off", f"statement_timeout = '{SECONDS - 5}s'"):
            connection.execute(sa.text(f"alter database {name} set {setting}"))
    house.close()
    house = Warehouse(url, clock)
    migrate.bring_up_to_date(house)
    house.close()
    return url


@contextmanager
def judge(home: Path, new_database: Callable[[], str]) -> Iterator[Judge]:
    """Open databases for the cases and the oracle; yield the judge that has learnt them."""
    with ExitStack() as stack:
        cases = stack.enter_context(case_database(home, ready(new_database())))
        shop = stack.enter_context(oracle_shop(home, [ready(new_database()) for _ in range(2)]))
        checks = [Check(case.name, lambda case=case: cases.run(case)) for case in map(Case, CASES)]
        checks += [Check("oracle/features", shop.features), Check("oracle/staging", shop.staging)]
        yield Judge(checks).learn()
