"""Files through the whole of landing: what is counted, what waits, what lies in quarantine."""

import gzip
import json
import os
from dataclasses import replace

import pyarrow as pa
import pytest

from pipelines.landing import land
from tests.support.object_storage import BUCKET, KEYS, Bucket, client_of, moto_server
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, source

LINES = [line(name, "2026-11-20") for name in "ABC"]


def landed(shop):
    opened = replace(shop.deployment(), secret=KEYS.get)
    try:
        return land.land(opened)
    finally:
        opened.warehouse.close()


def received(shop):
    found = shop.query(
        "select file, received_count, stored_count from ops.batches order by batch_id"
    )
    return [tuple(row.values()) for row in found]


def packed(path, pack):
    """Put a compressed file in the place of a plain one."""
    path.with_name(f"{path.name}.gz").write_bytes(pack(path.read_bytes()))
    path.unlink()


def test_a_changed_archive_is_landed_again_and_only_its_new_rows_count(new_shop):
    shop = new_shop()
    till = source("order_lines", "till/*.csv.gz", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till}})
    packed(shop.write("till/1.csv", LINES[:2], LINE_COLUMNS), gzip.compress)
    landed(shop)
    packed(shop.write("till/1.csv", LINES, LINE_COLUMNS), gzip.compress)
    landed(shop)
    landed(shop)
    assert received(shop) == [("1.csv.gz", 2, 2), ("1.csv.gz", 3, 1)]


def test_a_cut_off_archive_is_a_refused_batch_without_rows(new_shop):
    shop = new_shop()
    till = source("order_lines", "till/*.csv.gz", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till}})
    many = [line(str(n), "2026-11-20") for n in range(200_000)]
    packed(
        shop.write("till/1.csv", many, LINE_COLUMNS), lambda content: gzip.compress(content)[:-2000]
    )
    [told] = landed(shop)
    assert "damaged or cut off" in told.sentence
    assert received(shop) == [("1.csv.gz", 0, 0)]
    assert shop.query("select 1 from raw.order_lines") == []


def test_a_file_that_changes_while_it_lands_leaves_nothing_and_lands_the_next_time(
    new_shop, monkeypatch
):
    from pipelines.sources.files import csv

    shop = new_shop()
    path = shop.write("till/1.csv", LINES[:2], LINE_COLUMNS)
    read = csv.read

    def read_and_grow(content, options):
        reading = read(content, options)
        shop.write("till/1.csv", LINES, LINE_COLUMNS)
        os.utime(path, ns=(1, 1))
        return reading

    with monkeypatch.context() as patched:
        patched.setattr(csv, "read", read_and_grow)
        [told] = landed(shop)
    assert (told.batch_id, received(shop)) == (None, [])
    assert "changed while it was read" in told.sentence
    assert shop.query("select 1 from raw.order_lines") == []
    landed(shop)
    assert received(shop) == [("1.csv", 3, 3)]


def test_a_file_somebody_has_open_is_left_with_a_sentence(new_shop):
    shop = new_shop()
    with shop.write("till/1.csv", LINES, LINE_COLUMNS).open("a"):
        [told] = landed(shop)
    assert "still being written" in told.sentence
    assert received(shop) == []
    landed(shop)
    assert received(shop) == [("1.csv", 3, 3)]


def test_damaged_rows_lie_in_quarantine_with_their_bytes_and_the_others_are_stored(new_shop):
    shop = new_shop()
    path = shop.write("till/1.csv", LINES, LINE_COLUMNS)
    whole = path.read_bytes()
    bad = [b'X,"1,2026-11-20', b"Y,\xff,\x00" + b"," * (len(LINE_COLUMNS) - 3), b"Z,1,2,3"]
    path.write_bytes(whole + b"\n".join(bad))
    landed(shop)
    assert received(shop) == [("1.csv", 6, 3)]
    kept = shop.query("select row_no, rules, content from quarantine.rows order by row_no")
    assert [(row["row_no"], row["rules"][0], bytes(row["content"])) for row in kept] == [
        (4, "ragged_row", bad[0]),
        (5, "not_text", bad[1]),
        (6, "ragged_row", bad[2]),
    ]


def test_a_hundred_thousand_bad_rows_are_a_hundred_thousand_rows_in_quarantine(new_shop):
    shop = new_shop()
    path = shop.write("till/1.csv", LINES, LINE_COLUMNS)
    with path.open("ab") as file:
        file.write(b"bad,row\n" * 100_000)
    landed(shop)
    assert received(shop) == [("1.csv", 100_003, 3)]
    assert shop.query("select count(*) as n from quarantine.rows") == [{"n": 100_000}]


@pytest.mark.parametrize("text", [r"a\u0000b", r"\ud800", "\ufeff", "\U0001f6d2"])
def test_whatever_json_may_escape_lands_or_lies_in_quarantine(new_shop, text):
    shop = new_shop()
    till = source("order_lines", "till/*.jsonl", LINE_COLUMNS) | {"kind": "jsonl"}
    shop.configure("sources", {"sources": {"till": till}})
    lines = [json.dumps(row) for row in LINES]
    lines.insert(
        1, json.dumps(LINES[0] | {"order_id": "@", "note": "@"}).replace('"@"', f'"{text}"')
    )
    (shop.home / "till").mkdir()
    (shop.home / "till" / "1.jsonl").write_text("\n".join(lines), encoding="utf-8")
    landed(shop)
    [(_, count, stored)] = received(shop)
    assert count == 4
    assert stored + len(shop.query("select 1 from quarantine.rows")) == 4


def test_a_nested_column_of_parquet_is_kept_as_json(new_shop):
    import pyarrow.parquet as arrow_parquet

    shop = new_shop()
    till = source("order_lines", "till/*.parquet", LINE_COLUMNS) | {"kind": "parquet"}
    shop.configure("sources", {"sources": {"till": till}})
    rows = [dict.fromkeys(LINE_COLUMNS) | row | {"taxes": [{"rate": 0.19}]} for row in LINES]
    (shop.home / "till").mkdir()
    arrow_parquet.write_table(pa.Table.from_pylist(rows), shop.home / "till" / "1.parquet")
    landed(shop)
    [row, *_] = shop.query("select attributes from raw.order_lines")
    assert json.loads(row["attributes"]["taxes"]) == [{"rate": 0.19}]


def test_an_object_of_s3_is_landed_once_and_its_keys_are_nowhere(new_shop, tmp_path):
    shop = new_shop()
    content = shop.write("elsewhere.csv", LINES, LINE_COLUMNS).read_bytes()
    with moto_server() as port:
        bucket = Bucket(port, tmp_path, client_of(port))
        bucket.client.create_bucket(Bucket=BUCKET)
        bucket.put("till/1.csv", content)
        options = bucket.options()
        till = source("order_lines", options.pop("path"), LINE_COLUMNS) | options
        shop.configure("sources", {"sources": {"till": till}})
        first, second = landed(shop), landed(shop)
    assert received(shop) == [("1.csv", 3, 3)]
    assert first[0].batch_id
    assert "its size and date are the same" in second[0].sentence
    kept = shop.query("select b::text as text from ops.batches as b")
    assert not any(secret in str(kept) + str(first) for secret in KEYS.values())
