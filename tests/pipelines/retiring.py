"""Retire in a child process that kills itself at its n-th statement to the database."""

import os
import signal
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from tests.conftest import Shop
from tests.killing import context


def _retire(shop: Shop, kill_at: int | None, pipe: Any) -> None:
    """Count statements; die at `kill_at`; report how many there were."""
    from pipelines.retire import retire

    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    opened = shop.deployment()
    sa.event.listen(opened.warehouse.engine, "before_cursor_execute", count)
    retire(opened)
    pipe.send(seen)


def retire_in_child(shop: Shop, kill_at: int | None = None) -> int | None:
    """Return how many statements it took; None when the child was killed."""
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_retire, args=(replace(shop), kill_at, sending))
    child.start()
    sending.close()
    try:
        seen = receiving.recv()
    except EOFError:
        seen = None
    child.join(60)
    assert child.exitcode == (-signal.SIGKILL if seen is None else 0)
    return seen
