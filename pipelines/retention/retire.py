"""Retire replaced attempts and nights past retention, outside any night.

No reader is stopped, nobody waits for longer than LOCK_TIMEOUT, and what a reader still holds stays
for the next call. Being killed at any moment leaves something for the next call, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from pipelines.deployment import Deployment
from pipelines.retention import prune as retention_prune
from pipelines.warehouse import attempt_tables, locks, statements
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.locks import RETIRING

# Longer than a quick query, shorter than what an analyst would notice behind it.
LOCK_TIMEOUT = "2s"
PATIENCE = 5  # waits per call: one reader of every night must not cost a wait for each


def retire(deployment: Deployment) -> int:
    """Mark, detach and drop the rows that are to go; return how many attempts' are gone.

    Then what else has had its time: see `pipelines.retention`.
    """
    with deployment.warehouse.lock(RETIRING, wait=False) as held:
        if not held:
            return 0
        _try(_mark, deployment)
        with deployment.warehouse.begin() as connection:
            found = statements.rows(connection, "retention/waiting")
        gone = _let_all_go(deployment.warehouse, [row["night_id"] for row in found])
        for prune in retention_prune.ALL:
            _try(prune, deployment)
    return gone


def _let_all_go(target: Warehouse, night_ids: list[int]) -> int:
    """Drop what nobody reads; return how many attempts. After PATIENCE waits the rest stays."""
    gone = waited = 0
    for night_id in night_ids:
        if waited < PATIENCE:
            done = _try(_let_go, target, night_id)
            gone, waited = gone + done, waited + (not done)
    return gone


def _try(act: retention_prune.Act, *arguments: object) -> bool:
    """Do it unless somebody is in the way; return whether it is done."""
    try:
        act(*arguments)
    except OperationalError:
        return False
    return True


def _mark(deployment: Deployment) -> None:
    """Mark the attempts that go; from then on no view shows them and no night copies from them.

    While attempts are opened or a ledger is written from them it waits, for LOCK_TIMEOUT at most.
    """
    configuration = deployment.configuration
    with retention_prune.brief(deployment.warehouse) as connection:
        locks.take(connection, locks.OPENING)
        statements.run(
            connection,
            "retention/mark",
            nights=configuration.kept_nights,
            deliveries=configuration.kept_deliveries,
            now=deployment.warehouse.clock(),
        )


def _let_go(target: Warehouse, night_id: int) -> None:
    """Drop one attempt's partitions; features.customer_features last, by which it is found."""
    last = "customer_features"
    tables = [table for table in attempt_tables.TABLES if table != last] + [last]
    with _outside(target) as connection:
        for table in tables:
            attempt_tables.detach_and_drop(connection, table, night_id)


@contextmanager
def _outside(target: Warehouse) -> Iterator[Connection]:
    """Open a connection without a transaction, as DETACH CONCURRENTLY wants it."""
    with target.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(sa.text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
        try:
            yield connection
        finally:
            connection.execute(sa.text("reset lock_timeout"))
