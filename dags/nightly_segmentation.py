"""The night: from what has arrived to published customer segments.

Receives what is new, builds the customer segments of one business day beside what people see,
and publishes them in one transaction. A failed night leaves the last good one in place and tells
somebody (docs/alerts.md).

* **Scheduled**: after each business day of the schedule in `config/settings.yml`.
* **By hand**: trigger it with `{"as_of": "2017-12-28"}`. With `"known_at": "recorded"` the day is
  built again from what was known when it was published.
* **Several days**: a backfill, from the UI or by `airflow backfill create` (docs/airflow.md).

When a task has failed for good the attempt is dropped: clear the *whole run*, or trigger it anew.
Retries before that go on with the same attempt. More in docs/airflow.md.
"""

from typing import Any

from airflow.sdk import PokeReturnValue, TaskGroup, chain, dag, task

from pipelines.steps import BUILD, FINISH, RECEIVE, Step
from plugins import assets, environment, tasks
from plugins.alerts import NightFailed
from plugins.policies import RETRIES, publish_within
from plugins.run_parameters import PARAMS
from plugins.schedule import BusinessDays

SETTINGS = environment.configuration()
ASK_AGAIN_SECONDS = 10  # while another night is built; one takes half a minute or more
WAIT_AT_MOST_SECONDS = 24 * 60 * 60


@task
def receive(step: Step, **context: Any) -> str:
    """Do a step of `receive`, once per batch; nothing when the night looks back."""
    return tasks.receive(step, context)


@task.sensor(mode="reschedule", poke_interval=ASK_AGAIN_SECONDS, timeout=WAIT_AT_MOST_SECONDS)
def open_night(**context: Any) -> PokeReturnValue:
    """Claim an attempt; while another is built, wait without holding a slot."""
    night_id = tasks.open_night(context)
    return PokeReturnValue(is_done=night_id is not None, xcom_value=night_id)


@task
def build(step: Step, **context: Any) -> str:
    """Do a step of `build` or `finish` on the open attempt."""
    night_id = context["ti"].xcom_pull(task_ids="open_night")  # no arrow from there to each task
    return tasks.build(step, night_id, context)


@task
def repair(**context: Any) -> str:
    """Build the last nights anew where what came later touches too many of their people."""
    return tasks.repair(context)


@task
def release(**context: Any) -> str:
    """Let go of the claim, whatever happened."""
    return tasks.release(context)


def walk(name: str, what: str, steps: tuple[Step, ...], make: Any) -> TaskGroup:
    """Make the tasks of a list of steps, one after the other in a box; ids are the steps' own."""
    with TaskGroup(name, prefix_group_id=False, tooltip=what) as box:
        chain(*(named(step, make)(step) for step in steps))
    return box


def named(step: Step, make: Any) -> Any:
    """Return what makes the task of a step: its id, its name, and which tables it is about."""
    return make.override(
        task_id=f"{step.name}.{step.function}",
        task_display_name=step.name,
        inlets=assets.INLETS.get(step.name, []),
        outlets=assets.OUTLETS.get(step.name, []),
    )


@dag(
    dag_id="nightly_segmentation",
    description="Customer segments of one business day, built aside and published whole.",
    doc_md=__doc__,
    schedule=BusinessDays(
        SETTINGS.business_time_zone, SETTINGS.schedule_start, SETTINGS.schedule_end
    ),
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    default_args={
        **RETRIES,
        "on_failure_callback": [tasks.give_up, NightFailed()],
        "show_return_value_in_logs": False,  # a task logs what it returns, line by line
    },
    deadline=publish_within(SETTINGS.deadline_minutes),
    tags=["nocturne"],
)
def nightly_segmentation() -> None:
    """Walk the three lists of `pipelines.steps`, then let go of the claim."""
    chain(
        walk("receive", "What is new is landed, judged and staged.", RECEIVE, receive),
        open_night(),
        walk("build", "An attempt is made that nobody reads yet.", BUILD, build),
        walk("finish", "The attempt is put in front of people.", FINISH, build),
        repair(),
        release().as_teardown(),  # a teardown's success does not hide the failure before it
    )


nightly_segmentation()
