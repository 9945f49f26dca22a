"""How fast a till lands, is checked and staged, against a bare COPY of it; memory; what bounds it.

The peer is COPY into a table without constraint or index, made in its own transaction: as raw's
new partitions are, it is not written to the WAL.
"""

import re
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench import report, temporary_home, timed_steps
from bench.memory_watch import Watch
from bench.shop import COLUMNS, write_till
from pipelines.steps import RECEIVE

SIZES = (250_000, 1_000_000)
AIMS = {"land": 0.25, "all": 0.12}
SOURCES = {"till": temporary_home.source("order_lines", "till.csv", COLUMNS, kind="csv")}
_STATEMENT = re.compile(
    r"(?:create|insert|update|delete|select|analyze|vacuum|alter|drop|with)\b"
    r"(?: (?:unlogged |temporary )?(?:table|view|index|into)| \(analyze\))?"
)
_TABLE = re.compile(r"\b(?:table|into|update|from|analyze|\)|on) ((?:\w+\.)?\w+)")

Figures = dict[str, Any]


def sizes_of(scale: str) -> tuple[int, ...]:
    """Return the lines of a SCALE: empty, `20m`, or a number of lines."""
    if not scale:
        return SIZES
    return (int(float(scale[:-1]) * 1e6) if scale.endswith("m") else int(scale),)


def receive(folder: Path) -> Figures:
    """Receive the till of a folder; return the figures of every step, and what it has stored."""
    import_module("great_expectations")  # a night pays for it once, whatever lands
    pid, opened, figures = temporary_home.server_pid(folder), temporary_home.reopen(folder), {}
    for step in RECEIVE:
        with timed_steps.statements(opened, _done) as seconds, Watch(pid) as watch:
            step(opened)
        rest = "reading the file" if step.name == "land" else "outside the database"
        seconds[rest] = watch.seconds - seconds.total()
        figures[step.name] = asdict(watch) | {"parts": seconds.most_common(4)}
        report.console.print(f"[dim]{step.name}: {watch.seconds:.1f} s[/]")
    with opened.warehouse.begin() as connection:
        counted = sa.text("select count(*) from staging.order_lines")
        figures["staged"] = connection.execute(counted).scalar_one()
    opened.warehouse.close()
    return figures


def _done(statement: str) -> str:
    """Return what a statement does to which table."""
    plain = " ".join(statement.lower().replace('"', "").split())
    verb, table = _STATEMENT.match(plain), _TABLE.search(plain)
    name = re.sub(r"_[0-9a-f]{16}", "", table[1]) if table else ""
    return f"{verb[0] if verb else 'other'} {name}"


def copy_bare(folder: Path, path: Path) -> float:
    """Return the seconds of a COPY of the file into a plain table of text columns, then drop it."""
    opened, columns = temporary_home.reopen(folder), ", ".join(f"{name} text" for name in COLUMNS)
    began = time.monotonic()
    with opened.warehouse.begin() as connection:
        connection.execute(sa.text(f"create table raw.bare ({columns})"))
        driver: Any = connection.connection.driver_connection
        with path.open("rb") as file, driver.cursor() as cursor:
            cursor.copy_expert("copy raw.bare from stdin (format csv, header)", file)
    seconds = time.monotonic() - began
    with opened.warehouse.begin() as connection:
        connection.execute(sa.text("drop table raw.bare"))
    opened.warehouse.close()
    return seconds


def run_size(line_count: int) -> Figures:
    """Measure one size, the steps in a process of their own; of two COPYs the quicker counts."""
    with temporary_home.home_for(SOURCES) as folder:
        path = folder / "home" / "shop" / "till.csv"
        write_till(path, line_count)
        before = copy_bare(folder, path)
        received = temporary_home.in_child(receive, folder)
        after = copy_bare(folder, path)
        report.console.print(f"[dim]bare COPY: {before:.1f} s before, {after:.1f} s after[/]")
        return {
            "lines": line_count,
            "megabytes": path.stat().st_size / 1e6,
            "copy": min(before, after),
            "steps": received.result,
            "mebibytes": received.mebibytes,
        }


def show(scale: str = "") -> None:
    """Print a table for every size, and what bounds the last."""
    for line_count in sizes_of(scale):
        found = run_size(line_count)
        _show_size(found)
    _show_bounds(found)


def _show_size(found: Figures) -> None:
    lines, copy = found["lines"], found["copy"]
    steps = {step.name: found["steps"][step.name] for step in RECEIVE}
    table = report.new_table(
        f"{lines:,} lines of {found['megabytes']:,.0f} MB into an empty warehouse",
        "", "seconds", "rows/s", "of COPY", "aim", "own MiB", "server MiB",
    )  # fmt: skip
    table.add_row("bare COPY", f"{copy:.1f}", f"{lines / copy:,.0f}", "1.00", "", "", "")
    for name, step in steps.items():
        table.add_row(*_row(name, step["seconds"], found), str(step["own"]), str(step["alone"]))
    seconds = sum(step["seconds"] for step in steps.values())
    most = max(step["alone"] for step in steps.values())
    table.add_row(*_row("all", seconds, found), str(found["mebibytes"]), str(most))
    report.console.print(table)
    if found["steps"]["staged"] != lines:
        raise RuntimeError(f"{found['steps']['staged']:,} of {lines:,} lines were staged.")


def _row(name: str, seconds: float, found: Figures) -> tuple[str, ...]:
    aim = f"{AIMS[name]:.2f}" if name in AIMS else ""
    rate = found["lines"] / seconds
    return name, f"{seconds:.1f}", f"{rate:,.0f}", f"{found['copy'] / seconds:.3f}", aim


def _show_bounds(found: Figures) -> None:
    for step in RECEIVE:
        told = found["steps"][step.name]
        parts = ", ".join(f"{s / told['seconds']:.0%} {what}" for what, s in told["parts"])
        report.console.print(f"{step.name} is bound by: {parts}.", soft_wrap=True)
    report.console.print(
        "MiB: the most of this process, and of one process of the server without shared buffers."
    )
