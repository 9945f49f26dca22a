"""A column that was renamed half way: what a rule reads of it tells no rows apart."""

import pytest

from tests.support.orders import D, line
from tests.support.receiving import unbalanced
from tests.support.shop import source

COLUMNS = ["order_id", "ordered_at", "quantity", "net_amount"]
WHO = {"from": ["Customer", "Customer ID"], "split": {"by": "/", "part": -1}}


def rows(name, *orders):
    return [
        {column: line(order, str(D))[column] for column in COLUMNS} | {name: f"shop/{order}"}
        for order in orders
    ]


@pytest.mark.parametrize("kind", ["order_lines", "events"])
def test_rows_of_an_overlap_count_once_under_either_name(new_shop, kind):
    shop = new_shop()
    entry = source("order_lines", "till/*.csv", COLUMNS)
    entry["columns"]["customer_ref"] = WHO
    if kind == "events":
        entry |= {
            "entity": "events",
            "columns": {
                "occurred_at": "ordered_at", "customer_ref": WHO,
                "event_type": {"constant": "login"},
            },
        }  # fmt: skip
    shop.configure("sources", {"sources": {"it": entry} | (till() if kind == "events" else {})})
    shop.write("till/1.csv", rows("Customer", "A", "A", "B"))
    shop.write("till/2.csv", rows("Customer ID", "A", "A", "B", "C"))
    shop.write("other/1.csv", [line("X", str(D))])
    shop.night(D)
    standing = "select row_key from staging.{} where source = 'it' and batch_to > 1000000"
    assert len(shop.query(standing.format(kind))) == 4
    kept = shop.query(f"select attributes from raw.{kind} where source = 'it'")
    assert all("shop/" in str(row["attributes"]) for row in kept)
    counts = shop.query("select stored_count, duplicate_count from ops.batches where source = 'it'")
    assert [tuple(row.values()) for row in counts] == [(3, 0), (1, 3)]
    assert unbalanced(shop) == []


def till():
    return {"till": source("order_lines", "other/*.csv", ["line_no", "customer_ref", *COLUMNS])}


def test_what_no_rule_reads_tells_rows_apart_and_a_row_with_a_name_keeps_every_change(new_shop):
    shop = new_shop()
    entry = source("order_lines", "till/*.csv", COLUMNS)
    entry["columns"]["customer_ref"] = WHO
    shop.configure("sources", {"sources": {"till": entry}})
    first, second = rows("Customer", "A", "B")
    shop.write("till/1.csv", [first | {"till": "1"}, second | {"till": "1"}])
    shop.write("till/2.csv", [first | {"till": "2"}, second | {"till": "1"}])
    shop.night(D)
    [count] = shop.query("select count(*) as n from staging.order_lines")
    assert count["n"] == 3
    entry["columns"]["line_no"] = "till"
    shop.configure("sources", {"sources": {"till": entry}})
    shop.write("till/3.csv", [first | {"till": "9"}])
    shop.write("till/4.csv", [first | {"till": "9", "Customer": "other/A"}])
    shop.night(D)
    stored = shop.query("select stored_count as n from ops.batches order by batch_id desc limit 2")
    assert [row["n"] for row in stored] == [1, 1]


def test_rows_that_landed_before_get_the_key_that_they_would_have_now(new_shop):
    shop = new_shop()
    entry = source("order_lines", "till/*.csv", COLUMNS, orders_arrive_whole=True)
    entry["columns"]["customer_ref"] = WHO
    shop.configure("sources", {"sources": {"till": entry}})
    [first, *others] = rows("Customer", "A", "A", "B")
    shop.write("till/1.csv", [first, others[0] | {"Customer": "till/A"}, others[1]])
    shop.write("till/2.csv", [first])
    shop.night(D)
    now = "select batch_id, row_no, op, row_key, row_hash from raw.order_lines order by 1, 2"
    expected = shop.query(now)
    assert [row["op"] for row in expected] == ["upsert", "upsert", "upsert", "delete"]
    before = "order_id || chr(31) || md5(coalesce(attributes ->> 'Customer', 'till/A')) || '#1'"
    shop.query(f"update raw.order_lines set row_key = {before}")
    shop.query("update raw.order_lines set row_hash = md5(row_no::text)::uuid where op = 'upsert'")
    shop.query("update raw.order_lines set row_hash = md5('gone ' || row_key)::uuid"
               " where op = 'delete'")  # fmt: skip
    shop.query("delete from ops.migrations where name like '008%' or name like 'schema %'")
    shop.deployment().warehouse.close()
    assert shop.query(now) == expected
