"""Bytes of another format, Excel's first line, a header with blanks: refused, and named as such."""

import bz2
import gzip
import io
import lzma
import zipfile
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nocturne.show import status, summary
from pipelines.errors import SourceUnreadable
from pipelines.sources.files import parquet
from pipelines.sources.files.decoding import Content
from tests.support.file_content import read_csv, read_lines
from tests.support.mapped_rows import ROW, configure, receive
from tests.support.shop import Shop, source

TEXT = b"order,sold\nA,2026-11-20\n" * 9


def zipped(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, TEXT)
    return made.getvalue()


def parquet_bytes() -> bytes:
    made = io.BytesIO()
    pq.write_table(pa.table({"order": ["A"]}), made)
    return made.getvalue()


OTHERS = {
    "a zip archive": zipped("till.csv"),
    "an Excel workbook (.xlsx)": zipped("[Content_Types].xml"),
    "an Excel workbook": zipped("xl/workbook.xml"),
    "compressed with bzip2": bz2.compress(TEXT),
    "bzip2": bz2.compress(b""),
    "compressed with gzip, though its name does not end in .gz": gzip.compress(TEXT),
    "compressed with zstd, though its name": pa.compress(TEXT, "zstd", asbytes=True),
    "compressed with xz": lzma.compress(TEXT),
    "an Excel workbook (.xls)": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "a Parquet file": parquet_bytes(),
}  # fmt: skip


def read_parquet(content: bytes, name: str) -> None:
    parquet.read(Content(name, lambda: io.BytesIO(content)), {})


@pytest.mark.parametrize("what", OTHERS)
@pytest.mark.parametrize("read", [read_csv, read_lines, read_parquet])
def test_bytes_of_another_format_are_named(what, read):
    if what == "a Parquet file" and read is read_parquet:
        return
    with pytest.raises(SourceUnreadable) as refused:
        read(OTHERS[what], "till.dat")
    assert what in str(refused.value)
    assert "encoding" not in str(refused.value)


@pytest.mark.parametrize("what", ["a zip archive", "an Excel workbook", "compressed with bzip2"])
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_suffix_that_is_not_true_is_seen_through(what, suffix):
    with pytest.raises(SourceUnreadable, match=what):
        read_csv(OTHERS[what], f"till.csv{suffix}")


def test_what_is_packed_twice_is_named():
    with pytest.raises(SourceUnreadable, match="a zip archive"):
        read_csv(gzip.compress(OTHERS["a zip archive"]), "till.csv.gz")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("line", [b"sep=;", b"SEP=,", b'"sep=;"', b"sep=\t", b"sep="])
def test_the_line_that_excel_reads_a_delimiter_from_is_named(line, end):
    with pytest.raises(SourceUnreadable, match=r"the first line of x\.csv is Excel's `sep="):
        read_csv(line + end + b"a;b" + end + b"1;2" + end)


def test_a_column_may_begin_like_that_line():
    assert read_csv(b"sep=total,b\n1,2\n")[1] == {1: ("1", "2")}


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u200b", "\t"])
def test_a_name_with_a_blank_is_quoted_in_the_sentence(new_shop, blank):
    shop: Shop = new_shop(night_on_refused="go_on")
    configure(shop)
    shop.write("till/1.csv", [{f"order{blank}" if name == "order" else name: value
                               for name, value in ROW.items()}])  # fmt: skip
    [landed] = receive(shop)
    assert "maps 'order', which the file does not have" in landed.sentence
    assert f"It has: {f'order{blank}'!r}, sold, pieces" in landed.sentence


def test_a_refused_batch_is_named_with_its_reason_in_the_summary_and_in_status(new_shop, capsys):
    shop: Shop = new_shop(night_on_refused="go_on", freshness_days=30)
    columns = ["order_id", "ordered_at", "customer_ref", "email", "quantity", "net_amount"]
    shop.configure("sources", {"sources": {
        name: source("order_lines", f"{name}/*", columns) for name in ("till", "web", "packed")
    }})  # fmt: skip
    row = {"order_id": "A", "ordered_at": "2026-11-20", "customer_ref": "a", "email": "at-home@",
           "quantity": "1", "net_amount": "1"}  # fmt: skip
    for name in ("till", "web"):
        shop.write(f"{name}/1.csv", [row], columns)
    (shop.home / "packed").mkdir()
    (shop.home / "packed/1.csv").write_bytes(OTHERS["a zip archive"])
    shop.night(date(2026, 11, 20))
    opened = shop.deployment()
    summary.show(opened, date(2026, 11, 20))
    told = " ".join(capsys.readouterr().out.split())
    assert "batch 3: packed, 1.csv: 1.csv is a zip archive. Have the source send the file" in told
    assert "till, 1.csv: 1 of 1 rows: " in told
    assert "web, 1.csv: 1 of 1 rows: " in told
    status.show(opened)
    assert "Refused: batch 3. packed, 1.csv: 1.csv is a zip archive." in capsys.readouterr().out
    opened.warehouse.close()
