"""Checking that is interrupted, at any place, and begun again."""

import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from pipelines.checking import check
from pipelines.landing import land
from pipelines.warehouse.connection import Warehouse
from tests.support.shop import CHECKOUT, LINE_COLUMNS, environment, source

LINE = dict.fromkeys(LINE_COLUMNS, "") | {
    "order_id": "A",
    "line_no": "1",
    "ordered_at": "2026-11-20",
    "customer_ref": "c1",
    "quantity": "1",
    "net_amount": "40",
}
BAD = LINE | {"quantity": "two", "ordered_at": "2099-01-01", "email": "no address"}


def judge(shop):
    """Land and check what is there."""
    opened = shop.deployment()
    land.land(opened)
    check.check(opened)
    opened.warehouse.close()


def everything(shop):
    """What checking leaves behind, clocks apart."""
    kept = shop.query("select batch_id, row_no, rules, sentence from quarantine.rows order by 1, 2")
    states = shop.query(
        "select batch_id, state, quarantined_count from ops.batch_states order by 1"
    )
    found = shop.query(
        "select batch_id, rule, unexpected_count from ops.contract_results order by 1, 2"
    )
    return kept, states, found


def two_sources(shop):
    other = source("order_lines", "other/*.csv", LINE_COLUMNS)
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till, "other": other}})
    for name in ("till", "other"):
        shop.write(f"{name}/1.csv", [LINE, BAD | {"line_no": "2"}])
    return shop


class Dead(BaseException):
    """The process is gone."""


def test_dying_before_any_commit_and_checking_again_gives_the_same(new_shop, monkeypatch):
    undisturbed = two_sources(new_shop())
    judge(undisturbed)
    expected = everything(undisturbed)
    begin = Warehouse.begin
    for place in range(1, 8):
        shop = two_sources(new_shop())
        opened = shop.deployment()
        land.land(opened)
        seen = 0

        @contextmanager
        def dying(self, place=place):
            nonlocal seen
            with begin(self) as connection:
                yield connection
                seen += 1
                if seen == place:
                    raise Dead

        with monkeypatch.context() as patch:
            patch.setattr(Warehouse, "begin", dying)
            with pytest.raises(Dead):
                check.check(opened)
        check.check(opened)
        opened.warehouse.close()
        assert everything(shop) == expected, f"died before commit {place}"


KILLED = """
import os, signal
from datetime import UTC, datetime
from pipelines.checking import broken_rules, check
from pipelines.landing import land
from pipelines.deployment import from_environment
shop = from_environment(os.environ, lambda: datetime.now(UTC))
land.land(shop)
keep = broken_rules.keep
def killed(*arguments):
    keep(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
broken_rules.keep = killed
check.check(shop)
"""


def test_killed_in_the_middle_and_again_gives_the_same(new_shop):
    undisturbed = two_sources(new_shop())
    judge(undisturbed)
    shop = two_sources(new_shop())
    shop.deployment().warehouse.close()
    ran = subprocess.run(
        [sys.executable, "-c", KILLED], env=environment(shop), cwd=CHECKOUT, check=False
    )
    assert ran.returncode == -signal.SIGKILL
    judge(shop)
    assert everything(shop) == everything(undisturbed)
    left = shop.query("select relname from pg_class where relname like 'new\\_%'")
    assert left == []
