"""What lies in quarantine: every rejected row, as its source wrote it, with all it broke."""

import json

import pytest

from pipelines.nights import runner
from tests.support.orders import D, line
from tests.support.replayed_rows import act, adds_up
from tests.support.shop import LINE_COLUMNS, source

MANY = 100_000


def test_a_hundred_thousand_bad_rows_are_a_hundred_thousand_rows_in_quarantine(new_shop):
    shop = new_shop(reject_limit=1)
    rows = [line(f"o{n}", str(D), quantity=f"x{n}") for n in range(MANY)]
    shop.write("till/1.csv", [*rows, line("good", str(D))], LINE_COLUMNS)
    act(shop, runner.receive)
    [row] = shop.query(
        "select count(*) as n, count(distinct row_no) as rows, count(distinct content) as contents,"
        " bool_and(rules = array['quantity_readable']) as told,"
        " bool_and(convert_from(content, 'UTF8')::jsonb ->> 'quantity' = 'x' || (row_no - 1))"
        " as same"
        " from quarantine.rows"
    )
    assert row == {"n": MANY, "rows": MANY, "contents": MANY, "told": True, "same": True}
    assert len(shop.query("select * from staging.order_lines")) == 1
    assert adds_up(shop)
    [took] = shop.query("select checked_seconds + staged_seconds as seconds from ops.batch_states")
    assert took["seconds"] < 60  # 7 s on two cores that nobody else uses


@pytest.fixture
def recipes(new_shop):
    """A till whose day is one of two columns and whose quantity has a sign from another."""
    shop = new_shop(reject_limit=1)
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    till["columns"] |= {
        "ordered_at": ["sold_at", "booked_at"],
        "quantity": {"from": "pieces", "negative_when": {"kind": "return"}},
        "net_amount": "amount",
    }
    shop.configure("sources", {"sources": {"till": till}})
    return shop


def test_content_has_the_sources_own_names_and_values_whatever_was_made_of_them(recipes):
    row = line("o1", "") | {
        "sold_at": "", "booked_at": "yesterday", "pieces": "2", "kind": "return", "amount": "x",
        "cashier": "Zoë",
    }  # fmt: skip
    own = {name: value for name, value in row.items()
           if name not in ("ordered_at", "quantity", "net_amount")}  # fmt: skip
    columns = [
        name for name in LINE_COLUMNS if name not in ("ordered_at", "quantity", "net_amount")
    ]
    recipes.write("till/1.csv", [own], [*columns, *(set(own) - set(columns))])
    act(recipes, runner.receive)
    [kept] = recipes.query("select content, rules from quarantine.rows")
    content = {k: v for k, v in json.loads(bytes(kept["content"])).items() if v is not None}
    assert content == {name: value for name, value in own.items() if value}
    assert kept["rules"] == ["ordered_at_readable", "net_amount_readable"]
