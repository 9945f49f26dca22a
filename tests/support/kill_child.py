"""Act on a shop in a child process that kills itself at its n-th statement to the database."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa

from pipelines.attempts import claims
from pipelines.attempts.claims import Claim
from pipelines.deployment import Deployment
from pipelines.nights import runner
from tests.support.shop import Shop

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["great_expectations", "pandas", "tests.support.shop"])


class Statements:
    """How many statements a process has sent; it dies at the one that is to kill it."""

    def __init__(self, kill_at: int | None):
        self.kill_at = kill_at
        self.seen = 0

    def count(self, *_: Any) -> None:
        """Count one more."""
        self.seen += 1
        if self.seen == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


Action = Callable[[Deployment, Statements], Any]


def in_child(shop: Shop, action: Action, kill_at: int | None = None) -> tuple[Any, int] | None:
    """Return what an action gave and how many statements it took; None when it was killed."""
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_act, args=(shop, action, kill_at, sending))
    child.start()
    sending.close()
    try:
        ended = receiving.recv()
    except EOFError:
        ended = None
    child.join(60)
    assert child.exitcode == (-signal.SIGKILL if kill_at and ended is None else 0)
    return ended


def _act(shop: Shop, action: Action, kill_at: int | None, pipe: Any) -> None:
    opened = shop.deployment()
    statements = Statements(kill_at)
    sa.event.listen(opened.warehouse.engine, "before_cursor_execute", statements.count)
    pipe.send((action(opened, statements), statements.seen))


def night_in_child(shop: Shop, as_of: date, kill_at: int | None = None) -> list[tuple[str, int]]:
    """Return after which statement each step ended; empty when the child was killed."""
    ended = in_child(shop, partial(_night, as_of), kill_at)
    return ended[0] if ended else []


def _night(as_of: date, opened: Deployment, statements: Statements) -> list[tuple[str, int]]:
    marks: list[tuple[str, int]] = []

    def mark(step: str, _: Any) -> None:
        marks.append((step, statements.seen))

    with claims.process_claim(opened.warehouse, "child") as claim:
        runner.run_night(opened, claim, claims.AttemptRequest(as_of), listener=mark)
    return marks


def act_in_child(
    shop: Shop, action: Callable[[Deployment, Claim], Any], kill_at: int | None = None
) -> int | None:
    """Return how many statements an action with a claim took; None when the child was killed."""
    ended = in_child(shop, partial(_claimed, action), kill_at)
    return ended[1] if ended else None


def _claimed(action: Callable[[Deployment, Claim], Any], opened: Deployment, _: Statements) -> None:
    with claims.process_claim(opened.warehouse, "child") as claim:
        action(opened, claim)


def rows_of(shop: Shop, as_of: date) -> dict[str, str]:
    """Return the content hashes of the night that stands for a day."""
    found = shop.query(
        "select content_hashes from ops.nights join ops.published using (night_id) "
        "where replaced_at is null and published.as_of = :as_of",
        as_of=as_of,
    )
    return dict(found[0]["content_hashes"]) if found else {}
