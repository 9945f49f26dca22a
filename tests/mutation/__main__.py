"""`make mutate`: change each SELECT of features, scores, segments, people and staging; who notices?

Rooms or single statements may be named: `python -m tests.mutation people features/sessions`.
Exit code 1 if fewer than 90 % of the mutants die, those that are equal by proof left out.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context

from pipelines.configuration.entities import ENTITIES
from pipelines.warehouse.statements import SQL, read_sql
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.report import LEAST, Result, Spared, report
from tests.mutation.workers import embedded, judge_share, open_worker

ROOMS = ("features", "scoring", "segments", "people", "staging")
TYPING = tuple(f"mapping/{entity}" for entity in ENTITIES)


def statements_of(names: list[str]) -> list[str]:
    """Return the statements of rooms, or those named themselves; of all rooms without a name."""
    found = []
    for name in names or [*ROOMS, *TYPING]:
        folder = SQL / name
        files = sorted(folder.glob("*.sql")) if folder.is_dir() else [folder.with_suffix(".sql")]
        found += [path.relative_to(SQL).with_suffix("").as_posix() for path in files]
    return found


def shares_of(mutants_: list[list[Mutant]], workers: int) -> list[list[Mutant]]:
    """Deal statements out to the workers, the largest first."""
    shares: list[list[Mutant]] = [[] for _ in range(workers)]
    for each in sorted(mutants_, key=len, reverse=True):
        min(shares, key=len).extend(each)
    return [share for share in shares if share]


def run(names: list[str], workers: int, every: int) -> int:
    """Judge every mutant, or each so many-th; print the report; return the exit code."""
    spared = Spared.read()
    made = {name: mutants(name, read_sql(name)) for name in statements_of(names)}
    left = [one for name, each in made.items() for one in spared.left(name, each)]
    asked = {name: [one for one in left[::every] if one.statement == name] for name in made}
    shares = shares_of(list(asked.values()), workers)
    with (
        embedded() as folder,
        ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=open_worker, initargs=(folder,)
        ) as pool,
    ):
        judged = list(chain.from_iterable(pool.map(judge_share, shares)))
    results = [Result(name, [one for one in judged if one[0].statement == name]) for name in asked]
    share = report(made, results, spared)
    return 0 if share >= LEAST else 1


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("names", nargs="*", help="rooms or statements, by default all")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="judge each so many-th mutant only")
    arguments = parser.parse_args()
    sys.exit(run(arguments.names, arguments.workers, arguments.every))


if __name__ == "__main__":
    main()
