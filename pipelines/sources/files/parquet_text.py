"""Typed values as the text that staging reads: ISO dates, instants in UTC, nested ones as JSON."""

import json
import math
from datetime import date, datetime, time
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

EXACT = float(2**53)  # whole numbers below it are exact in a double


def to_text(column: pa.Array) -> pa.Array:
    """Return a typed column as bytes of text, not checked to be UTF-8; null stays null.

    Instants with a zone are told in UTC and end in Z. Lists, structs and maps become JSON. Of a
    column of bytes, those that are no UTF-8 are written as PostgreSQL writes them: \\x and their
    hexadecimal digits. What is not a number is null.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return to_text(column.dictionary_decode())
    if isinstance(kind, pa.BaseExtensionType):
        return to_text(column.storage)
    if pa.types.is_nested(kind):
        return _each(column, _json)
    if _is_bytes(kind):
        return _each(column, lambda value: _bytes(value).encode())
    if pa.types.is_floating(kind):
        return _floats(column.cast(pa.float64()))
    if pa.types.is_timestamp(kind) and kind.tz:
        column = column.cast(pa.timestamp(kind.unit, "UTC"))
    try:
        return column.cast(pa.string()).cast(pa.binary())
    except pa.ArrowNotImplementedError:
        return _each(column, lambda value: str(value).encode())


def _is_bytes(kind: pa.DataType) -> bool:
    types = pa.types
    is_of = (types.is_binary, types.is_large_binary, types.is_binary_view)
    return types.is_fixed_size_binary(kind) or any(is_one(kind) for is_one in is_of)


def _each(column: pa.Array, write: Any) -> pa.Array:
    return pa.array(
        [None if v is None else write(v) for v in column.to_pylist(maps_as_pydicts="lossy")],
        pa.binary(),
    )


def _floats(column: pa.Array) -> pa.Array:
    """Return doubles as text, whole ones without a point or an exponent."""
    is_whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), EXACT))
    whole = pc.if_else(is_whole, column, None).cast(pa.int64()).cast(pa.string())
    broken = pc.if_else(pc.is_nan(column), None, column).cast(pa.string())
    return pc.coalesce(whole, broken).cast(pa.binary())


def _bytes(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return f"\\x{value.hex()}"


def _json(value: Any) -> bytes:
    text = json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode("utf-8", "surrogateescape")


def _plain(value: Any) -> Any:
    """Return a nested value as JSON can say it; exact decimals stay text."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return _bytes(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, (date, time)) else value
