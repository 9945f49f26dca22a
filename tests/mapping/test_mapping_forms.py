"""How a source writes instants and numbers is its own affair; what they are is not guessed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.support.mapped_rows import ROW, configure, receive, staged
from tests.support.shop import Shop


@pytest.fixture
def shop(new_shop) -> Shop:
    return new_shop()


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("%d.%m.%Y", "5.3.2026"),
        ("%d/%m/%y", "05/03/26"),
        ("%m/%d/%Y", "03/05/2026"),
        ("%Y%m%d", "20260305"),
        ("%d %b %Y", "5 Mar 2026"),
        ("%B %d, %Y", "March 5, 2026"),
        ("%d-%b-%y", "05-MAR-26"),
        ("%Y.%m.%d", "2026.03.05"),
        ("%Y/%m/%d", "2026/3/5"),
        ("%d.%m.%Y", "2026-03-05"),
    ],
)
def test_ten_ways_to_write_a_day_are_the_same_day(shop, form, written):
    configure(shop, {"ordered_at": {"from": "sold", "format": form}})
    shop.write("till/1.csv", [ROW | {"sold": written}])
    receive(shop)
    assert staged(shop, "ordered_on, has_time") == [(date(2026, 3, 5), False)]


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("%d.%m.%Y %H:%M", "05.03.2026 18:30"),
        ("%m/%d/%Y %I:%M %p", "3/5/2026 6:30 PM"),
        ("%Y-%m-%d %H:%M:%S %z", "2026-03-05 19:30:00 +0100"),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-05 18:30:00 UTC"),
        ("%d/%b/%Y:%H:%M:%S", "05/Mar/2026:18:30:00"),
        ("epoch_seconds", "1772735400"),
        ("epoch_milliseconds", "1772735400000"),
        ("epoch_microseconds", "1772735400000000"),
    ],
)
def test_instants_in_other_forms_are_the_same_instant(shop, form, written):
    configure(shop, {"ordered_at": {"from": "sold", "format": form}})
    shop.write("till/1.csv", [ROW | {"sold": written}])
    receive(shop)
    instant = datetime(2026, 3, 5, 18, 30, tzinfo=UTC)
    assert staged(shop, "ordered_at, has_time") == [(instant, True)]


def test_a_day_that_is_none_is_rejected_as_it_was_written(shop):
    configure(shop, {"ordered_at": {"from": "sold", "formats": ["%d.%m.%Y", "epoch_seconds"]}})
    days = ["31.02.2026", "05-03-2026", "99999999999999999", "20.11.2026"]
    shop.write("till/1.csv", [ROW | {"order": day, "sold": day} for day in days])
    receive(shop)
    told = shop.query("select sentence from quarantine.rows order by row_no")
    assert [
        f"'{day}' cannot be read" in row["sentence"] for day, row in zip(days, told, strict=False)
    ] == [True] * 3
    assert staged(shop, "order_id") == [("20.11.2026",)]


@pytest.mark.parametrize(
    ("marks", "written"),
    [
        ({"decimal": ",", "thousands": "."}, "1.234,50"),
        ({"decimal": ",", "thousands": "."}, "€ 1.234,50"),
        ({"decimal": ",", "thousands": " "}, "1\u202f234,50 €"),
        ({"thousands": ","}, "$1,234.50"),
        ({"decimal": "."}, "USD 1234.5"),
        ({"thousands": "'"}, "CHF 1'234.50"),
        ({"decimal": ","}, "1234,5"),
    ],
)
def test_signs_of_currencies_and_marks_of_thousands_are_read_past(shop, marks, written):
    configure(shop, {"net_amount": {"from": "amount", **marks}})
    shop.write("till/1.csv", [ROW | {"amount": written}])
    receive(shop)
    assert staged(shop, "net_amount") == [(Decimal("1234.5"),)]


@pytest.mark.parametrize("written", ["1.23", "12.34.567,00", "1,234.50", "1.234,5,0", "€"])
def test_a_number_of_another_form_is_rejected_not_guessed(shop, written):
    configure(shop, {"net_amount": {"from": "amount", "decimal": ",", "thousands": "."}})
    shop.write("till/1.csv", [ROW | {"amount": written}])
    receive(shop)
    assert staged(shop, "order_id") == []
    [row] = shop.query("select rules, sentence from quarantine.rows")
    assert "net_amount_readable" in row["rules"]
    assert f"'{written}'" in row["sentence"]


def test_a_corrected_form_is_read_anew_from_raw(shop):
    configure(shop)
    shop.write("till/1.csv", [ROW | {"amount": "12,50"}])
    receive(shop)
    assert staged(shop, "net_amount") == []
    configure(shop, {"net_amount": {"from": "amount", "decimal": ","}})
    receive(shop)
    assert staged(shop, "net_amount") == [(Decimal("12.5"),)]
