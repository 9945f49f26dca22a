"""The steps of a night, in three lists; `nocturne night` and the DAG walk all three, in this order.

*receive* works per batch, once, outside any attempt; *build* makes an attempt that nobody reads;
*finish* puts it in front of people.
"""

from importlib import import_module
from typing import Any, NamedTuple


class Step(NamedTuple):
    """A step's name and its function, imported when called: to list steps costs nothing.

    The name is that of the step's task in Airflow and of its seconds in ops.nights.
    """

    name: str
    module: str
    function: str

    def __call__(self, argument: Any) -> Any:
        """Take the step: a Deployment to receive, a Night to build or finish."""
        return getattr(import_module(f"pipelines.{self.module}"), self.function)(argument)


# Take a Deployment.
RECEIVE = (
    Step("land", "landing.land", "land"),
    Step("check", "checking.check", "check"),
    Step("stage", "staging.stage", "stage"),
)
# What nights that look back need: a file refused since does not stop them.
STAGE_ANEW = (
    Step("check", "checking.check", "judge_waiting"),
    Step("stage", "staging.stage", "stage"),
)
# Take a Night; `attempts.claims.open_night` makes it.
BUILD = (
    Step("identify", "people.identify", "identify"),
    Step("features", "features.build", "build_customer_features"),
    Step("score", "scoring.score", "score"),
    Step("segment", "segments.segment", "segment"),
    Step("contracts", "publishing.gate", "check_attempt"),
    Step("drift", "drift.measure", "measure_drift"),
)
FINISH = (
    Step("publish", "publishing.publish", "publish"),
    Step("export", "delivery.export", "export"),
)
