"""Memory of landing does not grow with the file: measured in a process of its own."""

import subprocess
import sys

from bench.shop import COLUMNS, write_till
from tests.support.shop import CHECKOUT, environment, source

CHILD = """
import os, sys
from datetime import UTC, datetime
from pipelines import deployment
from pipelines.landing import land
from tests.support.peak_memory import peak_mebibytes
opened = deployment.from_environment(os.environ, lambda: datetime.now(UTC))
[landed] = land.land(opened)
assert landed.batch_id, landed.sentence
print(peak_mebibytes())
"""


def peak_mebibytes(shop, line_count):
    till = source("order_lines", "till/*.csv", list(COLUMNS))
    shop.configure("sources", {"sources": {"till": till}})
    write_till(shop.home / "till" / "1.csv", line_count)
    shop.deployment().warehouse.close()
    told = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=CHECKOUT, env=environment(shop), check=True,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return int(told.stdout)


def test_eight_times_the_lines_take_the_same_memory(new_shop):
    small, large = peak_mebibytes(new_shop(), 100_000), peak_mebibytes(new_shop(), 800_000)
    assert large < small * 1.15, f"{small} MiB for 100,000 lines, {large} MiB for 800,000"
