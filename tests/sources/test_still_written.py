"""What is still being written waits for the next night, and is then landed whole."""

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.configuration.model import Source
from pipelines.errors import SourceUnavailable, SourceUnfinished, SourceUnreadable
from pipelines.sources.files import csv, local_files
from pipelines.sources.interface import ExtractRequest
from tests.support.file_content import drawn

ROWS = b"a,b\n1,2\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "1.csv").write_bytes(ROWS)
    return tmp_path


def arrivals(folder, path="*", now=None, **options):
    given = {"path": f"{folder}/{path}", "encoding": "utf-8", "delimiter": ",", **options}
    source = Source("till", "order_lines", "csv", {}, "UTC", given)
    return list(csv.arrivals(source, ExtractRequest(folder, {}.get, now=now)))


@pytest.mark.parametrize("name", ["2.csv.part", "2.PARTIAL", "2.tmp", "2.csv.crdownload",
                                  "2.csv.filepart", "_2.csv"])  # fmt: skip
def test_a_name_that_says_unfinished_is_left_unless_the_path_is_that_name(folder, name):
    (folder / name).write_bytes(ROWS)
    told = {arrival.name: arrival.left for arrival in arrivals(folder)}
    assert told.pop("1.csv") is None
    assert name in told[name]
    assert [arrival.left for arrival in arrivals(folder, name)] == [None]


def test_what_lies_in_a_hidden_folder_is_left(folder):
    (folder / "_temporary" / "0").mkdir(parents=True)
    (folder / "_temporary" / "0" / "2.csv").write_bytes(ROWS)
    told = {arrival.name: arrival.left for arrival in arrivals(folder, "**/*.csv")}
    assert "hidden" in told["_temporary/0/2.csv"]
    assert told["1.csv"] is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open")
def test_a_file_that_another_program_writes_is_left_until_it_is_closed(folder):
    program = "import sys; file = open(sys.argv[1], 'a'); print(flush=True); sys.stdin.read()"
    writer = subprocess.Popen(
        [sys.executable, "-c", program, str(folder / "1.csv")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    writer.stdout.readline()
    try:
        [arrival] = arrivals(folder)
    finally:
        writer.communicate()
    assert "a program has it open" in arrival.left
    with (folder / "1.csv").open("rb"):  # who only reads it keeps nobody from landing it
        assert [arrival.left for arrival in arrivals(folder)] == [None]


@pytest.mark.parametrize("change", ["grows", "shrinks", "is replaced", "goes"])
def test_a_file_that_changes_while_it_is_read_brings_no_batch_to_its_end(folder, change):
    path = folder / "1.csv"
    path.write_bytes(ROWS + b"1,2\n" * 4_000_000)  # several pieces
    [arrival] = arrivals(folder)
    batches = arrival.read().batches
    next(batches)
    if change == "grows":
        with path.open("ab") as file:
            file.write(b"3,4\n")
    elif change == "shrinks":
        os.truncate(path, 1000)
    elif change == "is replaced":
        path.rename(folder / "old")
        (folder / "1.csv").write_bytes(ROWS)
    else:
        path.unlink()
    with pytest.raises(SourceUnfinished, match=r"1\.csv changed while it was read"):
        list(batches)


def test_a_file_found_empty_that_has_grown_meanwhile_is_unfinished_not_unreadable(folder):
    path = folder / "1.csv"
    path.write_bytes(b"")
    [arrival] = arrivals(folder)
    path.write_bytes(ROWS)
    os.utime(path, ns=(0, 0))
    with pytest.raises(SourceUnfinished):
        drawn(arrival.read())
    path.write_bytes(b"")
    [arrival] = arrivals(folder)
    with pytest.raises(SourceUnreadable, match="is empty"):
        arrival.read()


def test_a_young_file_settles(folder):
    changed = datetime.fromtimestamp((folder / "1.csv").stat().st_mtime, UTC)
    for age, is_left in ((0, True), (59, True), (61, False)):
        [arrival] = arrivals(folder, now=changed + timedelta(seconds=age), settle_seconds=60)
        assert bool(arrival.left) == is_left
    [arrival] = arrivals(folder, now=changed - timedelta(days=1))
    assert arrival.left is None


def test_a_file_that_may_not_be_opened_is_said(folder, monkeypatch):
    def denied(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)  # root may open any

    monkeypatch.setattr(local_files, "sha256_of", denied)
    with pytest.raises(SourceUnavailable, match=r"1\.csv cannot be opened: Permission denied"):
        arrivals(folder)
