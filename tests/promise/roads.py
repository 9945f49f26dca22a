"""The roads that lead to a night: as it happened, in full, mended later, from raw in a new place.

A road walks the plain runner's steps but for contracts, drift and export, which write no row of an
attempt's tables and take nine tenths of so small a night: Great Expectations needs 0.1 s per table
whatever its size. For the same reason landings without dirt are marked as checked while the shop
lives; the road from raw judges them all, and must stage the same rows.
"""

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import yaml

from pipelines.attempts import claims, recorded
from pipelines.attempts.claims import Claim
from pipelines.attempts.night import Night
from pipelines.checking import check
from pipelines.configuration.load import read_configuration
from pipelines.deployment import Deployment
from pipelines.landing import land, raw_partitions
from pipelines.publishing import publish
from pipelines.staging import stage
from pipelines.steps import BUILD
from pipelines.warehouse import attempt_tables, statements
from pipelines.warehouse.connection import Warehouse
from tests.promise.script import Script
from tests.promise.shop import COLUMNS, START, RandomShop, founded, settings

LANDED_AT = datetime(START.year, START.month, START.day, 12, tzinfo=UTC) + timedelta(days=20)
STEPS = [step for step in BUILD if step.name not in ("contracts", "drift")]
MOVED = ["raw.customers", "raw.events", "raw.order_lines", "raw.products", "ops.batches"]


@dataclass(frozen=True)
class Made:
    """An attempt that was built: its day, what it knew, its tables' content hashes."""

    night_id: int
    as_of: date
    known_at: int
    hashes: dict[str, str]


@dataclass
class Place:
    """A deployment held open by one claim."""

    deployment: Deployment
    claim: Claim

    def receive(self, dirty: tuple[str, ...] = tuple(COLUMNS)) -> None:
        """Land, check and stage what is new; sources that are not dirty need no judge."""
        land.land(self.deployment)
        self._mark_checked(dirty)
        check.check(self.deployment)
        stage.stage(self.deployment)

    def _mark_checked(self, dirty: tuple[str, ...]) -> None:
        version = self.deployment.versions.staging
        with self.deployment.warehouse.begin() as connection:
            waiting = statements.rows(
                connection, "checking/unchecked_batches", staging_version=version
            )
            for batch in [batch for batch in waiting if batch["source"] not in dirty]:
                statements.run(
                    connection, "checking/batch_checked", staging_version=version, reason=None,
                    batch_id=batch["batch_id"], state="checked", quarantined_count=0,
                    checked_seconds=0, lands_again=False,
                )  # fmt: skip

    def night(self, as_of: date, known_at: int | None = None) -> Made:
        """Build and publish a night as the runner would: it may copy from the one before."""
        tonight = claims.open_night(
            self.deployment, self.claim, claims.AttemptRequest(as_of, known_at=known_at)
        )
        made = self._build(tonight)
        publish.publish(tonight)
        return made

    def in_full(self, as_of: date, known_at: int) -> Made:
        """Build a night of nothing but its recorded inputs, and drop it."""
        tonight = claims.open_night(
            self.deployment,
            self.claim,
            claims.AttemptRequest(as_of, known_at=known_at, purpose="verify", in_full=True),
        )
        assert tonight.previous is None
        made = self._build(tonight)
        claims.drop_night(self.deployment, tonight.night_id)
        return made

    def _build(self, tonight: Night) -> Made:
        for step in STEPS:
            step(tonight)
        with self.deployment.warehouse.begin() as connection:
            row = recorded.night_of(connection, tonight.night_id)
        hashes = dict(row["content_hashes"])
        assert set(hashes) == set(attempt_tables.TABLES)
        return Made(tonight.night_id, tonight.as_of, tonight.known_at, hashes)

    def known_at(self) -> int:
        """Return the number of the last landing."""
        return self.query("select max(batch_id) as n from ops.batches")[0]["n"]

    def query(self, text: str, **binds: object) -> list[dict]:
        """Return the rows of a query."""
        with self.deployment.warehouse.begin() as connection:
            return [dict(row) for row in connection.execute(sa.text(text), binds).mappings()]


@contextmanager
def opened(folder: Path, url: str) -> Iterator[Place]:
    """Open the random shop's deployment on an empty database that has its schemas."""
    config = folder / "config"
    config.mkdir(exist_ok=True)
    for name, content in settings().items():
        (config / f"{name}.yml").write_text(yaml.safe_dump(content))
    house = Warehouse(url, lambda: LANDED_AT)
    deployment = Deployment(folder, read_configuration(config, folder), house)
    try:
        with claims.process_claim(house, f"promise {os.getpid()}") as claim:
            yield Place(deployment, claim)
    finally:
        house.close()


@contextmanager
def random_shop(databases: Callable) -> Iterator[tuple[Place, RandomShop]]:
    """Open a shop with a past, in a folder and a database of its own."""
    with (
        tempfile.TemporaryDirectory() as home,
        databases() as url,
        opened(Path(home), url) as place,
    ):
        yield place, founded(Path(home))


def live(place: Place, shop: RandomShop, script: Script) -> list[Made]:
    """Walk the script as it happened; return every night in the order of its building."""
    made: list[Made] = []
    for as_of, happenings in script.nights:
        shop.night, shop.rebuild = as_of, []
        for happening in happenings:
            happening.happen(shop)
        place.receive(dirty=shop.send())
        for pick in shop.rebuild if made else []:
            made.append(place.night(made[pick % len(made)].as_of))
        made.append(place.night(as_of))
    return made


def move_raw(here: Place, there: Place) -> None:
    """Copy what was received, and nothing made of it, into an empty database."""
    with here.deployment.warehouse.begin() as old, there.deployment.warehouse.begin() as new:
        for table in MOVED:
            if table.startswith("raw."):
                raw_partitions.ensure_partition(new, table.removeprefix("raw."), 1)
            rows = io.StringIO()
            cursors = [each.connection.driver_connection.cursor() for each in (old, new)]
            cursors[0].copy_expert(f"copy (table {table}) to stdout", rows)
            rows.seek(0)
            cursors[1].copy_expert(f"copy {table} from stdin", rows)
