"""Which failures of a task are tried again, and when."""

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

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
