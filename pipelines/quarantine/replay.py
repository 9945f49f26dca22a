"""Replay repaired rows of quarantine: a new batch per source.

Rows that a changed contract lets go need no batch: the changed contract is another version of the
stage, under which everything received is judged and staged anew, each row with its own batch.
"""

from contextlib import suppress
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.checking import check
from pipelines.configuration.model import Source
from pipelines.deployment import Deployment
from pipelines.errors import NothingThere
from pipelines.landing import inbox, land, row_keys
from pipelines.landing.batch import Batch
from pipelines.landing.inbox import Received
from pipelines.landing.land import Landed
from pipelines.mapping import column_select, json_fields
from pipelines.staging import restaging, stage
from pipelines.warehouse import statements
from pipelines.warehouse.locks import LANDING
from pipelines.warehouse.statements import Table

QUARANTINE = "quarantine"  # what ops.batches calls where such rows came from


@dataclass(frozen=True)
class Overtaken:
    """A repaired row whose key came again since: it is older than what is known, and left."""

    source: str
    batch_id: int
    row_no: int
    came_again_in: int


@dataclass
class Replayed:
    """What a replay came to.

    `let_go` tells per source how many rows the contracts of today accept that those before did
    not; `broken_again` per batch how many repaired rows lie in quarantine again.
    """

    landed: list[Landed] = field(default_factory=list)
    overtaken: list[Overtaken] = field(default_factory=list)
    broken_again: dict[int, int] = field(default_factory=dict)
    let_go: dict[str, int] = field(default_factory=dict)


class _AllOvertaken(Exception):
    """No row of a source is left to land."""


def replay(deployment: Deployment) -> Replayed:
    """Judge and stage anew what the contracts of today see otherwise, then land what was repaired.

    Raises
    ------
    NothingThere
        If rows were repaired of a source that sources.yml no longer has.
    SourceUnreadable
        If no repaired row of a source has what its mapping needs.
    """
    done = Replayed(let_go=_judge_anew(deployment))
    binds = {"staging_version": deployment.versions.staging}
    with deployment.warehouse.lock(LANDING, wait=True):
        with deployment.warehouse.begin() as connection:
            waiting = statements.rows(connection, "quarantine/repaired_sources", **binds)
        for row in waiting:
            _land_repaired(deployment, row, done)
    _receive(deployment)
    with deployment.warehouse.begin() as connection:
        for batch_id in (landed.batch_id for landed in done.landed if landed.batch_id):
            again = statements.value(
                connection, "quarantine/broken_again", **binds, batch_id=batch_id
            )
            done.broken_again |= {batch_id: int(again)} if again else {}
    return done


def _receive(deployment: Deployment) -> None:
    check.judge_waiting(deployment)
    stage.stage(deployment)


def _judge_anew(deployment: Deployment) -> dict[str, int]:
    """Bring everything received to the contracts of today; return the rows that go on now."""
    binds = {"staging_version": deployment.versions.staging}
    is_due = restaging.announce(deployment) is not None
    with deployment.warehouse.begin() as connection:
        last = statements.rows(connection, "staging/last_staging_version", **binds)
    _receive(deployment)
    if not (is_due and last):
        return {}
    binds["before"] = last[0]["staging_version"]
    with deployment.warehouse.begin() as connection:
        found = statements.rows(connection, "quarantine/let_go", **binds)
    return {row["source"]: row["row_count"] for row in found}


def _land_repaired(deployment: Deployment, waiting: sa.RowMapping, done: Replayed) -> None:
    """Land the repaired rows of a source as one batch, in one transaction with where they went."""
    source = _source(deployment, waiting)
    batch = Batch(source, QUARANTINE, waiting["digest"], insists=True, replay_of=QUARANTINE)
    version = deployment.versions.staging
    overtaken: list[sa.RowMapping] = []

    def fill(connection: Connection) -> Received:
        return _fill(connection, source, version, overtaken)

    def remember(connection: Connection, batch_id: int) -> None:
        left = [row["row_no"] for row in overtaken]
        binds = {"batch_id": batch_id, "overtaken": left}
        statements.run(connection, "quarantine/mark_replayed", **binds)

    with suppress(_AllOvertaken):
        done.landed.append(land.land_rows(deployment, batch, fill, remember))
    done.overtaken += [
        Overtaken(source.name, row["came_in"], row["came_as"], row["came_again_in"])
        for row in overtaken
    ]


def _source(deployment: Deployment, waiting: sa.RowMapping) -> Source:
    for source in deployment.configuration.sources:
        if (source.name, source.entity) == (waiting["source"], waiting["entity"]):
            return source
    raise NothingThere(
        f"rows of {waiting['source']} ({waiting['entity']}) were repaired, but sources.yml has no "
        "such source: put it back, or take the repair away: `update quarantine.rows set repaired = "
        f"null where source = '{waiting['source']}'`. Nothing of it was replayed."
    )


def _fill(
    connection: Connection, source: Source, version: str, overtaken: list[sa.RowMapping]
) -> Received:
    """Put the repaired rows of a source into the inbox, but those that were overtaken."""
    binds = {"source": source.name, "staging_version": version}
    statements.create_temporary(connection, "objects", "quarantine/repaired", **binds)
    names = [row.name for row in statements.run(connection, "quarantine/repaired_names")]
    found = column_select.of_objects(source, names)
    rows = inbox.fill_from_objects(connection, json_fields.by_name, found)
    statements.create_view(connection, "mapped", column_select.mapped(source, found))
    statements.name_as(connection, "received", Table("raw", source.entity))
    with row_keys.keyed(connection, source):
        overtaken += statements.rows(connection, "quarantine/overtaken", **binds)
        counted = sa.select(sa.func.count()).select_from(sa.table("rows_keyed"))
        taken = connection.execute(counted).scalar_one()
    for view in ("received", "mapped"):
        statements.drop_view(connection, view)
    left = [row["row_no"] for row in overtaken]
    table = sa.table(inbox.INBOX[1], sa.column("row_no"), schema=inbox.INBOX[0])
    connection.execute(sa.delete(table).where(table.c.row_no.in_(left)))
    if rows == len(left):
        raise _AllOvertaken
    return Received(rows - len(left), names, found, rows - taken)
