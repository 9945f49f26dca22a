from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS


def test_a_file_received_twice_counts_once(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", [line("A", "2026-11-20")], LINE_COLUMNS)
    shop.night(D)
    shop.write("till/2.csv", [line("A", "2026-11-20")], LINE_COLUMNS)
    shop.night(D)
    assert shop.query("select order_count, spend_amount from marts.customer_features") == [
        {"order_count": 1, "spend_amount": 10}
    ]
    assert len(shop.query("select * from ops.batches")) == 1


def test_a_changed_file_brings_only_its_new_rows(new_shop):
    shop = new_shop()
    rows = [line("A", "2026-11-19"), line("B", "2026-11-20")]
    shop.write("till/1.csv", rows[:1], LINE_COLUMNS)
    shop.night(D)
    shop.write("till/1.csv", rows, LINE_COLUMNS)
    shop.night(D)
    [batch] = shop.query("select * from ops.batches where batch_id = 2")
    assert (batch["received_count"], batch["stored_count"], batch["duplicate_count"]) == (2, 1, 1)


def test_without_line_numbers_two_equal_lines_of_a_receipt_both_count_but_once_per_file(new_shop):
    shop = new_shop()
    columns = [name for name in LINE_COLUMNS if name != "line_no"]
    keyless = {name: name for name in columns}
    till = {"entity": "order_lines", "kind": "csv", "path": "till/*.csv", "columns": keyless}
    shop.configure("sources", {"sources": {"till": till}})
    twice = [{k: v for k, v in line("A", "2026-11-20").items() if k != "line_no"}] * 2
    shop.write("till/1.csv", twice, columns)
    shop.write("till/2.csv", [*twice, {**twice[0], "order_id": "B"}], columns)
    shop.night(D)
    assert shop.query("select order_count, spend_amount from marts.customer_features") == [
        {"order_count": 2, "spend_amount": 30}
    ]


def test_a_corrected_line_replaces_the_earlier_one(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", [line("A", "2026-11-19", net_amount="45.98")], LINE_COLUMNS)
    shop.write("till/2.csv", [line("A", "2026-11-19", net_amount="35.98")], LINE_COLUMNS)
    shop.night(D)
    [row] = shop.query("select spend_amount from marts.customer_features")
    assert str(row["spend_amount"]) == "35.9800"


def test_a_deleted_customer_leaves_and_the_orders_stay(new_shop):
    shop = new_shop()
    till = {"entity": "order_lines", "kind": "csv", "path": "till/*.csv"}
    crm = {"entity": "customers", "kind": "csv", "path": "crm/*.csv", "tombstone": "gone"}
    till["columns"] = {name: name for name in LINE_COLUMNS}
    crm["columns"] = {"customer_ref": "customer_ref", "email": "email"}
    shop.configure("sources", {"sources": {"till": till, "crm": crm}})
    shop.write("till/1.csv", [line("A", "2026-11-20")], LINE_COLUMNS)
    people = [
        {"customer_ref": ref, "email": f"{ref}@example.org", "gone": ""} for ref in ("c1", "c2")
    ]
    shop.write("crm/1.csv", people)
    shop.night(D)
    assert len(shop.query("select * from marts.customer_features")) == 2
    shop.write(
        "crm/2.csv", [{"customer_ref": ref, "email": "", "gone": "true"} for ref in ("c1", "c2")]
    )
    shop.night(D)
    assert shop.query("select customer_refs, order_count from marts.customer_features") == [
        {"customer_refs": ["c1"], "order_count": 1}
    ]


def test_whole_orders_lose_the_lines_they_no_longer_have(new_shop):
    shop = new_shop()
    till = {
        "entity": "order_lines",
        "kind": "csv",
        "path": "till/*.csv",
        "orders_arrive_whole": True,
    }
    till["columns"] = {name: name for name in LINE_COLUMNS}
    shop.configure("sources", {"sources": {"till": till}})
    lines = [line("A", "2026-11-20", line_no=str(n)) for n in (1, 2, 3)]
    shop.write("till/1.csv", [*lines, line("B", "2026-11-20")], LINE_COLUMNS)
    shop.write("till/2.csv", [{**lines[1], "net_amount": "12.00"}], LINE_COLUMNS)
    shop.night(D)
    [row] = shop.query("select order_count, spend_amount from marts.customer_features")
    assert (row["order_count"], row["spend_amount"]) == (2, 22)
