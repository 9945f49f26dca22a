"""A changed stage is announced: how much is staged anew, for how long, and why."""

import re

import pytest

from pipelines.nights import runner
from pipelines.staging import restaging
from tests.support.orders import a_few_weeks, line
from tests.support.shop import LINE_COLUMNS, source


def told(shop):
    deployment = shop.deployment()
    try:
        return restaging.announce(deployment)
    finally:
        deployment.warehouse.close()


@pytest.fixture
def staged(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    shop.write("till/2.csv", [line("n", "2026-11-19"), line("m", "2026-11-19")], LINE_COLUMNS)
    deployment = shop.deployment()
    assert restaging.announce(deployment) is None
    runner.receive(deployment)
    assert restaging.announce(deployment) is None
    deployment.warehouse.close()
    return shop


def test_what_changed_how_many_rows_and_how_long_stand_in_one_sentence(staged):
    staged.configure("settings", {"business_time_zone": "Europe/Berlin"})
    [took] = staged.query("select sum(checked_seconds + staged_seconds) s from ops.batch_states")
    sentence = told(staged)
    assert sentence.startswith(
        "Rows are staged in another way now: business_time_zone is Europe/Berlin, was UTC. "
        "2 batches, 39 rows will be staged anew from raw"
    )
    assert "less than a minute" in sentence
    rate = int(re.search(r"measured: ([\d,]+) rows a second", sentence)[1].replace(",", ""))
    assert rate == round(39 / took["s"])


def test_minutes_are_told_from_what_was_measured(staged):
    staged.query("update ops.batch_states set checked_seconds = 300, staged_seconds = 300")
    staged.configure("settings", {"business_time_zone": "UTC", "currency": "EUR"})
    assert "currency is EUR, was not set. " in told(staged)
    assert "about 20 minutes (measured: 0 rows a second so far)" in told(staged)


def test_nothing_is_announced_once_it_is_staged_anew(staged):
    staged.configure("settings", {"business_time_zone": "Europe/Berlin"})
    deployment = staged.deployment()
    runner.stage_anew(deployment)
    assert restaging.announce(deployment) is None
    deployment.warehouse.close()


def test_a_batch_that_only_waits_is_not_staged_anew(staged):
    staged.write("till/3.csv", [line("z", "2026-11-20")], LINE_COLUMNS)
    from pipelines.landing import land

    deployment = staged.deployment()
    land.land(deployment)
    assert restaging.announce(deployment) is None
    deployment.warehouse.close()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"time_zone": "America/New_York"}, "time_zone of till"),
        ({"columns": {"order_id": "order_id", "ordered_at": "ordered_at", "quantity": "quantity",
                      "net_amount": "net_amount"}}, "columns of till"),
    ],
)  # fmt: skip
def test_a_changed_source_is_named(staged, entry, words):
    till = source("order_lines", "till/*.csv", LINE_COLUMNS) | entry
    staged.configure("sources", {"sources": {"till": till}})
    assert f"another way now: {words}. " in told(staged)


def test_sources_that_come_and_go_code_and_contracts_are_named(staged):
    deployment = staged.deployment()
    before = restaging.content_of(deployment.configuration)
    deployment.warehouse.close()
    after = before | {
        "code": "x", "contracts": "y",
        "sources": {"crm": before["sources"]["till"]},
    }  # fmt: skip
    assert restaging.changes(before, after) == [
        "the stage's code", "a contract", "source crm is new", "source till is gone",
    ]  # fmt: skip
