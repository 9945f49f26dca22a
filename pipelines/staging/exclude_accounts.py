"""Exclude accounts that settings.yml names: their rows stay in raw and are not staged.

A row is left out if it names a customer_ref or an e-mail of `leave_out`, a customers record also by
its attributes. The customer_ref of such a record is left out from its batch on: what was staged of
it before ends with that batch, as if it had been deleted.
"""

import json
from typing import Any

from sqlalchemy.engine import Connection

from pipelines.configuration.model import Configuration, Source
from pipelines.staging import sightings, staging_partitions
from pipelines.warehouse import statements
from pipelines.warehouse.statements import Table

COUNTED = ("customers", "order_lines", "events")  # what names customers
LIKE = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_", "*": "%", "?": "_"})


def keep_excluded(
    connection: Connection, configuration: Configuration, source: Source, binds: dict[str, Any]
) -> bool:
    """Keep the rows of a batch to leave out as the temporary table `left_out_now` and in staging.

    Call it with the view `passed`, and before the batch closes or brings any version. Returns
    whether there is such a table: not where nobody is left out.
    """
    if not configuration.leave_out or source.entity not in COUNTED:
        return False
    rules = binds | patterns_of(configuration.leave_out, source.entity)
    statements.create_temporary(connection, "excluded_rows", "staging/excluded_rows", **rules)
    if source.entity == "customers":
        new = statements.run(connection, "staging/insert_accounts", **binds).rowcount
        if new:
            _close_accounts(connection, binds)
    statements.create_temporary(connection, "left_out_now", "staging/left_out_now", **binds)
    statements.run(connection, "staging/insert_left_out", **binds)
    return True


def patterns_of(leave_out: dict[str, Any], entity: str) -> dict[str, Any]:
    """Return what excluded_rows.sql binds: names apart from patterns, whose * and ? are LIKE's."""
    refs, emails = leave_out.get("customer_refs", []), leave_out.get("emails", [])
    attributes = leave_out.get("attributes", {}) if entity == "customers" else {}
    return {
        "customer_refs": [ref for ref in refs if not _is_pattern(ref)],
        "customer_ref_patterns": [ref.translate(LIKE) for ref in refs if _is_pattern(ref)],
        "emails": [email for email in emails if not _is_pattern(email)],
        "email_patterns": [email.translate(LIKE) for email in emails if _is_pattern(email)],
        "attributes": json.dumps(
            {
                name: [value.translate(LIKE) for value in values]
                for name, values in attributes.items()
            }
        ),
    }


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _close_accounts(connection: Connection, binds: dict[str, Any]) -> None:
    """End what stands of the accounts that this batch showed, in every entity of their space."""
    version = str(binds["staging_version"])
    for entity in COUNTED:
        name = f"{entity}_{version}"
        if not statements.is_there(connection, "staging", name):
            continue
        statements.name_as(connection, "ending", Table("staging", name))
        ended = statements.run(connection, "staging/close_accounts", **binds).rowcount
        statements.drop_view(connection, "ending")
        if ended and entity != "customers":  # customers are seen to with the batch itself
            staging_partitions.index_staged(connection, entity, version)
            sightings.keep(connection, entity, binds)
