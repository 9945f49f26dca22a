"""Work out which records are one person: connected components of dated links.

With an earlier night to copy from, only the components that a moved link reaches are worked out.
"""

from typing import Any

from sqlalchemy.engine import Connection

from pipelines import partitions, warehouse
from pipelines.night import Night

SHARED = "shared_values", "shared_visitors"


def identify(tonight: Night) -> int:
    """Write the attempt's members; return how many records belong to somebody."""
    with tonight.step("identify") as connection:
        tonight.read_previous(connection, "members", "previous_members")
        choose_scope(connection, tonight)
        link(connection, tonight)
        count_shared(connection, tonight)
        warehouse.create_temporary(connection, "found_members", "4_identity/found_members")
        aside = partitions.ATTEMPTS, partitions.attempt_table("regrouped", tonight.night_id)
        warehouse.create_table(connection, aside, "4_identity/regrouped", unlogged=False)
        return tonight.store(connection, "members", "5_features/members")


def choose_scope(connection: Connection, tonight: Night) -> None:
    """Build `moved`, `scope` and `sightings`, those of the records in scope.

    The scope is of the records whose person may not be the earlier night's; without an earlier
    night it is empty, and `sightings` holds all records.
    """
    binds = tonight.binds
    warehouse.create_temporary(connection, "moved", "4_identity/moved", **binds)
    with warehouse.view(connection, "standing", "4_identity/standing", **binds):
        warehouse.create_temporary(connection, "scope", "4_identity/scope")
        warehouse.create_temporary(connection, "sightings", "4_identity/sightings", **binds)


def link(connection: Connection, tonight: Night) -> None:
    """Build `placed`, `edges` and `labels`, every component labelled with its founder."""
    find_shared(connection, "sightings", tonight.binds)
    warehouse.create_temporary(connection, "placed", "4_identity/placed")
    warehouse.create_temporary(connection, "edges", "4_identity/edges")
    warehouse.create_temporary(connection, "labels", "4_identity/nodes", **tonight.binds)
    while warehouse.run(connection, "4_identity/spread").rowcount:
        pass


def find_shared(connection: Connection, named: str, binds: dict[str, Any]) -> None:
    """Build `shared_values` of the values of some sightings, as of the night that binds name."""
    warehouse.name_as(connection, "named", "pg_temp", named)
    with warehouse.view(connection, "standing", "4_identity/standing", **binds):
        warehouse.create_temporary(connection, "value_refs", "4_identity/value_refs", **binds)
    warehouse.drop_view(connection, "named")
    warehouse.create_temporary(connection, "shared_values", "4_identity/shared_values", **binds)


def count_shared(connection: Connection, tonight: Night) -> None:
    """Note how many values link nobody: all of them, or the earlier night's and what moved."""
    shared = _shared(connection)
    if tonight.previous is not None:
        earlier = tonight.previous
        find_shared(connection, "moved", tonight.binds)
        now = _shared(connection)
        then = tonight.binds | {"as_of": earlier.as_of, "known_at": earlier.known_at}
        find_shared(connection, "moved", then)
        before = _shared(connection)
        shared = {name: earlier.figures[name] + now[name] - before[name] for name in SHARED}
    tonight.record(connection, "figures", shared)
    if any(shared.values()):
        tonight.note(
            connection,
            f"Link nobody: {shared['shared_values']} e-mails or phones that stand on more than "
            f"{tonight.configuration.shared_value_limit} customers, and "
            f"{shared['shared_visitors']} web visitors who were several.",
        )


def _shared(connection: Connection) -> dict[str, int]:
    return dict(warehouse.rows(connection, "4_identity/shared_count")[0])
