"""Make a table of text of the files that stand behind a name of a query."""

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.errors import SourceUnreadable
from pipelines.sources.interface import LINE, Extract, Unreadable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

INCOMING = "incoming"  # rows on their way into a table


class Table:
    """A table of a query: its columns are those of all its files, in the order they come."""

    def __init__(self, connection: "DuckDBPyConnection", name: str):
        self.name, self.columns = name, list[str]()
        self.unreadable: list[Unreadable] = []
        self._connection = connection

    def add(self, extract: Extract) -> None:
        """Add the rows of a file; a column that it does not have is null for its rows.

        Raises
        ------
        SourceUnreadable
            If it cannot be read, or has columns that a query cannot tell apart.
        SourceUnfinished
            If it changed while it was read.
        """
        reading = extract.read()
        self._widen(extract.name, reading.columns)
        for batch in reading.batches:
            sound = self._without_torn(reading.unreadable, batch) if reading.is_lines else batch
            self._insert(sound.drop_columns(["row_no"]))
        for row in reading.unreadable:
            row.sentence = f"{self.name}, {extract.name}: {row.sentence}"
        self.unreadable += reading.unreadable

    def _widen(self, file: str, columns: list[str]) -> None:
        known = {each.lower(): each for each in self.columns}
        for column in columns:
            twin = known.setdefault(column.lower(), column)
            if twin != column:
                raise SourceUnreadable(
                    f"{file} has the column {column}, which a query cannot tell from {twin} of "
                    f"{self.name}. Ask the source for names that differ by more than capitals."
                )
        new = [column for column in columns if column not in self.columns]
        if not self.columns:
            listed = ", ".join(f"{_quoted(column)} varchar" for column in new)
            self._connection.execute(f"create table {_quoted(self.name)} ({listed})")
        else:
            for column in new:
                self._connection.execute(
                    f"alter table {_quoted(self.name)} add column {_quoted(column)} varchar"
                )
        self.columns += new

    def _insert(self, batch: pa.RecordBatch) -> None:
        self._connection.register(INCOMING, pa.Table.from_batches([batch]))
        into = _quoted(self.name)
        self._connection.execute(f"insert into {into} by name select * from {INCOMING}")
        self._connection.unregister(INCOMING)

    def _without_torn(self, unreadable: list[Unreadable], batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the lines that are JSON; set aside the others, which would stop the query."""
        self._connection.register(INCOMING, pa.Table.from_batches([batch]))
        found = self._connection.execute(
            f"select row_no from {INCOMING} where not json_valid({LINE})"
        )
        torn = {number for (number,) in found.fetchall()}
        self._connection.unregister(INCOMING)
        if not torn:
            return batch
        numbers = batch.column("row_no").to_pylist()
        for number, line in zip(numbers, batch.column(LINE).to_pylist(), strict=True):
            if number in torn:
                sentence = f"line {number} is no JSON."
                unreadable.append(Unreadable(number, line.encode(), "not_json", sentence))
        return batch.filter(pa.array([number not in torn for number in numbers]))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
