"""Keep sightings: which identifiers each record showed together, dated by its first row.

A night reads these few rows instead of every line and event: a record seen with the same
identifiers a thousand times is one sighting, dated by the first of its rows that stand.
"""

from typing import Any

from sqlalchemy.engine import Connection

from pipelines.warehouse import statements
from pipelines.warehouse.statements import Table


def keep(connection: Connection, entity: str, binds: dict[str, Any]) -> None:
    """Write what a staged batch changed of the sightings.

    Binds: batch_id, staging_version, forever. Call it in the transaction that staged the batch,
    after the versions it replaced were ended.
    """
    with statements.view(connection, "seen", f"staging/seen_{entity}", **binds):
        name = "changed_sightings"
        statements.create_temporary(connection, name, "staging/changed_sightings", **binds)
    statements.run(connection, "staging/end_sightings", **binds)
    target = Table("identity", "sightings")
    statements.insert_select(connection, target, "staging/begun_sightings", **binds)
