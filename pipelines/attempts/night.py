"""The Night: an attempt at a business day, claimed; the argument of every step of build."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.configuration.columns import DIGITS
from pipelines.configuration.model import Configuration
from pipelines.deployment import Deployment
from pipelines.errors import ClaimLost
from pipelines.warehouse import attempt_tables, content_hash, statements
from pipelines.warehouse.statements import Table

# The key of each table of an attempt.
KEYS = {
    "members": ("source", "entity", "record_ref"),
    "customer_features": ("person_id",),
    "customer_scores": ("person_id",),
    "customer_segments": ("person_id",),
}
NO_NIGHT = -1  # the number of no attempt


class Inputs(NamedTuple):
    """What a night or a training is made from: its day, and the newest landing it knows."""

    as_of: date
    known_at: int


class Previous(NamedTuple):
    """The earlier night whose untouched people are copied."""

    night_id: int
    as_of: date
    known_at: int
    figures: dict[str, int]


@dataclass(frozen=True)
class Night:
    """An attempt at a business day, claimed; the argument of every building step."""

    deployment: Deployment
    night_id: int
    as_of: date
    known_at: int
    staging_version: str
    claimant: str
    purpose: str
    models: dict[str, str]
    previous: Previous | None

    @property
    def configuration(self) -> Configuration:
        """The settings of the deployment."""
        return self.deployment.configuration

    @property
    def binds(self) -> dict[str, Any]:
        """What every SELECT of a night may bind."""
        return {
            "night_id": self.night_id,
            "as_of": self.as_of,
            "known_at": self.known_at,
            "staging_version": self.staging_version,
            "is_full": self.previous is None,
            "previous_as_of": self.previous.as_of if self.previous else None,
            "previous_known_at": self.previous.known_at if self.previous else None,
            "shared_value_limit": self.configuration.shared_value_limit,
        }

    @contextmanager
    def step(self, name: str) -> Iterator[Connection]:
        """Open the transaction of one step, if the claim still stands; its duration is kept.

        Raises
        ------
        ClaimLost
            If another run took the attempt over, or it is published or dropped already.
        """
        clock = self.deployment.warehouse.clock
        started = clock()
        with self.deployment.warehouse.begin() as connection:
            self._hold_claim(connection, name)
            statements.prepare_for_many(connection)
            yield connection
            _forget_names(connection)
            seconds = round((clock() - started).total_seconds(), 3)
            self.record(connection, "step_seconds", {name: seconds})
            statements.run(connection, "attempts/touch_night", night_id=self.night_id, now=clock())

    def _hold_claim(self, connection: Connection, step: str) -> None:
        row = statements.rows(connection, "attempts/claimed_night", night_id=self.night_id)
        if not row or row[0]["status"] != "building" or row[0]["claimant"] != self.claimant:
            now = row[0]["status"] if row else "unknown"
            raise ClaimLost(
                f"night {self.night_id} ({self.as_of}) is {now} and not {self.claimant}'s to build "
                f"any more; step {step} wrote nothing. Start the night anew."
            )

    def read(self, connection: Connection, *tables: str) -> None:
        """Let SELECTs of this step read tables of this attempt by their plain names."""
        for table in tables:
            name = attempt_tables.attempt_table(table, self.night_id)
            statements.name_as(connection, table, Table(attempt_tables.ATTEMPTS, name))
            connection.info.setdefault("named", []).append(table)

    def read_previous(self, connection: Connection, table: str, name: str) -> None:
        """Let SELECTs of this step read a table of the earlier night; empty if there is none."""
        if self.previous is None:
            statements.name_as(
                connection, name, Table(attempt_tables.PUBLISHED, table), night_id=NO_NIGHT
            )
        else:
            where = attempt_tables.where_is(connection, table, self.previous.night_id)
            statements.name_as(connection, name, where, night_id=self.previous.night_id)
        connection.info.setdefault("named", []).append(name)

    def store(self, connection: Connection, table: str, select: str, **binds: Any) -> int:
        """Write one table of the attempt from a SELECT; keep its row count and content hash."""
        name = attempt_tables.create_attempt(connection, table, self.night_id, self.as_of)
        target = Table(attempt_tables.ATTEMPTS, name)
        statements.insert_select(
            connection, target, select, order=KEYS[table], **self.binds | binds
        )
        return self.seal(connection, table)

    def seal(self, connection: Connection, table: str) -> int:
        """Index a finished table, analyse it for its readers, keep row count and content hash."""
        target = Table(attempt_tables.ATTEMPTS, attempt_tables.attempt_table(table, self.night_id))
        name = statements.quote(connection, *target)
        attempt_tables.index_attempt(connection, table, self.night_id)
        connection.execute(sa.text(f"analyze {name}"))
        count = connection.execute(sa.text(f"select count(*) from {name}")).scalar_one()
        digest = content_hash.content_hash(connection, target, KEYS[table], DIGITS.get(table, 4))
        self.record(connection, "row_counts", {table: count})
        self.record(connection, "content_hashes", {table: digest})
        return int(count)

    def record(self, connection: Connection, column: str, entries: dict[str, Any]) -> None:
        """Merge entries into a jsonb column of this night's row in ops.nights."""
        merged = json.dumps(entries)
        statements.run(
            connection, f"attempts/record_{column}", night_id=self.night_id, entries=merged
        )

    def note(self, connection: Connection, sentence: str) -> None:
        """Add a sentence that the summary shows."""
        statements.run(
            connection, "attempts/record_note", night_id=self.night_id, note=json.dumps([sentence])
        )


def _forget_names(connection: Connection) -> None:
    """Drop the temporary views of a step: they would keep the attempt from being dropped."""
    for table in connection.info.pop("named", []):
        statements.drop_view(connection, table)
