"""Rows of a database come whole, once, as exact text, and go on where they ended."""

import pytest

from pipelines.errors import SourceUnavailable, SourceUnreadable
from pipelines.sources.sql import extract
from tests.support.drawn_rows import a_source, asked, draw

ORDERS = "create table orders (order_id integer, changed_at {instant}, note text)"
INSTANT = {"postgresql": "timestamptz", "sqlite": "text"}


def orders(elsewhere, *rows):
    """Put orders into a table of their own, each an id and the minute of its change."""
    instant = INSTANT[elsewhere.engine.dialect.name]
    elsewhere.run("drop table if exists orders", ORDERS.format(instant=instant))
    add(elsewhere, *rows)


def add(elsewhere, *rows):
    for order_id, minute in rows:
        at = "null" if minute is None else f"'2026-11-20 10:{minute:02}:00'"
        elsewhere.run(f"insert into orders values ({order_id}, {at}, 'x')")


def ids(drawn):
    return [row["order_id"] for row in drawn.rows]


def test_a_table_without_a_cursor_is_read_whole_each_time(elsewhere):
    orders(elsewhere, (1, 0), (2, 1))
    first, second = elsewhere.draw(table="orders"), elsewhere.draw(table="orders")
    assert ids(first) == ids(second) == ["1", "2"]
    assert first.reading.watermark is None
    assert first.reading.digest == second.reading.digest


def test_a_change_of_one_cell_changes_the_digest(elsewhere):
    orders(elsewhere, (1, 0), (2, 1))
    before = elsewhere.draw(table="orders").reading.digest
    elsewhere.run("update orders set note = 'y' where order_id = 2")
    assert elsewhere.draw(table="orders").reading.digest != before


def test_only_what_is_new_by_its_cursor_comes_a_second_time(elsewhere):
    orders(elsewhere, (1, 0), (2, 1), (3, 2))
    first = elsewhere.draw(table="orders", cursor="changed_at")
    add(elsewhere, (4, 3))
    second = elsewhere.draw(first.reading.watermark, table="orders", cursor="changed_at")
    assert ids(first) == ["1", "2", "3"]
    assert ids(second) == ["3", "4"]  # 3 stands at the watermark: others may share its minute
    assert second.reading.watermark.startswith("2026-11-20 10:03:00")


def test_rows_of_the_same_instant_as_the_last_are_not_lost(elsewhere):
    orders(elsewhere, (1, 5))
    first = elsewhere.draw(table="orders", cursor="changed_at")
    add(elsewhere, (2, 5))
    second = elsewhere.draw(first.reading.watermark, table="orders", cursor="changed_at")
    assert ids(second) == ["1", "2"]


def test_where_nothing_happened_the_digest_is_that_of_the_last_reading(elsewhere):
    orders(elsewhere, (0, None), (1, 0), (2, 8), (3, 9))
    wanted = {"table": "orders", "cursor": "changed_at", "lookback": "2 minutes"}
    first = elsewhere.draw(**wanted)
    second = elsewhere.draw(first.reading.watermark, **wanted)
    assert sorted(ids(second)) == ["0", "2", "3"]
    assert first.reading.digest == second.reading.digest
    elsewhere.run("update orders set note = 'late' where order_id = 2")
    third = elsewhere.draw(second.reading.watermark, **wanted)
    assert third.reading.digest != second.reading.digest


@pytest.mark.parametrize(("lookback", "caught"), [("3 minutes", True), ("1 minute", False)])
def test_a_row_committed_late_comes_if_the_lookback_reaches_it(elsewhere, lookback, caught):
    orders(elsewhere, (1, 0), (2, 10))
    wanted = {"table": "orders", "cursor": "changed_at", "lookback": lookback}
    first = elsewhere.draw(**wanted)
    add(elsewhere, (3, 8))
    second = elsewhere.draw(first.reading.watermark, **wanted)
    assert ("3" in ids(second)) == caught
    assert second.reading.watermark == first.reading.watermark


def test_a_number_is_a_cursor_too(elsewhere):
    orders(elsewhere, (8, 0), (9, 0), (10, 0))
    first = elsewhere.draw(table="orders", cursor="order_id")
    assert first.reading.watermark == "10"  # as a number: as text 9 would be greater
    add(elsewhere, (7, 0), (11, 0))
    wanted = {"table": "orders", "cursor": "order_id", "lookback": 3}
    assert ids(elsewhere.draw("10", **wanted)) == ["7", "8", "9", "10", "11"]


def test_the_watermark_never_goes_back(elsewhere):
    orders(elsewhere, (1, 0), (2, 10))
    wanted = {"table": "orders", "cursor": "changed_at", "lookback": "10 minutes"}
    first = elsewhere.draw(**wanted)
    elsewhere.run("delete from orders where order_id = 2")
    assert elsewhere.draw(first.reading.watermark, **wanted).reading.watermark == (
        first.reading.watermark
    )


def test_rows_without_a_cursor_come_every_time(elsewhere):
    orders(elsewhere, (1, 0), (2, None))
    first = elsewhere.draw(table="orders", cursor="changed_at")
    add(elsewhere, (3, None))
    second = elsewhere.draw(first.reading.watermark, table="orders", cursor="changed_at")
    assert sorted(ids(second)) == ["1", "2", "3"]


def test_an_empty_table_has_columns_and_no_rows(elsewhere):
    orders(elsewhere)
    drawn = elsewhere.draw(table="orders", cursor="changed_at")
    assert drawn.reading.columns == ["order_id", "changed_at", "note"]
    assert (drawn.rows, drawn.reading.watermark) == ([], None)


def test_a_query_is_taken_as_it_is(elsewhere):
    orders(elsewhere, (1, 0), (2, 1))
    query = """
        with few as (select order_id, ':bind' as colon, '100%' as share from orders)
        select * from few where order_id > 1; -- 'the end
    """.replace("; --", " --")
    [row] = elsewhere.draw(query=query).rows
    assert row == {"row_no": 1, "order_id": "2", "colon": ":bind", "share": "100%"}


def test_names_are_quoted(elsewhere):
    elsewhere.run(
        'create table "Order; drop table x" ("my id" integer, "select" text)',
        "insert into \"Order; drop table x\" values (1, 'a')",
    )
    drawn = elsewhere.draw(table="Order; drop table x", cursor="my id")
    assert drawn.rows == [{"row_no": 1, "my id": "1", "select": "a"}]


POSTGRES_VALUES = {
    "numeric(12, 2) '12.10'": "12.10",
    "numeric '12345678901234567890.123456789'": "12345678901234567890.123456789",
    "float8 '1e16'": "10000000000000000",
    "float8 '0.1'": "0.1",
    "float4 '12.1'": "12.1",
    "true": "true",
    "date '2026-03-01'": "2026-03-01",
    "timestamptz '2026-03-01 10:00:00.25+01'": "2026-03-01 09:00:00.25+00",
    "timestamp '2026-03-01 10:00'": "2026-03-01 10:00:00",
    "array['a', null, 'b\"']": '["a",null,"b\\""]',
    "jsonb '{\"a\": 1.10}'": '{"a": 1.10}',
    "bytea '\\x00ff'": "\\x00ff",
    "uuid '00000000-0000-0000-0000-00000000000a'": "00000000-0000-0000-0000-00000000000a",
    "text ''": None,
    "cast(null as integer)": None,
    "E'two\\nlines, \"q\"'": 'two\nlines, "q"',
}


@pytest.mark.parametrize("written", POSTGRES_VALUES)
def test_postgres_values_are_exact_text(postgres, written):
    postgres.run("set timezone = 'America/New_York'")
    [row] = postgres.draw(query=f"select {written} as value").rows
    assert row["value"] == POSTGRES_VALUES[written]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("1e16", "10000000000000000"), ("12.1", "12.1"), ("3", "3"),
     ("0.1 + 0.2", "0.30000000000000004"), ("x'00ff'", "\\x00ff"), ("''", None), ("null", None)],
)  # fmt: skip
def test_sqlite_values_are_exact_text(sqlite, written, expected):
    sqlite.run("create table any_order (id integer)")
    [row] = sqlite.draw(query=f"select {written} as value").rows
    assert row["value"] == expected


def test_infinity_does_not_end_an_increment(postgres):
    orders(postgres, (1, 0))
    postgres.run("insert into orders values (2, 'infinity', 'x')")
    drawn = postgres.draw(table="orders", cursor="changed_at")
    assert drawn.reading.watermark == "2026-11-20 10:00:00+00"


def test_an_instant_years_ahead_does_not_hide_what_comes_before_it(elsewhere):
    orders(elsewhere, (1, 0))
    elsewhere.run("insert into orders values (2, '9999-12-31 00:00:00', 'x')")
    first = elsewhere.draw(table="orders", cursor="changed_at")
    assert first.reading.watermark.startswith("2026-11-20 10:00:00")
    add(elsewhere, (3, 1))
    second = elsewhere.draw(first.reading.watermark, table="orders", cursor="changed_at")
    assert ids(second) == ["1", "3", "2"]
    assert second.reading.watermark.startswith("2026-11-20 10:01:00")


def test_text_that_is_none_is_set_aside_and_the_rest_comes(sqlite):
    orders(sqlite, (1, 0), (2, 0), (3, 0))
    sqlite.run("update orders set note = cast(x'ff61' as text) where order_id = 2")
    sqlite.run("update orders set note = 'a' || char(0) || 'b' where order_id = 3")
    drawn = sqlite.draw(table="orders")
    assert ids(drawn) == ["1"]
    assert [(bad.row_no, bad.rule) for bad in drawn.reading.unreadable] == [
        (2, "not_text"), (3, "not_text"),
    ]  # fmt: skip
    assert b"\xffa" in drawn.reading.unreadable[0].content


def test_a_source_cannot_write_to_its_database(postgres, sqlite):
    for elsewhere in (postgres, sqlite):
        orders(elsewhere, (1, 0))
    postgres.run(
        "create function wipe() returns integer language sql as "
        "'delete from orders returning order_id'"
    )
    with pytest.raises(SourceUnavailable, match="read-only transaction"):
        postgres.draw(query="select wipe() as order_id")
    with pytest.raises((SourceUnavailable, SourceUnreadable)):
        sqlite.draw(query="delete from orders returning order_id")
    assert ids(postgres.draw(table="orders")) == ids(sqlite.draw(table="orders")) == ["1"]


def test_a_sqlite_file_that_is_not_there_is_not_made(sqlite, tmp_path):
    source = a_source("sql", {"url": "sqlite:///other.db", "table": "orders"})
    [arrival] = extract.arrivals(source, asked(tmp_path))
    with pytest.raises(SourceUnavailable, match="unable to open"):
        draw(arrival)
    assert not (tmp_path / "other.db").exists()
