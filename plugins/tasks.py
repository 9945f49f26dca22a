"""The functions of the DAG's tasks: day, claim, waiting, and the step itself.

Each function takes the context of a task, opens the deployment, and calls into pipelines.
"""

import logging

from pipelines import errors, steps
from pipelines.attempts import claims, freshness, recorded
from pipelines.backfills import airflow_backfill
from pipelines.backfills import repair as repairing
from pipelines.deployment import Deployment
from pipelines.errors import WarehouseBusy
from pipelines.nights import runner, sentences
from pipelines.retention import retire
from pipelines.steps import Step
from pipelines.warehouse import migrate
from plugins import assets, environment
from plugins.run_names import NOTE
from plugins.run_parameters import Context, RunParameters, claim_of, requested, walker_of

log = logging.getLogger(__name__)


def receive(step: Step, context: Context) -> str:
    """Land, check or stage what is new, unless the night looks back."""
    with environment.here() as deployment:
        parameters = requested(deployment.configuration, context)
        freshness.refuse_unended(deployment, parameters.as_of)
        if past := _looks_back(deployment, parameters):
            needed, reason = past
            anew = [each for each in steps.STAGE_ANEW if each.name == step.name]
            if not anew or _staged(deployment) >= needed:
                return _logged(f"Nothing to do for the night of {parameters.as_of}: {reason}")
            step = anew[0]
        report = sentences.receive(deployment, step)
    assets.tell_rows(step.name, context["outlet_events"], report.rows, as_of=str(parameters.as_of))
    return _logged(str(report))


def open_night(context: Context) -> int | None:
    """Claim an attempt and return its number; None while somebody else has to be waited for.

    Raises
    ------
    WarehouseBusy
        Instead of None, in a process that lent its claim: a command refuses, it does not wait.
    """
    with environment.here() as deployment:
        parameters = requested(deployment.configuration, context)
        freshness.refuse_unended(deployment, parameters.as_of)
        known_at = _known_at(deployment, parameters)
        if parameters.is_backfill:
            night = airflow_backfill.JoinedNight(parameters.as_of, known_at, parameters.reason)
            airflow_backfill.join(deployment, walker_of(context), night)
        if _gives_way(context):
            log.info("Waiting for an earlier day of this backfill.")
            return None
        try:
            tonight = claims.open_night(
                deployment,
                parameters.claim,
                claims.AttemptRequest(
                    parameters.as_of,
                    known_at=known_at,
                    purpose="backfill" if parameters.is_backfill else "night",
                ),
            )
        except WarehouseBusy as error:
            if parameters.claim.key is not None:
                raise
            log.info(str(error))
            return None
    context["ti"].xcom_push(key=NOTE, value=_logged(sentences.opened(tonight)))
    return tonight.night_id


def build(step: Step, night_id: int, context: Context) -> str:
    """Take one step of an open attempt; a retry of a publication that took place is content."""
    with environment.here() as deployment:
        if step.name == "publish" and _is_published(deployment, night_id):
            return _logged("Published already, by a try that could not tell.")
        migrate.refuse_other_code(deployment.warehouse, night_id)
        tonight = claims.resume(deployment, night_id)
        if step.name == "export" and tonight.purpose == "backfill":
            return _logged("A backfill exports nothing: `nocturne export` delivers what is due.")
        report = sentences.build(tonight, step)
    night = {"night_id": night_id, "as_of": str(tonight.as_of), "known_at": tonight.known_at}
    assets.tell_rows(step.name, context["outlet_events"], report.rows, **night)
    return _logged(str(report))


def repair(context: Context) -> str:
    """Build outdated nights before this one anew, unless the run looks back or is a backfill."""
    with environment.here() as deployment:
        parameters = requested(deployment.configuration, context)
        if parameters.is_backfill or parameters.known_at is not None:
            return _logged("Nothing to do: this run looks back.")
        done = repairing.repair(deployment, parameters.claim, parameters.as_of)
        return _logged(done or "No night is outdated enough.")


def _is_published(deployment: Deployment, night_id: int) -> bool:
    with deployment.warehouse.begin() as connection:
        return bool(recorded.night_of(connection, night_id)["status"] == "published")


def give_up(context: Context) -> None:
    """Drop the run's attempt and keep the cause: called when a task has failed for good."""
    sentence = errors.in_a_sentence(context.get("exception") or context.get("reason"))
    with environment.here() as deployment:
        claims.release(deployment, claim_of(context).name, sentence)


def release(context: Context) -> str:
    """Make sure that an ended run holds no claim, even if it was killed or stopped by hand.

    Outside the night now, what retention no longer asks for goes.
    """
    with environment.here() as deployment:
        name = claim_of(context).name
        released = claims.release(deployment, name, "a step was stopped; Airflow's log tells more.")
        _end_backfill(deployment, context)
        retire.retire(deployment)
    days = ", ".join(map(str, released))
    return _logged(f"Gave up {days}." if released else "Nothing was left open.")


def _end_backfill(deployment: Deployment, context: Context) -> None:
    """Let the backfill end with the last run of the DAG that is under way, whichever it is."""
    if airflow_backfill.is_under_way(deployment, walker_of(context)):
        run, under_way = context["dag_run"], ["queued", "running"]
        if context["ti"].get_dr_count(dag_id=run.dag_id, states=under_way) <= 1:  # this one
            airflow_backfill.end(deployment, walker_of(context))


def _looks_back(deployment: Deployment, parameters: RunParameters) -> tuple[int, str] | None:
    """Return what a night that looks back builds on, and why it receives nothing; None if it does.

    It lands nothing. It checks and stages only if what it builds on is not staged in today's way,
    and a file refused since does not stop it.
    """
    known_at = _known_at(deployment, parameters)
    if known_at is not None:
        return known_at, "it builds on what was known before."
    with deployment.warehouse.begin() as connection:
        published = recorded.published_nights(connection)
    if published and parameters.as_of < published[-1]["as_of"]:
        newest = published[-1]
        return newest["known_at"], f"it is older than {newest['as_of']}, the newest."
    return None


def _staged(deployment: Deployment) -> int:
    """Return the highest landing number that is staged in today's way."""
    with deployment.warehouse.begin() as connection:
        return recorded.newest_known_at(connection, deployment.versions.staging)


def _known_at(deployment: Deployment, parameters: RunParameters) -> int | None:
    if parameters.known_at == "recorded":
        return runner.recorded_known_at(deployment, parameters.as_of)
    return None if parameters.known_at is None else int(parameters.known_at)


def _gives_way(context: Context) -> bool:
    """Return whether an earlier day of the same backfill is under way.

    Only a running one counts: a queued one may be waiting for this run to end.
    """
    if context["dag_run"].run_type != "backfill":
        return False
    earlier = context["ti"].get_previous_dagrun(state="running")
    return earlier is not None and earlier.run_type == "backfill"


def _logged(text: str) -> str:
    """Log each line of what a task has to say, and return the text."""
    for line in text.splitlines():
        log.info(line)
    return text
