"""Tell somebody that a night has failed, or is late: one sentence with the cause and what to do."""

import asyncio
import logging
import os
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from airflow.sdk import BaseNotifier

from pipelines import days, errors, warehouse
from pipelines.deployment import Deployment
from plugins import place, post
from plugins.asked import asked

log = logging.getLogger(__name__)


class NightFailed(BaseNotifier):
    """Called where a task has failed for good: in the task's own process, which knows the cause.

    A callback of the DAG would run in the DAG processor, and never see the exception.
    """

    def notify(self, context: Mapping[str, Any]) -> None:
        """Send the sentence by every channel that the environment names."""
        for line in post.send("Nocturne: a night failed", failure(context), os.environ):
            log.warning("Alert %s.", line)


def failure(context: Mapping[str, Any]) -> str:
    """Return the sentence about a failed task: which night, which step, the cause, what next."""
    cause = errors.in_a_sentence(context.get("exception") or context.get("reason"))
    step = context["ti"].task_id.rsplit(".", 1)[-1]
    if step == "repair":  # the night itself is published
        return f"Nocturne: repairing nights failed: {_ended(cause)} `nocturne status` tells."
    day = _day_asked(context)
    night = f"the night of {day}" if day else f"run {context['dag_run'].run_id}"
    again = f"`nocturne night --as-of {day}`" if day else "trigger it again"
    return (
        f"Nocturne: {night} failed at {step}: {_ended(cause)} What was published stays. "
        f"Next: `nocturne status`, then {again}."
    )


async def tell_late(context: Mapping[str, Any], **_: Any) -> None:
    """Send the sentence about a night that is not published by its deadline, in the triggerer."""
    await asyncio.to_thread(_tell_late, context["dag_run"], context["deadline"]["deadline_time"])


def _tell_late(run: Mapping[str, Any], due: Any) -> None:
    with place.here() as deployment:
        start = datetime.fromisoformat(run["data_interval_start"])
        day = days.as_of(start, deployment.configuration.business_time_zone)
        due_at = due if isinstance(due, datetime) else datetime.fromisoformat(str(due))
        sentence = lateness(deployment, day, due_at)
    if sentence:
        for line in post.send("Nocturne: a night is late", sentence, os.environ):
            log.warning("Alert %s.", line)


def lateness(deployment: Deployment, day: date, due_at: datetime) -> str | None:
    """Return the sentence about a night that is late; None when it is published after all."""
    with deployment.warehouse.begin() as connection:
        if warehouse.rows(connection, "ops/published_night", as_of=day):
            return None
    due = due_at.astimezone(deployment.configuration.zone)
    return (
        f"Nocturne: the night of {day} is late: it was to be published by {due:%H:%M} "
        f"on {due:%Y-%m-%d} ({deployment.configuration.business_time_zone}). "
        "What was published stays. Next: `nocturne status`."
    )


def _day_asked(context: Mapping[str, Any]) -> date | None:
    try:
        return asked(place.configuration(), context).as_of
    except errors.NocturneError:
        return None


def _ended(cause: str) -> str:
    return cause if cause.endswith((".", "!", "?")) else f"{cause}."
