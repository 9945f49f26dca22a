"""Plan a backfill: build its nights without publishing them, and report what would change.

Exact, because each night is built from what `backfill --plan` then builds it from: one known_at for
all, the models, the code, the settings. A night copies from the one built before it, of which one
at a time is kept. Nothing that is published changes, and nothing is left in `attempts`.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts import claims, freshness, recorded
from pipelines.attempts.claims import AttemptRequest, Claim
from pipelines.attempts.night import KEYS, Night
from pipelines.backfills import changes, previewable_settings
from pipelines.backfills.changes import NightChange, PlanContext, Refusal
from pipelines.backfills.date_range import DateRange, Models, models_of
from pipelines.backfills.run import Hashes
from pipelines.configuration.model import Configuration
from pipelines.deployment import Deployment
from pipelines.errors import NightTooStale, in_a_sentence
from pipelines.nights import runner, status
from pipelines.progress import NightListener, silent
from pipelines.steps import BUILD
from pipelines.warehouse import statements

# Drift judges rows and makes none, and what it writes down is about nights that may stand.
STEPS = tuple(step for step in BUILD if step.name != "drift")


@dataclass(frozen=True)
class PlanRequest:
    """The nights to plan; with `previewed` by those settings in place of the deployment's."""

    span: DateRange
    previewed: Configuration | None = None


@dataclass(frozen=True)
class Plan:
    """What a backfill would change, and from what it would build."""

    plan_id: int
    span: DateRange
    known_at: int
    found: list[NightChange]
    seconds: float


@dataclass(frozen=True)
class _Planning:
    """A plan being made; `refused` says of each night that cannot be built why not."""

    context: PlanContext
    claim: Claim
    span: DateRange
    models: Models
    refused: dict[date, str]
    listener: NightListener

    @property
    def deployment(self) -> Deployment:
        return self.context.deployment


def plan(
    deployment: Deployment,
    claim: Claim,
    request: PlanRequest,
    listener: NightListener = silent,
) -> Plan:
    """Build the nights of a range from all that is staged; keep and return what would change.

    Raises
    ------
    NothingThere
        If a day of the range has not ended.
    BackfillRefused
        If `previewed` differs in what a plan cannot show.
    WarehouseBusy
        While somebody else builds.
    """
    began = deployment.warehouse.clock()
    span, previewed = request.span, request.previewed
    freshness.refuse_unended(deployment, span.last)
    if previewed is not None:
        previewable_settings.refuse_unseen(deployment.configuration, previewed)
        deployment = replace(deployment, configuration=previewed)
    runner.stage_anew(deployment)
    planning = _planning(deployment, claim, span, listener)
    try:
        found, hashes = _nights(planning)
    finally:
        claims.drop_kept(deployment, claim)
    seconds = round((deployment.warehouse.clock() - began).total_seconds(), 3)
    plan_id = _keep(planning, found, hashes, seconds)
    return Plan(plan_id, span, planning.context.known_at, found, seconds)


def _planning(
    deployment: Deployment, claim: Claim, span: DateRange, listener: NightListener
) -> _Planning:
    staging_version = deployment.versions.staging
    with deployment.warehouse.begin() as connection:
        published = recorded.published_nights(connection)
        late = status.outdated(connection, published, staging_version)
        known_at = recorded.newest_known_at(connection, deployment.versions.staging)
        inputs = {"known_at": known_at, "staging_version": staging_version}
        refused = _too_stale(deployment, connection, span, inputs)
        stand = {*(set(span.days) - refused.keys()), *(row["as_of"] for row in published)}
        context = PlanContext(
            deployment=deployment,
            known_at=known_at,
            outdated={row["as_of"]: row for row in late},
            newest=max(stand, default=span.last),
        )
        return _Planning(context, claim, span, models_of(connection, span), refused, listener)


def _too_stale(
    deployment: Deployment, connection: Connection, span: DateRange, inputs: dict[str, Any]
) -> dict[date, str]:
    """Return the nights that will be refused as too stale, each with the sentence."""
    refused = {}
    for day in span.days:
        try:
            freshness.refuse_stale(deployment, connection, day, {"as_of": day, **inputs})
        except NightTooStale as error:
            refused[day] = in_a_sentence(error)
    return refused


def _nights(planning: _Planning) -> tuple[list[NightChange], Hashes]:
    """Walk the range, oldest first; return what was found and the rows' hashes per night."""
    found: list[NightChange] = []
    hashes: Hashes = {}
    last: Night | None = None
    for day in planning.span.days:
        with planning.deployment.warehouse.begin() as connection:
            standing = recorded.published_on(connection, day)
            if sentence := planning.refused.get(day):
                found.append(
                    changes.refused(planning.context, connection, Refusal(day, sentence), standing)
                )
                continue
            if standing is not None and _is_equal(planning, connection, standing):
                found.append(changes.unchanged(planning.context, connection, standing))
                hashes[day] = dict(standing["content_hashes"])
                continue
        copies = last.night_id if last and last.as_of == day - timedelta(days=1) else None
        last = _build(planning, day, copies)
        with last.step("plan") as connection:
            built = recorded.night_of(connection, last.night_id)
            found.append(changes.compared(planning.context, connection, built, standing))
        hashes[day] = dict(built["content_hashes"])
        claims.keep_night(planning.deployment, last)
    return found, hashes


def _is_equal(planning: _Planning, connection: Connection, standing: RowMapping) -> bool:
    """Return whether a night was published from what the plan would build it from.

    All its inputs are the same, or nothing that became known since could touch it.
    """
    known_at = planning.context.known_at
    expected = {**planning.context.versions, "models": planning.models[standing["as_of"]]}
    if any(standing[name] != value for name, value in expected.items()):
        return False
    if standing["known_at"] > known_at or set(KEYS) - set(standing["content_hashes"]):
        return False
    binds = {
        "as_of": standing["as_of"],
        "since": standing["known_at"],
        "known_at": known_at,
        "staging_version": standing["staging_version"],
    }
    with statements.view(connection, "counted", "nights/night_counts", **binds):
        return not statements.value(connection, "backfills/touching", **binds)


def _build(planning: _Planning, day: date, previous: int | None) -> Night:
    request = AttemptRequest(
        day,
        known_at=planning.context.known_at,
        purpose="plan",
        models=planning.models[day],
        previous=previous,
    )
    tonight = claims.open_night(planning.deployment, planning.claim, request)
    runner.build(tonight, lambda step, result: planning.listener(day, step), STEPS)
    return tonight


def _keep(planning: _Planning, found: list[NightChange], hashes: Hashes, seconds: float) -> int:
    """Write the plan down; return its number."""
    binds = {
        **planning.context.versions,
        "from_as_of": planning.span.first,
        "to_as_of": planning.span.last,
        "known_at": planning.context.known_at,
        "models": _json({str(day): ids for day, ids in planning.models.items()}),
        "found": _json([asdict(night) for night in found]),
        "content_hashes": _json({str(day): each for day, each in hashes.items()}),
        "seconds": seconds,
        "now": planning.deployment.warehouse.clock(),
    }
    with planning.deployment.warehouse.begin() as connection:
        return int(statements.value(connection, "backfills/insert_plan", **binds))


def _json(content: Any) -> str:
    return json.dumps(content, sort_keys=True, default=str)
