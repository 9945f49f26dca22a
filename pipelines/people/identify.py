"""Identify people: connected components of the dated links between records.

Copying from an earlier night, it identifies only the components that a changed link reaches.
"""

from typing import Any

from sqlalchemy.engine import Connection

from pipelines.attempts.night import Night
from pipelines.warehouse import attempt_tables, statements
from pipelines.warehouse.statements import Table

SHARED = "shared_values", "shared_visitors"


def identify(tonight: Night) -> int:
    """Write the attempt's members; return how many records belong to somebody."""
    with tonight.step("identify") as connection:
        tonight.read_previous(connection, "members", "previous_members")
        choose_scope(connection, tonight)
        link(connection, tonight)
        count_shared(connection, tonight)
        statements.create_temporary(connection, "found_members", "people/found_members")
        regrouped = attempt_tables.attempt_table("regrouped", tonight.night_id)
        aside = Table(attempt_tables.ATTEMPTS, regrouped)
        statements.create_table(connection, aside, "people/regrouped_people", unlogged=False)
        return tonight.store(connection, "members", "people/members")


def choose_scope(connection: Connection, tonight: Night) -> None:
    """Build `changed_sightings`, `scope` and `sightings`, those of the records in scope.

    The scope is of the records whose person may not be the earlier night's; without an earlier
    night it is empty, and `sightings` holds all records.
    """
    binds = tonight.binds
    statements.create_temporary(
        connection, "changed_sightings", "people/changed_sightings", **binds
    )
    with statements.view(connection, "current_sightings", "people/current_sightings", **binds):
        statements.create_temporary(connection, "scope", "people/scope")
        statements.create_temporary(connection, "sightings", "people/sightings", **binds)


def link(connection: Connection, tonight: Night) -> None:
    """Build `sighting_nodes`, `edges` and `labels`, every component labelled with its founder."""
    find_shared(connection, "sightings", tonight.binds)
    statements.create_temporary(connection, "sighting_nodes", "people/sighting_nodes")
    statements.create_temporary(connection, "edges", "people/edges")
    statements.create_temporary(connection, "labels", "people/initial_labels", **tonight.binds)
    while statements.run(connection, "people/propagate_labels").rowcount:
        pass


def find_shared(connection: Connection, named: str, binds: dict[str, Any]) -> None:
    """Build `shared_values` of the values of some sightings, as of the night that binds name."""
    statements.name_as(connection, "named", Table("pg_temp", named))
    with statements.view(connection, "current_sightings", "people/current_sightings", **binds):
        statements.create_temporary(connection, "value_refs", "people/value_refs", **binds)
    statements.drop_view(connection, "named")
    statements.create_temporary(connection, "shared_values", "people/shared_values", **binds)


def count_shared(connection: Connection, tonight: Night) -> None:
    """Note how many values link nobody: all of them, or the earlier night's and what moved."""
    shared = _shared(connection)
    if tonight.previous is not None:
        earlier = tonight.previous
        find_shared(connection, "changed_sightings", tonight.binds)
        now = _shared(connection)
        then = tonight.binds | {"as_of": earlier.as_of, "known_at": earlier.known_at}
        find_shared(connection, "changed_sightings", then)
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
    return dict(statements.rows(connection, "people/shared_count")[0])
