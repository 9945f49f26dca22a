"""Hold the customer_refs of a source against those of the sources of customers in its space."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from pipelines.configuration.model import Configuration, Source
from pipelines.warehouse import statements

# A shop whose customers need no card knows few of them; one in ten, and it is another number.
LEAST_FOUND = 0.1
ALIKE = " looks like "
LEAST_REFS = 2  # one customer may be new


def sources_of_customers(configuration: Configuration, source: Source) -> list[Source]:
    """Return the sources whose customers a source's customer_refs should be."""
    if source.entity == "customers" or "customer_ref" not in source.columns:
        return []
    return [
        other
        for other in configuration.sources
        if other.entity == "customers" and other.customer_space == source.customer_space
    ]


def few_found(
    connection: Connection, others: Sequence[Source], seen: Iterable[str], **binds: Any
) -> dict[int, str]:
    """Return a sentence per batch of the view `received` of whose customer_refs few are known.

    `seen` are customer_refs of the others that have not landed; `binds` are those of the batches.
    """
    names = [other.name for other in others]
    binds |= {"others": names, "seen": sorted(seen)}
    statements.create_temporary(connection, "named", "mapping/customer_refs_named", **binds)
    statements.create_temporary(connection, "known", "mapping/customer_refs_known", **binds)
    said = {}
    for row in statements.rows(connection, "mapping/customer_refs_found"):
        found, count = row["found_count"], row["ref_count"]
        if count < LEAST_REFS or found >= LEAST_FOUND * count:
            continue
        alike = statements.rows(connection, "mapping/customer_refs_alike", batch_id=row["batch_id"])
        like = "".join(f"; {a['customer_ref']}{ALIKE}{a['known_ref']}" for a in alike)
        said[row["batch_id"]] = (
            f"{found:,} of {count:,} customer_refs of {binds['source']} are in "
            f"{' or '.join(names)}{like}. Have the mapping make one of the other (`split`, "
            "`join`), or give the source a customer_space of its own."
        )
    for table in ("named", "known"):
        statements.drop_table(connection, "pg_temp", table)
    return said
