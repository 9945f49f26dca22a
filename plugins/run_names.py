"""Which night a run is about, on the run itself: its partition key, its id and its note.

A timetable alone cannot write them. It names what is scheduled; Airflow 3.3 shows it no parameters
of a run by hand, lets it name no run of a backfill that has data intervals, and would keep a
backfill of keys from clearing the runs that it builds anew. So the key is set where a run is
inserted, whoever makes it, and the note where a run ends.
"""

from typing import Any

from airflow.listeners import hookimpl
from sqlalchemy import event
from sqlalchemy.orm import Mapper, object_session

from pipelines.errors import NocturneError
from plugins import environment
from plugins.business_day import as_of
from plugins.run_parameters import day_of
from plugins.schedule import UNNAMED

DAG_ID = "nightly_segmentation"
OPENS, NOTE = "open_night", "night"  # the task that opens the night, and its XCom with a sentence


def listen() -> None:
    """Name each run of the nights' DAG when Airflow inserts it."""
    event.listen(Mapper, "before_insert", _name)  # to import DagRun would load the plugins again


def _name(mapper: Any, connection: Any, run: Any) -> None:
    """Set the day of a run that is about to be inserted; none if it cannot be told."""
    if mapper.local_table.name != "dag_run" or run.dag_id != DAG_ID:
        return
    try:
        configuration = environment.configuration()
        run.partition_key = str(day_of(configuration, run, (run.conf or {}).get("as_of")))
    except NocturneError:
        return  # its first task fails with the sentence
    if run.run_type == "backfill":  # by its own day: a parameter may give several runs one day
        own = as_of(run.data_interval_start, configuration.business_time_zone)
        run.run_id = f"backfill__{own}"
    elif run.run_id.startswith(UNNAMED):  # an id that a caller has chosen stays
        run.run_id = f"manual__{run.partition_key}__{run.run_id.removeprefix(UNNAMED)}"


@hookimpl
def on_dag_run_success(dag_run: Any, msg: str) -> None:
    """Note which night a run has built."""
    _note(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: Any, msg: str) -> None:
    """Note which night a run has failed at."""
    _note(dag_run)


def _note(run: Any) -> None:
    """Put the sentence of the task that opened the night before what a person has noted."""
    from airflow.models.xcom import XComModel

    session = object_session(run)
    if run.dag_id != DAG_ID or session is None:
        return
    found = session.scalar(
        XComModel.get_many(run_id=run.run_id, key=NOTE, task_ids=OPENS, dag_ids=DAG_ID)
    )
    sentence = XComModel.deserialize_value(found) if found else None
    if sentence and sentence not in (run.note or ""):
        run.note = "\n\n".join(filter(None, (sentence, run.note)))
