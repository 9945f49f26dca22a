"""Volume, duplicates, empty cells and lost columns of new batches, from files to results."""

from datetime import date, timedelta

import pandas as pd
import pytest

from pipelines.checking import check
from pipelines.errors import BatchRefused
from tests.support.judged_batches import Till, broken, judge, states
from tests.support.shop import LINE_COLUMNS, source

TUESDAY = date(2026, 11, 3)
WEEKS = [TUESDAY + timedelta(weeks=n) for n in range(-5, 0)]


@pytest.fixture
def till(new_shop):
    """A till that sold 200 on each of five Tuesdays."""
    till = Till(new_shop())
    for day in WEEKS:
        till.day(day, 200)
    assert broken(till.shop) == {}
    return till


def test_a_tuesday_with_half_of_its_rows_is_told_with_what_was_usual(till):
    till.day(TUESDAY, 100)
    [(place, said)] = broken(till.shop).items()
    assert place == (6, "volume_as_usual")
    assert said.startswith(
        "till, 2026-11-03.csv: 100 rows are dated Tuesday 2026-11-03, 0.50 times as many as the 5 "
        "before it had in the middle (200); expected 120 to 280."
    )
    assert states(till.shop)[-1] == "checked"


def test_an_odd_tuesday_is_no_measure_for_the_next_but_one_of_five(till):
    till.day(TUESDAY, 2000)
    till.day(TUESDAY + timedelta(weeks=1), 210)
    assert set(broken(till.shop)) == {(6, "volume_as_usual")}


def test_only_good_rows_count(till):
    till.write(TUESDAY, 150)
    path = till.shop.home / "till" / f"{TUESDAY}.csv"
    path.write_text(path.read_text().replace(",1,10.00", ",one,10.00", 60))
    judge(till.shop)
    assert broken(till.shop)[6, "volume_as_usual"].startswith("till, 2026-11-03.csv: 90 rows")


def test_the_shops_own_holiday_is_no_alarm(till):
    till.shop.configure("settings", {"holidays": {"days": [TUESDAY]}})
    till.day(TUESDAY, 10)
    assert broken(till.shop) == {}


def expect(shop, **expected):
    """Say what the till is expected to send."""
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till | expected}})


@pytest.fixture
def plain(new_shop):
    """A till whose volume may be expected in other ways."""

    def make(**expected):
        shop = new_shop()
        expect(shop, **expected)
        till = Till(shop)
        for day in WEEKS:
            till.day(day, 200)
        return till

    return make


def test_volume_can_refuse_a_batch_or_be_let_alone(plain):
    till = plain(volume="critical")
    till.write(TUESDAY, 50)
    with pytest.raises(BatchRefused, match=r"50 rows are dated Tuesday .* special one, name it"):
        judge(till.shop)
    assert states(till.shop)[-1] == "refused"
    quiet = plain(volume="off")
    quiet.day(TUESDAY, 50)
    assert broken(quiet.shop) == {}
    names = quiet.shop.query("select distinct rule from ops.contract_results")
    assert "volume_as_usual" not in {row["rule"] for row in names}


def test_what_was_let_in_is_not_refused_when_volume_becomes_critical_and_all_is_judged_anew(plain):
    till = plain()
    till.day(TUESDAY, 50)
    expect(till.shop, volume="critical")
    till.shop.configure("settings", {"currency": None, "opened_on": date(2000, 1, 1)})
    assert judge(till.shop) == 6
    assert states(till.shop) == ["checked"] * 6
    till.write(TUESDAY + timedelta(weeks=1), 20)  # yet a new one is, from the first day on
    with pytest.raises(BatchRefused):
        judge(till.shop)


def test_many_days_in_one_check_are_judged_as_if_one_by_one(new_shop):
    slow, fast = Till(new_shop()), Till(new_shop())
    for day, rows in zip([*WEEKS, TUESDAY], (200, 200, 190, 210, 200, 20), strict=True):
        slow.day(day, rows)
        fast.write(day, rows)
    judge(fast.shop)
    assert broken(fast.shop) == broken(slow.shop) != {}


def test_a_morning_file_with_a_few_rows_of_today_is_no_measure_of_today(till):
    shop, today = till.shop, TUESDAY
    till.write(today - timedelta(days=1), 100)  # Monday's, which nothing is known about …
    path = shop.home / "till" / f"{today - timedelta(days=1)}.csv"
    path.write_text(path.read_text().replace("2026-11-02", "2026-11-03", 3))  # … and of Tuesday
    judge(shop)
    till.day(today, 200)
    assert broken(shop) == {}


def test_a_file_of_many_rows_received_before_is_told(till):
    path = till.shop.home / "till" / "again.csv"
    till.write(TUESDAY, 200)
    old = (till.shop.home / "till" / f"{WEEKS[-1]}.csv").read_text().splitlines()[1:]
    path = till.shop.home / "till" / f"{TUESDAY}.csv"
    path.write_text(path.read_text() + "\n".join(old[:150]) + "\n")
    judge(till.shop)
    said = broken(till.shop)[6, "duplicate_share_as_usual"]
    assert "unusually many rows were received before: 43%, usually 0%" in said


def test_a_column_that_is_suddenly_empty_is_told_by_name(till):
    till.day(TUESDAY, 200, customer_ref="")
    assert "customer_ref 100%, usually 0%" in broken(till.shop)[6, "null_share_as_usual"]
    kept = till.shop.query(
        "select row_count, null_count from ops.batch_profiles"
        " where batch_id = 6 and column_name = 'customer_ref'"
    )
    assert kept == [{"row_count": 200, "null_count": 200}]


def test_a_column_that_was_always_empty_and_a_small_file_never_alarm(till):
    assert till.shop.query(
        "select 1 from ops.batch_profiles where column_name = 'email' and null_count = row_count"
    )
    till.day(TUESDAY - timedelta(days=3), 9, customer_ref="")
    assert broken(till.shop) == {}


def test_a_column_that_comes_and_goes_is_not_missed(till):
    for week, more in enumerate(({"till_no": "7"}, {"till_no": "7"}, {}, {})):
        till.day(TUESDAY + timedelta(weeks=week), 200, **more)
    told = broken(till.shop)
    # The five before it had none: it was not always there.
    assert set(told) == {(6, "columns_known")}


def test_a_column_that_vanishes_is_told_and_the_rows_are_taken_in(new_shop):
    till = Till(new_shop())
    for week in range(4):
        day = TUESDAY + timedelta(weeks=week)
        till.write(day, 20, till_no="7")
        if week >= 2:  # neither a mapped column nor another
            path = till.shop.home / "till" / f"{day}.csv"
            rows = pd.read_csv(path, dtype=str).drop(columns=["email", "till_no"])
            rows.to_csv(path, index=False)
        judge(till.shop)
    told = broken(till.shop)
    assert set(told) == {(3, "columns_vanished")}
    assert "had are gone: email, till_no. They are null" in told[3, "columns_vanished"]
    assert states(till.shop) == ["checked"] * 4


def test_a_required_column_that_vanishes_refuses_the_file_and_names_it(new_shop):
    till = Till(new_shop())
    till.day(TUESDAY, 20)
    till.write(TUESDAY + timedelta(weeks=1), 20)
    path = till.shop.home / "till" / f"{TUESDAY + timedelta(weeks=1)}.csv"
    path.write_text(path.read_text().replace("quantity", "pieces", 1))
    with pytest.raises(BatchRefused, match=r"quantity.*It has: .*pieces"):
        judge(till.shop)
    till.shop.configure("settings", {"night_on_refused": "go_on"})
    opened = till.shop.deployment()
    check.check(opened)  # the night goes on
    opened.warehouse.close()
