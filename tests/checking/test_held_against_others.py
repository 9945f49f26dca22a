"""What one source sends is held against what others sent: currencies, and who is a customer."""

from datetime import UTC, date, datetime

import pytest

from pipelines.check_sources import report
from tests.support.judged_batches import broken, judge, states
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, source

D = date(2026, 11, 20)
REFS = [f"{number}" for number in range(17850, 17870)]


@pytest.fixture
def shop(new_shop):
    return with_sources(new_shop(night_on_refused="go_on"))


def with_sources(shop):
    shop.clock = lambda: datetime(2026, 11, 22, 1, tzinfo=UTC)
    columns = [*LINE_COLUMNS, "currency"]
    sources = {
        "till": source("order_lines", "till/*.csv", columns),
        "web": source("order_lines", "web/*.csv", columns),
        "crm": source("customers", "crm/*.csv", ["customer_ref"]),
        "visits": source("events", "visits/*.csv", ["occurred_at", "event_type", "customer_ref"]),
        "club": source("customers", "club/*.csv", ["customer_ref"], customer_space="club"),
    }
    shop.configure("sources", {"sources": sources})
    return shop


def sell(shop, path, *codes):
    rows = [line(f"{path}{n}", str(D), currency=code) for n, code in enumerate(codes)]
    shop.write(path, rows, [*LINE_COLUMNS, "currency"])
    judge(shop)


def refusals(shop):
    return [said for (_, rule), said in broken(shop).items() if rule == "currency_is_one"]


def test_two_currencies_in_one_batch_refuse_it(shop):
    sell(shop, "till/1.csv", "EUR", "eur", " Eur ", "JPY")
    assert states(shop) == ["refused"]
    [said] = refusals(shop)
    assert "3 rows in EUR, 1 rows in JPY, while settings.yml names no currency" in said


def test_a_second_currency_is_refused_whatever_source_brings_it_and_whenever(shop):
    sell(shop, "web/1.csv", "EUR", "")
    sell(shop, "till/1.csv", "eur", "NULL")
    sell(shop, "till/2.csv", "JPY")
    sell(shop, "till/3.csv", "EUR")
    assert states(shop) == ["checked", "checked", "refused", "checked"]
    [said] = refusals(shop)
    assert "1 rows in JPY, and lines in EUR came before" in said


def test_with_a_currency_set_lines_in_another_are_rejected_one_by_one(new_shop):
    shop = with_sources(new_shop(currency="eur"))
    sell(shop, "till/1.csv", "EUR", "eur", "Eur ", "JPY", "")
    assert states(shop) == ["checked"]
    [row] = shop.query("select sentence from quarantine.rows")
    assert "currency 'JPY' is not EUR" in row["sentence"]


def send(shop, refs, others):
    shop.write("crm/1.csv", [{"customer_ref": ref} for ref in refs])
    shop.write("club/1.csv", [{"customer_ref": ref} for ref in others])  # another space
    lines = [line(f"o{n}", str(D), customer_ref=ref) for n, ref in enumerate([*others, "", "NULL"])]
    shop.write("till/1.csv", lines, [*LINE_COLUMNS, "currency"])
    at = {"occurred_at": f"{D}T10:00:00Z", "event_type": "login"}
    shop.write("visits/1.csv", [at | {"customer_ref": ref} for ref in others])


def told(shop):
    return [said.split(": ", 1)[1] for (_, rule), said in broken(shop).items()
            if rule == "customer_refs_found"]  # fmt: skip


def remarks(shop):
    opened = shop.deployment()
    try:
        seen = list(report.look(opened))
    finally:
        opened.warehouse.close()
    return [said for each in seen for said in each.remarks if "customer_refs of" in said]


@pytest.mark.parametrize("form", ["{}.0", "000{}", "C-{}", "{}x"])
def test_refs_written_otherwise_than_the_customers_are_told_before_landing_and_after(shop, form):
    refs = [form.format(ref) for ref in REFS]
    send(shop, REFS, refs)
    said = [
        f"0 of 20 customer_refs of {name} are in crm; {min(refs)} looks like 17850. Have the "
        "mapping make one of the other (`split`, `join`), or give the source a customer_space of "
        "its own."
        for name in ("till", "visits")
    ]
    assert remarks(shop) == said
    judge(shop)
    assert told(shop) == said
    assert remarks(shop) == said  # the customers have landed by now


def test_refs_that_look_like_none_are_counted(shop):
    send(shop, REFS, ["anna", "bert"])
    judge(shop)
    assert told(shop)[0].startswith("0 of 2 customer_refs of till are in crm. Have the mapping")


@pytest.mark.parametrize(
    ("known", "named"),
    [
        (REFS, REFS),
        (REFS[:2], REFS),  # one in ten is a shop that knows few of its customers
        (REFS, ["somebody new"]),
        ([], REFS),
    ],
)
def test_nothing_is_said_where_enough_are_known_or_nobody_can_know(shop, known, named):
    send(shop, known or ["x"], named)
    if not known:
        (shop.home / "crm/1.csv").unlink()
    assert remarks(shop) == []
    judge(shop)
    assert told(shop) == []
