"""How fast a till lands, is checked and staged, against a bare COPY of it; and memory."""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from rich.console import Console
from rich.table import Table

from bench.shop import COLUMNS, write_till
from nocturne import server
from nocturne.home import Home
from pipelines import schema
from pipelines.configuration_files import read_configuration
from pipelines.deployment import Deployment
from pipelines.night import RECEIVE
from pipelines.warehouse import Warehouse

SIZES = (200_000, 1_000_000, 2_000_000)


def deployment(folder: Path) -> Deployment:
    """Open a shop that has nothing but a till, in a home of its own."""
    home = Home.from_environment({"NOCTURNE_HOME": str(folder / "home")}, folder).create()
    till = {"entity": "order_lines", "kind": "csv", "path": "shop/till.csv"}
    till["columns"] = {name: name for name in COLUMNS}  # type: ignore[assignment]  # YAML to be
    (folder / "settings.yml").write_text("business_time_zone: America/New_York\n")
    (folder / "sources.yml").write_text(yaml.safe_dump({"sources": {"till": till}}))
    warehouse = Warehouse(server.up(home).owner, lambda: datetime.now(UTC))
    schema.bring_up_to_date(warehouse)
    return Deployment(home.path, read_configuration(folder, home.path), warehouse)


def measure(folder: Path) -> None:
    """Receive the till of a folder; print seconds by step and the peak memory in MiB."""
    opened = deployment(folder)
    for step in RECEIVE:
        began = time.monotonic()
        step(opened)
        print(step.room, time.monotonic() - began)
    print("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def copy_bare(opened: Deployment, path: Path) -> float:
    """Return the seconds of a COPY of the file into a plain table of text columns."""
    columns = ", ".join(f"{name} text" for name in COLUMNS)
    with opened.warehouse.begin() as connection:
        connection.execute(sa.text("create schema bench"))
        connection.execute(sa.text(f"create table bench.till ({columns})"))
        began = time.monotonic()
        driver: Any = connection.connection.driver_connection
        with path.open("rb") as file, driver.cursor() as cursor:
            cursor.copy_expert("copy bench.till from stdin (format csv, header)", file)
    return time.monotonic() - began


def run_size(line_count: int) -> dict[str, float]:
    """Measure one size in a child process of its own; return seconds, memory and the peer's."""
    folder = Path(tempfile.mkdtemp(prefix="nocturne-bench-"))
    home = Home.from_environment({"NOCTURNE_HOME": str(folder / "home")}, folder)
    path = folder / "home" / "shop" / "till.csv"
    try:
        opened = deployment(folder)
        write_till(path, line_count)
        peer = copy_bare(opened, path)
        command = [sys.executable, "-m", "bench.landing", str(folder)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        figures = {name: float(number) for name, number in map(str.split, told.splitlines())}
        return figures | {"copy": peer, "megabytes": path.stat().st_size / 1e6}
    finally:
        server.remove(home)
        shutil.rmtree(folder, ignore_errors=True)


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
    Console().print(table)


if __name__ == "__main__":
    measure(Path(sys.argv[1]))
