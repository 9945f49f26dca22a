"""Other texts in place of statements, and the rows of their mutants where they are read."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlglot import exp

from pipelines.warehouse import statements
from tests.mutation.mutants import Mutant, parsed

# What runs a statement; its name is the last of the arguments that have no name.
RUNNERS = ("run", "create_temporary", "create_table", "create_view", "insert_select")
TOGETHER = 25  # mutants compared by one query
DIGEST = (
    "(select md5(coalesce(string_agg(cast(t as text), ',' order by cast(t as text)), ''))"
    " from (\n{}\n) as t)"
)
Rows = dict[Mutant, str | None]  # a digest of a mutant's rows, None for an error
original = statements.read_sql


@contextmanager
def reading(replaced: dict[str, str]) -> Iterator[set[str]]:
    """Read other texts in place of some statements; yield the names of all that are read."""
    read: set[str] = set()

    def read_sql(name: str) -> str:
        read.add(name)
        return replaced.get(name) or original(name)

    statements.read_sql = read_sql  # type: ignore[assignment]
    try:
        yield read
    finally:
        statements.read_sql = original


@contextmanager
def listening(mutants: dict[str, list[Mutant]]) -> Iterator[dict[str, list[Rows]]]:
    """Compare mutants wherever their SELECT is run; yield the rows of those that differ.

    They are kept by statement, once for each time it is run. A statement that writes, or that is
    run elsewhere than by `RUNNERS`, is not heard.
    """
    heard: dict[str, list[Rows]] = {}
    selects = {name for name in mutants if isinstance(parsed(original(name)), exp.Query)}

    def hears(runner: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(runner)
        def heard_runner(connection: Connection, *arguments: Any, **binds: Any) -> Any:
            name = arguments[-1]
            if name in selects:
                heard.setdefault(name, []).append(_differing(connection, mutants[name], binds))
            return runner(connection, *arguments, **binds)

        return heard_runner

    runners = {name: getattr(statements, name) for name in RUNNERS}
    for name, runner in runners.items():
        setattr(statements, name, hears(runner))
    try:
        yield heard
    finally:
        for name, runner in runners.items():
            setattr(statements, name, runner)


def _differing(connection: Connection, mutants: list[Mutant], binds: dict[str, Any]) -> Rows:
    """Return the mutants that give other rows than their statement, with a digest of them."""
    [same] = _digests(connection, [original(mutants[0].statement)], binds)
    found: Rows = {}
    for start in range(0, len(mutants), TOGETHER):
        some = mutants[start : start + TOGETHER]
        digests = _digests(connection, [mutant.sql for mutant in some], binds)
        found |= {m: digest for m, digest in zip(some, digests, strict=True) if digest != same}
    return found


def _digests(connection: Connection, texts: list[str], binds: dict[str, Any]) -> list[str | None]:
    """Return a digest of each SELECT's rows, None for one that cannot be run."""
    clause = sa.text("select " + ", ".join(DIGEST.format(text) for text in texts))
    bound = {name: value for name, value in binds.items() if name in clause._bindparams}
    try:
        with connection.begin_nested():
            return list(connection.execute(clause, bound).one())
    except DBAPIError:
        if len(texts) == 1:
            return [None]
        return [_digests(connection, [text], binds)[0] for text in texts]
