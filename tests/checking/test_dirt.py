"""Every kind of dirt the issue names: what is said, what is kept, and what stays published."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from pipelines.checking import check
from pipelines.errors import BatchRefused, NightTooStale
from pipelines.landing import land
from pipelines.nights import runner
from tests.support.shop import LINE_COLUMNS, source

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)
LINE = dict.fromkeys(LINE_COLUMNS, "") | {
    "order_id": "A",
    "line_no": "1",
    "ordered_at": "2026-11-20",
    "customer_ref": "c1",
    "quantity": "1",
    "net_amount": "40",
}
NEXT = LINE | {"order_id": "B", "ordered_at": "2026-11-21", "customer_ref": "c2"}


@pytest.fixture
def shop(new_shop):
    """A shop whose night of the 20th is published; it is the morning of the 22nd."""
    shop = new_shop()
    shop.clock = lambda: datetime(2026, 11, 22, 1, tzinfo=UTC)
    shop.write("till/20.csv", [LINE])
    shop.night(FIRST)
    return shop


def published(shop):
    return [row["as_of"] for row in shop.query("select as_of from ops.published order by as_of")]


def rejected(shop):
    found = shop.query("select source, file, row_no, rule from ops.rejected_rows order by 3, 4")
    return [tuple(row.values()) for row in found]


def sentences(shop):
    return [
        row["sentence"]
        for row in shop.query("select sentence from quarantine.rows order by row_no")
    ]


def orders(shop):
    [row] = shop.query(
        "select sum(order_count) as orders from marts.customer_features where as_of = :day",
        day=SECOND,
    )
    return row["orders"]


def refused(shop):
    """Run the second night, which stops; return what it says, after the first is seen to stand."""
    with pytest.raises(BatchRefused) as stopped:
        shop.night(SECOND)
    assert published(shop) == [FIRST]
    return str(stopped.value)


def test_a_source_without_a_file_is_named_with_the_place_it_was_looked_for(new_shop):
    opened = new_shop().deployment()
    [landed] = land.land(opened)
    opened.warehouse.close()
    assert landed.batch_id is None
    assert "till: no file at" in landed.sentence
    assert "till/*.csv" in landed.sentence


def test_no_file_for_five_days_refuses_the_night_and_says_what_to_do(shop):
    with pytest.raises(NightTooStale, match=r"the newest is of 2026-11-20.*Deliver the missing"):
        shop.night(FIRST + timedelta(days=5))
    assert published(shop) == [FIRST]


def test_a_csv_file_cut_off_in_a_line_loses_that_line_only_and_to_quarantine(shop):
    whole = shop.write("till/21.csv", [NEXT, NEXT | {"line_no": "2"}])
    whole.write_bytes(whole.read_bytes()[:-12])
    shop.night(SECOND)
    assert rejected(shop) == [("till", "21.csv", 2, "ragged_row")]
    assert "cut-off line" in sentences(shop)[0]
    assert orders(shop) == 2


def test_a_truncated_parquet_file_is_refused(shop):
    columns = list(LINE_COLUMNS)
    entry = source("order_lines", "{home}/other/*.parquet", columns) | {"kind": "parquet"}
    shop.configure("sources", {"sources": {"till": till(), "other": entry}})
    path = shop.home / "other" / "21.parquet"
    path.parent.mkdir()
    parquet.write_table(pa.table({name: [NEXT[name]] for name in columns}), path)
    path.write_bytes(path.read_bytes()[:-20])
    assert "other, 21.parquet: 21.parquet cannot be read as Parquet" in refused(shop)


def till():
    return source("order_lines", "till/*.csv", LINE_COLUMNS)


def test_rows_in_a_wrong_encoding_lie_in_quarantine_as_received(shop):
    path = shop.write("till/21.csv", [NEXT, NEXT | {"line_no": "2", "customer_ref": "Zoë"}])
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    shop.night(SECOND)
    assert rejected(shop) == [("till", "21.csv", 2, "not_text")]
    assert "set `encoding:` in sources.yml" in sentences(shop)[0]
    [row] = shop.query("select content from quarantine.rows")
    assert "Zoë".encode("latin-1") in bytes(row["content"])


def test_a_file_in_utf_16_is_refused_and_the_sentence_says_which_setting(shop):
    path = shop.write("till/21.csv", [NEXT])
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    assert "Set `encoding: utf-16`" in refused(shop)


def test_a_renamed_column_refuses_the_file_and_names_what_it_has(shop):
    shop.write(
        "till/21.csv", [{"orderid": "B"} | {k: v for k, v in NEXT.items() if k != "order_id"}]
    )
    told = refused(shop)
    assert "till, 21.csv: sources.yml maps 'order_id', which the file does not have" in told
    assert "orderid, line_no, ordered_at" in told
    assert "nocturne land --again" in told


BAD_LINES = [
    ({"net_amount": "abc"}, "net_amount_readable", "'abc'"),
    ({"quantity": "two"}, "quantity_readable", "'two'"),
    ({"quantity": ""}, "quantity_present", "no quantity"),
    ({"net_amount": ""}, "amount_present", "neither net_amount nor unit_price"),
    ({"net_amount": "99999999999999"}, "amount_not_absurd", "'99999999999999.0000'"),
    ({"ordered_at": "2099-01-01"}, "ordered_at_not_in_the_future", "'2099-01-01'"),
    ({"ordered_at": "1899-12-30"}, "ordered_at_not_before_opening", "'1899-12-30'"),
    ({"ordered_at": "yesterday"}, "ordered_at_readable", "'yesterday'"),
    ({"ordered_at": ""}, "ordered_at_present", "no ordered_at"),
    ({"net_amount": "-12.99"}, "price_not_negative", "'-12.99'"),
    ({"order_id": ""}, "order_id_present", "no order_id"),
]


def test_each_bad_line_lies_in_quarantine_with_its_rule_and_the_value_seen(shop):
    bad = [NEXT | {"line_no": str(n)} | dirt for n, (dirt, _, _) in enumerate(BAD_LINES, 2)]
    good = [NEXT | {"line_no": str(n)} for n in range(100, 120)]  # so that the file is no bad one
    shop.write("till/21.csv", [NEXT, *bad, *good])
    shop.night(SECOND)
    rules = [rule for _, rule, _ in BAD_LINES]
    assert rejected(shop) == [("till", "21.csv", n, rule) for n, rule in enumerate(rules, 2)]
    told = sentences(shop)
    assert all(seen in told[n] for n, (_, _, seen) in enumerate(BAD_LINES))
    assert orders(shop) == 2


def test_a_return_and_a_coupon_line_are_no_negative_price(shop):
    back = NEXT | {"line_no": "2", "quantity": "-1", "net_amount": "-40"}
    coupon = NEXT | {"line_no": "3", "quantity": "0", "net_amount": "-5"}
    shop.write("till/21.csv", [NEXT, back, coupon])
    shop.night(SECOND)
    assert rejected(shop) == []


def test_tomorrow_is_not_the_future_the_day_after_is(shop):
    lines = [NEXT | {"line_no": day, "ordered_at": f"2026-11-{day}"} for day in ("22", "23", "24")]
    shop.write("till/21.csv", [NEXT, *lines])
    shop.night(SECOND)
    assert rejected(shop) == [("till", "21.csv", 4, "ordered_at_not_in_the_future")]


def test_a_header_without_rows_is_a_warning(shop):
    shop.write("till/21.csv", [], LINE_COLUMNS)
    shop.night(SECOND)
    assert published(shop) == [FIRST, SECOND]
    [row] = shop.query("select * from ops.contract_results where not success")
    assert (row["rule"], row["severity"], row["batch_id"]) == ("rows_received", "warning", 2)
    assert row["sentence"].startswith("till, 21.csv: a header without rows")


def test_an_empty_file_is_refused_until_it_is_sent_again_under_its_name(shop):
    path = shop.home / "till" / "21.csv"
    path.write_bytes(b"")
    assert "batch 2 is refused: till, 21.csv: 21.csv is empty" in refused(shop)
    assert "batch 2 is refused" in refused(shop)  # the same bytes get no second number
    shop.write("till/21.csv", [NEXT])
    shop.night(SECOND)
    assert orders(shop) == 2
    states = shop.query("select batch_id, state from ops.batch_states order by batch_id")
    assert [row["state"] for row in states] == ["staged", "refused", "staged"]


def test_a_night_that_may_go_on_goes_on_without_the_refused_file_and_later_nights_too(shop):
    (shop.home / "till" / "21.csv").write_bytes(b"")
    shop.write("till/21b.csv", [NEXT])
    assert "21.csv is empty" in refused(shop)
    shop.configure("settings", {"business_time_zone": "UTC", "night_on_refused": "go_on"})
    shop.night(SECOND)
    assert (published(shop), orders(shop)) == ([FIRST, SECOND], 2)
    shop.configure("settings", {"business_time_zone": "UTC", "night_on_refused": "stop"})
    shop.night(SECOND)


def test_who_insists_lands_a_refused_file_again(shop):
    (shop.home / "till" / "21.csv").write_bytes(b"")
    refused(shop)
    opened = shop.deployment()
    [_, passed] = land.land(opened)
    [_, again] = land.land(opened, ("21.csv",))
    opened.warehouse.close()
    assert "was refused before, as batch 2" in passed.sentence
    assert again.batch_id == 3


def test_a_key_of_ten_megabytes_lies_in_quarantine_one_of_500_bytes_does_not(shop):
    long = [NEXT | {"line_no": "2", "order_id": "x" * (10 << 20)}, NEXT | {"order_id": "y" * 500}]
    shop.write("till/21.csv", [NEXT, *long])
    shop.night(SECOND)
    assert rejected(shop) == [("till", "21.csv", 2, "keys_short_enough")]
    assert "has 10485760 bytes, where 500 are the most" in sentences(shop)[0]


def test_a_refused_file_keeps_no_other_from_being_staged(shop):
    (shop.home / "till" / "21.csv").write_bytes(b"")
    shop.write("till/21b.csv", [NEXT])
    opened = shop.deployment()
    with pytest.raises(BatchRefused):
        runner.receive(opened)
    states = shop.query("select state from ops.batch_states order by batch_id")
    assert [row["state"] for row in states] == ["staged", "refused", "checked"]
    with pytest.raises(BatchRefused):
        check.check(opened)
    opened.warehouse.close()
