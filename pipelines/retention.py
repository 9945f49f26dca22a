"""What else is let go with old nights: versions of the stage, export folders, drift references."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines import versions, warehouse
from pipelines.deployment import Deployment
from pipelines.destinations import folder
from pipelines.drift_report import sample_of
from pipelines.locks import DELIVERING, STAGING
from pipelines.warehouse import Warehouse

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
    today = versions.versions_of(deployment.configuration).staging
    binds = {"staging_version": today, "nights": NIGHTS_BEFORE_A_VERSION_GOES}
    with deployment.warehouse.lock(STAGING, wait=False) as held:
        if not held:
            return
        with deployment.warehouse.begin() as connection:
            unused = warehouse.rows(connection, "ops/retention_versions", **binds)
        for row in unused:
            with brief(deployment.warehouse) as connection:
                _drop_version(connection, row["staging_version"])


def _drop_version(connection: Connection, version: str) -> None:
    """Drop one version; the partitions last, so that their readers wait least."""
    found = warehouse.rows(connection, "ops/retention_version_partitions", staging_version=version)
    warehouse.run(connection, "ops/retention_forget_version", staging_version=version)
    for row in found:
        warehouse.drop_table(connection, row["schema_name"], row["table_name"])


def remove_folders(deployment: Deployment) -> None:
    """Remove the folders of old deliveries below the home: what Nocturne wrote, nothing else."""
    deliveries = deployment.configuration.kept_deliveries
    with deployment.warehouse.lock(DELIVERING, wait=False) as held:
        if not held:
            return
        with deployment.warehouse.begin() as connection:
            old = warehouse.rows(connection, "ops/retention_folders", deliveries=deliveries)
        for row in old:
            path = Path(row["path"])
            if path.is_dir() and path.resolve().is_relative_to(deployment.home.resolve()):
                folder.remove(path, row["kind"])


def forget_references(deployment: Deployment) -> None:
    """Forget the drift references of trainings whose models serve nothing."""
    with deployment.warehouse.begin() as connection:
        for row in warehouse.rows(connection, "ops/retention_references"):
            training_id = row["training_id"]
            sample_of(deployment.home, training_id).unlink(missing_ok=True)
            warehouse.run(connection, "ops/drift_forget_reference", training_id=training_id)


ALL: tuple[Act, ...] = (drop_versions, remove_folders, forget_references)
