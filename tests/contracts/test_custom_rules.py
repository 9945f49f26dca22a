"""Rules that a shop adds in config/contracts.yml."""

import json
from datetime import date

import pytest
import sqlalchemy as sa

from pipelines.configuration.columns import BY_TABLE
from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.load import read_configuration
from pipelines.errors import ConfigurationFaulty, ContractBroken
from pipelines.mapping.typed_rows import BatchRange, typed
from pipelines.staging import restaging
from pipelines.warehouse import attempt_tables
from tests.support.judged_batches import broken, judge
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import CHECKOUT, LINE_COLUMNS, source

RULES = {
    "till_named": {"column": "attributes.till_no", "present": True, "severity": "critical"},
    "till_is_small": {"column": "attributes.till_no", "between": [1, 9], "severity": "critical"},
    "amount_sane": {"column": "net_amount", "between": [None, 99.5], "severity": "critical"},
    "this_year": {"column": "ordered_on", "between": [date(2026, 1, 1), date(2026, 12, 31)]},
    "our_customers": {
        "column": "customer_ref",
        "matches": r"^(c\d+|O'Neil: 100%)$",
        "severity": "critical",
        "sentence": "'{value}' is no number of ours",
    },
    "our_mails": {"column": "email", "one_of": ["a@b.c", "o'n%eil:x@b.c"], "severity": "critical"},
    "discount_within": {"column": "discount_amount", "not_above": "net_amount"},
    "one_line_an_order": {"column": "order_id", "once": True, "severity": "critical"},
    "one_use_of_coupons": {"column": "attributes.coupon", "once": True, "severity": "critical"},
}
DIRT = [
    ({"till_no": ""}, ["till_named"]),
    ({"till_no": "12"}, ["till_is_small"]),
    ({"till_no": "left of the door"}, ["till_is_small"]),
    ({"net_amount": "99.51"}, ["amount_sane"]),
    ({"customer_ref": "x1"}, ["our_customers"]),
    ({"email": "else@b.c"}, ["our_mails"]),
    ({"order_id": "twice"}, ["one_line_an_order"]),
    ({"order_id": "twice", "line_no": "2"}, ["one_line_an_order"]),
    ({"coupon": "SAVE"}, ["one_use_of_coupons"]),
    ({"coupon": "SAVE"}, ["one_use_of_coupons"]),
    ({"net_amount": "99.50", "customer_ref": "O'Neil: 100%", "email": "O'N%EIL:x@b.c"}, []),
    ({"customer_ref": "c1\nx", "net_amount": "100"}, ["amount_sane", "our_customers"]),
]


def write(shop, name, dirt, first=0):
    rows = [
        {"till_no": "3", "coupon": "", **line(f"o{first + n}", "2026-11-20"), **more}
        for n, more in enumerate(dirt)
    ]
    shop.write(name, rows, [*LINE_COLUMNS, "till_no", "coupon"])


@pytest.fixture
def shop(new_shop):
    """A till with rules of its own."""
    shop = new_shop(reject_limit=1)
    shop.configure("contracts", {"order_lines": RULES})
    return shop


def test_each_kind_of_rule_finds_its_dirt_and_nothing_else(shop):
    write(shop, "till/1.csv", [dirt for dirt, _ in DIRT])
    judge(shop)
    kept = shop.query("select row_no, rules from quarantine.rows order by row_no")
    assert [(row["row_no"], row["rules"]) for row in kept] == [
        (n, rules) for n, (_, rules) in enumerate(DIRT, 1) if rules
    ]
    said = {row["row_no"]: row["sentence"] for row in shop.query("select * from quarantine.rows")}
    assert said[5] == "'x1' is no number of ours."
    assert said[4] == "net_amount '99.5100' is not within up to 99.5, as contracts.yml expects."
    assert "attributes.till_no 'left of the door' is not within 1 to 9" in said[3]


def test_a_warning_is_counted_and_successes_are_kept_as_of_any_rule(shop):
    write(shop, "till/1.csv", [{"discount_amount": "11"}, {"ordered_at": "2025-12-31"}, {}])
    judge(shop)
    assert {rule for _, rule in broken(shop)} == {"discount_within", "this_year"}
    kept = shop.query("select rule from ops.contract_results where success")
    assert {row["rule"] for row in kept} >= set(RULES) - {"discount_within", "this_year"}


def test_once_is_judged_within_a_batch_so_that_judging_together_changes_nothing(shop):
    write(shop, "till/1.csv", [{"order_id": "A"}, {"order_id": "B"}])
    write(shop, "till/2.csv", [{"order_id": "A", "net_amount": "12"}])
    judge(shop)
    assert shop.query("select 1 from quarantine.rows") == []


def test_a_changed_rule_judges_anew_and_is_named(shop):
    write(shop, "till/1.csv", [{}, {"net_amount": "50"}])
    judge(shop)
    opened = shop.deployment()
    before = json.loads(json.dumps(restaging.content_of(opened.configuration)))
    opened.warehouse.close()
    shop.configure("contracts", {"order_lines": {"amount_sane": {
        "column": "net_amount", "between": [0, 40], "severity": "critical"}}})  # fmt: skip
    opened = shop.deployment()
    now = restaging.content_of(opened.configuration)
    opened.warehouse.close()
    assert restaging.changes(before, now) == ["a rule of config/contracts.yml"]
    assert restaging.changes(now, now) == []
    judge(shop)
    assert [row["row_no"] for row in shop.query("select * from ops.rejected_rows")] == [2]


def test_a_rule_on_a_mart_table_is_judged_on_the_attempt(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    rules = {"customer_features": {
        "few_orders": {"column": "order_count", "between": [0, 2]},
        "first_before_last": {"column": "first_purchase_on", "not_above": "last_purchase_on"},
        "somebody": {"column": "person_id", "once": True},
    }}  # fmt: skip
    shop.configure("contracts", rules)
    shop.night(D)
    found = shop.query("select * from ops.contract_results where night_id = 1")
    kept = {row["rule"]: row for row in found}
    assert kept["few_orders"]["unexpected_count"] == 12
    assert kept["few_orders"]["table_name"] == "customer_features"
    assert kept["few_orders"]["sentence"] == (
        "customer_features of 2026-11-20 (attempt 1): 12 of 13 rows: order_count is not within 0 "
        "to 2, as contracts.yml expects."
    )
    assert kept["first_before_last"]["success"]
    assert kept["somebody"]["success"]
    rules["customer_features"]["few_orders"]["severity"] = "critical"
    shop.configure("contracts", rules)
    with pytest.raises(ContractBroken, match="order_count is not within 0 to 2"):
        shop.night(D)
    assert shop.query("select 1 from pg_class where relname = 'contract_added'") == []


FAULTS = {
    "orders": {},
    "order_lines": {
        "Big": {"column": "net_amount", "present": True},
        "quantity_readable": {"column": "quantity", "present": True},
        "volume_as_usual": {"column": "quantity", "present": True},
        "unknown_column": {"column": "amount", "present": True},
        "no_kind": {"column": "quantity"},
        "two_kinds": {"column": "quantity", "present": True, "once": True},
        "no_key": {"column": "quantity", "present": True, "when": "always"},
        "wrong_bounds": {"column": "quantity", "between": [5, 1]},
        "text_bounds": {"column": "quantity", "between": ["a", "b"]},
        "day_bounds": {"column": "ordered_on", "between": [1, 2]},
        "on_text": {"column": "order_id", "between": [1, 2]},
        "bad_pattern": {"column": "order_id", "matches": "(["},
        "foreign_pattern": {"column": "order_id", "matches": r"\bx(?<=y)"},
        "number_values": {"column": "order_id", "one_of": [1, 2]},
        "other_kind": {"column": "quantity", "not_above": "ordered_on"},
        "hard": {"column": "quantity", "present": True, "severity": "hard"},
    },
    "customer_features": {"in_attributes": {"column": "attributes.x", "present": True}},
}


def test_every_fault_is_told_at_once_with_its_place(new_shop):
    shop = new_shop()
    shop.configure("contracts", FAULTS)
    with pytest.raises(ConfigurationFaulty) as told:
        shop.deployment()
    said = str(told.value)
    for place in ("orders is no table", *(f"order_lines.{name}" for name in FAULTS["order_lines"])):
        assert f"contracts.yml: {place}" in said
    assert "customer_features.in_attributes.column is 'attributes.x'" in said
    assert "quantity_readable is a rule that is there already" in said
    assert "volume_as_usual is a rule that is there already" in said
    assert r"PostgreSQL has no '\\b' as meant here" in said


def test_the_rules_of_the_demo_are_good():
    configuration = read_configuration(CHECKOUT / "config", CHECKOUT)
    assert configuration.contracts["order_lines"]


def test_the_columns_a_rule_may_name_are_those_there_are(new_shop):
    shop = new_shop()
    entries = {e: source(e, f"{e}/*.csv", list(ENTITIES[e].columns)) for e in ENTITIES}
    shop.configure("sources", {"sources": entries})
    opened = shop.deployment()
    kinds = {"text": "text", "date": "day", "numeric": "number", "bigint": "number",
             "integer": "number", "smallint": "number", "double precision": "number",
             "boolean": "flag", "timestamp with time zone": "instant", "ARRAY": "list"}  # fmt: skip
    with opened.warehouse.begin() as connection:
        for table, columns in BY_TABLE.items():
            if table in ENTITIES:
                [entry] = [s for s in opened.configuration.sources if s.entity == table]
                with typed(opened, connection, BatchRange(entry, 1, 1)):
                    there = _columns(connection, "typed")
            else:
                there = _columns(connection, table, attempt_tables.PUBLISHED)
            assert columns == {name: kinds[there[name]] for name in columns}, table
    opened.warehouse.close()


def _columns(connection, table, schema="pg_temp%"):
    found = connection.execute(
        sa.text(
            "select column_name, data_type from information_schema.columns where table_name = :t"
            " and table_schema like :s"
        ),
        {"t": table, "s": schema},
    )
    return {row[0]: row[1] for row in found}
