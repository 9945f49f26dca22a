"""Memory of reading a database does not grow with its rows: measured in a process of its own."""

import os
import subprocess
import sys

from tests.support.shop import CHECKOUT

CHILD = """
import os, sys
from pathlib import Path
from pipelines.sources.sql import extract
from tests.support.drawn_rows import a_source, asked
from tests.support.peak_memory import peak_mebibytes
url, query, rows = sys.argv[1:]
source = a_source("sql", {"url": url, "query": query, "cursor": "order_id"})
knows = {name: value for name, value in os.environ.items() if name == "ELSEWHERE_PASSWORD"}
[arrival] = extract.arrivals(source, asked(Path("/"), **knows))
reading = arrival.read()
assert sum(batch.num_rows for batch in reading.batches) == int(rows)
assert reading.watermark == rows and reading.digest
print(peak_mebibytes())
"""
NUMBERS = {
    "postgresql": "select i from generate_series(1, {rows}) as i",
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows}) "
    "select i from n",
}


def peak_mebibytes(elsewhere, rows):
    numbers = NUMBERS[elsewhere.engine.dialect.name].format(rows=rows)
    query = f"select i as order_id, 'a product called ' || i as name from ({numbers}) as counted"
    url = elsewhere.url.replace("///", f"///{elsewhere.home}/")
    told = subprocess.run(
        [sys.executable, "-c", CHILD, url, query, str(rows)], cwd=CHECKOUT, check=True,
        capture_output=True, text=True, timeout=200, env={**os.environ, **elsewhere.secrets},
    )  # fmt: skip
    return int(told.stdout)


def test_once_buffers_are_full_more_rows_take_the_same_memory(elsewhere):
    elsewhere.run("create table any_one (id integer)")
    small, large = peak_mebibytes(elsewhere, 1_000_000), peak_mebibytes(elsewhere, 4_000_000)
    assert large < small * 1.15, f"{small} MiB for 1,000,000 rows, {large} MiB for 4,000,000"
