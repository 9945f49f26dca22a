"""Type new rows, cut them into business days and close the versions they replace."""

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
                analyse(deployment)
        if total:
            analyse(deployment)
    return total


def binds_of(deployment: Deployment, source: Source, first: int, last: int) -> dict[str, object]:
    """Return what the typing SELECTs of sql/3_staging bind for batches of one source."""
    return {
        "source": source.name,
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
    _close_replaced(connection, source, binds)
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


def _close_replaced(connection: Connection, source: Source, binds: dict[str, object]) -> None:
    """End the versions that the arrivals replace, and for whole orders the lines they lack."""
    names = ("staging_version", "source", "row_key", "batch_to")
    order = ("order_id",) if source.entity == "order_lines" else ()
    target = sa.table(source.entity, *map(sa.column, (*names, *order)), schema="staging")
    arrivals = sa.table("arrivals", *map(sa.column, ("row_key", "closes", "op", *order)))
    replaced: sa.ColumnElement[bool] = sa.exists().where(
        arrivals.c.closes, arrivals.c.row_key == target.c.row_key
    )
    if source.orders_arrive_whole:
        still_there = sa.exists().where(arrivals.c.row_key == target.c.row_key)
        named = sa.exists().where(arrivals.c.order_id == target.c.order_id)
        replaced = sa.or_(replaced, sa.and_(named, ~still_there))
    connection.execute(
        sa.update(target)
        .values(batch_to=binds["batch_id"])
        .where(
            target.c.staging_version == binds["staging_version"],
            target.c.source == source.name,
            target.c.batch_to == FOREVER,
            replaced,
        )
    )


def _name_customers(connection: Connection, binds: dict[str, object]) -> None:
    clause = warehouse.statement("3_staging/customer_refs", **binds)
    names = ["staging_version", "customer_space", "customer_ref", "first_batch", "person_id"]
    table = sa.table("customer_refs", *map(sa.column, names), schema="identity")
    found = clause.columns(*map(sa.column, names)).subquery("named")
    from sqlalchemy.dialects.postgresql import insert

    connection.execute(insert(table).from_select(names, sa.select(found)).on_conflict_do_nothing())


def analyse(deployment: Deployment) -> None:
    """Refresh the planner's statistics after many new rows."""
    with deployment.warehouse.begin() as connection:
        for entity in ENTITIES:
            table = warehouse.quote(connection, "staging", entity)
            connection.execute(sa.text(f"analyze {table}"))
        for table in ("customer_refs", "sightings"):
            connection.execute(sa.text(f"analyze {warehouse.quote(connection, 'identity', table)}"))
