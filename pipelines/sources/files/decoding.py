"""Decode a file to a stream of UTF-8: decompressed by its suffix, in pieces of one size."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO

import pyarrow as pa

from pipelines.errors import SourceUnreadable
from pipelines.sources.interface import RowStream

PIECE_BYTES = 4 << 20
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
BOM = b"\xef\xbb\xbf"
PLAIN = ("utf-8", "utf-8-sig", "ascii")


@dataclass(frozen=True)
class Content:
    """What a file is called, and a way to open its bytes from the beginning."""

    name: str
    open: Callable[[], BinaryIO]


Reader = Callable[[Content, dict[str, Any]], RowStream]  # reads a file's bytes by its options


def pieces(content: Content, encoding: str) -> Iterator[bytes]:
    """Yield what is in a file, decompressed and as UTF-8 without a byte order mark.

    Bytes that are no text in `encoding` come as what is no UTF-8 either: `original` finds them.

    Raises
    ------
    SourceUnreadable
        If a compressed file is cut off or damaged, or the last character is.
    """
    raw = _decompressed(content)
    text = raw if is_plain(encoding) else _transcoded(content.name, raw, encoding)
    head = b""
    for piece in text:
        head += piece
        if len(head) >= len(BOM):
            break
    yield from filter(None, chain([head.removeprefix(BOM)], text))


def is_plain(encoding: str) -> bool:
    """Return whether a text in this encoding is UTF-8 as it is."""
    return codecs.lookup(encoding).name in PLAIN


def original(text: bytes, encoding: str) -> bytes:
    """Return part of what `pieces` gave as the bytes that were received."""
    if is_plain(encoding):
        return text
    escapes = _escapes(encoding)
    try:
        return text.decode("utf-8", "surrogatepass").encode(_without_mark(encoding), escapes)
    except UnicodeError:  # cut within a character
        return text


def _decompressed(content: Content) -> Iterator[bytes]:
    suffix = content.name[content.name.rfind(".") :].lower()
    with content.open() as file:
        if suffix not in COMPRESSIONS:
            while piece := file.read(PIECE_BYTES):
                yield piece
            return
        compression = COMPRESSIONS[suffix]
        try:
            with pa.CompressedInputStream(pa.PythonFile(file, "r"), compression) as stream:
                while piece := stream.read(PIECE_BYTES):
                    yield piece
        except OSError as error:
            raise SourceUnreadable(
                f"{content.name} is damaged or cut off: it cannot be decompressed as {compression} "
                f"to its end ({_first_line(error)}). Nothing of it was landed; ask the source to "
                "send it again."
            ) from None


def _transcoded(name: str, raw: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(_escapes(encoding))
    try:
        for piece in raw:
            yield decoder.decode(piece).encode("utf-8", "surrogatepass")
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise SourceUnreadable(
            f"{name} is not {encoding}: {getattr(error, 'reason', error)}. Set `encoding:` in "
            "sources.yml to what it is, or ask the source to send it again. Nothing was landed."
        ) from None


def _escapes(encoding: str) -> str:
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    return "surrogatepass" if wide else "surrogateescape"


def _without_mark(encoding: str) -> str:
    """Return the encoding that writes no byte order mark before a part of a file."""
    name = codecs.lookup(encoding).name
    return f"{name}-le" if name in ("utf-16", "utf-32") else name


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
