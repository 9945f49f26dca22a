"""When a row is the same row: across files, spellings, spaces and the order within a file."""

import json

from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, source

NO_NUMBER = [name for name in LINE_COLUMNS if name != "line_no"]


def spent(shop):
    [row] = shop.query("select sum(spend_amount) as spent from marts.customer_features")
    return float(row["spent"])


def test_another_rows_extra_field_does_not_make_a_line_new(new_shop):
    shop = new_shop()
    columns = ["order_id", "ordered_at", "customer_ref", "quantity", "net_amount"]
    till = source("order_lines", "till/*.jsonl", columns) | {"kind": "jsonl"}
    shop.configure("sources", {"sources": {"till": till}})
    plain = {name: value for name, value in line("o1", str(D)).items() if name in columns}
    other = plain | {"order_id": "o2", "gift": "yes"}
    (shop.home / "till").mkdir()
    (shop.home / "till" / "a.jsonl").write_text(json.dumps(plain) + "\n")
    (shop.home / "till" / "b.jsonl").write_text(f"{json.dumps(plain)}\n{json.dumps(other)}\n")
    shop.night(D)
    assert spent(shop) == 20


def test_a_deletion_in_the_file_of_its_own_row_deletes_it(new_shop):
    shop = new_shop()
    till = source("order_lines", "till/*.csv", NO_NUMBER, tombstone="gone")
    shop.configure("sources", {"sources": {"till": till}})
    kept, gone = line("o1", str(D)), line("o2", str(D))
    shop.write("till/1.csv", [kept, gone, gone | {"gone": "yes"}], [*NO_NUMBER, "gone", "line_no"])
    shop.night(D)
    assert spent(shop) == 10


def test_of_one_customer_in_one_file_the_last_undated_row_stands(new_shop):
    shop = new_shop()
    columns = ["customer_ref", "updated_at", "email"]
    sources = {
        "till": source("order_lines", "till/*.csv", LINE_COLUMNS),
        "crm": source("customers", "crm/*.csv", columns, tombstone="gone"),
    }
    shop.configure("sources", {"sources": sources})
    dated = {"updated_at": "2026-11-01", "email": "old@x.org"}
    rows = [
        {"customer_ref": "c1", **dated}, {"customer_ref": "c1", "gone": "yes"},
        {"customer_ref": "c2", **dated}, {"customer_ref": "c2", "email": "new@x.org"},
        {"customer_ref": "c3", "email": "new@x.org"}, {"customer_ref": "c3", **dated},
    ]  # fmt: skip
    shop.write("till/1.csv", [line("o1", str(D))], LINE_COLUMNS)
    shop.write("crm/1.csv", rows, [*columns, "gone"])
    shop.night(D)
    standing = shop.query(
        "select customer_ref, email from staging.customers where batch_to = 9223372036854775807"
    )
    assert {row["customer_ref"]: row["email"] for row in standing} == {
        "c2": "new@x.org", "c3": "old@x.org",
    }  # fmt: skip


def test_a_source_given_another_customer_space_is_staged_anew_as_a_whole(new_shop):
    shop = new_shop()
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.write("till/1.csv", [line("o1", str(D))], LINE_COLUMNS)
    shop.night(D)
    shop.configure("sources", {"sources": {"till": till | {"customer_space": "other"}}})
    shop.write("till/2.csv", [line("o2", str(D))], LINE_COLUMNS)
    shop.night(D)
    [row] = shop.query(
        "select m.customer_space, f.order_count from marts.customer_features f"
        " join features.members m using (person_id, as_of) where m.night_id = 2"
    )
    assert (row["customer_space"], row["order_count"]) == ("other", 2)


def test_segments_are_indexed_as_arrays_before_a_night_is_published(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", [line("o1", str(D))], LINE_COLUMNS)
    shop.night(D)
    found = shop.query("select indexdef from pg_indexes where tablename = 'customer_segments_1'")
    methods = sorted(row["indexdef"].split(" USING ")[1].split()[0] for row in found)
    assert methods == ["btree", "gin"]
