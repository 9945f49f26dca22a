"""Stage checked batches: type rows, cut business days, end the versions they replace."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines import faults
from pipelines.checking import fates, refusals
from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.model import Source
from pipelines.deployment import Deployment
from pipelines.mapping.typed_rows import FOREVER, BatchRange, binds_of, typed
from pipelines.staging import exclude_accounts, restaging, sightings, staging_partitions
from pipelines.warehouse import statements
from pipelines.warehouse.locks import STAGING
from pipelines.warehouse.statements import Table

# Versions after which the planner must look anew before the next batch: with the statistics of an
# empty table, the batch after a history of 1.44 million lines was not staged in ten minutes.
WORTH_ANALYSING = 10_000


def stage(deployment: Deployment) -> int:
    """Stage every checked batch, oldest first, one transaction each; return the versions staged.

    A fault of ours refuses the batch that brings it out, with those of its source behind it.

    Raises
    ------
    BatchRefused
        If there was such a fault, and settings.yml says that a night stops then.
    """
    staging_version = deployment.versions.staging
    total, failed = 0, set()
    with deployment.warehouse.lock(STAGING, wait=True):
        with deployment.warehouse.begin() as connection:
            waiting = statements.rows(
                connection, "staging/checked_batches", staging_version=staging_version
            )
            if waiting:
                restaging.remember(deployment, connection)
        for place, batch in enumerate(waiting):
            if batch["source"] in failed:
                continue
            try:
                total += _stage_one(deployment, batch)
            except Exception as error:
                if not faults.is_of_batch(error):
                    raise
                failed.add(batch["source"])
                same = [each for each in waiting[place:] if each["source"] == batch["source"]]
                refusals.refuse(deployment, same, error)
        if total:
            analyse(deployment)
    if failed:
        refusals.stop_if_refused(deployment)
    return total


def _stage_one(deployment: Deployment, batch: sa.RowMapping) -> int:
    sources = {source.name: source for source in deployment.configuration.sources}
    with deployment.warehouse.begin() as connection:
        staged = stage_batch(deployment, connection, sources[batch["source"]], batch)
    if staged >= WORTH_ANALYSING:
        _refresh_statistics(deployment)
    return staged


def stage_batch(
    deployment: Deployment, connection: Connection, source: Source, batch: sa.RowMapping
) -> int:
    """Stage one batch in the caller's transaction; return the versions staged."""
    began, batch_id = deployment.warehouse.clock(), batch["batch_id"]
    batches = BatchRange(source, batch_id, batch_id)
    binds = binds_of(deployment, batches) | {"batch_id": batch_id}
    version = str(binds["staging_version"])
    staging_partitions.ensure_staging_partition(connection, source.entity, version)
    statements.name_as(connection, "received", Table("raw", source.entity))
    statements.name_as(connection, "standing", Table("staging", f"{source.entity}_{version}"))
    with (
        statements.view(connection, "accepted_raw", "staging/accepted_raw", **binds),
        typed(deployment, connection, batches),
        statements.view(connection, "accepted_typed", "staging/accepted_typed", **binds),
    ):
        leaves_out = exclude_accounts.keep_excluded(
            connection, deployment.configuration, source, binds
        )
        statements.create_temporary(
            connection, "superseded", f"staging/{_superseded(source)}", **binds
        )
        if _close_replaced(connection, source, binds):
            staging_partitions.index_staged(
                connection, source.entity, str(binds["staging_version"])
            )
        arrivals = "staging/arrivals_counted" if leaves_out else "staging/arrivals"
        target = Table("staging", source.entity)
        staged = statements.insert_select(connection, target, arrivals, **binds)
    for view in ("received", "standing"):
        statements.drop_view(connection, view)
    if source.entity != "products":
        _keep_who_was_seen(connection, source.entity, binds)
    statements.run(connection, "staging/batch_staged", **binds, staged_count=staged)
    version = str(binds["staging_version"])
    proven, deletions = fates.prove_staged(connection, source.entity, version, batch_id)
    took = (deployment.warehouse.clock() - began).total_seconds()
    counts = {"superseded_count": proven["superseded"], "deletion_count": deletions}
    statements.run(connection, "staging/batch_proven", **binds, **counts, staged_seconds=took)
    return staged


def _superseded(source: Source) -> str:
    """Return the SELECT of what never stands: but the last received, the newest, or the first."""
    if source.keeps_first:
        return "superseded_by_first"
    return "superseded_by_update" if "updated_at" in source.columns else "superseded"


def _close_replaced(connection: Connection, source: Source, binds: dict[str, Any]) -> int:
    """End the versions that a batch replaces or deletes; return how many they were."""
    if not statements.value(connection, "staging/staged_before", **binds):
        return 0
    statements.create_temporary(connection, "closing", "staging/closing", **binds)
    names = ("staging_version", "source", "row_key", "batch_to")
    target = sa.table(source.entity, *map(sa.column, names), schema="staging")
    closing = sa.table("closing", sa.column("row_key"))
    ended = connection.execute(
        sa.update(target)
        .values(batch_to=binds["batch_id"])
        .where(
            target.c.staging_version == binds["staging_version"],
            target.c.source == source.name,
            target.c.batch_to == FOREVER,
            sa.exists().where(closing.c.row_key == target.c.row_key),
        )
    )
    return ended.rowcount


def _keep_who_was_seen(connection: Connection, entity: str, binds: dict[str, Any]) -> None:
    """Write down the customer_refs that a staged batch names, and who was seen with what."""
    version = str(binds["staging_version"])
    statements.name_as(connection, "arrivals", Table("staging", f"{entity}_{version}"))
    _name_customers(connection, binds)
    statements.drop_view(connection, "arrivals")
    sightings.keep(connection, entity, binds)


def _name_customers(connection: Connection, binds: dict[str, Any]) -> None:
    clause = statements.statement("staging/customer_refs", **binds)
    names = ["staging_version", "customer_space", "customer_ref", "first_batch", "person_id"]
    table = sa.table("customer_refs", *map(sa.column, names), schema="identity")
    found = clause.columns(*map(sa.column, names)).subquery("named")
    from sqlalchemy.dialects.postgresql import insert

    connection.execute(insert(table).from_select(names, sa.select(found)).on_conflict_do_nothing())


def analyse(deployment: Deployment) -> None:
    """Make ready for nights what was staged: indexes, statistics, pages known to be visible."""
    version = deployment.versions.staging
    tables = [("identity", "customer_refs"), ("identity", f"sightings_{version}")]
    with deployment.warehouse.begin() as connection:
        for entity in ENTITIES:
            staging_partitions.index_staged(connection, entity, version)
        tables += [("staging", f"{entity}_{version}") for entity in ENTITIES]
    for table in tables:
        deployment.warehouse.vacuum(*table)


def _refresh_statistics(deployment: Deployment) -> None:
    """Let the planner look anew after many rows of one batch, before the next."""
    version = deployment.versions.staging
    with deployment.warehouse.begin() as connection:
        for table in [("staging", f"{entity}_{version}") for entity in ENTITIES]:
            statements.analyse(connection, *table)
        statements.analyse(connection, "identity", "customer_refs")
        statements.analyse(connection, "identity", f"sightings_{version}")
