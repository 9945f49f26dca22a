"""A batch most of whose rows would be rejected is refused; what that means for those beside it."""

from datetime import date

import pytest

from pipelines.checking import check
from pipelines.errors import BatchRefused
from pipelines.landing import land
from tests.support.judged_batches import broken, judge, states
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, source

COLUMNS = LINE_COLUMNS


def lines(first, count, **more):
    return [line(f"o{n}", "2026-11-20", **more) for n in range(first, first + count)]


def refused(shop):
    with pytest.raises(BatchRefused) as stopped:
        judge(shop)
    return str(stopped.value)


def quarantined(shop):
    [row] = shop.query("select count(*) as count from quarantine.rows")
    return row["count"]


def test_a_file_that_is_mostly_bad_is_refused_with_the_three_worst_reasons(new_shop):
    shop = new_shop()
    bad = [
        *lines(0, 30, quantity="two"),
        *lines(30, 20, net_amount="abc"),
        *lines(50, 10, ordered_at="1850-01-01"),
        *lines(60, 5, ordered_at="2099-01-01"),
    ]
    shop.write("till/1.csv", bad + lines(100, 60), COLUMNS)
    told = refused(shop)
    assert (
        "batch 1 is refused: till, 1.csv: 65 of 125 rows would be rejected, more than the share of "
        "0.5 that reject_limit allows: 30 by quantity_readable, 20 by net_amount_readable, 10 by "
        "ordered_at_not_before_opening." in told
    )
    assert states(shop) == ["refused"]
    assert quarantined(shop) == 0  # its fate is that it is refused, for every row of it
    kept = shop.query("select * from ops.contract_results where rule = 'quantity_readable'")
    assert [row["unexpected_count"] for row in kept] == [30]


def test_half_of_a_file_or_nine_rows_are_not_enough(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", lines(0, 50, quantity="two") + lines(50, 50), COLUMNS)
    shop.write("till/2.csv", lines(100, 9, quantity="two") + lines(109, 1), COLUMNS)
    judge(shop)
    assert states(shop) == ["checked", "checked"]
    assert quarantined(shop) == 59


def test_rows_that_cannot_be_read_at_all_count_as_rejected(new_shop):
    shop = new_shop()
    path = shop.write("till/1.csv", lines(0, 10), COLUMNS)
    path.write_text(path.read_text() + "too,few\n" * 11)
    assert "11 of 21 rows would be rejected" in refused(shop)


@pytest.mark.parametrize(
    ("settings", "entry"), [({"reject_limit": 0.1}, {}), ({}, {"reject_limit": 0.1})]
)
def test_the_limit_is_the_shops_or_the_sources(new_shop, settings, entry):
    shop = new_shop(**settings)
    till = source("order_lines", "till/*.csv", COLUMNS, **entry)
    shop.configure("sources", {"sources": {"till": till}})
    shop.write("till/1.csv", lines(0, 11, quantity="two") + lines(11, 89), COLUMNS)
    assert "more than the share of 0.1 that reject_limit allows" in refused(shop)


def test_who_insists_takes_in_the_good_rows_of_a_bad_file(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", lines(0, 90, quantity="two") + lines(90, 10), COLUMNS)
    refused(shop)
    opened = shop.deployment()
    land.land(opened, ("1.csv",))
    check.check(opened)
    opened.warehouse.close()
    assert states(shop) == ["refused", "checked"]
    assert quarantined(shop) == 90


def test_a_file_let_in_once_is_not_refused_by_a_stricter_rule_later(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", lines(0, 100), COLUMNS)
    judge(shop)
    shop.configure("settings", {"opened_on": date(2026, 11, 21)})  # now every row is too old
    assert judge(shop) == 1
    assert states(shop) == ["checked"]
    assert quarantined(shop) == 100


def test_a_refused_file_is_judged_again_by_new_rules_and_may_pass(new_shop):
    shop = new_shop(opened_on=date(2026, 11, 21))
    shop.write("till/1.csv", lines(0, 100), COLUMNS)
    refused(shop)
    shop.configure("settings", {"opened_on": date(2026, 11, 1)})
    judge(shop)
    assert states(shop) == ["checked"]


def test_what_was_held_against_a_refused_batch_is_refused_too_and_lands_anew(new_shop):
    shop = new_shop(night_on_refused="go_on")
    good = lines(0, 30)
    shop.write("till/1.csv", lines(100, 60, quantity="two") + good, COLUMNS)
    shop.write("till/2.csv", good + lines(200, 10), COLUMNS)  # thirty of them were in 1.csv
    shop.write("till/3.csv", lines(300, 10), COLUMNS)
    judge(shop)
    assert states(shop) == ["refused", "refused", "checked"]
    said = broken(shop)[2, "duplicates_stand"]
    assert "30 of its rows were passed over as received before, maybe with batch 1 (1.csv)" in said
    marked = shop.query("select batch_id from ops.batch_states where lands_again")
    assert [row["batch_id"] for row in marked] == [2]
    judge(shop)
    [again] = shop.query(
        "select file, stored_count, duplicate_count from ops.batches where batch_id > 3"
    )
    assert again == {"file": "2.csv", "stored_count": 40, "duplicate_count": 0}
    assert states(shop) == ["refused", "refused", "checked", "checked"]
    assert judge(shop) == 0


def test_a_batch_landed_after_the_refusal_lost_nothing_and_is_let_in(new_shop):
    shop = new_shop(night_on_refused="go_on")
    good = lines(0, 30)
    shop.write("till/1.csv", lines(100, 60, quantity="two") + good, COLUMNS)
    judge(shop)
    shop.write("till/2.csv", good + good[:1], COLUMNS)  # one of them twice in the file itself
    judge(shop)
    assert states(shop) == ["refused", "checked"]
    shop.configure("settings", {"night_on_refused": "go_on", "currency": "EUR"})
    judge(shop)  # all anew: the same is refused, and the same let in
    assert states(shop) == ["refused", "checked"]
    assert shop.query("select 1 from ops.batch_states where lands_again") == []


def test_other_sources_are_not_held_against_a_refused_batch(new_shop):
    shop = new_shop(night_on_refused="go_on")
    both = {name: source("order_lines", f"{name}/*.csv", COLUMNS) for name in ("till", "other")}
    shop.configure("sources", {"sources": both})
    shop.write("till/1.csv", lines(0, 60, quantity="two"), COLUMNS)
    shop.write("other/1.csv", lines(0, 20) + lines(0, 5), COLUMNS)
    judge(shop)
    assert states(shop) == ["refused", "checked"]
