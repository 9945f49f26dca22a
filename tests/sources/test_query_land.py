"""Shops whose orders lie in several files: landed, tried and built through one SELECT."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from nocturne.cli import main
from pipelines.check_sources import report
from pipelines.errors import SourceUnavailable
from tests.support.landed_files import batches, land_here
from tests.support.shop import environment

D = date(2026, 11, 28)
COLUMNS = {
    "order_id": "order_id",
    "line_no": "line_no",
    "ordered_at": "bought_at",
    "customer_ref": "customer",
    "quantity": {"constant": 1},
    "net_amount": "price",
}
# As a marketplace sends them: heads, lines, and who of its customer ids is which customer.
JOINED = """
select l.order_id, l.line_no, h.bought_at, coalesce(c.customer, h.customer_id) as customer, l.price
from lines as l
inner join heads as h on l.order_id = h.order_id
left join customers as c on h.customer_id = c.customer_id
where h.status != 'canceled'
"""


@pytest.fixture
def shop(new_shop):
    made = new_shop(freshness_days=9)
    till = {"entity": "order_lines", "kind": "query", "columns": COLUMNS, "query": JOINED}
    till["files"] = {
        "heads": "{home}/in/heads_*.csv",
        "lines": {"path": "in/lines_*.csv", "delimiter": ";"},
        "customers": "in/customers.csv",
    }
    made.till = till
    made.configure("sources", {"sources": {"till": till}})
    made.write(
        "in/heads_1.csv",
        [
            {"order_id": "A", "customer_id": "1a", "bought_at": "2026-11-20", "status": "sent"},
            {"order_id": "B", "customer_id": "1b", "bought_at": "2026-11-27", "status": "sent"},
            {"order_id": "C", "customer_id": "2a", "bought_at": "2026-11-27", "status": "canceled"},
            {"order_id": "E", "customer_id": "9z", "bought_at": "2026-11-28", "status": "sent"},
        ],
    )
    lines(made, "1", "A;1;10.00", "A;2;2.50", "B;1;7.00", "C;1;99.00", "D;1;50.00", "E;1;1.00")
    ids = [{"customer_id": f"{n}{part}", "customer": f"K{n}"} for n in (1, 2) for part in "ab"]
    made.write("in/customers.csv", ids)
    return made


def lines(shop, name, *rows):
    path = shop.home / "in" / f"lines_{name}.csv"
    path.write_text("\n".join(["order_id;line_no;price", *rows]) + "\n")


def spent(shop):
    found = shop.query(
        "select customer_refs, order_count, spend_amount from marts.customer_features"
    )
    return {
        row["customer_refs"][0]: (row["order_count"], float(row["spend_amount"])) for row in found
    }


def test_heads_lines_and_a_table_of_ids_make_the_people_and_their_orders(shop):
    shop.night(D)
    assert spent(shop) == {"K1": (2, 19.5), "9z": (1, 1.0)}


def test_the_heads_that_come_later_complete_the_lines_that_were_there(shop):
    shop.night(D)
    head = {"order_id": "D", "customer_id": "2b", "bought_at": "2026-11-28", "status": "sent"}
    shop.write("in/heads_2.csv", [head])
    shop.night(D)
    assert spent(shop) == {"K1": (2, 19.5), "9z": (1, 1.0), "K2": (1, 50.0)}


def test_files_that_change_land_anew_and_those_that_do_not_are_passed_over(shop):
    [first] = land_here(shop)
    assert first.sentence == "batch 1: 4 new rows."
    [again] = land_here(shop)
    assert again.sentence == "landed before, as batch 1 from query; passed over."
    lines(shop, "1", "A;1;10.00", "A;2;3.50", "B;1;7.00", "E;1;1.00")
    lines(shop, "2", "B;2;8.00")
    [third] = land_here(shop)
    assert third.sentence == "batch 2: 2 new rows, 3 seen before."
    lines(shop, "1", "A;1;10.00", "A;2;2.50", "B;1;7.00", "C;1;99.00", "D;1;50.00", "E;1;1.00")
    (shop.home / "in" / "lines_2.csv").unlink()
    [back] = land_here(shop)
    assert back.sentence == "batch 3: 1 new rows, 3 seen before."
    assert [row["file"] for row in batches(shop)] == ["query"] * 3


def test_a_list_of_all_deletes_what_it_no_longer_has(shop):
    shop.configure("sources", {"sources": {"till": shop.till | {"snapshot": True}}})
    land_here(shop)
    lines(shop, "1", "A;1;10.00", "B;1;7.00", "E;1;1.00")
    [landed] = land_here(shop)
    assert landed.sentence == "batch 2: 0 new rows, 1 no longer there, 3 seen before."


def test_a_changed_query_lands_the_same_files_anew(shop):
    land_here(shop)
    query = JOINED.replace("l.price", "l.price::decimal(9, 2) * 2 as price")
    shop.configure("sources", {"sources": {"till": shop.till | {"query": query}}})
    [landed] = land_here(shop)
    assert landed.sentence == "batch 2: 4 new rows."


def test_a_missing_file_lands_nothing_and_is_said_with_what_to_do(shop):
    (shop.home / "in" / "customers.csv").unlink()
    with pytest.raises(SourceUnavailable, match=r"no file at .*customers.csv, which the query"):
        land_here(shop)
    for path in (shop.home / "in").glob("heads_*"):
        path.unlink()
    shop.write("in/customers.csv", [{"customer_id": "1a", "customer": "K1"}])
    [waits] = land_here(shop)
    assert waits.batch_id is None
    assert waits.sentence.startswith("there is no file yet for heads (")


def test_a_column_that_the_files_do_not_have_any_more_refuses_the_batch(shop):
    land_here(shop)
    shop.write("in/customers.csv", [{"customer_id": "1a", "person": "K1"}])
    [landed] = land_here(shop)
    assert landed.sentence.startswith("till, batch 2: till: the query cannot be run: ")
    assert "customers has customer_id, person. Correct `query`" in landed.sentence


def test_torn_lines_are_in_quarantine_and_every_row_has_a_fate(shop):
    lines(shop, "1", "A;1;10.00", "A;2;2.50;cut", "B;1;many", "E;1;1.00")
    shop.night(D)
    found = shop.query("select row_no, rules[1] as rule, sentence from quarantine.rows order by 1")
    assert [(row["row_no"], row["rule"]) for row in found] == [
        (1, "ragged_row"),
        (3, "net_amount_readable"),
    ]
    assert found[0]["sentence"].startswith("lines, lines_1.csv: row 2 has 4 values, the header 3")
    [balance] = shop.query(
        "select received_count, (select sum(row_count) from ops.fates) as fates from ops.batches"
    )
    assert balance == {"received_count": 4, "fates": 4}


def test_the_dry_run_shows_the_rows_of_the_query_and_writes_nothing(shop, monkeypatch):
    opened = shop.deployment()
    [seen] = report.look(opened)
    assert (seen.faults, seen.fate, seen.read.count) == ([], "would land.", 4)
    assert seen.read.shown[0][1]["customer_ref"] == ("K1", "K1")
    opened.warehouse.close()
    assert batches(shop) == []
    assert not list((shop.home / "sources").glob("*"))
    land_here(shop)
    for name, value in environment(shop).items():
        monkeypatch.setenv(name, value)
    said = CliRunner().invoke(main, ["check-sources"]).output
    assert "a query over heads ({home}/in/heads_*.csv) and lines ({home}/in/lines_*.csv)" in said
    assert "landed as batch 1" in said
    shop.till["columns"] = COLUMNS | {"product_ref": "sku"}
    shop.configure("sources", {"sources": {"till": shop.till}})
    told = CliRunner().invoke(main, ["check-sources", "--json"])
    [source] = json.loads(told.output)["sources"]
    assert told.exit_code == 1
    assert "maps 'sku', which the file does not have" in source["faults"][0]
