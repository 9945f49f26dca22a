"""References that seem to mean somebody else, days before the shop existed, and long keys."""

from datetime import date

import pytest

from tests.support.judged_batches import broken, judge
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, source

COLUMNS = ["customer_ref", "created_at", "family_name", "birth_date", "gone"]
ANNA = {"customer_ref": "c1", "created_at": "2020-01-01", "family_name": "Adams",
        "birth_date": "1980-02-29"}  # fmt: skip
MOVED, REUSED = "created_at_stands", "customer_ref_not_reused"


@pytest.fixture
def shop(new_shop):
    """A shop with a CRM that has sent one record."""
    shop = new_shop()
    crm = source("customers", "crm/*.csv", COLUMNS[:-1], tombstone="gone")
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"crm": crm, "till": till}})
    shop.write("crm/1.csv", [ANNA], COLUMNS)
    return shop


CHANGES = [
    ({"created_at": "2026-11-01"}, {MOVED}),
    ({"created_at": "2020-01-01T09:30:00Z"}, set()),
    ({"family_name": "Baker"}, set()),
    ({"birth_date": "1990-01-01"}, set()),
    ({"family_name": "Baker", "birth_date": "1990-01-01"}, {REUSED}),
    ({"family_name": "", "birth_date": "1990-01-01"}, set()),
]


@pytest.mark.parametrize(("change", "rules"), CHANGES)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_ref_that_seems_to_mean_somebody_else_is_told_once(shop, change, rules, at_once):
    if not at_once:
        stage(shop)
    shop.write("crm/2.csv", [ANNA | change], COLUMNS)
    judge(shop)
    assert {rule for batch, rule in broken(shop) if batch == 2} == rules
    assert all("c1" not in said and "Baker" not in said for said in broken(shop).values())
    shop.write("crm/3.csv", [ANNA | change | {"gone": ""}, ANNA | {"customer_ref": "c2"}], COLUMNS)
    judge(shop)
    assert {rule for batch, rule in broken(shop) if batch == 3} == set()


def stage(shop):
    """Land, check and stage what is there."""
    from pipelines.staging import stage as room

    judge(shop)
    opened = shop.deployment()
    room.stage(opened)
    opened.warehouse.close()


def test_days_before_the_shop_opened_are_not_believed(shop):
    shop.configure("settings", {"opened_on": date(2020, 6, 1)})
    rows = [line("o1", "2020-05-31"), line("o2", "2020-06-01"), line("o3", "2020-06-02")]
    shop.write("till/1.csv", rows, LINE_COLUMNS)
    judge(shop)
    kept = shop.query("select row_no, rules, sentence from quarantine.rows")
    assert [(row["row_no"], row["rules"]) for row in kept] == [
        (1, ["ordered_at_not_before_opening"])
    ]
    assert "ordered_at '2020-05-31' lies before opened_on" in kept[0]["sentence"]
    assert (1, "created_at_not_before_opening") in broken(shop)  # a warning: the record is kept
