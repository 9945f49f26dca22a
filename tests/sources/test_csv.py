"""Dirt by name: what a CSV file may hold, what becomes of it, and what is said."""

import csv as python_csv
import io

import pytest

from pipelines.errors import SourceUnreadable
from pipelines.sources.files import unreadable_rows
from tests.support.file_content import read_csv, set_aside


def test_a_quote_that_a_later_line_closes_costs_its_line_and_no_other():
    good = [f"{n},plain,x" for n in range(50)]
    lines = ["a,b,c", *good, '50,"torn,x', *good, '101,x"y,z', *good]
    reading, rows = read_csv("\n".join(lines).encode())
    assert set_aside(reading) == {51: ("ragged_row", b'50,"torn,x')}
    assert rows[102] == ("101", 'x"y', "z")
    assert len(rows) == 151
    assert "closed in a later line" in reading.unreadable[0].sentence


def test_a_quote_too_many_that_would_make_one_row_of_two_is_seen():
    reading, rows = read_csv(b'a,b,c\n1,"x,3\n4,"good",6\n7,8,9\n')
    assert set_aside(reading) == {1: ("ragged_row", b'1,"x,3')}
    assert rows == {2: ("4", "good", "6"), 3: ("7", "8", "9")}


def test_a_ragged_record_of_several_lines_is_one_row_as_received():
    raw = b'1,"first line\nsecond line",b,too many'
    reading, rows = read_csv(b"a,b,c\n" + raw + b"\n4,5,6\n")
    assert set_aside(reading) == {1: ("ragged_row", raw)}
    assert rows == {2: ("4", "5", "6")}


def test_a_file_cut_off_within_a_quote_loses_that_row_only():
    reading, rows = read_csv(b'a,b,c\n1,2,3\n4,5,"cut o')
    assert set_aside(reading) == {2: ("ragged_row", b'4,5,"cut o')}
    assert rows == {1: ("1", "2", "3")}


def test_a_quote_within_a_value_means_itself():
    _, rows = read_csv(b'a,b\n5" pipe,"say ""x"""\n"6"" pipe",y"z\n')
    assert rows == {1: ('5" pipe', 'say "x"'), 2: ('6" pipe', 'y"z')}


def test_a_row_that_is_ragged_and_no_text_keeps_its_bytes():
    reading, rows = read_csv(b"a,b\n1,caf\xe9,3\n4,5\n")
    assert set_aside(reading) == {1: ("ragged_row", b"1,caf\xe9,3")}
    assert rows == {2: ("4", "5")}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_as_they_like_and_empty_ones_do_not_count(end):
    _, rows = read_csv(end.join([b"", b"a,b", b"1,2", b"", b"3,4", b""]))
    assert rows == {1: ("1", "2"), 2: ("3", "4")}


def test_cells_of_a_megabyte_arrive_whole_beside_short_ones():
    cells = ["ä" * 500_000, 'say "x"\n' * 125_000, "x" * 1_000_000]
    text = io.StringIO(newline="")
    python_csv.writer(text).writerows([["a", "b", "c"], *[cells, ["1", "2", "3"]] * 6])
    reading, rows = read_csv(text.getvalue().encode())
    assert reading.unreadable == []
    assert rows == {n: tuple(cells) if n % 2 else ("1", "2", "3") for n in range(1, 13)}


def test_a_row_without_end_is_said():
    with pytest.raises(SourceUnreadable, match=r"row 2 is longer than 8 MiB.*lines ended"):
        read_csv(b"a,b\n1,2\n" + b"x" * (20 << 20))


def test_a_quote_open_for_longer_than_a_row_may_be_costs_its_line():
    rows_after = b"1,2\n" * 5_000_000
    reading, rows = read_csv(b'a,b\n1,"x\n' + rows_after)
    assert set_aside(reading) == {1: ("ragged_row", b'1,"x')}
    assert len(rows) == 5_000_000


def test_a_file_that_is_mostly_unreadable_is_refused_with_its_first_row(monkeypatch):
    monkeypatch.setattr(unreadable_rows, "MOST_ROWS", 100)
    with pytest.raises(SourceUnreadable, match=r"101 rows .* the first: row 1 has 3 values"):
        read_csv(b"a,b\n" + b"1;2;3,4,5\n" * 1000)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b"\xef\xbb\xbf"), ("utf-16", b""), ("utf-16-le", b""), ("latin-1", b""),
     ("cp1252", b""), ("shift_jis", b"")],
)  # fmt: skip
def test_a_file_is_read_in_its_encoding(encoding, mark):
    word = "テスト" if encoding == "shift_jis" else "Müller"
    text = f"name,b\n{word},1\n"
    _, rows = read_csv(mark + text.encode(encoding), encoding=encoding)
    assert rows == {1: (word, "1")}


@pytest.mark.parametrize(
    ("encoding", "bad"),
    [("cp1252", b"x\x81y,1"), ("ascii", b"caf\xe9,1"), ("utf-16-le", "x\ud800,1"),
     ("shift_jis", b"\x85\x40\xff,1")],
)  # fmt: skip
def test_bytes_that_the_encoding_has_not_cost_their_row_only(encoding, bad):
    bad = bad if isinstance(bad, bytes) else bad.encode(encoding, "surrogatepass")
    header, last = ("a,b\n".encode(encoding), "\n2,3\n".encode(encoding))
    reading, rows = read_csv(header + bad + last, encoding=encoding)
    assert set_aside(reading) == {1: ("not_text", bad)}
    assert rows == {2: ("2", "3")}


def test_a_file_cut_off_within_a_character_is_said():
    with pytest.raises(SourceUnreadable, match=r"x\.csv is not utf-16: truncated data"):
        read_csv("a,b\n1,2\n".encode("utf-16")[:-1], encoding="utf-16")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty: not even a header"),
        (b"\n\n\r\n", "is empty: not even a header"),
        (b"a,b,a\n1,2,3\n", "has the column a twice"),
        (b"caf\xe9,b\n1,2\n", "the header of x.csv is not utf-8 text"),
        ("a,b\n".encode("utf-16"), "is UTF-16, sources.yml says utf-8"),
        (b'"a,b\n1,2\n', "its header does not end; a quote in it"),
    ],
)
def test_a_header_that_is_none_is_said(content, said):
    with pytest.raises(SourceUnreadable, match=said):
        read_csv(content)


def test_columns_without_a_name_are_called_by_their_place():
    reading, rows = read_csv(b'a,,"c\nd", \n1,2,3,4\n')
    assert reading.columns == ["a", "column_2", "c\nd", "column_4"]
    assert rows == {1: ("1", "2", "3", "4")}


def test_another_delimiter_leaves_commas_alone():
    _, rows = read_csv(b'a;b\n1,5;"x;y"\n', delimiter=";")
    assert rows == {1: ("1,5", "x;y")}
