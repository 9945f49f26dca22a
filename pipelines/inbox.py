"""Where one batch waits: Arrow batches of text into raw.inbox_<entity>, names mapped to ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines import warehouse
from pipelines.configuration import Source
from pipelines.entities import ENTITIES
from pipelines.errors import SourceUnreadable
from pipelines.sources.files import Reading, Unreadable
from pipelines.sources.jsonl import LINE
from pipelines.warehouse import Warehouse


@dataclass(frozen=True)
class Received:
    """What came into an inbox: rows, the columns found, and those that nothing is mapped to."""

    rows: int
    columns: list[str]
    extras: list[str]


def fill_from_columns(warehouse_: Warehouse, source: Source, reading: Reading) -> Received:
    """Write a file with columns into its entity's inbox, at the pace of the reader."""
    extras = _extras(source, reading.columns)
    schema = _schema(source)
    mapped = (_mapped(batch, source, extras) for batch in reading.batches)
    _empty(warehouse_, f"inbox_{source.entity}")
    rows = _ingest(warehouse_, f"inbox_{source.entity}", schema, mapped)
    return Received(rows, reading.columns, extras)


def fill_from_lines(warehouse_: Warehouse, source: Source, reading: Reading) -> Received:
    """Write JSON lines into an inbox of their own, then let the database take them apart."""
    _empty(warehouse_, "inbox_lines")
    _empty(warehouse_, f"inbox_{source.entity}")
    schema = pa.schema([("row_no", pa.int64()), (LINE, pa.string())])
    _ingest(warehouse_, "inbox_lines", schema, reading.batches)
    with warehouse_.begin() as connection:
        found = warehouse.run(connection, "1_raw/json_columns")
        columns = [row.name for row in found]
        for row in warehouse.rows(connection, "1_raw/json_unreadable"):
            sentence = f"line {row['row_no']} is no JSON object."
            content = row["line"].encode()
            reading.unreadable.append(Unreadable(row["row_no"], content, "not_json", sentence))
        extras = _extras(source, columns) if columns else []
        rows = _take_apart(connection, source, extras)
    return Received(rows, columns, extras)


def keep_unreadable(
    connection: Connection, batch: dict[str, Any], unreadable: list[Unreadable]
) -> None:
    """Put rows that could not be read into quarantine, as received."""
    if unreadable:
        shared = {key: batch[key] for key in ("batch_id", "source", "entity", "file")}
        statement = warehouse.statement("2_quarantine/insert_unreadable")
        connection.execute(statement, [shared | vars(row) for row in unreadable])


def _empty(warehouse_: Warehouse, table: str) -> None:
    with warehouse_.begin() as connection:
        connection.execute(sa.text(f"truncate {warehouse.quote(connection, 'raw', table)}"))


def _ingest(
    warehouse_: Warehouse, table: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch]
) -> int:
    """Write batches into an inbox; what breaks while a file is read keeps its own sentence."""
    broken: list[SourceUnreadable] = []

    def watched() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except SourceUnreadable as error:
            broken.append(error)  # the Arrow stream turns it into an error of its own
            raise

    try:
        return warehouse_.ingest("raw", table, pa.RecordBatchReader.from_batches(schema, watched()))
    except Exception:  # whatever the driver makes of it: the cause is the file, if one was told
        if broken:
            raise broken[0] from None
        raise


def _extras(source: Source, columns: list[str]) -> list[str]:
    """Return the columns nothing is mapped to.

    Raises
    ------
    SourceUnreadable
        If a mapped column is not in the file, naming it and what there is.
    """
    mapped = [*source.columns.values(), *([source.tombstone] if source.tombstone else [])]
    required = [source.columns[c] for c in ENTITIES[source.entity].required]
    wanted = required if source.kind == "jsonl" else mapped
    missing = [name for name in wanted if name not in columns]
    if missing:
        names = " and ".join(repr(name) for name in missing)
        raise SourceUnreadable(
            f"sources.yml maps {names}, which the file does not have. It has: "
            f"{', '.join(columns)}. Correct the mapping, or ask the source what became of it."
        )
    return [name for name in columns if name not in mapped]


def _wanted(source: Source) -> list[str | None]:
    ours = ENTITIES[source.entity].columns
    return [source.tombstone, *(source.columns.get(column) for column in ours)]


def _schema(source: Source) -> pa.Schema:
    ours = ENTITIES[source.entity].columns
    text = [(name, pa.string()) for name in ("tombstone", *ours)]
    return pa.schema([("row_no", pa.int64()), *text, ("attribute_values", pa.list_(pa.string()))])


def _mapped(batch: pa.RecordBatch, source: Source, extras: list[str]) -> pa.RecordBatch:
    nothing = pa.nulls(batch.num_rows, pa.string())
    columns = [nothing if name is None else batch.column(name) for name in _wanted(source)]
    return pa.record_batch(
        [batch.column("row_no"), *columns, _side_by_side(batch, extras)], schema=_schema(source)
    )


def _side_by_side(batch: pa.RecordBatch, extras: list[str]) -> pa.Array:
    """Return one list per row of the values of the extra columns, in their order."""
    rows, width = batch.num_rows, len(extras)
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * width)
    if not extras:
        return pa.ListArray.from_arrays(offsets, pa.array([], pa.string()))
    stacked = pa.concat_arrays([batch.column(name) for name in extras])
    order = np.arange(rows * width).reshape(width, rows).T.ravel()
    return pa.ListArray.from_arrays(offsets, stacked.take(pa.array(order)))


def _take_apart(connection: Connection, source: Source, extras: list[str]) -> int:
    """Insert the objects of inbox_lines as rows of the entity's inbox; return how many."""
    wanted = [*_wanted(source), *extras]
    cells = (
        warehouse.statement("1_raw/json_cells", wanted=wanted)
        .columns(sa.column("row_no", sa.BigInteger), sa.column("cells", sa.ARRAY(sa.Text)))
        .subquery("objects")
    )
    names = ["tombstone", *ENTITIES[source.entity].columns]
    table = sa.table(
        f"inbox_{source.entity}",
        *(sa.column(name) for name in ["row_no", *names, "attribute_values"]),
        schema="raw",
    )
    first_extra = len(names) + 1
    picked = sa.select(
        cells.c.row_no,
        *(cells.c.cells[place] for place in range(1, first_extra)),
        cells.c.cells[first_extra : first_extra + len(extras) - 1]
        if extras
        else sa.cast(sa.literal([]), sa.ARRAY(sa.Text)),
    )
    return connection.execute(table.insert().from_select(list(table.c.keys()), picked)).rowcount
