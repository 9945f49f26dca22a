"""Type new rows, cut them into business days and close the versions they replace."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines import partitions, restaging, sightings, versions, warehouse
from pipelines.configuration import Source
from pipelines.deployment import Deployment
from pipelines.entities import ENTITIES
from pipelines.locks import STAGING

# Versions after which the planner must look anew before the next batch: with the statistics of an
# empty table, the batch after a history of 1.44 million lines was not staged in ten minutes.
WORTH_ANALYSING = 10_000
FOREVER = 9_223_372_036_854_775_807  # batch_to of a version that still stands


def stage(deployment: Deployment) -> int:
    """Stage every checked batch, oldest first, one transaction each; return the versions staged."""
    sources = {source.name: source for source in deployment.configuration.sources}
    staging_version = versions.versions_of(deployment.configuration).staging
    total = 0
    with deployment.warehouse.lock(STAGING, wait=True):
        with deployment.warehouse.begin() as connection:
            waiting = warehouse.rows(
                connection, "ops/checked_batches", staging_version=staging_version
            )
            if waiting:
                restaging.remember(deployment, connection)
        for batch in waiting:
            with deployment.warehouse.begin() as connection:
                staged = stage_batch(deployment, connection, sources[batch["source"]], batch)
            total += staged
            if staged >= WORTH_ANALYSING:
                _refresh_statistics(deployment)
        if total:
            analyse(deployment)
    return total


def binds_of(deployment: Deployment, source: Source, first: int, last: int) -> dict[str, Any]:
    """Return what the typing SELECTs of sql/3_staging bind for batches of one source."""
    return {
        "source": source.name,
        "customer_space": source.customer_space,
        "first_batch": first,
        "last_batch": last,
        "source_time_zone": source.time_zone,
        "business_time_zone": deployment.configuration.business_time_zone,
        "staging_version": versions.versions_of(deployment.configuration).staging,
    }


def stage_batch(
    deployment: Deployment, connection: Connection, source: Source, batch: sa.RowMapping
) -> int:
    """Stage one batch in the caller's transaction; return the versions staged."""
    began, batch_id = deployment.warehouse.clock(), batch["batch_id"]
    binds = binds_of(deployment, source, batch_id, batch_id) | {"batch_id": batch_id}
    partitions.ensure_staging_partition(connection, source.entity, str(binds["staging_version"]))
    warehouse.create_view(connection, "typed", f"3_staging/{source.entity}", **binds)
    warehouse.create_view(connection, "good", "3_staging/good", **binds)
    warehouse.create_temporary(
        connection,
        "arrivals",
        f"3_staging/{_ranked(source.entity)}",
        **binds | {"forever": FOREVER},
    )
    for view in ("good", "typed"):
        warehouse.drop_view(connection, view)
    if _close_replaced(connection, source, binds):
        partitions.index_staged(connection, source.entity, str(binds["staging_version"]))
    staged = warehouse.insert_select(
        connection, ("staging", source.entity), "3_staging/arrivals", **binds
    )
    if source.entity != "products":
        _name_customers(connection, binds)
        sightings.keep(connection, source.entity, binds | {"forever": FOREVER})
    superseded = warehouse.value(connection, "3_staging/superseded_count", forever=FOREVER)
    took = {"staged_seconds": (deployment.warehouse.clock() - began).total_seconds()}
    counts = {"staged_count": staged, "superseded_count": superseded}
    warehouse.run(connection, "ops/batch_staged", **binds, **counts, **took)
    return staged


def _ranked(entity: str) -> str:
    return "ranked_customers" if entity == "customers" else "ranked"


def _close_replaced(connection: Connection, source: Source, binds: dict[str, Any]) -> int:
    """End the versions that the arrivals replace or delete; return how many they were."""
    names = ("staging_version", "source", "row_key", "batch_to")
    target = sa.table(source.entity, *map(sa.column, names), schema="staging")
    arrivals = sa.table("arrivals", *map(sa.column, ("row_key", "closes")))
    ended = connection.execute(
        sa.update(target)
        .values(batch_to=binds["batch_id"])
        .where(
            target.c.staging_version == binds["staging_version"],
            target.c.source == source.name,
            target.c.batch_to == FOREVER,
            sa.exists().where(arrivals.c.closes, arrivals.c.row_key == target.c.row_key),
        )
    )
    return ended.rowcount


def _name_customers(connection: Connection, binds: dict[str, Any]) -> None:
    clause = warehouse.statement("3_staging/customer_refs", **binds)
    names = ["staging_version", "customer_space", "customer_ref", "first_batch", "person_id"]
    table = sa.table("customer_refs", *map(sa.column, names), schema="identity")
    found = clause.columns(*map(sa.column, names)).subquery("named")
    from sqlalchemy.dialects.postgresql import insert

    connection.execute(insert(table).from_select(names, sa.select(found)).on_conflict_do_nothing())


def analyse(deployment: Deployment) -> None:
    """Make ready for nights what was staged: indexes, statistics, pages known to be visible."""
    version = versions.versions_of(deployment.configuration).staging
    tables = [("identity", "customer_refs"), ("identity", f"sightings_{version}")]
    with deployment.warehouse.begin() as connection:
        for entity in ENTITIES:
            partitions.index_staged(connection, entity, version)
        tables += [("staging", f"{entity}_{version}") for entity in ENTITIES]
    for table in tables:
        deployment.warehouse.vacuum(*table)


def _refresh_statistics(deployment: Deployment) -> None:
    """Let the planner look anew after many rows of one batch, before the next."""
    version = versions.versions_of(deployment.configuration).staging
    with deployment.warehouse.begin() as connection:
        for table in [("staging", f"{entity}_{version}") for entity in ENTITIES]:
            warehouse.analyse(connection, *table)
        warehouse.analyse(connection, "identity", "customer_refs")
        warehouse.analyse(connection, "identity", f"sightings_{version}")
