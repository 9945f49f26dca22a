"""Announce a restaging: how many rows, how long, and which change causes it."""

import json
from typing import Any

from sqlalchemy.engine import Connection

from pipelines.configuration import versions
from pipelines.configuration.model import Configuration
from pipelines.configuration.versions import CHECKOUT
from pipelines.deployment import Deployment
from pipelines.hashing import code_hash
from pipelines.warehouse import statements

CONTRACTS = "expectations"
NAMED_SETTINGS = {
    "placeholders": "identity.placeholders",
    "phone_country": "identity.phone_country (or its numbering plans)",
    "corrections": "corrections",
}
Content = dict[str, Any]


def content_of(configuration: Configuration) -> Content:
    """Return what today's version of the stage is made of."""
    code = tuple(folder for folder in versions.STAGE_CODE if folder != CONTRACTS)
    return {
        "code": code_hash(CHECKOUT, code),
        "contracts": code_hash(CHECKOUT, (CONTRACTS,)),
        **configuration.received_meaning,
    }


def remember(deployment: Deployment, connection: Connection) -> None:
    """Write down what today's version of the stage is made of, to name what changes later."""
    configuration = deployment.configuration
    statements.run(
        connection,
        "staging/keep_staging_version",
        staging_version=deployment.versions.staging,
        content=json.dumps(content_of(configuration), sort_keys=True),
        now=deployment.warehouse.clock(),
    )


def announce(deployment: Deployment) -> str | None:
    """Return what will be staged anew, for how long and why, as a sentence; None for nothing."""
    binds = {"staging_version": deployment.versions.staging}
    with deployment.warehouse.begin() as connection:
        [due] = statements.rows(connection, "staging/restaging", **binds)
        if not due["batch_count"]:
            return None
        last = statements.rows(connection, "staging/last_staging_version", **binds)
    before = last[0]["content"] if last else None
    why = changes(before, content_of(deployment.configuration)) if before else []
    return (
        f"Rows are staged in another way now{': ' + '; '.join(why) if why else ''}. "
        f"{due['batch_count']:,} batches, {int(due['row_count']):,} rows will be staged anew from "
        f"raw, beside the old ones, by the next night or `nocturne land`; {_how_long(due)}"
    )


def changes(before: Content, now: Content) -> list[str]:
    """Return what differs between two versions of the stage, in words."""
    words = {"code": "the stage's code", "contracts": "a contract"}
    message = [said for key, said in words.items() if before[key] != now[key]]
    for key in ("business_time_zone", "currency", "opened_on"):
        if before.get(key, now[key]) != now[key]:
            message.append(f"{key} is {now[key] or 'not set'}, was {before[key] or 'not set'}")
    if before.get("added_rules", {}) != now["added_rules"]:
        message.append("a rule of config/contracts.yml")
    for key, said in NAMED_SETTINGS.items():
        if before.get(key, now[key]) != now[key]:
            message.append(f"{said} of settings.yml")
    if before.get("leave_out", {}) != now["leave_out"]:
        message.append("leave_out of settings.yml")
    old, new = before["sources"], now["sources"]
    message += [f"source {name} is new" for name in new if name not in old]
    message += [f"source {name} is gone" for name in old if name not in new]
    for name in new:
        keys = [key for key in new[name] if name in old and new[name][key] != old[name].get(key)]
        message += [f"{', '.join(keys)} of {name}"] if keys else []
    return message


def _how_long(due: Any) -> str:
    """Return how long it takes, from what checking and staging have taken so far."""
    if not due["measured_seconds"]:
        return "how long that takes is not known: no staging was measured yet."
    rate = float(due["measured_count"]) / due["measured_seconds"]
    minutes = float(due["row_count"]) / rate / 60
    message = "less than a minute" if minutes < 1 else f"about {minutes:,.0f} minutes"
    return f"{message} (measured: {rate:,.0f} rows a second so far)."
