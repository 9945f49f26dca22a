"""Values that identify nobody: in every column that names somebody, of every entity and kind."""

import json
from datetime import UTC, date, datetime

import pytest

from pipelines.checking import check
from pipelines.configuration.settings import PLACEHOLDERS
from pipelines.landing import land
from pipelines.staging import stage
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, source

D = date(2026, 11, 20)
FORMS = ("{}", '"{}"', "'{}'")
NUMBERS = ("0.0", "000", "-1.0", "0,00")
NAMES = ("10", "100", "00123", "-10", "nancy", "Nullstein", "zero", "na-7", "totally", "0x", "N")
CUSTOMERS = ["customer_ref", "email", "phone"]
EVENTS = ["event_id", "occurred_at", "event_type", "visitor_ref", "customer_ref", "session_ref"]


def words():
    """Every usual placeholder, in the spellings in which programs write it."""
    for word in PLACEHOLDERS:
        yield from (form.format(word) for form in FORMS)
        yield from (word.upper(), word.title(), f"{word}:")
    yield from NUMBERS


def receive(shop):
    opened = shop.deployment()
    try:
        land.land(opened)
        check.judge_waiting(opened)
        stage.stage(opened)
    finally:
        opened.warehouse.close()


def told(shop):
    """Return the rows that break each rule about placeholders, by source and rule."""
    found = shop.query(
        "select b.source, r.rule, r.unexpected_count as n from ops.contract_results as r"
        " join ops.batches as b using (batch_id) where not success and r.rule like '%\\_names\\_%'"
    )
    return {(row["source"], row["rule"]): row["n"] for row in found}


def staged(shop, columns, entity):
    found = shop.query(f"select {columns} from staging.{entity} order by row_no")
    return [tuple(row.values()) for row in found]


@pytest.fixture
def shop(new_shop):
    shop = new_shop()
    shop.clock = lambda: datetime(2026, 11, 22, 1, tzinfo=UTC)
    return shop


def test_a_placeholder_orders_nothing_together_and_is_counted(shop):
    every = list(words())
    rows = [line(f"o{n}", str(D), customer_ref=word) for n, word in enumerate(every)]
    rows += [line(f"n{n}", str(D), customer_ref=name) for n, name in enumerate(NAMES)]
    rows.append(line("mail", str(D), customer_ref="NULL", email="ann@x.example"))
    shop.write("till/a.csv", rows, LINE_COLUMNS)
    receive(shop)
    assert [ref for (ref,) in staged(shop, "customer_ref", "order_lines") if ref] == [*NAMES]
    assert told(shop) == {("till", "customer_ref_names_somebody"): len(every) + 1}
    named = shop.query("select customer_ref from identity.customer_refs")
    assert {row["customer_ref"] for row in named} == {*NAMES}
    [guest] = shop.query("select record_ref from staging.order_lines where order_id = 'mail'")
    assert guest["record_ref"].startswith("guest:")


def test_where_it_is_the_key_it_lies_in_quarantine(shop):
    sources = {
        "crm": source("customers", "crm/*.csv", CUSTOMERS, reject_limit=1),
        "catalogue": source("products", "catalogue/*.csv", ["product_ref"]),
        "till": source("order_lines", "till/*.csv", LINE_COLUMNS),
        "web": source("events", "web/*.jsonl", EVENTS) | {"kind": "jsonl"},
    }
    shop.configure("sources", {"sources": sources})
    header = {name: name for name in CUSTOMERS}
    refs = [*words(), "Total", "customer_ref", *NAMES]
    shop.write(
        "crm/a.csv", [{"customer_ref": ref} | header | {"customer_ref": ref} for ref in refs]
    )
    shop.write(
        "catalogue/a.csv", [{"product_ref": ref} for ref in ("undefined", "product_ref", "p")]
    )
    lines = [line("NaN", str(D)), line("o", str(D), line_no="null"), line("o", str(D), line_no="0")]
    lines.append({name: name for name in LINE_COLUMNS})
    shop.write("till/a.csv", lines, LINE_COLUMNS)
    at = {"occurred_at": f"{D}T10:00:00Z", "event_type": "login"}
    events = [at | {"event_id": each, "customer_ref": "c"} for each in ("undefined", "e1")]
    (shop.home / "web").mkdir()
    (shop.home / "web/a.jsonl").write_text("\n".join(map(json.dumps, events)))
    receive(shop)
    assert staged(shop, "customer_ref", "customers") == [(name,) for name in NAMES]
    assert staged(shop, "product_ref", "products") == [("p",)]
    assert staged(shop, "order_id, row_key", "order_lines") == [("o", "o\x1f0")]
    assert staged(shop, "row_key", "events") == [("e1",)]
    refs = {*refs} - {*NAMES}  # equal rows of one file are one
    counts = {name: told(shop)[name, "key_names_something"] for name in sources}
    assert counts == {"crm": len(refs), "catalogue": 2, "till": 3, "web": 1}
    [row] = shop.query("select sentence from quarantine.rows where source = 'web'")
    assert "'undefined' as event_id is a word that stands where nothing is named" in row["sentence"]


def test_a_full_list_forgets_a_line_of_sums_that_it_had(shop):
    crm = source("customers", "crm/*.csv", CUSTOMERS, snapshot=True)
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"crm": crm, "till": till}})
    for name, refs in (("1", ("a", "b", "Total")), ("2", ("a", "b"))):
        shop.write(f"crm/{name}.csv", [{"customer_ref": ref} for ref in refs], CUSTOMERS)
        receive(shop)
    assert staged(shop, "customer_ref", "customers") == [("a",), ("b",)]


def test_an_email_that_is_a_placeholder_is_nobodys(shop):
    nobodys = ["NULL", "null@null", "none@none.com", "n/a@n/a.org", "undefined", "0", "@", "-"]
    addresses = ["nan@x.example", "total@shop.example", "x@null.example"]
    rows = [line(f"o{n}", str(D), customer_ref="", email=each)
            for n, each in enumerate([*nobodys, *addresses])]  # fmt: skip
    shop.write("till/a.csv", rows, LINE_COLUMNS)
    receive(shop)
    assert [mail for (mail,) in staged(shop, "email", "order_lines") if mail] == addresses


def test_words_of_ones_own_take_the_place_of_the_usual(new_shop):
    shop = new_shop(identity={"placeholders": ["walk-in", "9999"]})
    refs = ["WALK-IN", "9999.0", "null", "0"]
    rows = [line(f"o{n}", str(D), customer_ref=ref) for n, ref in enumerate(refs)]
    shop.write("till/a.csv", rows, LINE_COLUMNS)
    receive(shop)
    found = [ref for (ref,) in staged(shop, "customer_ref", "order_lines")]
    assert found == [None, None, "null", "0"]


def test_a_browser_and_a_session_without_a_name_are_nobodys(shop):
    web = source("events", "web/*.csv", EVENTS)
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"web": web, "till": till}})
    at = {"occurred_at": f"{D}T10:00:00Z", "event_type": "cart_add"}
    rows = [
        at | {"event_id": "1", "visitor_ref": "null", "customer_ref": "c1", "session_ref": "nan"},
        at | {"event_id": "2", "visitor_ref": "null", "session_ref": "nan"},
        at | {"event_id": "3", "visitor_ref": "v2", "customer_ref": "undefined"},
        at | {"event_id": "4", "visitor_ref": "v2", "customer_ref": "c2"},
    ]
    shop.write("web/a.csv", rows, EVENTS)
    shop.write("till/a.csv", [line("o", str(D))], LINE_COLUMNS)
    shop.night(D)
    found = shop.query("select customer_refs, cart_add_count_30d as n from marts.customer_features")
    assert {row["customer_refs"][0]: row["n"] for row in found} == {"c1": 1, "c2": 2}
    assert staged(shop, "session_ref", "events") == [(None,)] * 4
