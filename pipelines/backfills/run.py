"""Build and publish the nights of a backfill, oldest first; progress is kept in ops.backfills."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from pipelines.attempts import claims, recorded
from pipelines.attempts.claims import AttemptRequest, Claim, Ending
from pipelines.attempts.night import Night
from pipelines.backfills.date_range import Models, by_day
from pipelines.deployment import Deployment
from pipelines.errors import (
    BackfillRefused,
    NightTooStale,
    UnrecoverableError,
    WarehouseBusy,
    in_a_sentence,
)
from pipelines.nights import runner
from pipelines.progress import NightListener, silent
from pipelines.warehouse import statements

Hashes = dict[date, dict[str, str]]  # per night and table


@dataclass(frozen=True)
class BackfillRun:
    """A backfill under way; `models` names its nights, `hashes` what its plan expects of them.

    A night refused by `goes_past` is left as it is, and the next is built.
    """

    backfill_id: int
    known_at: int
    started_at: datetime
    models: Models
    plan_id: int | None = None
    hashes: Hashes = field(default_factory=dict)
    goes_past: type[UnrecoverableError] = NightTooStale

    def attempt_at(self, day: date) -> AttemptRequest:
        """Return the attempt to build for one of its nights."""
        return AttemptRequest(day, self.known_at, "backfill", models=self.models[day])


@dataclass(frozen=True)
class BackfillResult:
    """What a backfill came to: nights built now, those that stood already as wanted, and why not.

    `refused` says per night that was gone past why it could not be built; what stood there stays.
    """

    backfill_id: int
    known_at: int
    built: list[date] = field(default_factory=list)
    stood: list[date] = field(default_factory=list)
    refused: dict[date, str] = field(default_factory=dict)


def insert(
    deployment: Deployment, connection: Connection, claim: Claim, row: dict[str, Any]
) -> RowMapping:
    """Write down that a backfill begins; `row` holds what its beginner knows."""
    models = {str(day): ids for day, ids in row["models"].items()}
    binds = {
        **deployment.versions.binds,
        "claimant": claim.name,
        "claim_key": claim.key,
        "now": deployment.warehouse.clock(),
        "plan_id": None,
        **row,
        "models": json.dumps(models, sort_keys=True),
    }
    return statements.rows(connection, "backfills/insert", **binds)[0]


def end(deployment: Deployment, connection: Connection, backfill_id: int, ending: Ending) -> None:
    """Write down that a backfill has ended: its state, and why."""
    binds = {"state": ending.state, "failure": ending.reason, "now": deployment.warehouse.clock()}
    statements.run(connection, "backfills/end", backfill_id=backfill_id, **binds)


def run_of(row: RowMapping, hashes: Hashes | None = None) -> BackfillRun:
    """Return a backfill as its row in ops.backfills tells."""
    return BackfillRun(
        backfill_id=row["backfill_id"],
        known_at=row["known_at"],
        started_at=row["started_at"],
        models=by_day(row["models"]),
        plan_id=row["plan_id"],
        hashes=hashes or {},
    )


def build_nights(
    deployment: Deployment, claim: Claim, begun: BackfillRun, listener: NightListener = silent
) -> BackfillResult:
    """Build and publish what does not stand yet as wanted; write down how it ended.

    A night refused by `goes_past` is gone past, and fails the backfill at its end. What else
    cannot succeed by trying again fails it there and then. Anything else leaves it unfinished.
    """
    result = BackfillResult(begun.backfill_id, begun.known_at)
    with _ended(deployment, result):
        for day in begun.models:
            began = deployment.warehouse.clock()
            stands = _stands(deployment, begun, day)
            try:
                if not stands:
                    tonight = claims.open_night(deployment, claim, begun.attempt_at(day))
                    _build_and_publish(tonight, begun, listener)
            except begun.goes_past as error:
                result.refused[day] = in_a_sentence(error)
                continue
            (result.stood if stands else result.built).append(day)
            seconds = (deployment.warehouse.clock() - began).total_seconds()
            _night_done(deployment, begun, day, 0 if stands else seconds)
    return result


def in_words(refused: dict[date, str]) -> str:
    """Say of each night why it was not built."""
    return " ".join(f"{day}: {sentence}" for day, sentence in refused.items())


@contextmanager
def _ended(deployment: Deployment, result: BackfillResult) -> Iterator[None]:
    """Write down how it ends; killed or stopped by what may pass, it is gone on with."""
    ending: Ending | None = None
    try:
        yield
        ending = Ending("failed", in_words(result.refused)) if result.refused else Ending("done")
    except UnrecoverableError as error:
        ending = Ending("failed", in_a_sentence(error))
        raise
    except WarehouseBusy as error:
        if not result.built and not result.stood:
            ending = Ending("abandoned", in_a_sentence(error))
        raise
    finally:
        if ending:
            with deployment.warehouse.begin() as connection:
                end(deployment, connection, result.backfill_id, ending)


def _stands(deployment: Deployment, begun: BackfillRun, day: date) -> bool:
    """Return whether the night was published since this began, as wanted, knowing as much or more.

    Either this backfill published it before it was killed, or a night that ran meanwhile did. As
    wanted: with the same models, code, settings and staging; by a plan, with the rows it found.
    """
    due = {
        **deployment.versions.binds,
        "models": begun.models[day],
    }
    with deployment.warehouse.begin() as connection:
        row = recorded.published_on(connection, day)
    return (
        row is not None
        and row["published_at"] >= begun.started_at
        and row["known_at"] >= begun.known_at
        and all(row[name] == value for name, value in due.items())
        and not _differ(begun, row)
    )


def _differ(begun: BackfillRun, night: RowMapping) -> list[str]:
    """Return which tables of a night hold other rows than the plan found; none without a plan."""
    expected = begun.hashes.get(night["as_of"], {})
    return [t for t, digest in expected.items() if night["content_hashes"].get(t) != digest]


def _build_and_publish(tonight: Night, begun: BackfillRun, listener: NightListener) -> None:
    runner.build(tonight, lambda step, result: listener(tonight.as_of, step))
    _hold_to_plan(tonight, begun)
    runner.publish(tonight, lambda step, result: listener(tonight.as_of, step))


def _hold_to_plan(tonight: Night, begun: BackfillRun) -> None:
    """Refuse to publish other rows than the plan has found."""
    with tonight.deployment.warehouse.begin() as connection:
        built = recorded.night_of(connection, tonight.night_id)
    if differ := _differ(begun, built):
        sentence = (
            f"night {tonight.night_id} ({tonight.as_of}) has other rows in {', '.join(differ)} "
            f"than plan {begun.plan_id} found, so it is not published. Please report it; "
            "`nocturne plan` makes a new plan."
        )
        claims.fail_night(tonight.deployment, tonight.night_id, sentence)
        raise BackfillRefused(sentence)


def _night_done(deployment: Deployment, begun: BackfillRun, day: date, seconds: float) -> None:
    with deployment.warehouse.begin() as connection:
        statements.run(
            connection,
            "backfills/night_done",
            backfill_id=begun.backfill_id,
            as_of=day,
            seconds=round(seconds, 3),
        )
