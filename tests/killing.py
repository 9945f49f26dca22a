"""Run a night in a child process that kills itself at its n-th statement to the database."""

import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from tests.conftest import Shop

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["great_expectations", "pandas", "tests.conftest"])


def _night(shop: Shop, as_of: date, kill_at: int | None, pipe: Any) -> None:
    """Count statements; die at `kill_at`; report how many statements each step had seen."""
    from pipelines import claims, runner

    seen = 0
    marks: list[tuple[str, int]] = []

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    opened = shop.deployment()
    sa.event.listen(opened.warehouse.engine, "before_cursor_execute", count)
    with claims.process_claim(opened.warehouse, "child") as claim:
        runner.run_night(opened, claim, as_of, tell=lambda step, _: marks.append((step, seen)))
    pipe.send(marks)


def night_in_child(shop: Shop, as_of: date, kill_at: int | None = None) -> list[tuple[str, int]]:
    """Return after which statement each step ended; empty when the child was killed."""
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_night, args=(replace(shop), as_of, kill_at, sending))
    child.start()
    sending.close()
    try:
        marks = receiving.recv()
    except EOFError:
        marks = []
    child.join(60)
    assert child.exitcode == (-signal.SIGKILL if kill_at and not marks else 0)
    return marks


def _act(shop: Shop, action: Any, kill_at: int | None, pipe: Any) -> None:
    """Do something with the shop's deployment and a claim; die at statement `kill_at`."""
    from pipelines import claims

    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    opened = shop.deployment()
    with claims.process_claim(opened.warehouse, "child") as claim:
        sa.event.listen(opened.warehouse.engine, "before_cursor_execute", count)
        action(opened, claim)
    pipe.send(seen)


def act_in_child(shop: Shop, action: Any, kill_at: int | None = None) -> int | None:
    """Return how many statements an action took; None when the child was killed."""
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_act, args=(replace(shop), action, kill_at, sending))
    child.start()
    sending.close()
    try:
        seen = receiving.recv()
    except EOFError:
        seen = None
    child.join(60)
    assert child.exitcode == (-signal.SIGKILL if kill_at and seen is None else 0)
    return seen


def rows_of(shop: Shop, as_of: date) -> dict[str, str]:
    """Return the content hashes of the night that stands for a day."""
    found = shop.query(
        "select content_hashes from ops.nights join ops.published using (night_id) "
        "where replaced_at is null and published.as_of = :as_of",
        as_of=as_of,
    )
    return dict(found[0]["content_hashes"]) if found else {}
