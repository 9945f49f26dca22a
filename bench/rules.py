"""How long a million order lines take to be judged by twenty rules, one in a hundred bad."""

import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import yaml
from rich.console import Console
from rich.table import Table

from bench import temporary_home
from bench.landing import SOURCES
from bench.shop import write_till
from pipelines.checking import check
from pipelines.contracts import validate
from pipelines.landing import land

LINES = 1_000_000
BAD_EVERY = 100
AIM = 6  # seconds
ADDED = {
    "amount_sane": {"column": "net_amount", "between": [-10_000, 10_000]},
    "customer_numbered": {"column": "customer_ref", "matches": "[0-9]"},
    "product_given": {"column": "product_ref", "present": True, "severity": "critical"},
}


def spoil(path: Path) -> None:
    """Write the till again with every hundredth quantity as a word."""
    text = arrow_csv.ConvertOptions(
        column_types={"quantity": pa.string()}, strings_can_be_null=True
    )
    till = arrow_csv.read_csv(path, convert_options=text)
    bad = pa.array([row % BAD_EVERY == 0 for row in range(till.num_rows)])
    column = till.schema.get_field_index("quantity")
    spoilt = pc.if_else(bad, "two", till["quantity"])
    arrow_csv.write_csv(till.set_column(column, "quantity", spoilt), path)


def judge(folder: Path) -> dict[str, float]:
    """Land and check the till; return the seconds of what is imported once, and of checking."""
    opened = temporary_home.reopen(folder)
    land.land(opened)
    began = time.monotonic()
    validate.great_expectations()
    imported = time.monotonic()
    check.judge_waiting(opened)
    checked = time.monotonic()
    with opened.warehouse.begin() as connection:
        found = connection.exec_driver_sql(
            "select count(*), max(unexpected_count) from ops.contract_results"
            " where checked_count > 1"  # rules of rows, not of the file
        ).one()
    opened.warehouse.close()
    return {
        "rules": found[0],
        "rejected": found[1],
        "imported": imported - began,
        "checked": checked - imported,
    }


def measure() -> dict[str, float]:
    """Measure in a child process of its own; return seconds, counts and the most memory."""
    with temporary_home.home_for(SOURCES) as folder:
        path = folder / "home" / "shop" / "till.csv"
        write_till(path, LINES)
        spoil(path)
        added = yaml.safe_dump({"order_lines": ADDED})
        (folder / "config" / "contracts.yml").write_text(added, encoding="utf-8")
        child = temporary_home.in_child(judge, folder)
        return child.result | {"memory": child.mebibytes}


def show() -> None:
    """Print the figure."""
    row = measure()
    table = Table("lines", "rules", "quarantined", "check s", "aim s", "memory MiB")
    table.add_row(
        f"{LINES:,}",
        f"{row['rules']:.0f}",
        f"{row['rejected']:,.0f}",
        f"{row['checked']:.1f}",
        f"{AIM}",
        f"{row['memory']:.0f}",
    )
    console = Console(width=80)
    console.print(table)
    console.print(f"Beside it {row['imported']:.1f} s, once per process, to import the judge.")
