"""SIGKILL before and after each commit of receiving, and at any instant: the same rows."""

import os
import random
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from adbc_driver_manager import dbapi

from pipelines.deployment import Deployment
from pipelines.nights import runner
from tests.support.kill_child import Statements, context, in_child
from tests.support.receiving import left, receive, unbalanced, write
from tests.support.shop import Shop

NEVER = 1_000_000_000  # statements
SEED, INSTANTS = 20261122, 5


@pytest.fixture
def filled(new_shop) -> Callable[[], Shop]:
    def make() -> Shop:
        shop = new_shop(freshness_days=30)
        write(shop)
        shop.deployment().warehouse.close()
        return shop

    return make


@pytest.fixture
def undisturbed(filled) -> dict[str, list]:
    shop = filled()
    receive(shop)
    assert unbalanced(shop) == []
    rows = left(shop)
    assert len(rows["quarantine.rows"]) == 2
    assert {row["left_out_count"] for row in rows["ops.batches"]} == {"0", "1"}
    return rows


def _receive_struck(strike: tuple[int, bool] | None, opened: Deployment, _: Statements) -> int:
    """Receive; die at the commit of a number, before or after it; return how many there are."""
    seen = 0

    def struck(commit: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> None:
            nonlocal seen
            seen += 1
            if strike == (seen, False):
                os.kill(os.getpid(), signal.SIGKILL)
            commit(*arguments)
            if strike == (seen, True):
                os.kill(os.getpid(), signal.SIGKILL)

        return wrapped

    dialect = opened.warehouse.engine.dialect
    dialect.do_commit = struck(dialect.do_commit)
    dbapi.Connection.commit = struck(dbapi.Connection.commit)
    runner.receive(opened)
    return seen


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_commit_the_next_run_makes_the_same_rows(filled, undisturbed, after):
    whole = in_child(filled(), partial(_receive_struck, None), NEVER)
    assert whole is not None
    commits, _ = whole
    assert commits > 15  # several a file, in land, check and stage
    for number in range(1, commits + 1):
        shop = filled()
        assert in_child(shop, partial(_receive_struck, (number, after)), NEVER) is None
        receive(shop)
        place = f"killed {'after' if after else 'before'} commit {number} of {commits}"
        assert left(shop) == undisturbed, place
        assert unbalanced(shop) == [], place


def test_killed_at_any_instant_the_next_run_makes_the_same_rows(filled, undisturbed):
    chance = random.Random(SEED)
    for instant in [chance.uniform(0.05, 1.5) for _ in range(INSTANTS)]:
        shop = filled()
        child = context.Process(target=receive, args=(shop,))
        child.start()
        child.join(instant)
        child.kill()
        child.join(10)
        receive(shop)
        assert left(shop) == undisturbed, f"killed after {instant:.2f} s"
        assert unbalanced(shop) == []
