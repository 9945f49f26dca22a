"""Airflow in this process: its environment, its database, and nights run through the real DAG.

Airflow reads its environment once, when it is first imported, so that a process has one home.
"""

import atexit
import contextlib
import json
import os
import secrets
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from nocturne.addresses import Urls, sqlalchemy_url
from nocturne.home import Home
from pipelines import claims, errors, runner, warehouse
from pipelines.configuration import Configuration
from pipelines.deployment import CHECKOUT, Deployment
from pipelines.errors import UnrecoverableError

DAG_ID = "nightly_segmentation"
DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


class NightFailed(UnrecoverableError):
    """A night that ran through Airflow has failed; the sentence names the step and the cause."""


def environment(
    home: Home, configuration: Configuration, urls: Urls, port: int | None = None
) -> dict[str, str]:
    """Return every variable that Airflow needs to work in this home, and nowhere else.

    A metadata database that is set in the environment already is kept.
    """
    home.create()
    keys = _secrets(home)
    (home.airflow / "plugins").mkdir(mode=0o700, exist_ok=True)
    settings = {
        "CORE__DAGS_FOLDER": CHECKOUT / "dags",
        "CORE__PLUGINS_FOLDER": home.airflow / "plugins",  # empty: ours come by entry point
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": 2,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__DEFAULT_TIMEZONE": configuration.business_time_zone,  # a backfill's days are its
        "CORE__FERNET_KEY": keys["fernet"],
        "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": home.airflow / "passwords.json",
        "DATABASE__SQL_ALCHEMY_CONN": os.environ.get(DATABASE) or sqlalchemy_url(urls.airflow),
        "LOGGING__BASE_LOG_FOLDER": home.logs / "airflow",
        "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": home.logs / "airflow/dag_processor",
        "LOGGING__COLORED_CONSOLE_LOG": False,
        "API__HOST": "127.0.0.1",
        "API__WORKERS": 1,
        "API__SECRET_KEY": keys["api"],
        "API_AUTH__JWT_SECRET": keys["jwt"],
    }
    if port:
        settings |= {
            "CORE__LAZY_LOAD_PLUGINS": False,  # ours are then there in each task's process: 1 s less
            "API__PORT": port,
            "API__BASE_URL": f"http://127.0.0.1:{port}",
            "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        }
    ours = {f"AIRFLOW__{name}": str(value) for name, value in settings.items()}
    return {"AIRFLOW_HOME": str(home.airflow), "SCARF_ANALYTICS": "false", **ours}


def password(home: Home) -> str:
    """Return the password of the web UI's user `admin`."""
    return str(json.loads((home.airflow / "passwords.json").read_text(encoding="utf-8"))["admin"])


def prepare(home: Home, configuration: Configuration, urls: Urls) -> None:
    """Have Airflow work in this home, in this process, and bring its database up to date."""
    wanted = environment(home, configuration, urls)
    if "airflow" in sys.modules and os.environ.get("AIRFLOW_HOME") != wanted["AIRFLOW_HOME"]:
        raise RuntimeError("Airflow was imported before its environment was set.")
    os.environ.update(wanted)
    with _quietly(home):
        from airflow.utils.db import check_migrations, initdb

        try:
            check_migrations(timeout=0)
        except TimeoutError:
            initdb()


def run_nights(
    home: Home,
    deployment: Deployment,
    days: Iterable[date],
    *,
    known_at: str | int | None = None,
    before: Callable[[date], None] = lambda day: None,
    tell: Callable[[str, object], None] = runner._silent,
) -> Iterator[tuple[date, int]]:
    """Run nights through the DAG, one after the other; yield each day with its night_id.

    Call `prepare` before. `before(day)` is called before each night, `tell(step, result)` after
    each of its tasks. NOCTURNE_HOME and NOCTURNE_CONFIG must be this deployment's.

    Raises
    ------
    NightFailed
        If a night fails; those after it are not run.
    """
    with claims.process_claim(deployment.warehouse, "nocturne nights") as claim:
        dag = _load()
        for day in days:
            before(day)
            lent = {"name": claim.name, "key": claim.key}
            conf = {"as_of": day.isoformat(), "known_at": known_at, "claim": lent}
            with _listening(tell) as failures:
                run = _test(dag, conf)
            if run.state != "success":
                raise NightFailed(f"the night of {day} failed at {_first(failures, home)}")
            yield day, _night_id(deployment, day)


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
        return int(warehouse.rows(connection, "ops/published_night", as_of=day)[0]["night_id"])


def _first(failures: list[str], home: Home) -> str:
    return failures[0] if failures else f"a step; {home.logs / 'airflow.log'} tells more."


class _Listener:
    """Hears from Airflow how the tasks of a run end."""

    def __init__(self, tell: Callable[[str, object], None]) -> None:
        self.tell = tell
        self.failures: list[str] = []


@contextlib.contextmanager
def _listening(tell: Callable[[str, object], None]) -> Iterator[list[str]]:
    """Pass on how the tasks of a run end; yields the sentences of those that failed."""
    from airflow.listeners import hookimpl
    from airflow.sdk.listener import get_listener_manager

    failures: list[str] = []

    class Ear:
        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
            result = task_instance.xcom_pull(task_ids=task_instance.task_id)
            tell(task_instance.task_id.split(".")[0], result)

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


def _secrets(home: Home) -> dict[str, str]:
    """Return the keys of this home's Airflow, made once; write the password of its web UI."""
    key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    fresh = {"fernet": key, "api": secrets.token_urlsafe(32), "jwt": secrets.token_urlsafe(48)}
    _keep(home.airflow / "passwords.json", {"admin": secrets.token_urlsafe(12)})
    return _keep(home.airflow / "secrets.json", fresh)


def _keep(path: Path, content: dict[str, str]) -> dict[str, str]:
    """Return what a file keeps, writing it whole and for its owner alone if it is not there."""
    if not path.exists():
        half = path.with_suffix(f".{os.getpid()}.half")
        half.touch(mode=0o600)
        half.write_text(json.dumps(content), encoding="utf-8")
        half.rename(path)
    return dict(json.loads(path.read_text(encoding="utf-8")))


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
