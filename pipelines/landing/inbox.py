"""Fill raw.inbox with the rows of one extract, as text under the source's own names.

The inbox is made anew for every batch, with a column per column of the source. Which of them are
ours, and how, `mapped` tells: a SELECT made of the source's recipes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.engine import Connection

from pipelines.configuration.model import Source
from pipelines.mapping import column_select, json_fields
from pipelines.mapping.blanks import BLANKS
from pipelines.mapping.rule_expressions import REST, ColumnMapping
from pipelines.sources.interface import LINE, RowStream, Unreadable
from pipelines.warehouse import statements
from pipelines.warehouse.connection import Warehouse

INBOX = ("raw", "inbox")


@dataclass(frozen=True)
class Received:
    """What came into the inbox: rows, the columns found, their mapping, rows left out.

    Of a source that was read, also the rows that could not be, and its watermark and digest.
    """

    rows: int
    columns: list[str]
    cells: ColumnMapping
    left_out: int = 0
    unreadable: Sequence[Unreadable] = ()
    watermark: str | None = None
    digest: str | None = None

    @property
    def taken(self) -> int:
        """How many rows are not left out."""
        return self.rows - self.left_out


def receive(warehouse_: Warehouse, source: Source, reading: RowStream) -> Received:
    """Write what is read into the inbox, at the pace of the reader.

    Raises
    ------
    SourceUnreadable
        If what the mapping needs is not there, naming it and what there is.
    """
    fill = _fill_from_lines if reading.is_lines else _fill_from_columns
    received = fill(warehouse_, source, reading)
    return replace(
        received,
        unreadable=reading.unreadable,
        watermark=reading.watermark,
        digest=reading.digest,
    )


def _fill_from_columns(warehouse_: Warehouse, source: Source, reading: RowStream) -> Received:
    with warehouse_.begin() as connection:
        found = column_select.of_columns(connection, source, reading.columns)
        make(connection, found)
    rest = [(REST, pa.list_(pa.string()))] if found.rest else []
    own = [(place, pa.string()) for place in found.places.values()]
    schema = pa.schema([("row_no", pa.int64()), *own, *rest])
    named = (_named(batch, found, schema) for batch in reading.batches)
    rows = _ingest(warehouse_, INBOX[1], schema, named)
    with warehouse_.begin() as connection:
        return Received(rows, reading.columns, found, _left_out_count(connection, source, found))


def _fill_from_lines(warehouse_: Warehouse, source: Source, reading: RowStream) -> Received:
    """Write JSON lines into an inbox of their own, then let the database take them apart."""
    with warehouse_.begin() as connection:
        empty_lines(connection)
    schema = pa.schema([("row_no", pa.int64()), (LINE, pa.string())])
    _ingest(warehouse_, "inbox_lines", schema, reading.batches)
    whole = "mapping/json_objects" if source.explode is None else "mapping/json_elements"
    with warehouse_.begin() as connection:
        json_fields.refuse_wrong_paths(connection, source)
        with statements.view(connection, "objects", whole, explode=source.explode):
            for row in statements.rows(connection, "mapping/json_unreadable"):
                sentence = f"line {row['row_no']} is no JSON object."
                content = row["line"].encode()
                reading.unreadable.append(Unreadable(row["row_no"], content, "not_json", sentence))
            names = json_fields.names_in_objects(connection, source)
            found = column_select.of_objects(source, names)
            empty = (
                int(statements.value(connection, "landing/empty_count")) if source.explode else 0
            )
            rows = fill_from_objects(connection, json_fields.by_path, found)
        left_out = empty + _left_out_count(connection, source, found)
    return Received(rows + empty, names, found, left_out)


def fill_from_objects(
    connection: Connection, reader: json_fields.Reader, found: ColumnMapping
) -> int:
    """Insert the rows of the view `objects` into the inbox; return how many."""
    make(connection, found)
    rows = sa.table("objects", *map(sa.column, ("row_no", "object", "element")))
    texts = {
        name: sa.func.nullif(sa.func.btrim(reader(rows.c, name), BLANKS), "")
        for name in found.names
    }
    rest = [array([texts[name] for name in found.rest])] if found.rest else []
    own = [texts[name] for name in found.places]
    picked = sa.select(rows.c.row_no, *own, *rest).where(rows.c.object.is_not(None))
    names = ["row_no", *found.places.values(), *([REST] if rest else [])]
    table = sa.table(INBOX[1], *map(sa.column, names), schema="raw")
    return connection.execute(table.insert().from_select(list(table.c.keys()), picked)).rowcount


def empty_lines(connection: Connection) -> None:
    """Forget the lines of the last batch."""
    connection.execute(sa.text(f"truncate {statements.quote(connection, 'raw', 'inbox_lines')}"))


def keep_unreadable(
    connection: Connection, batch: dict[str, object], unreadable: Sequence[Unreadable]
) -> None:
    """Put rows that could not be read into quarantine, as received."""
    if unreadable:
        shared = {key: batch[key] for key in ("batch_id", "source", "entity", "file")}
        statement = statements.statement("landing/insert_unreadable")
        connection.execute(statement, [shared | vars(row) for row in unreadable])


def make(connection: Connection, found: ColumnMapping) -> None:
    """Make the inbox anew, with a column for each of the source's."""
    statements.drop_table(connection, *INBOX)
    columns = [sa.Column(place, sa.Text) for place in found.places.values()]
    columns += [sa.Column(REST, sa.ARRAY(sa.Text))] if found.rest else []
    number = sa.Column("row_no", sa.BigInteger, nullable=False)
    sa.Table(
        INBOX[1], sa.MetaData(), number, *columns, schema=INBOX[0], prefixes=["UNLOGGED"]
    ).create(connection)


def _named(batch: pa.RecordBatch, found: ColumnMapping, schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch as the inbox has it: columns by place, the rest side by side in a list."""
    own = [_without_blanks(batch.column(name)) for name in found.places]
    rest = [_side_by_side(batch, found.rest)] if found.rest else []
    return pa.record_batch([batch.column("row_no"), *own, *rest], schema=schema)


def _without_blanks(column: pa.Array) -> pa.Array:
    """Return a column of texts without the blanks around them; nothing but blanks is null."""
    bare = pc.utf8_trim(column, characters=BLANKS)
    return column if bare.equals(column) else pc.if_else(pc.equal(bare, ""), None, bare)


def _side_by_side(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Array:
    """Return one list per row of the values of some columns, in their order."""
    rows, width = batch.num_rows, len(names)
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * width)
    stacked = pa.concat_arrays([_without_blanks(batch.column(name)) for name in names])
    order = np.arange(rows * width).reshape(width, rows).T.ravel()
    return pa.ListArray.from_arrays(offsets, stacked.take(pa.array(order)))


def _left_out_count(connection: Connection, source: Source, found: ColumnMapping) -> int:
    """Return how many rows of the inbox the source's `where` leaves out."""
    if not source.where:
        return 0
    taken = column_select.taken(source, found)
    rows = column_select.rows(source, found)
    counted = sa.select(sa.func.count()).select_from(rows).where(sa.not_(taken))
    return connection.execute(counted).scalar_one()


def _ingest(
    warehouse_: Warehouse, table: str, schema: pa.Schema, batches: Iterator[pa.RecordBatch]
) -> int:
    """Write batches into an inbox; what breaks while a source is read keeps its own sentence."""
    broken: list[Exception] = []

    def watched() -> Iterator[pa.RecordBatch]:
        try:
            yield from batches
        except Exception as error:
            broken.append(error)  # the Arrow stream turns it into an error of its own
            raise

    try:
        return warehouse_.ingest("raw", table, pa.RecordBatchReader.from_batches(schema, watched()))
    except Exception:  # whatever the driver makes of it: the cause is what broke while reading
        if broken:
            raise broken[0] from None
        raise
