"""Compressed files: read as what is in them, refused where they are cut off or damaged."""

import gzip

import pyarrow as pa
import pytest

from pipelines.errors import SourceUnreadable
from tests.support.file_content import read_csv, read_lines

ROWS = b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * 7919) for n in range(300_000))
PACKED = {
    "x.csv.gz": gzip.compress(ROWS, 1),
    "x.csv.zst": pa.compress(ROWS, "zstd", asbytes=True),
}


@pytest.mark.parametrize("name", PACKED)
def test_a_compressed_file_reads_as_the_plain_one(name):
    assert read_csv(PACKED[name], name)[1] == read_csv(ROWS)[1]


def test_archives_one_after_the_other_are_one_file():
    half = len(ROWS) // 2
    for name, pack in (("x.csv.gz", gzip.compress), ("x.csv.zst", _zstd)):
        _, rows = read_csv(pack(ROWS[:half]) + pack(ROWS[half:]), name)
        assert len(rows) == 300_000


def test_json_lines_may_be_compressed():
    lines = b'{"a":1}\r\n{"a":2}'
    assert read_lines(gzip.compress(lines), "x.jsonl.gz")[1] == {1: ('{"a":1}',), 2: ('{"a":2}',)}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("kept", [0.0001, 0.5, 0.999])
def test_an_archive_that_is_cut_off_is_refused(name, kept):
    whole = PACKED[name]
    with pytest.raises(SourceUnreadable, match=r"damaged or cut off.*send it again"):
        read_csv(whole[: max(int(len(whole) * kept), 3)], name)


def test_an_archive_that_is_damaged_is_refused():
    whole = bytearray(PACKED["x.csv.gz"])
    for place in range(len(whole) // 2, len(whole) // 2 + 2000):
        whole[place] ^= 0x5A
    with pytest.raises(SourceUnreadable):
        read_csv(bytes(whole), "x.csv.gz")


def test_a_gzip_whose_checksum_is_wrong_is_refused():
    whole = bytearray(PACKED["x.csv.gz"])
    whole[-8] ^= 1
    with pytest.raises(SourceUnreadable, match="damaged or cut off"):
        read_csv(bytes(whole), "x.csv.gz")


@pytest.mark.parametrize("name", PACKED)
def test_what_is_no_archive_is_refused(name):
    with pytest.raises(SourceUnreadable, match="cannot be decompressed"):
        read_csv(ROWS, name)


@pytest.mark.parametrize("name", PACKED)
def test_an_empty_file_says_that_it_is_empty(name):
    with pytest.raises(SourceUnreadable, match=r"is empty|cut off"):
        read_csv(b"", name)


def _zstd(content):
    return pa.compress(content, "zstd", asbytes=True)
