"""Orders that arrive whole: an order is what its last arrival says."""

from datetime import timedelta

import pytest

from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, source

WHOLE = [line("A", str(D), line_no=str(number)) for number in (1, 2, 3)]


@pytest.fixture
def whole(new_shop):
    """A till whose orders arrive whole, with one of three lines and one of one."""
    shop = new_shop()
    till = source("order_lines", "till/*.csv", LINE_COLUMNS, orders_arrive_whole=True)
    shop.configure("sources", {"sources": {"till": till}})
    shop.write("till/1.csv", [*WHOLE, line("B", str(D))], LINE_COLUMNS)
    shop.night(D)
    return shop


@pytest.mark.parametrize(
    ("again", "lines", "spend"),
    [
        (WHOLE[1:2], ["A2", "B1"], 20),
        ([WHOLE[0], {**WHOLE[1], "net_amount": "12"}, WHOLE[2]], ["A1", "A2", "A3", "B1"], 42),
        ([WHOLE[0], {**WHOLE[1], "net_amount": "12"}], ["A1", "A2", "B1"], 32),
        ([WHOLE[0], {**WHOLE[1], "quantity": "two"}], ["A1", "A2", "B1"], 30),
        ([WHOLE[0], line("A", str(D), line_no="4")], ["A1", "A4", "B1"], 30),
    ],
    ids=["shorter", "one line corrected", "both", "a line quarantined", "a line exchanged"],
)  # fmt: skip
def test_an_order_that_arrives_again_whole_is_what_it_says(whole, again, lines, spend):
    whole.write("till/2.csv", again, LINE_COLUMNS)
    whole.night(D + timedelta(days=1))
    found = whole.query(
        "select order_id || split_part(row_key, chr(31), 2) as line from staging.order_lines"
        " where batch_to > 1000000 order by 1"
    )
    assert [row["line"] for row in found] == lines
    [row] = whole.query(
        "select spend_amount from marts.customer_features where as_of = :day",
        day=D + timedelta(days=1),
    )
    assert row["spend_amount"] == spend
