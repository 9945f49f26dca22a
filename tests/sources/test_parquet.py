"""Parquet: the text of every type, nested values as JSON, and bounded batches."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import pytest

from pipelines.errors import SourceUnreadable
from pipelines.sources.files import parquet
from tests.support.file_content import content, drawn, set_aside

INSTANT = datetime(2026, 11, 20, 23, 30, 1, 250000, UTC)


def read(table, **options):
    sink = pa.BufferOutputStream()
    arrow_parquet.write_table(table, sink, **options)
    return drawn(parquet.read(content("x.parquet", sink.getvalue().to_pybytes()), {}))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (pa.date32(), date(2026, 11, 20), "2026-11-20"),
        (pa.timestamp("us"), INSTANT.replace(tzinfo=None), "2026-11-20 23:30:01.250000"),
        (pa.timestamp("ms", "UTC"), INSTANT, "2026-11-20 23:30:01.250Z"),
        (pa.timestamp("us", "Europe/Berlin"), INSTANT, "2026-11-20 23:30:01.250000Z"),
        (pa.timestamp("us", "+05:30"), INSTANT, "2026-11-20 23:30:01.250000Z"),
        (pa.decimal128(12, 2), Decimal("-12.50"), "-12.50"),
        (pa.float64(), 1001.0, "1001"),
        (pa.float64(), 12345678901234.0, "12345678901234"),
        (pa.float64(), 0.1, "0.1"),
        (pa.float32(), 2.5, "2.5"),
        (pa.float64(), float("nan"), None),
        (pa.int64(), -7, "-7"),
        (pa.bool_(), True, "true"),
        (pa.large_string(), "ä", "ä"),
        (pa.string(), "", None),
        (pa.string(), None, None),
        (pa.binary(), b"text", "text"),
        (pa.binary(), b"\xff\x00", "\\xff00"),
        (pa.binary(2), b"\xca\xfe", "\\xcafe"),
        (pa.dictionary(pa.int32(), pa.string()), "a", "a"),
        (pa.duration("s"), 90, "90"),
        (pa.null(), None, None),
    ],
)
def test_a_value_arrives_as_the_text_that_staging_reads(kind, value, text):
    _, rows = read(pa.table({"a": pa.array([value], kind)}))
    assert rows == {1: (text,)}


def test_the_text_of_a_value_does_not_depend_on_its_neighbours():
    values = [12345678901234.0, 1.5, None, float("nan"), -3.0, 1e300]
    _, rows = read(pa.table({"a": values}))
    assert [row[0] for row in rows.values()] == [
        "12345678901234",
        "1.5",
        None,
        None,
        "-3",
        "1e+300",
    ]


def test_nested_values_arrive_as_json():
    items = [{"sku": "ä'\"", "price": Decimal("1.50"), "at": INSTANT, "raw": b"\xff", "n": 1.5}]
    kind = pa.struct(
        [("sku", pa.string()), ("price", pa.decimal128(9, 2)), ("at", pa.timestamp("us", "UTC")),
         ("raw", pa.binary()), ("n", pa.float64())]
    )  # fmt: skip
    table = pa.table(
        {
            "items": pa.array([items, None, []], pa.list_(kind)),
            "user": pa.array([{"id": 1, "at": None}, None, {"id": 2, "at": date(2026, 1, 2)}]),
            "map": pa.array([[("k", float("nan"))], [], None], pa.map_(pa.string(), pa.float64())),
        }
    )
    _, rows = read(table)
    told = [[cell and json.loads(cell) for cell in row] for row in rows.values()]
    item = {"sku": "ä'\"", "price": "1.50", "raw": "\\xff", "n": 1.5}
    item["at"] = "2026-11-20T23:30:01.250000Z"
    assert told == [
        [[item], {"id": 1, "at": None}, {"k": None}],
        [None, None, {}],
        [[], {"id": 2, "at": "2026-01-02"}, None],
    ]


def test_a_text_with_a_nul_or_no_utf_8_costs_its_row_only():
    bad = pa.array([b"a\xff"], pa.binary()).view(pa.string())
    texts = pa.chunked_array([pa.array(["x", "n\x00l"]), bad, pa.array(["y"])])
    reading, rows = read(pa.table({"a": texts, "b": [1, 2, 3, 4]}))
    assert rows == {1: ("x", "1"), 4: ("y", "4")}
    assert set_aside(reading) == {
        2: ("not_text", b'{"a": "n\\u0000l", "b": "2"}'),
        3: ("not_text", b'{"a": "a\xff", "b": "3"}'),
    }


def test_long_rows_come_in_small_batches():
    sink = pa.BufferOutputStream()
    table = pa.table({"a": [f"{n}" * 500_000 for n in range(10, 80)]})
    arrow_parquet.write_table(table, sink, compression="zstd", use_dictionary=False)
    reading = parquet.read(content("x.parquet", sink.getvalue().to_pybytes()), {})
    sizes = [batch.num_rows for batch in reading.batches]
    assert sum(sizes) == 70
    assert max(sizes) <= 16


def test_a_file_with_a_column_twice_is_refused():
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pytest.raises(SourceUnreadable, match="has the column a twice"):
        read(table)


def test_a_damaged_page_is_said_with_the_row_it_breaks_off_at():
    sink = pa.BufferOutputStream()
    table = pa.table({"a": [str(n * 7919) for n in range(300_000)]})
    arrow_parquet.write_table(table, sink, row_group_size=70_000, use_dictionary=False)
    whole = bytearray(sink.getvalue().to_pybytes())
    for place in range(len(whole) // 2, len(whole) // 2 + 5000):
        whole[place] ^= 0x5A
    with pytest.raises(SourceUnreadable, match=r"x\.parquet breaks off after row \d+"):
        drawn(parquet.read(content("x.parquet", bytes(whole)), {}))
