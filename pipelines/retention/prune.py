"""Prune what old nights leave: staging versions, export folders, drift references."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.delivery.files import folder
from pipelines.deployment import Deployment
from pipelines.drift.report import sample_of
from pipelines.warehouse import statements
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.locks import DELIVERING, STAGING

Act = Callable[..., None]

# A version of the stage goes when so many nights in a row were built in another way: a week, in
# which a changed mapping may be taken back without staging everything once more.
NIGHTS_BEFORE_A_VERSION_GOES = 7


@contextmanager
def brief(target: Warehouse) -> Iterator[Connection]:
    """Open a transaction that waits for a lock as long as a reader may wait behind it."""
    with target.begin() as connection:
        connection.execute(sa.text("set local lock_timeout = '2s'"))
        yield connection


def drop_versions(deployment: Deployment) -> None:
    """Drop what is staged under versions that nothing needs any more, each whole or not at all."""
    today = deployment.versions.staging
    binds = {"staging_version": today, "nights": NIGHTS_BEFORE_A_VERSION_GOES}
    with deployment.warehouse.lock(STAGING, wait=False) as held:
        if not held:
            return
        with deployment.warehouse.begin() as connection:
            unused = statements.rows(connection, "retention/versions", **binds)
        for row in unused:
            with brief(deployment.warehouse) as connection:
                _drop_version(connection, row["staging_version"])


def _drop_version(connection: Connection, version: str) -> None:
    """Drop one version; the partitions last, so that their readers wait least."""
    found = statements.rows(connection, "retention/version_partitions", staging_version=version)
    statements.run(connection, "retention/forget_version", staging_version=version)
    for row in found:
        statements.drop_table(connection, row["schema_name"], row["table_name"])


def remove_folders(deployment: Deployment) -> None:
    """Remove the folders of old deliveries below the home: what Nocturne wrote, nothing else."""
    deliveries = deployment.configuration.kept_deliveries
    with deployment.warehouse.lock(DELIVERING, wait=False) as held:
        if not held:
            return
        with deployment.warehouse.begin() as connection:
            old = statements.rows(connection, "retention/folders", deliveries=deliveries)
        for row in old:
            path = Path(row["path"])
            if path.is_dir() and path.resolve().is_relative_to(deployment.home.resolve()):
                folder.remove_delivery(path, row["kind"])


def forget_references(deployment: Deployment) -> None:
    """Forget the drift references of trainings whose models serve nothing."""
    with deployment.warehouse.begin() as connection:
        for row in statements.rows(connection, "retention/references"):
            training_id = row["training_id"]
            sample_of(deployment.home, training_id).unlink(missing_ok=True)
            statements.run(connection, "drift/forget_reference", training_id=training_id)


ALL: tuple[Act, ...] = (drop_versions, remove_folders, forget_references)
