"""What a night is: three lists of steps, and the Night that the building steps take.

*receive* works per batch, once, outside any attempt; *build* makes an attempt that nobody reads;
*finish* puts it in front of people. `nocturne night` and the DAG walk all three, in this order.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines import content, partitions, warehouse
from pipelines.configuration import Configuration
from pipelines.deployment import Deployment
from pipelines.errors import ClaimLost


class Step(NamedTuple):
    """A room and its public function; imported when called, so that listing steps costs nothing."""

    room: str
    function: str

    def __call__(self, argument: Any) -> Any:
        """Call the room's function."""
        return getattr(import_module(f"pipelines.{self.room}"), self.function)(argument)


# Take a Deployment.
RECEIVE = (Step("land", "land"), Step("check", "check"), Step("stage", "stage"))
# Take a Night; `claims.open_night` makes it.
BUILD = (
    Step("identify", "identify"),
    Step("features", "build_customer_features"),
    Step("score", "score"),
    Step("segment", "segment"),
    Step("contracts", "check_attempt"),
    Step("drift", "measure_drift"),
)
FINISH = (Step("publish", "publish"), Step("export", "export"))

# The key of each table of an attempt, and the digits its floats are compared with.
KEYS = {
    "members": ("source", "entity", "record_ref"),
    "customer_features": ("person_id",),
    "customer_scores": ("person_id",),
    "customer_segments": ("person_id",),
}
DIGITS = {"customer_scores": 6}
NO_NIGHT = -1  # the number of no attempt


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
            warehouse.prepare_for_many(connection)
            yield connection
            _forget_names(connection)
            seconds = round((clock() - started).total_seconds(), 3)
            self.record(connection, "step_seconds", {name: seconds})
            warehouse.run(connection, "ops/touch_night", night_id=self.night_id, now=clock())

    def _hold_claim(self, connection: Connection, step: str) -> None:
        row = warehouse.rows(connection, "ops/claimed_night", night_id=self.night_id)
        if not row or row[0]["status"] != "building" or row[0]["claimant"] != self.claimant:
            now = row[0]["status"] if row else "unknown"
            raise ClaimLost(
                f"night {self.night_id} ({self.as_of}) is {now} and not {self.claimant}'s to build "
                f"any more; step {step} wrote nothing. Start the night anew."
            )

    def read(self, connection: Connection, *tables: str) -> None:
        """Let SELECTs of this step read tables of this attempt by their plain names."""
        for table in tables:
            name = partitions.attempt_table(table, self.night_id)
            warehouse.name_as(connection, table, partitions.ATTEMPTS, name)
            connection.info.setdefault("named", []).append(table)

    def read_previous(self, connection: Connection, table: str, name: str) -> None:
        """Let SELECTs of this step read a table of the earlier night; empty if there is none."""
        if self.previous is None:
            warehouse.name_as(connection, name, partitions.PUBLISHED, table, night_id=NO_NIGHT)
        else:
            where = partitions.where_is(connection, table, self.previous.night_id)
            warehouse.name_as(connection, name, *where, night_id=self.previous.night_id)
        connection.info.setdefault("named", []).append(name)

    def store(self, connection: Connection, table: str, select: str, **binds: Any) -> int:
        """Write one table of the attempt from a SELECT; keep its row count and content hash."""
        name = partitions.create_attempt(connection, table, self.night_id, self.as_of)
        target = (partitions.ATTEMPTS, name)
        warehouse.insert_select(connection, target, select, order=KEYS[table], **self.binds | binds)
        return self.seal(connection, table)

    def seal(self, connection: Connection, table: str) -> int:
        """Index a finished table, analyse it for its readers, keep row count and content hash."""
        target = (partitions.ATTEMPTS, partitions.attempt_table(table, self.night_id))
        name = warehouse.quote(connection, *target)
        partitions.index_attempt(connection, table, self.night_id)
        connection.execute(sa.text(f"analyze {name}"))
        count = connection.execute(sa.text(f"select count(*) from {name}")).scalar_one()
        digest = content.content_hash(connection, target, KEYS[table], DIGITS.get(table, 4))
        self.record(connection, "row_counts", {table: count})
        self.record(connection, "content_hashes", {table: digest})
        return int(count)

    def record(self, connection: Connection, column: str, entries: dict[str, Any]) -> None:
        """Merge entries into a jsonb column of this night's row in ops.nights."""
        told = json.dumps(entries)
        warehouse.run(connection, f"ops/record_{column}", night_id=self.night_id, entries=told)

    def note(self, connection: Connection, sentence: str) -> None:
        """Add a sentence that the summary shows."""
        warehouse.run(
            connection, "ops/record_note", night_id=self.night_id, note=json.dumps([sentence])
        )


def _forget_names(connection: Connection) -> None:
    """Drop the temporary views of a step: they would keep the attempt from being dropped."""
    for table in connection.info.pop("named", []):
        warehouse.drop_view(connection, table)
