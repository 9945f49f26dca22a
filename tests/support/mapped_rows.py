"""What tests of mappings share: a till whose columns have other names, and where its rows lie."""

import json

from pipelines.checking import check
from pipelines.landing import land
from pipelines.staging import stage
from tests.support.shop import Shop, source

PLAIN = {"order_id": "order", "ordered_at": "sold", "quantity": "pieces", "net_amount": "amount"}
ROW = {"order": "A", "sold": "2026-11-20", "pieces": "1", "amount": "10.00"}


def configure(shop: Shop, columns=None, **more) -> None:
    till = source("order_lines", "till/*", []) | {"columns": PLAIN | (columns or {})} | more
    shop.configure("sources", {"sources": {"till": till}})


def receive(shop: Shop) -> list[land.Landed]:
    opened = shop.deployment()
    landed = land.land(opened)
    check.check(opened)
    stage.stage(opened)
    opened.warehouse.close()
    return landed


def staged(shop: Shop, columns: str) -> list[tuple]:
    found = shop.query(f"select {columns} from staging.order_lines order by batch_from, row_no")
    return [tuple(row.values()) for row in found]


def landed(shop: Shop, columns: str) -> list[tuple]:
    found = shop.query(f"select {columns} from raw.order_lines order by batch_id, row_no")
    return [tuple(row.values()) for row in found]


def write_json(shop: Shop, name: str, *objects) -> None:
    path = shop.home / "till" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in objects), encoding="utf-8")
