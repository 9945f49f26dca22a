"""A shop whose receipts have everything in them, and what is left of them in the database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pipelines.nights import runner
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, Shop, source

CRM_COLUMNS = ["customer_ref", "email", "phone"]
# What an undisturbed run and a disturbed one may differ in: when it happened, and how long it took.
CHANCE = {"landed_at", "checked_at", "checked_seconds", "staged_seconds"}
TABLES = {
    "ops.batches": "batch_id",
    "ops.batch_states": "batch_id",
    "ops.contract_results": "batch_id, table_name, rule",
    "quarantine.rows": "batch_id, row_no",
    "identity.sightings": "1, 2, 3, 4, 5",
    **{
        f"{schema}.{entity}": order
        for schema, order in (("raw", "batch_id, row_no"), ("staging", "batch_from, row_no"))
        for entity in ("customers", "order_lines")
    },
}


def noon() -> datetime:
    """An instant on which all receivings of a test fall: no midnight lies between two of them."""
    return datetime(2026, 11, 22, 12, tzinfo=UTC)


def write(shop: Shop, lines: int = 40) -> None:
    """Write a CRM's list and two receipts of a till: new, equal, corrected, bad and broken rows."""
    shop.clock = noon
    crm = source("customers", "crm/*.csv", CRM_COLUMNS, snapshot=True)
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    till |= {"where": {"discount_amount": {"not": "9"}}}
    shop.configure("sources", {"sources": {"crm": crm, "till": till}})
    first = [
        line(f"o{n}", f"2026-11-{1 + n % 20:02}", customer_ref=f"c{n % 7}", discount_amount="1")
        for n in range(lines)
    ]
    first[3]["quantity"] = "many"
    first[4]["discount_amount"] = "9"
    second = [*first[:10], *(row | {"net_amount": "11.00"} for row in first[10:15])]
    till_1 = shop.write("till/1.csv", first, LINE_COLUMNS)
    shop.write("till/2.csv", second, LINE_COLUMNS)
    with till_1.open("a") as file:
        file.write("cut,off\n")
    shop.write("crm/1.csv", [crm_row(n) for n in range(12)])


def crm_row(n: int) -> dict[str, str]:
    """Return a customer."""
    return {"customer_ref": f"c{n}", "email": f"c{n}@x.example", "phone": f"030{n}"}


def receive(shop: Shop) -> None:
    """Land, check and stage."""
    opened = shop.deployment()
    try:
        runner.receive(opened)
    finally:
        opened.warehouse.close()


def left(shop: Shop) -> dict[str, list[Mapping[str, Any]]]:
    """Return every row of every table that receiving writes, without what is chance."""
    return {
        table: [
            {key: _text(value) for key, value in row.items() if key not in CHANCE}
            for row in shop.query(f"select * from {table} order by {order}")
        ]
        for table, order in TABLES.items()
    }


def _text(value: Any) -> str:
    return str(bytes(value) if isinstance(value, memoryview) else value)


def unbalanced(shop: Shop) -> list[Mapping[str, Any]]:
    """Return the batches whose fates do not add up to what was received."""
    return shop.query(
        "select b.batch_id, b.received_count, f.row_count from ops.batches b left join"
        " (select batch_id, sum(row_count) as row_count from ops.fates group by 1) f"
        " using (batch_id) where b.received_count is distinct from coalesce(f.row_count, 0)"
    )
