"""Land a shop whose till is another system, here or in a child process."""

import subprocess
import sys
from dataclasses import replace
from typing import Any

from pipelines.landing import land
from pipelines.landing.land import Landed
from tests.support.shop import CHECKOUT, Shop, environment

CHILD = """
import os
from datetime import UTC, datetime
from pipelines import deployment
from pipelines.landing import land
opened = deployment.from_environment(os.environ, lambda: datetime.now(UTC))
for landed in land.land(opened):
    print(landed.sentence)
"""


def till_of(shop: Shop, kind: str, columns: list[str], **entry: Any) -> None:
    """Let another system be the shop's only source."""
    same = {column: column for column in columns}
    till = {"entity": "order_lines", "kind": kind, "columns": same, **entry}
    shop.configure("sources", {"sources": {"till": till}})


def land_here(shop: Shop, *again: str, **secrets: str) -> list[Landed]:
    """Land in this process; `secrets` are all that anybody knows."""
    opened = replace(shop.deployment(), secret=secrets.get)
    try:
        return land.land(opened, again)
    finally:
        opened.warehouse.close()


def landing(shop: Shop, **secrets: str) -> subprocess.Popen[str]:
    """Start landing in a child process, which finds the secrets in its environment."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD], cwd=CHECKOUT, env={**environment(shop), **secrets},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def landed_rows(shop: Shop) -> list[dict[str, Any]]:
    """Return what stands in raw, as it was received and whatever batch it came with."""
    return shop.query(
        "select op, order_id, ordered_at, customer_ref, quantity, net_amount, attributes, row_key, "
        "row_hash from raw.order_lines order by row_key, batch_id, row_no"
    )


def batches(shop: Shop) -> list[dict[str, Any]]:
    """Return the batches in their order."""
    return shop.query("select * from ops.batches order by batch_id")
