"""What every reader of files shares: finding them, naming their bytes, text in Arrow."""

import glob
import hashlib
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

CHUNK = 4 << 20


@dataclass
class Unreadable:
    """A row that is not what its file is declared to be."""

    row_no: int
    content: bytes
    rule: str
    sentence: str


@dataclass
class Reading:
    """A file being read: its header at once, its rows as an iterator of Arrow batches of text.

    `unreadable` fills while the rows are drawn. Each batch has a first column `row_no` (int64).
    """

    columns: list[str]
    batches: Iterator[pa.RecordBatch]
    unreadable: list[Unreadable] = field(default_factory=list)


Reader = Callable[[Path, dict[str, str]], Reading]


def find(pattern: str) -> list[Path]:
    """Return the files of a path or glob, by name."""
    return sorted(Path(match) for match in glob.glob(pattern) if Path(match).is_file())


def name_of(pattern: str, path: Path) -> str:
    """Return what a found file is called: its path below the folders that the pattern names."""
    fixed = itertools.takewhile(lambda part: not re.search(r"[*?[]", part), Path(pattern).parts)
    folder = Path(*fixed)
    return path.name if folder == path else str(path.relative_to(folder))


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def as_text(column: pa.Array) -> pa.Array:
    """Return a column as text, empty text as null."""
    text = column if pa.types.is_string(column.type) else column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def text_or_none(column: pa.Array) -> np.ndarray:
    """Return which values of a binary column are no UTF-8 text or hold a NUL byte, as bool (n,)."""
    bad = pc.fill_null(pc.match_substring(column, b"\x00"), False).to_numpy(zero_copy_only=False)
    try:
        column.cast(pa.string())
    except pa.ArrowInvalid:
        for place, content in enumerate(column.to_pylist()):  # only in a batch that has a bad row
            bad[place] |= content is not None and not _is_utf8(content)
    return bad


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
