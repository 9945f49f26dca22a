"""A file of 2 GB lands in bounded memory: of the landing itself and of the server behind it."""

import subprocess
import sys
import threading
from pathlib import Path

from nocturne.server import run_as
from tests.support.shop import CHECKOUT, Shop, environment, source

BYTES = 2 << 30
ROWS_AT_ONCE = 1_000
COLUMNS = ["order_id", "line_no", "ordered_at", "customer_ref", "quantity", "net_amount", "note"]
MOST_MEBIBYTES = 600
INTERVAL = 0.05  # seconds between two looks
CHILD = """
import os
from datetime import UTC, datetime
from pipelines import deployment
from pipelines.checking import check
from pipelines.landing import land
opened = deployment.from_environment(os.environ, lambda: datetime.now(UTC))
[landed] = land.land(opened)
assert landed.batch_id, landed.sentence
check.check(opened)
"""


def write(path: Path) -> int:
    """Write a till of 2 GB whose lines carry notes of 4 kB; return how many lines."""
    note = ("a note that nobody reads but everybody keeps; " * 90)[:4_096]
    path.parent.mkdir(parents=True)
    rows = 0
    with path.open("w") as file:
        file.write(",".join(COLUMNS) + "\n")
        while file.tell() < BYTES:
            numbers = range(rows, rows + ROWS_AT_ONCE)
            file.writelines(f"o{n},1,2026-11-20,c{n % 997},1,10.00,{n} {note}\n" for n in numbers)
            rows += ROWS_AT_ONCE
    return rows


def mebibytes(pid: int, what: str) -> int:
    """Return the memory of a process: VmRSS all of it, RssAnon what it shares with nobody."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0  # it is gone
    found = [line for line in status.splitlines() if line.startswith(what)]
    return int(found[0].split()[1]) // 1024 if found else 0


def backends(postmaster: int) -> list[int]:
    """Return the server's processes."""
    told = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text()
    return [postmaster, *map(int, told.split())]


def watched(shop: Shop, postmaster: int) -> dict[str, int]:
    """Land and check in a child; return the most memory seen of it, and of a backend alone."""
    peak = {"landing": 0, "server": 0}
    child = subprocess.Popen([sys.executable, "-c", CHILD], cwd=CHECKOUT, env=environment(shop))
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(INTERVAL):
            peak["landing"] = max(peak["landing"], mebibytes(child.pid, "VmRSS"))
            own = max(mebibytes(pid, "RssAnon") for pid in backends(postmaster))
            peak["server"] = max(peak["server"], own)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        assert child.wait(400) == 0
    finally:
        child.kill()
        ended.set()
        watcher.join()
    return peak


def test_two_gigabytes_land_and_are_checked_in_less_than_600_mebibytes(new_shop, embedded):
    shop = new_shop(freshness_days=3_000)
    till = source("order_lines", "till/*.csv", COLUMNS[:-1])
    shop.configure("sources", {"sources": {"till": till}})
    rows = write(shop.home / "till" / "1.csv")
    shop.deployment().warehouse.close()
    data = run_as.data_folder(embedded.postgres)
    postmaster = int((data / "postmaster.pid").read_text().split()[0])
    peak = watched(shop, postmaster)
    print(peak)
    assert 0 < peak["landing"] < MOST_MEBIBYTES
    assert 0 < peak["server"] < MOST_MEBIBYTES
    assert shop.query("select sum(received_count) as n from ops.batches") == [{"n": rows}]
    shop.query("drop table raw.order_lines cascade")  # two gigabytes that nobody needs any more
