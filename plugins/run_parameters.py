"""The parameters of a run: the day, what is to be known, and the claim it builds under."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from airflow.sdk import Param

from pipelines.attempts.claims import Claim
from pipelines.configuration.model import Configuration
from plugins import business_day

Context = Mapping[str, Any]

# What the form shows. A backfill also takes a `reason`, and a process that runs the DAG in itself
# lends its `claim`: both come by the run's configuration alone.
PARAMS = {
    "as_of": Param(
        None, type=["null", "string"], format="date", title="As of",
        description="The business day, inclusive. Empty: the day that the run's data interval "
        "covers, which is yesterday.",
    ),
    "known_at": Param(
        None, type=["null", "string", "integer"], title="Known at",
        description='Empty: all that was received. "recorded": what was known when the day was '
        "published. A number: that landing.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class RunParameters:
    """What a run was asked to do, and in whose name."""

    as_of: date
    known_at: str | int | None
    claim: Claim
    is_backfill: bool = False
    reason: str | None = None


def requested(configuration: Configuration, context: Context) -> RunParameters:
    """Return what a run is about, from its data interval and its parameters.

    Raises
    ------
    NothingThere
        If its day cannot be told, or nobody named it and it lies outside the schedule.
    """
    run, params = context["dag_run"], context["params"]
    as_of = day_of(configuration, run, params.get("as_of"))
    known_at, reason = params.get("known_at"), params.get("reason")
    is_backfill = run.run_type == "backfill"
    return RunParameters(as_of, known_at, claim_of(context), is_backfill, reason)


def day_of(configuration: Configuration, run: Any, named: str | None) -> date:
    """Return the business day of a run, from the day that its parameters name and its interval.

    Raises
    ------
    NothingThere
        As `asked`.
    """
    if run.run_type == "backfill" and not named:  # whoever made the backfill named its days
        return business_day.as_of(run.data_interval_start, configuration.business_time_zone)
    return business_day.of_run(configuration, run.data_interval_start, named)


def claim_of(context: Context) -> Claim:
    """Return in whose name a run builds: a process that lent its own claim, or the run itself.

    All tries of a run share one name, so that a retry goes on with the same attempt.
    """
    run = context["dag_run"]
    lent = context["params"].get("claim")
    return Claim(**lent) if lent else Claim(f"{walker_of(context)} {run.run_id}")


def walker_of(context: Context) -> str:
    """Return in whose name Airflow's backfill stands; Airflow has one of a DAG at a time."""
    return f"airflow {context['dag_run'].dag_id}"
