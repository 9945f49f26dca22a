"""Blanks around values are dropped where they land, of every source kind; nothing counts twice."""

import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from pipelines.landing import inbox
from pipelines.mapping.blanks import BLANKS
from pipelines.warehouse import migrate
from tests.support.mapped_rows import receive
from tests.support.receiving import unbalanced
from tests.support.shop import CHECKOUT, Shop, source

MIGRATION = CHECKOUT / "sql/schema/migrations/006_values_without_blanks.sql"
SEEN = " \t\u00a0\u2003\u3000\u200b\u200d\ufeff\u2060\u200e\u202c"
LINE = ["order_id", "line_no", "ordered_at", "customer_ref", "email", "quantity", "net_amount"]
ROWS = [
    {"order_id": "A", "line_no": "1", "ordered_at": "2026-11-20", "customer_ref": "b5",
     "email": "five@x.example", "quantity": "1", "net_amount": "12.50"},
    {"order_id": "B", "line_no": "1", "ordered_at": "2026-11-21", "customer_ref": "",
     "email": "six@x.example", "quantity": "1", "net_amount": "10"},
]  # fmt: skip


def padded(rows, blanks=SEEN):
    return [{name: f"{blanks}{value}{blanks}" for name, value in row.items()} for row in rows]


def write(shop: Shop, kind: str, name: str, rows) -> None:
    path = shop.home / "till" / name
    path.parent.mkdir(exist_ok=True)
    if kind == "csv":
        shop.write(f"till/{name}", rows)
    elif kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_every_blank_of_unicode_is_one():
    assert {chr(n) for n in range(0x110000) if chr(n).isspace()} <= set(BLANKS)
    assert not any(char.isalnum() for char in BLANKS)


def test_arrow_and_the_database_drop_the_same_blanks():
    texts = [f"{blank}a{blank}b{blank}" for blank in BLANKS] + [BLANKS, "", "a", None]
    expected = [f"a{blank}b" for blank in BLANKS] + [None, None, "a", None]
    assert inbox._without_blanks(pa.array(texts, pa.string())).to_pylist() == expected
    assert [(text or "").strip(BLANKS) or None for text in texts] == expected


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_values_with_blanks_are_the_values(new_shop, kind):
    shop = new_shop(business_time_zone="America/New_York")
    entry = source("order_lines", "till/*", LINE) | {"kind": kind, "where": {"kind": "sale"}}
    shop.configure("sources", {"sources": {"till": entry}})
    extra = {"kind": "sale", "note": "red"}
    write(shop, kind, "1", padded([row | extra for row in ROWS]))
    write(shop, kind, "2", [row | extra for row in ROWS])
    receive(shop)
    shown = (
        "select order_id, cast(ordered_on as text) as day, customer_ref, email, net_amount,"
        " has_time from staging.order_lines where batch_to = 9223372036854775807 order by 1"
    )
    assert [tuple(row.values()) for row in shop.query(shown)] == [
        ("A", "2026-11-20", "b5", "five@x.example", Decimal("12.5"), False),
        ("B", "2026-11-21", None, "six@x.example", Decimal(10), False),
    ]
    counts = "select stored_count, duplicate_count from ops.batches order by batch_id"
    assert [tuple(row.values()) for row in shop.query(counts)] == [(2, 0), (0, 2)]
    assert unbalanced(shop) == []


CRM = ["customer_ref", "email", "consent_marketing"]
EVENT = ["event_id", "occurred_at", "event_type", "visitor_ref"]
NAMELESS = [name for name in LINE if name != "line_no"]


def test_a_home_that_landed_blanks_before_counts_nothing_twice(new_shop):
    shop = new_shop()
    shop.configure("sources", {"sources": {
        "crm": source("customers", "crm/*", CRM, snapshot=True),
        "till": source("order_lines", "till/*", NAMELESS),
        "numbered": source("order_lines", "numbered/*", LINE),
        "web": source("events", "web/*", EVENT),
    }})  # fmt: skip
    people = [{"customer_ref": f"c{n}", "email": f"c{n}@x.example", "consent_marketing": "true"}
              for n in range(3)]  # fmt: skip
    visits = [{"event_id": "", "occurred_at": "2026-11-20", "event_type": "login",
               "visitor_ref": "v", "page": "start"}] * 2  # fmt: skip
    twins = [{name: row[name] for name in NAMELESS} for row in [*ROWS, ROWS[0]]]
    files = {"crm": people, "till": twins, "numbered": ROWS, "web": visits}
    for name, rows in files.items():
        shop.write(f"{name}/1.csv", rows)
    receive(shop)
    shop.write("crm/2.csv", people[:2])
    receive(shop)  # a list without c2: a deletion of its key
    as_landed = {name: content(shop, name) for name in ("customers", "order_lines", "events")}
    as_landed_before_blanks_were_dropped(shop)
    assert {name: content(shop, name) for name in as_landed} != as_landed
    opened = shop.deployment()
    with opened.warehouse.begin() as connection:
        forget = "delete from ops.migrations where name = :name or name like 'schema %'"
        connection.execute(sa.text(forget), {"name": MIGRATION.name})
    assert migrate.bring_up_to_date(opened.warehouse) == [MIGRATION.name]
    opened.warehouse.close()
    assert {name: content(shop, name) for name in as_landed} == as_landed
    shop.write("crm/3.csv", padded(people[:2]))
    for name in ("till", "numbered", "web"):
        shop.write(f"{name}/2.csv", padded(files[name]))
    receive(shop)
    stored = "select source, stored_count, deleted_count from ops.batches where batch_id > 5"
    assert {tuple(row.values()) for row in shop.query(stored)} == {(name, 0, 0) for name in files}


def content(shop: Shop, entity: str) -> list:
    return shop.query(f"select * from raw.{entity} order by batch_id, row_no")


def as_landed_before_blanks_were_dropped(shop: Shop) -> None:
    """Give the rows of raw the blanks, keys and hashes that earlier code would have landed."""
    meta = {"batch_id", "row_no", "source", "op", "row_key", "row_hash", "attributes"}
    hashed_op = {"customers": "op", "order_lines": "'upsert'", "events": "'upsert'"}
    keys = {
        "customers": "customer_ref",
        "order_lines": "order_id || chr(31) || coalesce(line_no, {hash} || '#' || {ordinal})",
        "events": "coalesce(event_id, {hash} || '#' || {ordinal})",
    }
    for entity, op in hashed_op.items():
        names = [name for name in content(shop, entity)[0] if name not in meta]
        padding = ", ".join(f"{name} = ' ' || {name} || chr(160)" for name in names)
        shop.query(
            f"update raw.{entity} set {padding}, attributes = (select jsonb_object_agg(key, value"
            " || chr(8203)) from jsonb_each_text(attributes))"
        )
        hashed = (
            f"cast(md5(cast(row({op}, coalesce(attributes, '{{}}'), {', '.join(names)}) as text))"
            " as uuid)"
        )
        key = keys[entity].format(hash=hashed, ordinal="coalesce(split_part(row_key, '#', 2), '')")
        shop.query(
            f"update raw.{entity} set row_key = {key}, row_hash = case"
            " when row_hash = cast(md5('gone ' || row_key) as uuid)"
            f" then cast(md5('gone ' || {key}) as uuid) else {hashed} end"
        )
