"""The shop's rows as staging holds them: what peers read, and the short way into the warehouse."""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.shop import Shop, day_of
from pipelines.mapping.typed_rows import FOREVER

AMOUNT = pa.decimal128(18, 4)
PIECES = pa.decimal128(23, 4)  # Arrow casts no int64 to fewer digits


def lines(shop: Shop, day: int, batch_id: int, first_row: int) -> pa.Table:
    """Return a day's order lines as rows of staging.order_lines, but for the staging version."""
    table = shop.lines(day)
    guest = pa.chunked_array([_guest_refs(table["email"])])
    return pa.table(
        {
            **_shared("till", table.num_rows, batch_id, first_row),
            "row_key": _joined(table["order_id"], table["line_no"].cast(pa.string()), "\x1f"),
            "order_id": table["order_id"],
            "record_ref": pc.coalesce(table["customer_ref"], guest),
            "customer_ref": table["customer_ref"],
            "email": table["email"],
            "phone": pa.nulls(table.num_rows, pa.string()),
            **_dated("ordered", table["ordered_at"], day),
            "product_ref": table["product_ref"],
            "quantity": table["quantity"].cast(PIECES),
            "net_amount": table["net_amount"].cast(AMOUNT),
            "discount_amount": table["discount_amount"].cast(AMOUNT),
        }
    )


def events(shop: Shop, day: int, batch_id: int, first_row: int) -> pa.Table:
    """Return a day's events as rows of staging.events, but for the staging version."""
    table = shop.events(day)
    visitor = _joined(pa.scalar("visitor"), table["visitor_ref"], ":")
    return pa.table(
        {
            **_shared("web", table.num_rows, batch_id, first_row),
            "row_key": table["event_id"],
            "record_ref": pc.coalesce(table["customer_ref"], visitor),
            "customer_ref": table["customer_ref"],
            "email": pa.nulls(table.num_rows, pa.string()),
            "visitor_ref": table["visitor_ref"],
            "session_ref": table["session_ref"],
            "event_type": table["event_type"],
            **_dated("occurred", table["occurred_at"], day),
            "product_ref": table["product_ref"],
            "value": pa.nulls(table.num_rows, AMOUNT),
        }
    )


def products(shop: Shop) -> pa.Table:
    """Return the catalogue as the columns of staging.products that a feature reads."""
    table = shop.products()
    shared = _shared("catalogue", table.num_rows, 1, 1)
    return pa.table({**shared, "product_ref": table["product_ref"], "category": table["category"]})


def _shared(source: str, rows: int, batch_id: int, first_row: int) -> dict[str, pa.Array]:
    return {
        "source": pa.repeat(source, rows),
        "customer_space": pa.repeat("shared", rows),
        "batch_from": pa.repeat(pa.scalar(batch_id, pa.int64()), rows),
        "batch_to": pa.repeat(pa.scalar(FOREVER, pa.int64()), rows),
        "row_no": pa.array(np.arange(first_row, first_row + rows)),
    }


def _dated(verb: str, at: pa.ChunkedArray, day: int) -> dict[str, pa.Array]:
    return {
        f"{verb}_on": pa.repeat(pa.scalar(day_of(day)), len(at)),
        f"{verb}_at": at,
        "has_time": pa.repeat(True, len(at)),
    }


def _joined(left: pa.Array, right: pa.Array, between: str) -> pa.Array:
    return pc.binary_join_element_wise(left, right, between)


def _guest_refs(emails: pa.ChunkedArray) -> pa.Array:
    """Return what stands for a guest in place of a customer_ref; null for the others."""
    refs = [
        None if email is None else "guest:" + hashlib.sha256(f"{email}\x1f".encode()).hexdigest()
        for email in emails.to_pylist()
    ]
    return pa.array(refs, pa.string())
