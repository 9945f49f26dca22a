"""Random dirt through all of receiving: what is bad is known beforehand, and all is counted."""

import csv
import io
import itertools
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.mapping.blanks import BLANKS
from tests.support.receiving import receive, unbalanced
from tests.support.shop import Shop, source

COLUMNS = ["order", "sold", "pieces", "amount", "note"]
FORMS = [
    "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d %b %Y", "%B %d, %Y", "%Y.%m.%d", "%d-%m-%y",
    "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M %p", "%d/%b/%Y:%H:%M:%S",
]  # fmt: skip
TODAY = date(2026, 11, 22)
_files = itertools.count(1)

days = st.dates(date(1999, 1, 1), TODAY)
bad_days = st.sampled_from([
    "31.02.2026", "00.00.0000", "2026-13-01", "yesterday", "now", "infinity", "", "1.1.1",
    "01.01.1899", "20.11.2030", "12/2026", "9" * 40, "20261345", "'; drop table raw.order_lines;",
])  # fmt: skip
numbers = st.decimals(Decimal("-9999.99"), Decimal("9999.99"), places=2).filter(bool)
bad_numbers = st.sampled_from([
    "NaN", "Infinity", "-inf", "1e400", "9" * 30, "1,5", "0x1F", "１２", "--1", "1 2", "½", "1.2.3",
    "",
])  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
whole_bytes = st.binary(max_size=20).filter(lambda b: b"\x00" in b or not _is_text(b))


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@st.composite
def lines(draw: st.DrawFn) -> dict[str, Any]:
    """Return a line of a till: what is written, and whether it is good."""
    day, form = draw(days), draw(st.sampled_from(FORMS))
    row: dict[str, Any] = {
        "sold": datetime(day.year, day.month, day.day, 12, 30, tzinfo=UTC).strftime(form),
        "pieces": str(draw(st.integers(1, 99))),
        "amount": str(draw(numbers.map(abs))),
        "note": draw(texts),
    }
    if form == "%d-%m-%y" and day.year < 2000:
        row["sold"] = f"{day:%d.%m.%Y}"  # two digits are of this century
    wrong = draw(st.sampled_from(["nothing", "nothing", "day", "number", "bytes", "ragged"]))
    if wrong == "day":
        row["sold"] = draw(bad_days)
    if wrong == "number":
        row[draw(st.sampled_from(["pieces", "amount"]))] = draw(bad_numbers)
    return row | {"day": day, "wrong": wrong, "bytes": draw(whole_bytes)}


def written(rows: list[dict[str, Any]], file: str) -> bytes:
    """Return the file: Python's csv writes the lines, bytes that are no text are put in after."""
    whole = ",".join(COLUMNS).encode() + b"\n"
    for number, row in enumerate(rows):
        text = io.StringIO()
        cells = [f"{file}-{number}", row["sold"], row["pieces"], row["amount"], row["note"]]
        if row["wrong"] == "bytes":
            cells[-1] = "NOTE"
        if row["wrong"] == "ragged":
            cells = [*cells[:-1], "cut", "off"]
        csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(cells)
        broken = b'"' + row["bytes"].replace(b'"', b"") + b'"'
        line = text.getvalue().encode()
        whole += line.replace(b'"NOTE"', broken) if row["wrong"] == "bytes" else line
    return whole


@pytest.fixture
def shop(new_shop) -> Shop:
    shop = new_shop(reject_limit=1, night_on_refused="go_on")
    shop.clock = lambda: datetime.fromisoformat("2026-11-23T03:00:00Z")
    columns = {
        "order_id": "order",
        "line_no": {"constant": "1"},
        "ordered_at": {"from": "sold", "formats": FORMS},
        "quantity": "pieces",
        "net_amount": "amount",
    }
    till = source("order_lines", "till/*.csv", []) | {"columns": columns}
    shop.configure("sources", {"sources": {"till": till}})
    (shop.home / "till").mkdir()
    return shop


@settings(
    max_examples=10,
    phases=[Phase.generate],  # a receipt takes a second: shrinking would take minutes
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(lines(), min_size=12, max_size=60))
def test_every_line_is_staged_as_it_was_written_or_lies_in_quarantine(shop, rows):
    file = f"{next(_files)}.csv"
    (shop.home / "till" / file).write_bytes(written(rows, file))
    receive(shop)
    staged = shop.query(
        "select s.order_id, s.ordered_on, s.quantity, s.net_amount, r.attributes ->> 'note' as note"
        " from staging.order_lines s join ops.batches b on b.batch_id = s.batch_from"
        " join raw.order_lines r on r.batch_id = s.batch_from and r.row_no = s.row_no"
        " where b.file = :file order by s.row_no",
        file=file,
    )
    assert staged == [
        {"order_id": f"{file}-{n}", "ordered_on": row["day"], "quantity": Decimal(row["pieces"]),
         "net_amount": Decimal(row["amount"]), "note": row["note"].strip(BLANKS) or None}
        for n, row in enumerate(rows) if row["wrong"] == "nothing"
    ]  # fmt: skip
    held = shop.query("select row_no from quarantine.rows where file = :file order by 1", file=file)
    bad = [n for n, row in enumerate(rows, 1) if row["wrong"] != "nothing"]
    assert [row["row_no"] for row in held] == bad
    assert unbalanced(shop) == []
