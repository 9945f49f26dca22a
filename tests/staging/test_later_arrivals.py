"""Which of several versions of a row stands, and what is said of a line that comes changed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.checking import check
from pipelines.landing import land
from pipelines.staging import stage
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, source

D = date(2026, 11, 20)
KEYS = {
    "order_lines": {"order_id": "o", "line_no": "1", "ordered_at": str(D), "quantity": "1"},
    "events": {"event_id": "e", "occurred_at": f"{D}T10:00:00Z", "event_type": "login"},
    "products": {"product_ref": "p"},
    "customers": {"customer_ref": "c"},
}
VALUE = {"order_lines": "net_amount", "events": "value", "products": "price", "customers": "city"}


@pytest.fixture
def shop(new_shop):
    shop = new_shop()
    shop.clock = lambda: datetime(2026, 11, 22, 1, tzinfo=UTC)
    return shop


def receive(shop):
    opened = shop.deployment()
    try:
        land.land(opened)
        check.judge_waiting(opened)
        stage.stage(opened)
    finally:
        opened.warehouse.close()


def configure(shop, columns, **more):
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    entries = {
        entity: source(entity, f"{entity}/*.csv", [*KEYS[entity], VALUE[entity], *columns], **more)
        for entity in KEYS
    }
    shop.configure("sources", {"sources": {"till": till, **entries}})


def send(shop, name, *versions):
    """Write, for each entity, a file of versions of its one key: the value, and further columns."""
    for entity, key in KEYS.items():
        rows = [key | {VALUE[entity]: value} | more for value, more in versions]
        shop.write(f"{entity}/{name}.csv", rows)


def standing(shop):
    found = {}
    for entity, column in VALUE.items():
        rows = shop.query(
            f"select {column} as v from staging.{entity} where batch_to = 9223372036854775807"
        )
        found[entity] = [int(row["v"]) for row in rows]
    return found


def all_are(*values):
    return {entity: list(values) for entity in KEYS}


def test_an_older_update_never_stands_whatever_the_entity(shop):
    configure(shop, ["updated_at"])
    send(shop, "1", ("20", {"updated_at": "2026-11-12"}), ("10", {"updated_at": "2026-11-11"}))
    receive(shop)
    assert standing(shop) == all_are(20)
    send(shop, "2", ("5", {"updated_at": "2026-11-01"}))
    receive(shop)
    assert standing(shop) == all_are(20)
    send(shop, "3", ("30", {"updated_at": "2026-11-12T00:00:01Z"}))
    receive(shop)
    assert standing(shop) == all_are(30)
    send(shop, "4", ("40", {"updated_at": ""}))  # the last received, where it does not say
    receive(shop)
    assert standing(shop) == all_are(40)


def test_the_first_that_came_stands_until_it_is_deleted(shop):
    configure(shop, [], keep="first", tombstone="gone")
    send(shop, "1", ("10", {"gone": ""}), ("20", {"gone": ""}))
    receive(shop)
    send(shop, "2", ("30", {"gone": ""}))
    receive(shop)
    assert standing(shop) == all_are(10)
    send(shop, "3", ("30", {"gone": "yes"}), ("40", {"gone": ""}), ("50", {"gone": ""}))
    receive(shop)
    assert standing(shop) == all_are(40)
    send(shop, "4", ("60", {"gone": ""}), ("60", {"gone": "yes"}))
    receive(shop)
    assert standing(shop) == all_are()
    fates = shop.query("select fate, sum(row_count) as n from ops.fates group by fate")
    assert sum(row["n"] for row in fates) == 4 * 8


def moved(days, **more):
    return line("o", str(D - timedelta(days=200) + timedelta(days=days)), **more)


def broken(shop):
    found = shop.query(
        "select rule, severity, unexpected_count as n from ops.contract_results"
        " where not success and rule like 'line\\_%' order by rule"
    )
    return [tuple(row.values()) for row in found]


@pytest.mark.parametrize("together", [True, False])
def test_a_number_given_out_again_is_told_with_its_counts(shop, together):
    sent = [moved(0), moved(31, net_amount="11.00"), moved(32), moved(0, customer_ref="c2")]
    for number, row in enumerate(sent):
        shop.write(f"till/{number}.csv", [row, moved(0, line_no="2")], LINE_COLUMNS)
        if not together:
            receive(shop)
    receive(shop)
    assert broken(shop) == [
        ("line_customer_stands", "warning", 1), ("line_day_stands", "warning", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("together", [True, False])
def test_it_lies_in_quarantine_where_that_is_configured(new_shop, together):
    shop = new_shop(corrections={"days_moved": 7, "severity": "critical"})
    shop.clock = lambda: datetime(2026, 11, 22, 1, tzinfo=UTC)
    sent = [moved(0), moved(8), moved(15, net_amount="9.00"), moved(7, net_amount="12.00")]
    for number, row in enumerate(sent):
        shop.write(f"till/{number}.csv", [row], LINE_COLUMNS)
        if not together:
            receive(shop)
    receive(shop)
    rejected = shop.query("select file from quarantine.rows order by file")
    assert [row["file"] for row in rejected] == ["1.csv", "2.csv"]
    [row] = shop.query("select * from staging.order_lines where batch_to = 9223372036854775807")
    assert row["net_amount"] == 12


def test_a_guest_who_registers_is_no_other_customer(shop):
    guest = line("o", str(D), customer_ref="", email="a@x.example")
    shop.write("till/1.csv", [guest], LINE_COLUMNS)
    shop.write("till/2.csv", [guest | {"customer_ref": "c1"}], LINE_COLUMNS)
    receive(shop)
    assert broken(shop) == []
    shop.write("till/3.csv", [guest | {"email": "b@x.example"}], LINE_COLUMNS)
    receive(shop)
    assert broken(shop) == [("line_customer_stands", "warning", 1)]


def test_where_the_first_stands_nothing_is_corrected(shop):
    shop.configure(
        "sources",
        {"sources": {"till": source("order_lines", "till/*.csv", LINE_COLUMNS, keep="first")}},
    )
    shop.write("till/1.csv", [moved(0, net_amount="7.00")], LINE_COLUMNS)
    shop.write("till/2.csv", [moved(80, customer_ref="c2")], LINE_COLUMNS)
    receive(shop)
    assert broken(shop) == []
    [row] = shop.query("select * from staging.order_lines where batch_to = 9223372036854775807")
    assert (row["net_amount"], row["customer_ref"]) == (7, "c1")
