"""Staff, tests and resellers are counted and kept, and nobody's night knows them."""

from datetime import timedelta

import pytest

from pipelines.configuration.load import read_configuration
from pipelines.errors import ConfigurationFaulty
from pipelines.nights import runner
from pipelines.staging import restaging
from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, source

NEXT = D + timedelta(days=1)
CRM = ["customer_ref", "email"]
WEB = ["event_id", "occurred_at", "event_type", "visitor_ref", "customer_ref", "email"]
RULES = {
    "customer_refs": ["T-1", "STAFF-*"],
    "emails": ["*@ourshop.example"],
    "attributes": {"account_type": ["reseller", "test ?"]},
}


@pytest.fixture
def new(new_shop):
    """Make a shop with a till, a CRM and a web log that leaves out whom `rules` name."""

    def make(rules=RULES):
        shop = new_shop(**({"leave_out": rules} if rules else {}), freshness_days=30)
        files = source("order_lines", "till/*.csv", LINE_COLUMNS)
        crm = source("customers", "crm/*.csv", CRM, tombstone="gone")
        web = source("events", "web/*.csv", WEB)
        shop.configure("sources", {"sources": {"crm": crm, "till": files, "web": web}})
        return shop

    return make


def card(ref, email="", **more):
    return {"customer_ref": ref, "email": email, "account_type": "", "gone": "", **more}


def event(number, **more):
    plain = {"event_id": str(number), "occurred_at": f"{D}T12:00:00Z", "event_type": "page_view"}
    return {**plain, "visitor_ref": f"v{number}", "customer_ref": "", "email": "", **more}


def received(shop):
    opened = shop.deployment()
    runner.receive(opened)
    opened.warehouse.close()


def fates(shop):
    found: dict = {}
    for row in shop.query("select * from ops.fates order by batch_id, fate"):
        found.setdefault(row["batch_id"], {})[row["fate"]] = row["row_count"]
    return found


def refs(shop, as_of):
    found = shop.query(
        "select distinct record_ref from marts.members where as_of = :d and entity != 'events'",
        d=as_of,
    )
    return {row["record_ref"] for row in found}


def test_rows_are_left_out_by_their_own_ref_or_email_and_stay_in_raw(new):
    shop = new()
    lines = [
        line("a", str(D), customer_ref="T-1"), line("b", str(D), customer_ref="STAFF-7"),
        line("c", str(D), customer_ref="", email="Till@OurShop.example "), line("d", str(D)),
        line("e", str(D), customer_ref="T-10"), line("f", str(D), customer_ref="staff-7"),
    ]  # fmt: skip
    shop.write("till/1.csv", lines, LINE_COLUMNS)
    shop.write(
        "web/1.csv", [event(1, customer_ref="T-1"), event(2), event(3, email="x@ourshop.example")]
    )
    shop.night(D)
    assert fates(shop) == {1: {"current": 3, "left out": 3}, 2: {"current": 1, "left out": 2}}
    assert len(shop.query("select * from raw.order_lines")) == 6
    assert refs(shop, D) == {"c1", "T-10", "staff-7"}
    named = shop.query("select customer_ref from identity.customer_refs order by 1")
    assert [row["customer_ref"] for row in named] == ["T-10", "c1", "staff-7"]


def test_the_account_of_a_customers_record_is_left_out_from_its_batch_on(new):
    shop = new()
    shop.write(
        "till/1.csv", [line("a", str(D), customer_ref="r1"), line("b", str(D))], LINE_COLUMNS
    )
    shop.write("web/1.csv", [event(1, customer_ref="r1"), event(2, customer_ref="c1")])
    shop.write("crm/1.csv", [card("r1", "r1@x.org"), card("c1")])
    shop.night(D)
    assert refs(shop, D) == {"r1", "c1"}
    shop.write("crm/2.csv", [card("r1", "r1@x.org", account_type="reseller")])
    shop.write("till/2.csv", [line("c", str(NEXT), customer_ref="r1")], LINE_COLUMNS)
    shop.night(NEXT)
    assert refs(shop, NEXT) == {"c1"}
    assert refs(shop, D) == {"r1", "c1"}
    assert fates(shop) == {
        1: {"current": 1, "left out": 1},
        2: {"current": 1, "left out": 1},
        3: {"current": 1, "left out": 1},
        4: {"left out": 1},
        5: {"left out": 1},
    }
    standing = shop.query(
        "select distinct customer_ref from identity.sightings where batch_to > 100"
    )
    assert standing == [{"customer_ref": "c1"}]


def test_who_was_left_out_once_stays_so_until_the_settings_change(new):
    shop = new()
    shop.write("crm/1.csv", [card("r1", account_type="test 1"), card("c1")])
    shop.write("crm/2.csv", [card("r1", account_type="person")])
    shop.write("crm/3.csv", [card("r1", gone="yes")])
    shop.write(
        "till/1.csv", [line("a", str(D), customer_ref="r1"), line("b", str(D))], LINE_COLUMNS
    )
    received(shop)
    assert fates(shop) == {
        1: {"current": 1, "left out": 1}, 2: {"left out": 1}, 3: {"left out": 1},
        4: {"current": 1, "left out": 1},
    }  # fmt: skip
    shop.configure("settings", {"business_time_zone": "UTC", "freshness_days": 30})
    opened = shop.deployment()
    assert "another way now: leave_out of settings.yml." in restaging.announce(opened)
    opened.warehouse.close()
    shop.night(D)
    assert refs(shop, D) == {"r1", "c1"}
    assert fates(shop)[4] == {"current": 2}


def test_the_same_rows_as_if_they_had_never_come(new):
    """Links, features and refs of the others are those of a shop that never heard of them."""
    with_them, without = new(), new(None)
    staff = [card("STAFF-1", "shared@x.org"), card("r1", "shared@x.org", account_type="reseller")]
    people = [card("c1", "shared@x.org"), card("c2", "shared@x.org"), card("c3", "c3@x.org")]
    sold = [line(f"o{n}", str(D), customer_ref=f"c{n}") for n in (1, 2, 3)]
    theirs = [line("s1", str(D), customer_ref="STAFF-1"), line("s2", str(D), customer_ref="r1")]
    for shop, cards, lines in (
        (with_them, [*staff, *people], [*theirs, *sold]), (without, people, sold),
    ):  # fmt: skip
        shop.write("crm/1.csv", cards)
        shop.write("till/1.csv", lines, LINE_COLUMNS)
        shop.night(D)
    select = "select * from marts.{} where as_of = '2026-11-20' order by 1, 2, 3, 4, 5"
    for mart in ("customer_features", "members"):
        assert with_them.query(select.format(mart)) == without.query(select.format(mart))
    assert with_them.query(select.format("customer_features"))


def test_nightly_and_staged_anew_from_raw_are_the_same(new):
    shop = new()
    shop.write(
        "till/1.csv", [line("a", str(D), customer_ref="r1"), line("b", str(D))], LINE_COLUMNS
    )
    shop.write("crm/1.csv", [card("r1", "r1@x.org"), card("c1", "r1@x.org")])
    received(shop)
    shop.write("crm/2.csv", [card("r1", "r1@x.org", account_type="reseller")])
    shop.write("till/2.csv", [line("a", str(D), customer_ref="r1", net_amount="3")], LINE_COLUMNS)
    received(shop)
    tables = {
        "staging.order_lines": "source, row_key, batch_from, row_no, batch_to, customer_ref",
        "staging.customers": "source, row_key, batch_from, row_no, batch_to, customer_ref",
        "staging.left_out": "batch_id, row_no, left_out_in",
        "identity.sightings": "sighting_key, seen_on, first_batch, batch_from, batch_to",
        "identity.customer_refs": "customer_ref, first_batch, person_id",
        "ops.fate_counts": "batch_id, fate, row_count",
    }

    def rows(version):
        return {
            table: shop.query(
                f"select {columns} from {table} where staging_version = :v order by {columns}",
                v=version,
            )
            for table, columns in tables.items()
        }  # fmt: skip

    [before] = shop.query("select distinct staging_version v from ops.batch_states")
    shop.configure(
        "settings", {"leave_out": RULES, "currency": "EUR", "freshness_days": 30}
    )  # another version: all is staged anew
    received(shop)
    [after] = shop.query(
        "select distinct staging_version v from ops.batch_states where staging_version != :v",
        v=before["v"],
    )
    assert rows(before["v"]) == rows(after["v"])
    assert rows(after["v"])["staging.left_out"]


FAULTS = [
    ("x", "leave_out is 'x'"),
    ({"emails": "x"}, "leave_out.emails is 'x'; expected a list"),
    ({"emails": ["*"]}, "leave_out.emails has '*', which leaves out everybody"),
    ({"mails": ["x"]}, "leave_out.mails is no setting. There are: customer_refs"),
    ({"attributes": {"kind": "x"}}, "leave_out.attributes.kind is 'x'"),
    ({"attributes": ["x"]}, "leave_out.attributes is ['x']"),
]


@pytest.mark.parametrize(("rules", "fault"), FAULTS)
def test_a_fault_of_the_rules_is_told_with_its_place(new, rules, fault):
    shop = new(rules)
    with pytest.raises(ConfigurationFaulty) as told:
        read_configuration(shop.config, shop.home)
    assert fault in str(told.value)
