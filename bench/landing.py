"""How fast a till lands, is checked and staged, against a bare COPY of it; and memory."""

import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from bench import place
from bench.shop import COLUMNS, write_till
from pipelines.night import RECEIVE

SIZES = (200_000, 1_000_000, 2_000_000)
SOURCES = {"till": place.source("order_lines", "till.csv", COLUMNS, kind="csv")}


def receive(folder: Path) -> dict[str, float]:
    """Receive the till of a folder; return seconds by step."""
    opened, seconds = place.reopen(folder), {}
    for step in RECEIVE:
        began = time.monotonic()
        step(opened)
        seconds[step.room] = time.monotonic() - began
    opened.warehouse.close()
    return seconds


def copy_bare(folder: Path, path: Path) -> float:
    """Return the seconds of a COPY of the file into a plain table of text columns."""
    opened, columns = place.reopen(folder), ", ".join(f"{name} text" for name in COLUMNS)
    with opened.warehouse.begin() as connection:
        connection.execute(sa.text("create schema bench"))
        connection.execute(sa.text(f"create table bench.till ({columns})"))
        began = time.monotonic()
        driver: Any = connection.connection.driver_connection
        with path.open("rb") as file, driver.cursor() as cursor:
            cursor.copy_expert("copy bench.till from stdin (format csv, header)", file)
    opened.warehouse.close()
    return time.monotonic() - began


def run_size(line_count: int) -> dict[str, float]:
    """Measure one size in a child process of its own; return seconds, memory and the peer's."""
    with place.home_for(SOURCES) as folder:
        path = folder / "home" / "shop" / "till.csv"
        write_till(path, line_count)
        peer = copy_bare(folder, path)
        received = place.in_child(receive, folder)
        size = path.stat().st_size / 1e6
        return received.result | {"memory": received.mebibytes, "copy": peer, "megabytes": size}


def show() -> None:
    """Print the table."""
    table = Table(
        "lines", "MB", "COPY s", "land s", "check s", "stage s", "land : COPY", "memory MiB"
    )
    for line_count in SIZES:
        row = run_size(line_count)
        seconds = (f"{row[name]:.1f}" for name in ("copy", "land", "check", "stage"))
        ratio = f"{row['land'] / row['copy']:.1f}"
        table.add_row(
            f"{line_count:,}", f"{row['megabytes']:.0f}", *seconds, ratio, f"{row['memory']:.0f}"
        )
    Console(width=80).print(table)
