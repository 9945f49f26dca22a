"""Run a mutant's cases, then the oracle, until one notices the change."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipelines.configuration.entities import ENTITIES
from pipelines.warehouse import migrate
from pipelines.warehouse.connection import Warehouse
from tests.mutation.listening import listening, original, reading
from tests.mutation.mutants import Mutant, parsed, written
from tests.mutation.oracle import OracleShop, oracle_shop
from tests.support.cases import CASES, Case, case_database
from tests.support.shop import clock

STAGED = (*ENTITIES, "sightings", "fates")
MADE_BY = {
    "staging": STAGED,
    "mapping": STAGED,
    "people": ("members",),
    "features": ("customer_features", "touched"),
    "scoring": ("customer_scores",),
    "segments": ("customer_segments",),
}
SECONDS = 20  # a check takes at most 3; a mutant that never ends is noticed


class TooSlow(Exception):
    """A check took longer than it may."""


@dataclass(frozen=True)
class Check:
    """Something that fails when rows are wrong."""

    name: str
    run: Callable[[], None]


@dataclass
class Judge:
    """All checks, asked one after the other about every mutant that still lives.

    A check is run once on the statements unchanged, and each mutant's rows are compared where its
    statement is read: only a mutant that gives other rows there is worth a run of its own.
    """

    checks: list[Check]

    def killers(self, mutants: list[Mutant]) -> dict[Mutant, str]:
        """Return the check that noticed each mutant; survivors are not among them.

        Raises
        ------
        AssertionError
            If a check fails though nothing is changed.
        """
        found: dict[Mutant, str] = {}
        rounds = [(check, is_near) for is_near in (True, False) for check in self.checks]
        for check, is_near in rounds:
            living = [m for m in mutants if m not in found and is_about(check, m) is is_near]
            if not living:
                continue
            began, groups = time.monotonic(), same_fate(check, living)
            for group in groups:
                with reading({group[0].statement: group[0].sql}):
                    if fails(check):
                        found |= dict.fromkeys(group, check.name)
            took, left = time.monotonic() - began, len(mutants) - len(found)
            print(
                f"{check.name:80.80} {len(groups):4} runs {left:5} live {took:6.1f} s", flush=True
            )
        return found


def is_about(check: Check, mutant: Mutant) -> bool:
    """Return whether a check is about a table that the mutant's room makes: asked first."""
    room = mutant.statement.split("/")[0]
    return check.name.split("/")[0] in MADE_BY.get(room, ())


def same_fate(check: Check, mutants: list[Mutant]) -> list[list[Mutant]]:
    """Run a check on statements that are written again; return the mutants worth a run.

    Those that give the same other rows, where their statement is run once, share one run.
    """
    by_statement: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        by_statement.setdefault(mutant.statement, []).append(mutant)
    same = {name: written(parsed(original(name))) for name in by_statement}
    with reading(same) as read, listening(by_statement) as heard:
        check.run()
    groups: dict[tuple, list[Mutant]] = {}
    for name in sorted(read & by_statement.keys()):
        rows = heard.get(name, [dict.fromkeys(by_statement[name])])
        for mutant in by_statement[name]:
            digests = [each[mutant] for each in rows if mutant in each]
            apart = None if len(rows) == 1 and name in heard else mutant
            if digests:
                groups.setdefault((name, digests[0], apart), []).append(mutant)
    return list(groups.values())


def fails(check: Check) -> bool:
    """Return whether a check finds other rows, breaks down, or never ends."""

    def stop(*_: Any) -> None:
        raise TooSlow

    before, left = signal.signal(signal.SIGALRM, stop), signal.alarm(SECONDS)
    try:
        check.run()
    except Exception:  # whatever happens to a changed statement is noticed by whoever runs it
        return True
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.alarm(left)
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

        @cache
        def shop() -> OracleShop:  # it takes longer than all cases, and few mutants come so far
            urls = [ready(new_database()) for _ in range(2)]
            return stack.enter_context(oracle_shop(home, urls))

        told = sorted(map(Case, CASES), key=_cheap_and_rich)
        checks = [Check(case.name, lambda case=case: cases.run(case)) for case in told]
        checks.append(Check("oracle/features", lambda: shop().features()))
        checks.append(Check("oracle/staging", lambda: shop().staging()))
        yield Judge(checks)


def _cheap_and_rich(case: Case) -> tuple[int, int]:
    """Return what puts cases first that run a statement once, and of those who expect the most."""
    nights_and_files = case.story.get("earlier", []) + case.story.get("receive", [])
    return len(nights_and_files), -sum(map(len, case.story["expect"]))
