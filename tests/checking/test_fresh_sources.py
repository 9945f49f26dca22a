"""A source with `fresh_days` is held to them, night by night, and by every road alike."""

from datetime import date, timedelta

import pytest

from pipelines.errors import ContractBroken
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import LINE_COLUMNS, source

WEB = ["event_id", "occurred_at", "event_type", "visitor_ref"]


def expect(shop, days=2, severity="warning"):
    fresh = {"fresh_days": days, "fresh_severity": severity}
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    web = source("events", "web/*.csv", WEB, **fresh)
    crm = source("customers", "crm/*.csv", ["customer_ref"], fresh_days=400)
    shop.configure("sources", {"sources": {"till": till, "web": web, "crm": crm}})


@pytest.fixture
def shop(new_shop):
    """A shop whose web should be two days old at most; its last event is of D."""
    shop = new_shop(freshness_days=30)
    expect(shop)
    a_few_weeks(shop)
    row = ("1", f"{D}T10:00:00Z", "login", "v")
    shop.write("web/1.csv", [dict(zip(WEB, row, strict=True))])
    return shop


def fresh(shop, source="web"):
    """Return, night by night, whether the source was fresh."""
    found = shop.query(
        "select success from ops.contract_results where rule = 'source_fresh' and"
        " table_name = :source order by night_id",
        source=source,
    )
    return [row["success"] for row in found]


def test_a_source_is_fresh_for_so_many_days_and_then_told(shop):
    for day in (D, D + timedelta(days=1), D + timedelta(days=2)):
        shop.night(day)
    assert fresh(shop) == [True, True, False]
    [row] = shop.query("select * from ops.contract_results where rule = 'source_fresh'"
                       " and table_name = 'web' and not success")  # fmt: skip
    assert row["sentence"] == (
        "web: nothing is dated in the 2 days up to 2026-11-22; the newest is of 2026-11-20. Ask "
        "the source for what is missing, or raise its fresh_days in sources.yml."
    )
    assert row["severity"] == "warning"


def test_a_source_that_never_sent_anything_says_so(shop):
    shop.night(D)
    [row] = shop.query("select * from ops.contract_results where table_name = 'crm'")
    assert not row["success"]
    assert row["sentence"].startswith("crm has never sent anything dated up to 2026-11-20.")


def test_what_carries_no_day_is_as_fresh_as_its_last_landing(shop):
    shop.write("crm/1.csv", [{"customer_ref": "c1"}])
    shop.night(D)
    assert fresh(shop, "crm") == [True]


def test_rows_of_later_days_and_later_landings_do_not_make_an_earlier_night_fresh(shop):
    shop.night(D + timedelta(days=2))
    row = ("2", f"{D + timedelta(days=2)}T10:00:00Z", "login", "v")
    shop.write("web/2.csv", [dict(zip(WEB, row, strict=True))])
    shop.night(D + timedelta(days=2), known_at=2)  # built again, as it was known
    shop.night(D + timedelta(days=2))
    assert fresh(shop) == [False, False, True]
    shop.configure(
        "settings", {"freshness_days": 30, "currency": None, "opened_on": date(2000, 1, 1)}
    )
    shop.write("till/late.csv", [line("late", str(D))], LINE_COLUMNS)
    shop.night(D + timedelta(days=2))  # all staged anew
    assert fresh(shop) == [False, False, True, True]


def test_a_critical_one_keeps_the_night_unpublished(shop):
    expect(shop, severity="critical")
    with pytest.raises(ContractBroken, match="web: nothing is dated in the 2 days"):
        shop.night(D + timedelta(days=4))
    assert shop.query("select 1 from ops.published") == []
