"""Nights run through the real DAG in one process: the same rows as the plain runner's."""

import os
import stat
import subprocess
import sys

import pytest

from nocturne.airflow import run_dag, ui
from nocturne.airflow.home import environment as variables
from nocturne.airflow.run_dag import NightFailed
from nocturne.server import server
from pipelines.configuration.load import read_configuration
from pipelines.errors import WarehouseBusy
from pipelines.steps import BUILD, FINISH, RECEIVE
from tests.support.airflow_home import airflow_home, enter  # noqa: F401
from tests.support.alert_servers import webhook
from tests.support.kill_child import rows_of
from tests.support.orders import D, a_few_weeks
from tests.support.shop import CHECKOUT, environment


@pytest.fixture
def run_nights(airflow_home, enter):  # noqa: F811
    """Run nights of a shop through the DAG; return the days with their night_ids."""

    def run(shop, days, known_at=None, **more):
        enter(shop)
        opened = shop.deployment()
        try:
            nights = [run_dag.NightRun(day, known_at) for day in days]
            return list(run_dag.run_nights(opened, nights, **more))
        finally:
            opened.warehouse.close()

    return run


def test_the_dag_and_the_plain_runner_give_the_same_rows(new_shop, run_nights, capfd):
    plain, ours = new_shop(), new_shop()
    for shop in (plain, ours):
        a_few_weeks(shop)
    told = []
    plain.night(D)
    capfd.readouterr()
    assert run_nights(ours, [D], report=lambda step, _: told.append(step)) == [(D, 1)]
    assert capfd.readouterr() == ("", "")  # Airflow's words go to a file
    assert rows_of(ours, D) == rows_of(plain, D) != {}
    steps = [step.name for step in RECEIVE], [step.name for step in (*BUILD, *FINISH)]
    assert told == [*steps[0], "open_night", *steps[1], "repair", "release"]
    assert run_nights(ours, [D], known_at="recorded") == [(D, 2)]
    assert rows_of(ours, D) == rows_of(plain, D)
    notes = [f"Night {night_id} of {D}, known up to batch 1." for night_id in (1, 2)]
    assert shown(2) == [(str(D), note) for note in notes]


def shown(count):
    """Return the key and the note of the last runs, oldest first."""
    from airflow.models import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        runs = session.query(DagRun).order_by(DagRun.id.desc()).limit(count)
        return [(run.partition_key, run.note) for run in runs][::-1]


def test_a_failed_night_is_told_and_leaves_the_last_good_one(new_shop, run_nights, monkeypatch):
    shop = new_shop()
    a_few_weeks(shop)
    run_nights(shop, [D])
    before = rows_of(shop, D)
    monkeypatch.setattr("pipelines.segments.segment.segment", _breaks)
    expected = f"the night of {D} failed at segment: ValueError: the cause"
    with webhook() as (url, received):
        monkeypatch.setenv("NOCTURNE_ALERT_WEBHOOK", url)
        with pytest.raises(NightFailed, match=f"^{expected}$"):
            run_nights(shop, [D])
    [alert] = received
    assert "failed at segment: ValueError: the cause. What was published stays." in alert["text"]
    [_, night] = shop.query("select status, failure from ops.nights order by night_id")
    assert night == {"status": "failed", "failure": "ValueError: the cause"}
    assert rows_of(shop, D) == before


def _breaks(tonight):
    raise ValueError("the cause")


def test_a_killed_process_leaves_nothing_that_the_next_cannot_sweep(
    new_shop, run_nights, airflow_home  # noqa: F811
):  # fmt: skip
    plain, shop = new_shop(), new_shop()
    for each in (plain, shop):
        a_few_weeks(each)
    plain.night(D)
    shop.deployment().warehouse.close()
    assert subprocess.run(
        [sys.executable, "-c", KILLED, str(airflow_home.path), str(D)],
        env=environment(shop), cwd=CHECKOUT, check=False,
    ).returncode == -9  # fmt: skip
    assert [row["status"] for row in shop.query("select status from ops.nights")] == ["building"]
    assert run_nights(shop, [D]) == [(D, 2)]
    assert rows_of(shop, D) == rows_of(plain, D)
    assert unfinished() == 0, "a scheduler would go on with the killed run"


def unfinished() -> int:
    from airflow.models import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        return session.query(DagRun).filter(DagRun.state == "running").count()


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from nocturne import environment
from nocturne.airflow import run_dag
from nocturne.home import Home
from nocturne.server import server
home = Home(Path(sys.argv[1]))
def tell(step, result):
    if step == "features":
        os.kill(os.getpid(), signal.SIGKILL)
with environment.here() as deployment:
    run_dag.prepare(home, deployment.configuration, server.urls(home))
    nights = [run_dag.NightRun(date.fromisoformat(sys.argv[2]))]
    list(run_dag.run_nights(deployment, nights, report=tell))
"""


def test_a_home_has_keys_of_its_own_that_only_its_owner_reads(airflow_home):  # noqa: F811
    for name in ("secrets.json", "passwords.json"):
        mode = stat.S_IMODE((airflow_home.airflow / name).stat().st_mode)
        assert mode == 0o600, name


def test_airflow_is_told_where_to_listen_and_what_day_it_is(airflow_home):  # noqa: F811
    demo = read_configuration(CHECKOUT / "config", airflow_home.path)
    environ = variables(airflow_home, demo, server.urls(airflow_home), port=20_001)
    assert environ["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environ["AIRFLOW__CORE__DEFAULT_TIMEZONE"] == demo.business_time_zone
    assert environ["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:20001"
    assert list((airflow_home.airflow / "plugins").iterdir()) == []
    assert environ == variables(airflow_home, demo, server.urls(airflow_home), port=20_001)


def test_nights_are_not_run_beside_a_scheduler(airflow_home):  # noqa: F811
    demo = read_configuration(CHECKOUT / "config", airflow_home.path)
    ui._write_note(airflow_home, {"owner": os.getpid()})
    with pytest.raises(WarehouseBusy, match=r"web UI is running in this home"):
        run_dag.prepare(airflow_home, demo, server.urls(airflow_home))
    ui._note(airflow_home).unlink()
