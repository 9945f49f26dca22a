"""Which night a run is about stands on the run, whoever makes it."""

from datetime import UTC, date, datetime

import pytest

from tests.support.orders import a_few_weeks

DAG_ID = "nightly_segmentation"
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BERLIN = (datetime(2026, 11, 19, 23, tzinfo=UTC), datetime(2026, 11, 20, 23, tzinfo=UTC))


@pytest.fixture
def made(airflow_home, new_shop, enter):
    """What inserts a run of the DAG, of a shop in Berlin, and takes it back at the end."""
    from airflow import plugins_manager
    from airflow.models import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunType

    from plugins.schedule import BusinessDays

    plugins_manager.ensure_plugins_loaded()
    shop = new_shop()
    a_few_weeks(shop)
    shop.configure("settings", {"business_time_zone": "Europe/Berlin", "schedule": {"end": DAY}})
    enter(shop)

    with create_session() as session:

        def make(run_type, interval=None, conf=None, run_id=None, dag_id=DAG_ID):
            import pendulum
            from airflow.timetables.base import DataInterval

            if run_id is None:
                run_id = BusinessDays("Europe/Berlin").generate_run_id(
                    run_type=DagRunType(run_type), run_after=pendulum.instance(NOW),
                    data_interval=DataInterval(*interval) if interval else None,
                )  # fmt: skip
            run = DagRun(
                dag_id=dag_id, run_id=run_id, run_type=run_type, conf=conf, run_after=NOW,
                logical_date=interval[0] if interval else None, data_interval=interval,
            )  # fmt: skip
            session.add(run)
            session.flush()
            return run

        yield make
        session.rollback()


def test_a_scheduled_run_is_called_by_its_day(made):
    run = made("scheduled", BERLIN)
    assert (run.run_id, run.partition_key) == ("scheduled__2026-11-20", "2026-11-20")


def test_a_backfilled_run_is_called_by_its_day_in_the_business_time_zone(made):
    run = made("backfill", BERLIN, run_id="backfill__2026-11-19T23:00:00+00:00")
    assert (run.run_id, run.partition_key) == ("backfill__2026-11-20", "2026-11-20")


@pytest.mark.parametrize("interval", [None, (NOW, NOW)])
def test_a_run_by_hand_is_called_by_the_day_it_names(made, interval):
    run = made("manual", interval, {"as_of": "2026-11-18"})
    assert run.run_id == f"manual__2026-11-18__{NOW.isoformat()}"
    assert run.partition_key == "2026-11-18"


def test_a_run_by_hand_that_names_no_day_is_called_by_yesterday(made):
    assert made("manual", BERLIN).partition_key == "2026-11-20"


def test_a_run_whose_day_cannot_be_told_has_no_key(made):
    for run in (made("manual"), made("manual", (NOW, NOW), run_id="manual__outside")):
        assert run.partition_key is None


def test_an_id_that_a_caller_has_chosen_stays(made):
    chosen = made("manual", None, {"as_of": "2026-11-18"}, run_id="manual__2026-11-22T09:30:00")
    assert chosen.run_id == "manual__2026-11-22T09:30:00"
    assert chosen.partition_key == "2026-11-18"


def test_runs_of_other_dags_are_left_alone(made):
    run = made("manual", BERLIN, {"as_of": "2026-11-18"}, dag_id="another")
    assert (run.run_id, run.partition_key) == (f"manual__night__{NOW.isoformat()}", None)


def test_the_next_run_follows_on_one_with_a_key(made):
    import pendulum
    from airflow.timetables.base import TimeRestriction

    from plugins.schedule import BusinessDays

    timetable = BusinessDays("Europe/Berlin")
    last = timetable.run_info_from_dag_run(dag_run=made("scheduled", BERLIN))
    following = timetable.next_dagrun_info_v2(
        last_dagrun_info=last,
        restriction=TimeRestriction(pendulum.instance(BERLIN[0]), None, True),
    )
    assert following.data_interval.start == BERLIN[1]
