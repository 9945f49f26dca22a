"""Policies of the DAG's tasks: retries, and the deadline of a night."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import (
    BaseDeadlineReference,
    DeadlineAlert,
    deadline_reference,
)

from plugins.alerts import tell_late


@deadline_reference()
class EndOfDay(BaseDeadlineReference):
    """The end of a scheduled run's business day.

    Airflow's own references do not serve: a logical date is the day's start, 23 to 25 hours
    before, and every run has one. A backfilled or manual night has no deadline, since whoever
    asks for an old day is looking on.
    """

    required_kwargs: ClassVar[set[str]] = {"dag_id", "run_id"}

    def _evaluate_with(self, *, session: Any, dag_id: str, run_id: str) -> datetime | None:
        from airflow.models import DagRun
        from sqlalchemy import select

        its_run = select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        run = session.scalar(its_run)
        return run.data_interval_end if run and run.run_type == "scheduled" else None


def publish_within(minutes: int) -> DeadlineAlert:
    """Return the alert about a night that is not published this long after its day has ended.

    It is called in the triggerer and not by the executor, whose slots a hanging night may hold.
    """
    return DeadlineAlert(EndOfDay(), timedelta(minutes=minutes), AsyncCallback(tell_late))


# An UnrecoverableError, its subclasses among them, fails at once: the data must change first.
RETRIES: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 2,
    "max_retry_delay": timedelta(minutes=15),
    "retry_policy": ExceptionRetryPolicy(
        [RetryRule("pipelines.errors.UnrecoverableError", RetryAction.FAIL)]
    ),
}
