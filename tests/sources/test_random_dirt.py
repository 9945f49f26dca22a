"""Whatever is in a file, each of its records is a good row or set aside with its bytes."""

import csv as python_csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.sources.files import csv, decoding
from tests.support.file_content import read_csv, read_lines, set_aside

WIDTH = 3
HEADER = b"a,b,c\n"
# Small pieces, so that records lie across their ends as they do in large files.
quickly = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ends = st.sampled_from([b"\n", b"\r\n"])
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
nasty = st.sampled_from(
    [
        '"',
        '""',
        "a,b",
        "x\ny",
        "x\r\ny",
        '5" pipe',
        "=1+1",
        "'; drop table x; --",
        "",
        " ",
        "\ufeff",
    ]
)
cells = texts | nasty
one_line = texts.filter(lambda text: not {"\r", "\n"} & set(text))
no_text = st.sampled_from([b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\x00", b"caf\xe9"])


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(decoding, "PIECE_BYTES", 37)


def written(cells):
    """Return cells as Python's csv module writes them."""
    text = io.StringIO(newline="")
    python_csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def plain(row):
    return tuple(cell or None for cell in row)


good_rows = st.tuples(*[cells] * WIDTH).map(lambda row: ("good", written(row), plain(row)))
ragged_rows = st.lists(texts, min_size=1, max_size=7).filter(lambda row: len(row) != WIDTH).map(
    lambda row: ("ragged_row", written(row), None)
)  # fmt: skip
broken_rows = st.tuples(no_text, texts).map(
    lambda row: ("not_text", b"1," + row[0] + b"," + written([row[1]]), None)
)
torn_rows = texts.map(lambda text: ("torn", b'1,"' + text.encode() + b"\n", None))
blank_lines = ends.map(lambda end: ("blank", end, None))


@quickly
@given(st.lists(good_rows | ragged_rows | broken_rows | blank_lines, max_size=30), st.booleans())
def test_every_record_is_a_good_row_or_set_aside_under_its_number(rows, is_ended):
    content = HEADER + b"".join(raw for _, raw, _ in rows)
    reading, found = read_csv(content if is_ended else content.removesuffix(b"\r\n"))
    aside = set_aside(reading)
    numbered = [row for row in rows if row[0] != "blank"]
    for number, (rule, raw, values) in enumerate(numbered, start=1):
        if rule == "good":
            assert found.pop(number) == values
        else:
            assert aside.pop(number) == (rule, raw.removesuffix(b"\r\n"))
    assert (found, aside) == ({}, {})


@quickly
@given(st.lists(good_rows), st.lists(one_line, max_size=2), st.lists(good_rows))
def test_a_quote_that_is_never_closed_costs_its_line_and_no_other(before, start, after):
    """Rows after it have no quotes of their own, which would close it."""
    after = [row for row in after if b'"' not in row[1]]
    torn = written([*start, ""]).removesuffix(b"\r\n") + b'"open'
    content = HEADER + b"".join(raw for _, raw, _ in before) + torn + b"\r\n"
    reading, found = read_csv(content + b"".join(raw for _, raw, _ in after))
    assert set_aside(reading) == {len(before) + 1: ("ragged_row", torn)}
    assert list(found.values()) == [values for _, _, values in [*before, *after]]
    assert "never closed" in reading.unreadable[0].sentence


@quickly
@given(st.lists(good_rows, min_size=1, max_size=9), st.binary(max_size=60), st.integers(0))
def test_no_damage_to_the_bytes_loses_one(rows, dirt, place):
    """Every byte but line ends is in a good row or in one set aside; numbers leave no gap."""
    content = b"".join(raw for _, raw, _ in rows)
    place %= len(content) + 1
    content = content[:place] + dirt + content[place:]
    reading, found = read_csv(HEADER + content)
    aside = set_aside(reading)
    assert sorted([*found, *aside]) == list(range(1, len(found) + len(aside) + 1))
    kept = b"".join(raw for _, raw in aside.values()) + b"".join(
        (cell or "").encode() for row in found.values() for cell in row
    )
    structure = b'",\r\n'
    assert sorted(kept.translate(None, structure)) == sorted(content.translate(None, structure))


@quickly
@given(st.lists(good_rows | ragged_rows | broken_rows | torn_rows, max_size=20))
def test_where_a_piece_ends_makes_no_difference(rows):
    content = HEADER + b"".join(raw for _, raw, _ in rows)
    found = []
    for size in (1, 13, 1 << 20):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(decoding, "PIECE_BYTES", size)
            reading, good = read_csv(content)
        found.append((good, set_aside(reading)))
    assert found[0] == found[1] == found[2]


@quickly
@given(st.lists(st.sampled_from([b'"', b",", b"\n", b"\r", b"a", b"1,2,3\n", b"\xff"])))
def test_arrow_and_the_reading_of_one_row_after_the_other_agree(parts):
    content, found = HEADER + b"".join(parts), []
    for size, halved, rows in ((5, 1, csv._Rows), (1 << 20, 2, csv._Rows), (1 << 20, 99, Slowly)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(decoding, "PIECE_BYTES", size)
            patched.setattr(csv, "SLOW_BYTES", halved)
            patched.setattr(csv, "_Rows", rows)
            reading, good = read_csv(content)
        found.append((good, set_aside(reading)))
    assert found[0] == found[1] == found[2]


class Slowly(csv._Rows):
    def _quickly(self, block):
        return None


@quickly
@given(st.lists(st.tuples(texts | nasty, ends), max_size=20), st.booleans(), st.booleans())
def test_every_json_line_keeps_its_number_and_its_text(lines, has_mark, is_ended):
    written = [json.dumps({"a": text}, ensure_ascii=False).encode() + end for text, end in lines]
    content = b"".join(written) or b"\n"
    if not is_ended:
        content = content.rstrip(b"\r\n") or b"\n"
    reading, found = read_lines(b"\xef\xbb\xbf" * has_mark + content)
    assert reading.unreadable == []
    assert {n: json.loads(row[0])["a"] for n, row in found.items()} == {
        n: text for n, (text, _) in enumerate(lines, start=1)
    }


@quickly
@given(st.lists(no_text.map(lambda raw: (raw, True)) | texts.map(lambda t: (t.encode(), False))))
def test_json_lines_that_are_no_text_are_set_aside_as_received(lines):
    content = b"".join(b'{"a":"' + raw.translate(None, b"\r\n") + b'"}\n' for raw, _ in lines)
    reading, found = read_lines(content + b"\n")
    expected = {
        n: ("not_text", b'{"a":"' + raw + b'"}') for n, (raw, bad) in enumerate(lines, 1) if bad
    }
    assert set_aside(reading) == expected
    assert sorted(found) == [n for n, (_, bad) in enumerate(lines, start=1) if not bad]
