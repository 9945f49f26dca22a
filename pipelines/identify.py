"""Work out which records are one person: connected components of dated links."""

from sqlalchemy.engine import Connection

from pipelines import warehouse
from pipelines.night import Night


def identify(tonight: Night) -> int:
    """Write the attempt's members; return how many records belong to somebody."""
    with tonight.step("identify") as connection:
        link(connection, tonight)
        return tonight.store(connection, "members", "5_features/members")


def link(connection: Connection, tonight: Night) -> None:
    """Build `placed`, `edges` and `labels`, every component labelled with its founder."""
    binds = tonight.binds
    warehouse.create_temporary(connection, "sightings", "4_identity/sightings", **binds)
    warehouse.create_temporary(connection, "shared_values", "4_identity/shared_values", **binds)
    warehouse.create_temporary(connection, "placed", "4_identity/placed")
    warehouse.create_temporary(connection, "edges", "4_identity/edges")
    warehouse.create_temporary(connection, "labels", "4_identity/nodes", **binds)
    while warehouse.run(connection, "4_identity/spread").rowcount:
        pass
    shared = warehouse.rows(connection, "4_identity/shared_count")[0]
    if shared["value_count"] or shared["visitor_count"]:
        tonight.note(
            connection,
            f"Link nobody: {shared['value_count']} e-mails or phones that stand on more than "
            f"{binds['shared_value_limit']} customers, and {shared['visitor_count']} web visitors "
            "who were several.",
        )
