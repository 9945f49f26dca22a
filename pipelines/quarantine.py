"""Put the rows that broke a critical rule where they can be looked at."""

from sqlalchemy.engine import Connection

from pipelines import warehouse


def keep(connection: Connection, entity: str, staging_version: str) -> None:
    """Put the rows in `broken` into quarantine, in the caller's transaction."""
    warehouse.name_as(connection, "received", "raw", entity)
    warehouse.run(connection, "2_quarantine/insert_broken", staging_version=staging_version)
    warehouse.drop_view(connection, "received")
