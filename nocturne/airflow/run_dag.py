"""Airflow in this process: its environment, its database, and nights run through the real DAG.

Airflow reads its environment once, when it is first imported, so that a process has one home.
"""

import atexit
import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from nocturne import environment as nocturne_environment
from nocturne.airflow import ui
from nocturne.airflow.home import environment
from nocturne.home import Home
from nocturne.server import server
from nocturne.server.urls import Urls
from pipelines import errors
from pipelines.attempts import claims, recorded
from pipelines.configuration.model import Configuration
from pipelines.configuration.versions import CHECKOUT
from pipelines.deployment import Deployment
from pipelines.errors import UnrecoverableError, WarehouseBusy
from pipelines.progress import Listener, silent

DAG_ID = "nightly_segmentation"


class NightFailed(UnrecoverableError):
    """A night that ran through Airflow has failed; the sentence names the step and the cause."""


class NightRun(NamedTuple):
    """A night to run through the DAG; `known_at` is the DAG's parameter of that name."""

    as_of: date
    known_at: str | int | None = None


def prepare(home: Home, configuration: Configuration, urls: Urls) -> None:
    """Have Airflow work in this home, in this process, and bring its database up to date.

    Raises
    ------
    WarehouseBusy
        While the web UI of this home runs, whose scheduler would take part in what runs here.
    """
    if ui.is_running(home):
        raise WarehouseBusy(
            "Airflow's web UI is running in this home. Stop it by Ctrl-C or `make down`, then try "
            "again; or trigger the night there."
        )
    expected = environment(home, configuration, urls)
    if "airflow" in sys.modules and os.environ.get("AIRFLOW_HOME") != expected["AIRFLOW_HOME"]:
        raise RuntimeError("Airflow was imported before its environment was set.")
    os.environ.update(expected)
    with _quietly(home):
        from airflow.utils.db import check_migrations, initdb

        try:
            check_migrations(timeout=0)
        except TimeoutError:
            initdb()


def run_nights(
    deployment: Deployment,
    nights: Iterable[NightRun],
    before: Callable[[date], None] = lambda day: None,
    report: Listener = silent,
) -> Iterator[tuple[date, int]]:
    """Run nights through the DAG, one after the other; yield each day with its night_id.

    Call `prepare` before. `before(day)` is called before each night, `report(step, result)` after
    each of its tasks. NOCTURNE_HOME and NOCTURNE_CONFIG must be this deployment's.

    Raises
    ------
    NightFailed
        If a night fails; those after it are not run.
    """
    with claims.process_claim(deployment.warehouse, "nocturne nights") as claim:
        end_lost_runs(deployment)
        dag = _load()
        for day, known_at in nights:
            before(day)
            lent = {"name": claim.name, "key": claim.key}
            conf = {"as_of": day.isoformat(), "known_at": known_at, "claim": lent}
            with _listening(report) as failures:
                run = _test(dag, conf)
            if run.state != "success":
                raise NightFailed(f"the night of {day} failed at {_first(failures, deployment)}")
            yield day, _night_id(deployment, day)


def end_lost_runs(deployment: Deployment) -> None:
    """End the runs of processes that were killed, so that no scheduler goes on with them."""
    from airflow.models import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType

    with create_session() as session:
        unfinished = session.query(DagRun).filter(
            DagRun.triggered_by == DagRunTriggeredByType.TEST, DagRun.state == DagRunState.RUNNING
        )
        for run in unfinished:
            with deployment.warehouse.lock(run.conf["claim"]["key"], wait=False) as is_dead:
                if is_dead:
                    run.set_state(DagRunState.FAILED)


def _load() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=CHECKOUT / "dags" / f"{DAG_ID}.py", bundle_path=CHECKOUT / "dags")
    if bag.import_errors:
        raise NightFailed("\n".join(bag.import_errors.values()))
    dag = bag.dags[DAG_ID]
    dag.deadline = None  # `dag.test` stumbles over one when a run succeeds (3.3.2)
    for task in dag.tasks:
        task.retries = 0  # would be waited for in this process; who runs it sees the cause at once
    return dag


def _test(dag: Any, conf: dict[str, Any]) -> Any:
    """Run the DAG once, here and now, and give Airflow's connection back."""
    from airflow.settings import Session

    try:
        return dag.test(run_conf=conf)
    finally:
        Session.remove()


def _night_id(deployment: Deployment, day: date) -> int:
    with deployment.warehouse.begin() as connection:
        night = recorded.published_on(connection, day)
    assert night is not None, f"{day} is published"
    return int(night["night_id"])


def _first(failures: list[str], deployment: Deployment) -> str:
    log = Home(deployment.home).logs / "airflow.log"
    return failures[0] if failures else f"a step; {log} tells more."


@contextlib.contextmanager
def _listening(report: Listener) -> Iterator[list[str]]:
    """Pass on how the tasks of a run end; yields the sentences of those that failed."""
    from airflow.listeners import hookimpl
    from airflow.sdk.listener import get_listener_manager

    failures: list[str] = []

    class Ear:
        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
            result = task_instance.xcom_pull(task_ids=task_instance.task_id)
            report(task_instance.task_id.split(".")[0], result)

        @hookimpl
        def on_task_instance_failed(
            self, previous_state: Any, task_instance: Any, error: Any
        ) -> None:
            step = task_instance.task_id.split(".")[0]
            failures.append(f"{step}: {errors.in_a_sentence(error)}")

    ear = Ear()
    get_listener_manager().add_listener(ear)
    try:
        yield failures
    finally:
        get_listener_manager().pm.unregister(ear)


@contextlib.contextmanager
def _quietly(home: Home) -> Iterator[None]:
    """Have all that Airflow writes, from its import here on, go to a file and not to a terminal.

    Its loggers keep the stream that is standard output when they are made; those of its tasks,
    which are made for each, are given the file.
    """
    log = (home.logs / "airflow.log").open("a", encoding="utf-8", buffering=1)
    atexit.register(log.close)  # before Airflow's import, so after all that it does at the end
    with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        yield
        import structlog

        structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=log))


def main() -> None:
    """Bring the database of this environment's Airflow up to date, and its runs in order."""
    home = nocturne_environment.home()
    with nocturne_environment.here() as deployment:
        prepare(home, deployment.configuration, server.urls(home))
        end_lost_runs(deployment)


if __name__ == "__main__":
    main()
