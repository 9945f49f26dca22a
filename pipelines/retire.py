"""Let replaced attempts go, outside any night and without stopping a reader."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from pipelines import partitions, warehouse
from pipelines.deployment import Deployment
from pipelines.locks import RETIRING
from pipelines.warehouse import Warehouse

# Longer than a quick query, shorter than what an analyst would notice behind it.
LOCK_TIMEOUT = "2s"


def retire(deployment: Deployment) -> int:
    """Detach and drop what replaced attempts left; return how many attempts are gone.

    What a reader still holds stays for the next call: nobody waits for longer than LOCK_TIMEOUT.
    """
    with deployment.warehouse.lock(RETIRING, wait=False) as held:
        if not held:
            return 0
        with deployment.warehouse.begin() as connection:
            waiting = [row["night_id"] for row in warehouse.rows(connection, "ops/replaced_nights")]
        return sum(_let_go(deployment.warehouse, night_id) for night_id in waiting)


def _let_go(target: Warehouse, night_id: int) -> bool:
    """Drop one attempt's partitions; features.customer_features last, by which it is found."""
    last = "customer_features"
    tables = [table for table in partitions.TABLES if table != last] + [last]
    try:
        with _outside(target) as connection:
            for table in tables:
                partitions.detach_and_drop(connection, table, night_id)
    except OperationalError:
        return False
    return True


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
