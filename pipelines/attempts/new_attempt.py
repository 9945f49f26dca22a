"""The row of a new attempt: the batches, models, code and settings it is to be made from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import Connection

from pipelines.attempts import recorded, serving_models
from pipelines.deployment import Deployment
from pipelines.warehouse import statements


@dataclass(frozen=True)
class AttemptRequest:
    """Which attempt somebody wants to build.

    `in_full` computes everybody, whatever an earlier night could lend; `models` (ids by kind)
    serve instead of those of the day; `known_at` None is all that is staged; `previous` is the
    night to copy from if not the newest published, `staging_version` the rows if not today's.
    """

    as_of: date
    known_at: int | None = None
    purpose: str = "night"
    in_full: bool = False
    models: dict[str, str] | None = None
    previous: int | None = None
    staging_version: str | None = None


def insert(
    deployment: Deployment,
    connection: Connection,
    wanted: AttemptRequest,
    builder: Mapping[str, str | int | None],
) -> int:
    """Write down an attempt and all it is made from, in the caller's transaction."""
    as_of, known_at, purpose = wanted.as_of, wanted.known_at, wanted.purpose
    made_by = deployment.versions
    staging = wanted.staging_version or made_by.staging
    if known_at is None:
        known_at = recorded.newest_known_at(connection, staging)
    inputs = {"as_of": as_of, "known_at": known_at, **made_by.binds, "staging_version": staging}
    now = deployment.warehouse.clock()
    content = json.dumps(deployment.configuration.read_by_build, sort_keys=True)
    statements.run(
        connection,
        "attempts/keep_configuration",
        hash=made_by.configuration,
        content=content,
        now=now,
    )
    previous = wanted.previous
    if previous is None and not wanted.in_full:
        previous = statements.value(connection, "attempts/previous_night", **inputs)
    models = _models(connection, wanted)
    row = {
        "purpose": purpose,
        **builder,
        "previous": previous,
        "models": json.dumps(models, sort_keys=True),
        "notes": json.dumps(serving_models.younger_than(connection, as_of, models)),
        "now": now,
    }
    return int(statements.value(connection, "attempts/insert_night", **inputs, **row))


def _models(connection: Connection, wanted: AttemptRequest) -> dict[str, str]:
    if wanted.models is not None:
        return wanted.models
    if wanted.purpose == "train":
        return {}
    as_recorded = wanted.known_at is not None
    return serving_models.models_for(connection, wanted.as_of, as_recorded=as_recorded)
