"""Nothing that comes in is ever executed: payloads stay text all the way into marts and exports."""

import csv
import json

import pytest

from pipelines.delivery import export
from pipelines.nights import runner
from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, Shop, source

PAYLOADS = [
    "=cmd|'/C calc'!A0",
    "+SUM(1,1)",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "=HYPERLINK(\"http://x.example\",\"y\")",
    "'; drop table raw.order_lines; --",
    "\"; select pg_sleep(9); --",
    "$(touch /tmp/owned)",
    "%(batch_id)s :batch_id {home} ${SECRET}",
    "{{ ti.xcom_pull() }}",
    "\\copy raw.order_lines to program 'id'",
    "<script>alert(1)</script>",
]  # fmt: skip
LANDED = [text.strip() for text in PAYLOADS]  # blanks around a value are dropped
CRM = ["customer_ref", "given_name", "family_name", "email", "street", "city", "consent_marketing"]
CATALOGUE = ["product_ref", "name", "category", "brand"]


@pytest.fixture
def shop(new_shop) -> Shop:
    """A shop in which every text of every entity is a payload, and everybody consents."""
    shop = new_shop()
    web = ["event_id", "occurred_at", "event_type", "visitor_ref", "customer_ref", "url"]
    shop.configure("sources", {"sources": {
        "crm": source("customers", "crm/*.csv", CRM),
        "catalogue": source("products", "catalogue/*.csv", CATALOGUE),
        "till": source("order_lines", "till/*.csv", LINE_COLUMNS),
        "web": source("events", "web/*.csv", web),
    }})  # fmt: skip
    columns = ["top_category", "customer_refs", "spend_amount"]
    shop.configure("destinations", {"destinations": {
        kind: {"kind": kind.split("_")[0], "path": f"exports/{kind}", "columns": columns, **more}
        for kind, more in {"csv": {}, "csv_calm": {"neutralise_formulas": True}, "jsonl": {},
                           "parquet": {}}.items()
    }})  # fmt: skip
    shop.write("crm/1.csv", [
        dict.fromkeys(CRM, text) | {"email": f"{n}@x.example", "consent_marketing": "true"}
        for n, text in enumerate(PAYLOADS)
    ])  # fmt: skip
    shop.write("catalogue/1.csv", [dict.fromkeys(CATALOGUE, text) for text in PAYLOADS])
    lines = [
        line(text, str(D), line_no=text, customer_ref=text, product_ref=text) for text in PAYLOADS
    ]
    shop.write("till/1.csv", lines, LINE_COLUMNS)
    shop.write("web/1.csv", [
        dict.fromkeys(web, text) | {"occurred_at": str(D)} for text in PAYLOADS
    ])  # fmt: skip
    shop.night(D)
    return shop


def cells(shop: Shop, name: str) -> list[dict[str, str]]:
    path = shop.home / "exports" / name / "current" / "segments.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_payloads_are_in_the_marts_as_they_were_sent(shop):
    rows = shop.query("select customer_refs, top_category from marts.customer_features")
    assert sorted(row["customer_refs"] for row in rows) == sorted([text] for text in LANDED)
    assert sorted(row["top_category"] for row in rows) == sorted(LANDED)
    assert shop.query("select count(*) as n from quarantine.rows") == [{"n": 0}]


def test_payloads_are_in_the_exports_as_they_were_sent(shop):
    text = (shop.home / "exports" / "jsonl" / "current" / "segments.jsonl").read_text()
    people = [json.loads(row) for row in text.splitlines()]
    assert sorted(person["customer_id"] for person in people) == sorted(LANDED)
    assert sorted(row["customer_id"] for row in cells(shop, "csv")) == sorted(LANDED)


def test_a_spreadsheet_computes_nothing_where_that_is_asked_for(shop):
    calm = [value for row in cells(shop, "csv_calm") for value in row.values()]
    assert not [value for value in calm if value.startswith(("=", "+", "-", "@", "\t"))]
    refs = {row["customer_id"].removeprefix("'") for row in cells(shop, "csv_calm")}
    assert refs == {text.removeprefix("'") for text in LANDED}
    numbers = {row["spend_amount"] for row in cells(shop, "csv_calm")}
    assert numbers == {row["spend_amount"] for row in cells(shop, "csv")}


def test_an_export_that_neutralises_says_the_same_twice_and_is_not_due_again(shop):
    opened = shop.deployment()
    runner.receive(opened)
    outcomes = {each.outcome for each in export.deliver(opened, None, False)}
    assert outcomes == {"already delivered"}
    opened.warehouse.close()
