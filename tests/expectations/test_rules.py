"""House rules of the contracts."""

from importlib import import_module

import pytest

from expectations.rule import CRITICAL, WARNING, Shop
from pipelines.attempts.night import KEYS
from pipelines.configuration.entities import ENTITIES
from pipelines.contracts.validate import expectation_of, great_expectations

SHOP = Shop(currency="EUR", has_products=True)


def rules_of(name):
    contract = import_module(f"expectations.{name}")
    return [
        *contract.rules(SHOP),
        *(contract.on_rows(SHOP) if hasattr(contract, "on_rows") else []),
        *(contract.balance(SHOP) if hasattr(contract, "balance") else []),
    ]


@pytest.mark.parametrize("name", [*ENTITIES, "batch_rules", *KEYS])
def test_every_rule_is_a_named_promise_with_a_sentence_about_a_column_it_reads(name):
    _, gxe = great_expectations()
    rules = rules_of(name)
    for rule in rules:
        assert rule.severity in (CRITICAL, WARNING)
        assert rule.sentence.endswith((".", "{value}"))
        read = expectation_of(rule.check, gxe).dict()
        assert set(rule.reads) <= set(map(str, read.values()))
    assert len({rule.name for rule in rules}) == len(rules)


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_landing_and_its_rows_share_no_rule_name(entity):
    of_rows = {rule.name for rule in rules_of(entity)}
    assert not of_rows & {rule.name for rule in rules_of("batch_rules")}


def test_what_everybody_may_read_holds_no_value():
    for entity in ENTITIES:
        assert all("{" not in rule.summary for rule in rules_of(entity))


def test_without_a_currency_or_a_catalogue_their_rules_are_left_out():
    lines = import_module("expectations.order_lines")
    left_out = {r.name for r in lines.rules(SHOP)} - {r.name for r in lines.rules(Shop())}
    assert left_out == {"currency_is_the_one", "product_known"}
