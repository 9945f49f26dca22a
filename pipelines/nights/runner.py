"""Walk the steps of a night in this process."""

from collections.abc import Iterable
from datetime import date

from pipelines.attempts import claims, recorded
from pipelines.attempts.claims import AttemptRequest, Claim
from pipelines.attempts.night import Night
from pipelines.deployment import Deployment
from pipelines.errors import BatchRefused, NothingThere, in_a_sentence
from pipelines.progress import Listener, silent
from pipelines.steps import BUILD, FINISH, RECEIVE, STAGE_ANEW, Step


def receive(deployment: Deployment, listener: Listener = silent) -> None:
    """Land, check and stage what is new."""
    _walk(deployment, RECEIVE, listener)


def stage_anew(deployment: Deployment, listener: Listener = silent) -> None:
    """Check and stage what landed but is not staged in today's way; land and stop for nothing."""
    _walk(deployment, STAGE_ANEW, listener)


def _walk(deployment: Deployment, steps: Iterable[Step], listener: Listener) -> None:
    for step in steps:
        listener(step.name, step(deployment))


def build(tonight: Night, listener: Listener = silent, steps: Iterable[Step] = BUILD) -> None:
    """Make the attempt; if a step fails the attempt is dropped and its row keeps the sentence."""
    try:
        for step in steps:
            listener(step.name, step(tonight))
    except Exception as error:
        claims.fail_night(tonight.deployment, tonight.night_id, in_a_sentence(error))
        raise


def publish(tonight: Night, listener: Listener = silent) -> None:
    """Publish a finished attempt and export nothing."""
    for step in FINISH:
        if step.name == "publish":
            listener(step.name, step(tonight))


def run_night(
    deployment: Deployment, claim: Claim, request: AttemptRequest, listener: Listener = silent
) -> int:
    """Receive (unless known_at is given), build, publish and export; return the night_id."""
    prepare = receive if request.known_at is None else stage_anew
    try:
        prepare(deployment, listener)
    except BatchRefused as error:
        claims.refuse_night(deployment, claim, request.as_of, in_a_sentence(error))
        raise
    tonight = claims.open_night(deployment, claim, request)
    build(tonight, listener)
    for step in FINISH:
        listener(step.name, step(tonight))
    return tonight.night_id


def recorded_known_at(deployment: Deployment, as_of: date) -> int:
    """Return the known_at of the attempt that stands for a day.

    Raises
    ------
    NothingThere
        If none does.
    """
    with deployment.warehouse.begin() as connection:
        found = recorded.published_on(connection, as_of)
    if not found:
        raise NothingThere(
            f"no night is published for {as_of}: run `nocturne night --as-of {as_of}` without "
            "--known-at, or look at `nocturne status`."
        )
    return int(found["known_at"])
