"""The database goes away in the middle of a landing, or its disk is full: nothing is lost."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from nocturne.home import Home
from nocturne.server import processes, server
from pipelines.nights import runner
from tests.support.receiving import left, receive, unbalanced, write
from tests.support.shop import CHECKOUT, Shop


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Home]:
    home = Home.from_environment({"NOCTURNE_HOME": str(tmp_path / "own")}, CHECKOUT)
    server.up(home)
    yield home
    server.remove(home)


LINES = 25_000


def a_shop(home: Home, name: str) -> Shop:
    """Return a shop in the one database of a server of its own, everything in it new."""
    folder = home.path / name
    shop = Shop(folder / "home", folder / "config", server.urls(home).owner)
    shop.home.mkdir(parents=True)
    shop.config.mkdir()
    shop.configure("settings", {"business_time_zone": "UTC"})
    write(shop)
    return shop


def kill(home: Home) -> None:
    pid = server.status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert processes.wait_until(lambda: server.status(home).pid != pid, 5)


def statements_of(shop: Shop, act_at: int | None, act: Any) -> int:
    """Receive, doing something before statement `act_at`; return how many statements there were."""
    opened, seen = shop.deployment(), 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == act_at:
            act()

    sa.event.listen(opened.warehouse.engine, "before_cursor_execute", count)
    try:
        runner.receive(opened)
    finally:
        opened.warehouse.close()
    return seen


def test_a_server_that_dies_in_the_middle_of_a_landing_has_everything_the_next_time(
    own_server, new_shop
):
    calm = new_shop()
    write(calm)
    statements = statements_of(calm, None, None)
    undisturbed = left(calm)
    shop = a_shop(own_server, "shop")
    for share in (0.1, 0.35, 0.6, 0.85):
        with pytest.raises(sa.exc.DBAPIError):
            statements_of(shop, max(int(statements * share), 2), lambda: kill(own_server))
        server.up(own_server)
        receive(shop)
        assert left(shop) == undisturbed, f"killed at {share:.0%} of the statements"
        assert unbalanced(shop) == []
        shop.query("drop schema if exists ops, raw, quarantine, staging, identity, attempts,"
                   " features, marts cascade")  # fmt: skip


def test_a_full_disk_fails_the_landing_and_with_room_again_nothing_is_missing(new_shop, tmp_path):
    calm = new_shop()
    write(calm, lines=LINES)
    receive(calm)
    unshare = shutil.which("unshare")
    assert unshare, "util-linux is missing: its unshare gives a test a small disk of its own"
    told = subprocess.run(
        [unshare, "--user", "--map-root-user", "--mount", sys.executable, "-m",
         "tests.support.full_disk", str(tmp_path)],
        cwd=CHECKOUT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    told_rows = json.loads((tmp_path / "left.json").read_text())
    assert "No space left on device" in told_rows["error"] or "closed" in told_rows["error"]
    assert told_rows["unbalanced"] == []
    assert told_rows["left"] == left(calm)
