"""What every DAG of Nocturne keeps to."""

import json
import os
import subprocess
import sys

import pytest

from nocturne.airflow.home import environment as variables
from nocturne.server import server
from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.load import read_configuration
from pipelines.errors import RecoverableError, UnrecoverableError
from pipelines.steps import BUILD, FINISH, RECEIVE
from tests.support.shop import CHECKOUT

HEAVY = ("pandas", "great_expectations", "sklearn", "xgboost", "mlflow", "evidently", "scipy")
PARSE_SECONDS = 5  # of processor time, what Airflow itself needs left out; measured: 1.2


def test_the_folder_holds_one_dag_and_it_imports_without_errors(the_dag):
    files = {path.name for path in (CHECKOUT / "dags").glob("*.py")} - {"__init__.py"}
    assert files == {f"{the_dag.dag_id}.py"}


def test_it_is_a_table_of_contents(the_dag):
    assert len((CHECKOUT / "dags/nightly_segmentation.py").read_text().splitlines()) <= 120


def test_it_says_what_it_does(the_dag):
    assert the_dag.description.endswith(".")
    assert "as_of" in the_dag.doc_md
    assert all(the_dag.params.get_param(name).description for name in the_dag.params)


def test_its_tasks_are_the_steps_of_a_night_in_their_order(the_dag):
    def named(steps):
        return [f"{step.name}.{step.function}" for step in steps]

    order = [task.task_id for task in the_dag.topological_sort()]
    steps = [*named(RECEIVE), "open_night", *named(BUILD), *named(FINISH)]
    assert order == [*steps, "repair", "release"]


def test_it_opens_as_the_three_lists_with_what_stands_between(the_dag):
    lists = {"receive": RECEIVE, "build": BUILD, "finish": FINISH}
    between = {"open_night", "repair", "release"}
    assert set(the_dag.task_group.children) == {*lists, *between}
    for name, steps in lists.items():
        tasks = the_dag.task_group.children[name].children.values()
        assert [task.task_display_name for task in tasks] == [step.name for step in steps]
    arrows = {(task.task_id, after) for task in the_dag.tasks for after in task.downstream_task_ids}
    assert len(arrows) == len(the_dag.tasks) - 1  # one line, and no arrow beside it


def test_its_form_shows_what_a_person_may_set_in_the_words_of_the_docs(the_dag):
    told = " ".join((CHECKOUT / "docs/airflow.md").read_text().split())
    assert list(the_dag.params) == ["as_of", "known_at"]
    for name in the_dag.params:
        param = the_dag.params.get_param(name)
        assert f"| {param.schema['title']} | {param.description} |" in told


def test_one_night_at_a_time_and_none_caught_up(the_dag):
    assert the_dag.max_active_runs == 1
    assert the_dag.catchup is False
    assert the_dag.end_date is None  # with one, a later manual run succeeds without a task


def test_waiting_for_another_night_holds_no_slot(the_dag):
    assert the_dag.get_task("open_night").mode == "reschedule"


@pytest.mark.parametrize("kind", UnrecoverableError.__subclasses__())
def test_what_cannot_be_mended_by_trying_again_is_not_tried_again(the_dag, kind):
    error = kind(["a fault"]) if kind.__name__ == "ConfigurationFaulty" else kind("a fact.")
    for task in the_dag.tasks:
        assert task.retry_policy.evaluate(error, 1, task.retries).action.value == "fail"


@pytest.mark.parametrize("kind", [*RecoverableError.__subclasses__(), OSError])
def test_what_may_pass_is_tried_again_ever_later(the_dag, kind):
    for task in the_dag.tasks:
        assert task.retry_policy.evaluate(kind("busy."), 1, task.retries).action.value == "default"
        assert task.retries == 3
        assert task.retry_exponential_backoff > 1


def test_assets_name_what_is_read_and_written(the_dag):
    def named(side):
        found = {
            task.task_id: [each.name for each in getattr(task, side)] for task in the_dag.tasks
        }
        return {task: names for task, names in found.items() if names}

    marts = ["marts.customer_features", "marts.customer_scores", "marts.customer_segments"]
    staged = [f"staging.{entity}" for entity in ENTITIES]
    assert named("outlets") == {"stage.stage": staged, "publish.publish": marts}
    assert named("inlets") == {
        "identify.identify": staged,
        "features.build_customer_features": staged,
        "export.export": marts,
    }


def test_releasing_the_claim_does_not_hide_a_failure(the_dag):
    assert the_dag.get_task("release").is_teardown


def test_reading_it_imports_nothing_heavy(airflow_home):
    program = (
        "import sys, time, json, airflow.sdk, airflow.timetables.interval\n"
        "before = time.process_time()\n"
        "import dags.nightly_segmentation\n"
        "print(json.dumps([time.process_time() - before, sorted(sys.modules)]))"
    )
    configuration = read_configuration(CHECKOUT / "config", airflow_home.path)
    environ = variables(airflow_home, configuration, server.urls(airflow_home))
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environ}, cwd=CHECKOUT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, modules = json.loads(done.stdout.splitlines()[-1])
    assert [name for name in HEAVY if name in modules] == []
    assert seconds < PARSE_SECONDS
