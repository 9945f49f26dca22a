"""Read an attempt's people as Arrow batches of a fixed size, in key order.

The reading is a transaction of its own (ADBC cannot share SQLAlchemy's) and is never committed:
the temporary names it gives vanish with it, so they cannot keep an attempt from being dropped.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import postgresql

from pipelines.attempts.night import Night
from pipelines.configuration.columns import MODEL_FEATURES
from pipelines.warehouse import attempt_tables, statements

# People read and scored together: 26 columns of doubles and their contributions are 8 MB.
BATCH_PEOPLE = 20_000
ATTEMPT_TABLES = ("members", "customer_features")
_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy left it unannotated


def people(tonight: Night, activity_days: int | None) -> Iterator[pa.RecordBatch]:
    """Yield person_id and every number that models read, as doubles, in the order of person_id.

    Of those who may be read: they bought in the last `activity_days` days, ever if None.
    """
    numbers = [sa.cast(sa.column(name), sa.Double).label(name) for name in MODEL_FEATURES]
    yield from stream(
        tonight,
        statements.select_of(
            "features/model_features",
            ["person_id", *numbers],
            **tonight.binds | {"activity_days": activity_days},
        ).order_by("person_id"),
    )


def stream(tonight: Night, select: sa.ClauseElement) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a SELECT in its order, `BATCH_PEOPLE` at a time.

    It may read the attempt's members and customer_features, once they are committed, and
    profiling_refused. Memory does not grow with the number of rows.
    """
    quote = _DIALECT.identifier_preparer.quote_identifier
    with tonight.deployment.warehouse.adbc() as connection, connection.cursor() as cursor:
        for table in ATTEMPT_TABLES:
            name = attempt_tables.attempt_table(table, tonight.night_id)
            whole = f"{quote(attempt_tables.ATTEMPTS)}.{quote(name)}"
            cursor.execute(f"create temporary view {quote(table)} as table {whole}")
        refused = statements.statement("features/profiling_refused", **tonight.binds)
        cursor.execute(f"create temporary view profiling_refused as\n{_literal(refused)}")
        cursor.execute(_literal(select))
        yield from _rebatch(cursor.fetch_record_batch())


def _literal(select: sa.ClauseElement) -> str:
    """Return a SELECT with its binds written in by SQLAlchemy: ADBC binds no names."""
    return str(select.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def _rebatch(arriving: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Cut what arrives in batches of the driver's size into batches of ours."""
    waiting = pa.table({})
    for batch in arriving:
        fresh = pa.Table.from_batches([batch])
        waiting = pa.concat_tables([waiting, fresh]) if len(waiting) else fresh
        while len(waiting) >= BATCH_PEOPLE:
            yield _one(waiting.slice(0, BATCH_PEOPLE))
            waiting = waiting.slice(BATCH_PEOPLE)
    if len(waiting):
        yield _one(waiting)


def _one(table: pa.Table) -> pa.RecordBatch:
    return table.combine_chunks().to_batches()[0]


def matrix(batch: pa.RecordBatch | pa.Table, names: Sequence[str]) -> NDArray[np.float64]:
    """Return the named columns side by side, (n, k), NaN for null."""
    columns = [batch.column(name).to_numpy(zero_copy_only=False) for name in names]
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
