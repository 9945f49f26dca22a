"""Store what is computed outside the database until its night's transaction takes it.

ADBC cannot share a transaction with SQLAlchemy, so Arrow batches go into an unlogged inbox of the
night first, and a SELECT moves them into the attempt's table from there.
"""

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.attempts.night import Night
from pipelines.warehouse import attempt_tables, statements


def open_inbox(tonight: Night, inbox: str) -> None:
    """Create this night's empty inbox in the shape of attempts.<inbox>.

    Inboxes of the same shape that killed runs left are dropped: there is one builder at a time,
    so they are nobody's.
    """
    with tonight.deployment.warehouse.begin() as connection:
        for name in sa.inspect(connection).get_table_names(schema=attempt_tables.ATTEMPTS):
            if name.startswith(f"{inbox}_"):
                statements.drop_table(connection, attempt_tables.ATTEMPTS, name)
        name = attempt_tables.attempt_table(inbox, tonight.night_id)
        whole = statements.quote(connection, attempt_tables.ATTEMPTS, name)
        shape = statements.quote(connection, attempt_tables.ATTEMPTS, inbox)
        connection.execute(sa.text(f"create unlogged table {whole} (like {shape})"))


def fill_inbox(tonight: Night, inbox: str, batches: pa.RecordBatchReader) -> int:
    """Write Arrow batches into this night's inbox at their own pace; return the rows."""
    name = attempt_tables.attempt_table(inbox, tonight.night_id)
    return tonight.deployment.warehouse.ingest(attempt_tables.ATTEMPTS, name, batches)


def close_inbox(connection: Connection, tonight: Night, inbox: str) -> None:
    """Drop this night's inbox and the plain name it was read by, with the step's transaction."""
    statements.drop_view(connection, inbox)
    attempt_tables.drop_attempt_table(connection, inbox, tonight.night_id)
