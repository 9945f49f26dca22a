"""Detect how a file is written: its kind, its encoding, what stands between its columns."""

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import SourceUnreadable
from pipelines.sources.files import decoding
from pipelines.sources.files.decoding import Content

LOOKED_AT_BYTES = 32 << 20  # of a file for its encoding
SAMPLE_CHARACTERS = 1 << 18  # for its delimiter
DELIMITERS = (",", ";", "\t", "|")
SUFFIXES = {
    "csv": (".csv", ".tsv", ".txt", ".tab"),
    "jsonl": (".jsonl", ".ndjson", ".json"),
    "parquet": (".parquet", ".pq"),
}
VALUE = re.compile(r"[-+]?[0-9][0-9.,:/ -]*|\S+@\S+")  # which names no column
WESTERN = ("cp1252", "cp850", "mac_roman")  # tried where a text is no UTF-8, the likeliest first
LETTERS = frozenset("äöüÄÖÜßéèêëàâáçñíîïóôúùøåæœØÅÆÉ")


@dataclass(frozen=True)
class FileForm:
    """How a file is written; `remark` says what of it is a guess."""

    kind: str
    encoding: str = "utf-8"
    delimiter: str = ","
    remark: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """The options of the reader of its kind."""
        return {"encoding": self.encoding, "delimiter": self.delimiter}


def content_of(path: Path) -> Content:
    """Return a file as readers open it."""
    return Content(path.name, lambda: path.open("rb"))


def form_of(path: Path) -> FileForm:
    """Return how a file is written.

    Raises
    ------
    SourceUnreadable
        If it is empty, no text, or of a format that no source can have.
    """
    with path.open("rb") as file:
        if file.read(4) == b"PAR1":
            return FileForm("parquet")
    raw = b"".join(_beginning(path))
    if not raw.strip():
        raise SourceUnreadable(f"{path.name} is empty: show one with a header and some rows.")
    encoding, remark = _encoding(path.name, raw)
    text = raw[: 4 * SAMPLE_CHARACTERS].decode(encoding, "replace")[:SAMPLE_CHARACTERS]
    first = text.lstrip("\ufeff \r\n")[:1]
    if first == "[" and not _is_named(path, "csv"):
        raise SourceUnreadable(
            f"{path.name} is one JSON array: have it sent as JSON Lines, an object per line "
            "(`jq -c '.[]'` makes them)."
        )
    if first == "{" or _is_named(path, "jsonl"):
        return FileForm("jsonl", encoding, remark=remark)
    delimiter = delimiter_of(text)
    _refuse_headless(path.name, _first_row(text, delimiter))
    return FileForm("csv", encoding, delimiter, remark)


def _is_named(path: Path, kind: str) -> bool:
    name = path.name.lower().removesuffix(".gz").removesuffix(".zst")
    return name.endswith(SUFFIXES[kind])


def _beginning(path: Path) -> Iterator[bytes]:
    """Yield the first bytes of a file, decompressed; what is of another format is refused."""
    count = 0
    for piece in decoding.pieces(content_of(path), "utf-8"):
        yield piece
        count += len(piece)
        if count >= LOOKED_AT_BYTES:
            return


def _encoding(name: str, raw: bytes) -> tuple[str, str]:
    """Return the encoding of a text, and a remark where it is a guess."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", ""
    if b"\x00" in raw[:4096]:
        raise SourceUnreadable(
            f"{name} is no text: it has NUL bytes. Show files of CSV, JSON Lines or Parquet."
        )
    try:
        codecs.getincrementaldecoder("utf-8")().decode(raw)
    except UnicodeDecodeError:
        likeliest = max(WESTERN, key=lambda each: _plausibility(raw, each))
        return likeliest, f"no UTF-8; taken for {likeliest}: look at names with ä or é"
    return "utf-8", ""


def _plausibility(raw: bytes, encoding: str) -> int:
    """Return how many of the characters beyond ASCII are letters, less those nobody writes."""
    beyond = bytes(byte for byte in raw[:LOOKED_AT_BYTES] if byte > 127)[:100_000]
    text = beyond.decode(encoding, "replace")
    odd = sum(unicodedata.category(each) in ("Cc", "Co", "Cn", "So", "Sm", "Sk") for each in text)
    return sum(each in LETTERS for each in text) - odd


def delimiter_of(text: str) -> str:
    """Return what stands between the columns: what makes most rows as wide as the header."""
    lines = text.splitlines()
    if len(lines) > 1 and len(text) >= SAMPLE_CHARACTERS:
        lines.pop()  # may be cut off

    def fit(delimiter: str) -> tuple[bool, float, int]:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows) / max(len(rows), 1)
        return width > 1, round(alike, 1), width

    try:
        return max(DELIMITERS, key=fit)
    except csv.Error:  # a value longer than any
        return ","


def _first_row(text: str, delimiter: str) -> list[str]:
    rows = csv.reader(text.lstrip("\ufeff").splitlines(), delimiter=delimiter)
    try:
        return next(filter(None, rows), [])
    except csv.Error:  # a value longer than any: the reader says what is wrong
        return ["", ""]


def _refuse_headless(name: str, cells: list[str]) -> None:
    """Refuse a CSV of one column, or one whose first line is a row."""
    if len(cells) == 1:
        raise SourceUnreadable(
            f"{name} has one column only, {cells[0][:60]!r}: have its values sent with a comma, a "
            "semicolon, a tab or a bar between them."
        )
    if 2 * sum(VALUE.fullmatch(each) is not None for each in cells) >= len(cells):
        raise SourceUnreadable(
            f"{name} has no header: its first line is {', '.join(cells)[:80]!r}. Have it sent with "
            "one line of column names before the rows."
        )
