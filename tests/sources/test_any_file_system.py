"""File systems that fsspec knows, and what a URL may not be."""

import fsspec
import pytest

from pipelines.configuration.model import Source
from pipelines.errors import SourceUnavailable
from pipelines.sources.files import csv, parquet
from pipelines.sources.interface import ExtractRequest
from tests.support.file_content import drawn

ROWS = b"a,b\n1,2\n"


def arrivals(home, path, kind=csv, **options):
    given = {"path": path, "encoding": "utf-8", "delimiter": ",", **options}
    source = Source("till", "order_lines", "csv", {}, "UTC", given)
    yield from kind.arrivals(source, ExtractRequest(home, {"TOKEN": "t0ken"}.get))


@pytest.fixture
def memory():
    files = fsspec.filesystem("memory")
    files.pipe({"/till/1.csv": ROWS, "/till/deep/2.csv": ROWS})
    yield files
    files.store.clear()
    files.pseudo_dirs[:] = [""]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("memory://till/*.csv", ["1.csv"]),
        ("memory://till/**/*.csv", ["1.csv", "deep/2.csv"]),
        ("memory://till/deep/2.csv", ["2.csv"]),
        ("memory://nothing/*.csv", []),
    ],
)
def test_a_glob_finds_what_is_there(memory, tmp_path, path, names):
    assert [arrival.name for arrival in arrivals(tmp_path, path)] == names


def test_what_is_found_is_read(memory, tmp_path):
    for arrival in arrivals(tmp_path, "memory://till/*.csv"):
        assert drawn(arrival.read())[1] == {1: ("1", "2")}


def test_a_parquet_file_is_read_from_elsewhere(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as arrow_parquet

    arrow_parquet.write_table(pa.table({"a": [1, 2]}), tmp_path / "1.parquet")
    for arrival in arrivals(tmp_path, f"file://{tmp_path}/*.parquet", parquet):
        assert drawn(arrival.read())[1] == {1: ("1",), 2: ("2",)}


def test_a_file_system_nobody_knows_is_said_without_secrets(tmp_path):
    with pytest.raises(SourceUnavailable, match=r"no file system for nowhere://") as said:
        list(arrivals(tmp_path, "nowhere://x/*.csv", storage_options={"token": "${TOKEN}"}))
    assert "t0ken" not in str(said.value)
