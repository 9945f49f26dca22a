"""Refuse a PostgreSQL that would give other rows: too old, or one that sorts texts otherwise."""

from sqlalchemy.engine import Connection

from pipelines.errors import WarehouseRefused
from pipelines.warehouse import statements

OLDEST = 160_000  # PostgreSQL 16, as server_version_num
ENCODING = "UTF8"
NEW_DATABASE = "createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME"


def refuse_unsuitable(connection: Connection) -> None:
    """Refuse a server or database that cannot hold a warehouse.

    Raises
    ------
    WarehouseRefused
        If the server is older than 16, or the database's encoding or collation is another.
    """
    refuse(**statements.rows(connection, "warehouse/server_facts")[0])


def refuse(version_number: int, encoding: str, collation: str, sorts_by_code_point: bool) -> None:
    """Refuse what a server says of itself, if it is not what a warehouse needs."""
    name = version_number // 10_000
    if version_number < OLDEST:
        raise WarehouseRefused(
            f"the warehouse's server is PostgreSQL {name}; Nocturne needs {OLDEST // 10_000} or "
            "newer. Name a newer one in NOCTURNE_WAREHOUSE_URL, or leave that out for the embedded "
            "one; then `nocturne up`."
        )
    if encoding != ENCODING or not sorts_by_code_point:
        raise WarehouseRefused(
            f"the warehouse's database has the encoding {encoding} and the collation {collation}; "
            "Nocturne needs UTF8, and C or C.UTF-8, so that texts sort alike everywhere. Make "
            f"another ({NEW_DATABASE}) and name it in NOCTURNE_WAREHOUSE_URL; then `nocturne up`."
        )
