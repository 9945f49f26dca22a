"""Hash the content of a table: equal rows have equal hashes."""

import hashlib
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.warehouse.statements import Table, quote


class _Digest:
    """A file that keeps only the sha256 of what is written to it."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def write(self, chunk: bytes | str) -> int:
        self.sha256.update(chunk if isinstance(chunk, bytes) else chunk.encode())
        return len(chunk)


def content_hash(connection: Connection, table: Table, key: Iterable[str], digits: int) -> str:
    """Return the sha256 over a table's rows in canonical text, ordered by its key.

    Every column counts except night_id. Floating point columns are rounded to `digits`.
    The rows stream through the hash: memory does not grow with the table.
    """
    schema, name = table
    canonical = []
    for column in sa.inspect(connection).get_columns(name, schema=schema):
        quoted = quote(connection, column["name"])
        if isinstance(column["type"], sa.Float):
            quoted = f"round(cast({quoted} as numeric), {int(digits)})"
        if column["name"] != "night_id":
            canonical.append(quoted)
    order = ", ".join(quote(connection, column) for column in key)
    query = f"select {', '.join(canonical)} from {quote(connection, *table)} order by {order}"
    digest = _Digest()
    driver = connection.connection.driver_connection
    assert driver is not None, "the connection is open"
    with driver.cursor() as cursor:
        cursor.copy_expert(f"copy ({query}) to stdout", digest)
    return digest.sha256.hexdigest()
