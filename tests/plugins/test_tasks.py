"""What tasks do: who waits for whom, what a retry goes on with, what is let go."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from pipelines.attempts import claims
from pipelines.configuration.load import read_configuration
from pipelines.errors import BatchRefused, NothingThere, WarehouseBusy
from pipelines.nights import runner
from pipelines.steps import BUILD, FINISH, RECEIVE
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import CHECKOUT, LINE_COLUMNS

DAY_BEFORE = "2026-11-19"


@pytest.fixture
def steps(airflow_home):
    from plugins import tasks

    return tasks


@pytest.fixture
def shop(new_shop, enter):
    made = new_shop()
    a_few_weeks(made)
    enter(made)
    opened = made.deployment()
    runner.receive(opened)
    opened.warehouse.close()
    return made


def context(
    run_id="manual__1", as_of=str(D), run_type="manual", earlier=None, start=None, under_way=1,
    **params,
):  # fmt: skip
    from airflow.sdk.execution_time.context import OutletEventAccessors

    run = SimpleNamespace(
        dag_id="nightly_segmentation", run_id=run_id, run_type=run_type, data_interval_start=start
    )
    pushed = {}
    ti = SimpleNamespace(
        get_previous_dagrun=lambda state: earlier and earlier.get(state),
        get_dr_count=lambda dag_id, states: under_way,
        xcom_push=lambda key, value: pushed.update({key: value}),
        pushed=pushed,
    )
    params = {"as_of": as_of, **params}
    return {"dag_run": run, "ti": ti, "params": params, "outlet_events": OutletEventAccessors()}


def status(shop):
    return {row["night_id"]: row["status"] for row in shop.query("select * from ops.nights")}


def test_a_retry_goes_on_with_the_same_attempt(steps, shop):
    assert steps.open_night(context()) == steps.open_night(context())
    assert status(shop) == {1: "building"}


def test_a_task_logs_what_the_command_line_prints(steps, shop, caplog):
    caplog.set_level("INFO", "plugins.tasks")
    shop.write("till/2.csv", [line("new", str(D)), line("bad", "tomorrow")], LINE_COLUMNS)
    for step in RECEIVE:
        steps.receive(step, context())
    night_id = steps.open_night(opening := context())
    for step in (*BUILD, *FINISH):
        steps.build(step, night_id, context())
    logged = "\n".join(record.message for record in caplog.records)
    for sentence in (
        "2.csv: batch 2: 2 new rows.",
        "till, 2.csv, batch 2: 2 rows judged, 1 rejected, in ",
        "till, 2.csv, batch 2: 1 rows staged, 0 superseded, in ",
        "Night 1 of 2026-11-20, known up to batch 2.",
        "people are described, in ",
        "Everybody computed: no earlier night of this code and these settings to copy.",
        "No churn model serves yet",
        "night 1 is published, in ",
    ):
        assert sentence in logged
    assert opening["ti"].pushed == {"night": "Night 1 of 2026-11-20, known up to batch 2."}


def test_assets_are_told_how_many_rows_were_written(steps, shop):
    shop.write("till/2.csv", [line("new", str(D))], LINE_COLUMNS)
    for step in RECEIVE:
        steps.receive(step, received := context())
        if step.name == "stage":
            extras = {
                key.name: event.extra for key, event in received["outlet_events"]._dict.items()
            }
            assert extras == {"staging.order_lines": {"rows": 1, "as_of": str(D)}}
    night_id = steps.open_night(context())
    for step in (*BUILD, FINISH[0]):
        steps.build(step, night_id, built := context())
    [night] = shop.query("select * from ops.nights")
    assert extras_of(built) == {
        f"marts.{table}": {"rows": rows, "night_id": 1, "as_of": str(D), "known_at": 2}
        for table, rows in night["row_counts"].items() if table != "members"
    }  # fmt: skip


def extras_of(context):
    events = context["outlet_events"]
    return {asset.name: events[asset].extra for asset in events}


def test_another_run_waits_without_an_error(steps, shop):
    steps.open_night(context())
    assert steps.open_night(context(run_id="manual__2")) is None
    assert status(shop) == {1: "building"}


def test_a_process_that_lends_its_claim_is_refused_with_a_sentence(steps, shop):
    steps.open_night(context())
    with pytest.raises(WarehouseBusy, match="airflow nightly_segmentation manual__1 has been"):
        steps.open_night(context(run_id="manual__2", claim={"name": "nocturne nights 1", "key": 1}))


def test_a_backfilled_night_gives_way_to_an_earlier_one_that_runs(steps, shop):
    earlier = SimpleNamespace(run_type="backfill")
    waits = context(run_type="backfill", earlier={"running": earlier})
    assert steps.open_night(waits) is None
    queued = context(run_type="backfill", earlier={"queued": earlier})
    assert steps.open_night(queued) == 1


def test_airflows_backfill_is_one_row_until_no_run_is_under_way(steps, shop):
    first = context("b1", DAY_BEFORE, "backfill", under_way=3, reason="late files")
    night_id = steps.open_night(first)
    second = context(
        "b2", run_type="backfill", earlier={"running": SimpleNamespace(run_type="backfill")}
    )
    assert steps.open_night(second) is None
    for step in (*BUILD, *FINISH):
        steps.build(step, night_id, context())
    steps.release(first)
    [row] = shop.query("select * from ops.backfills")
    assert (row["from_as_of"], row["to_as_of"]) == (date.fromisoformat(DAY_BEFORE), D)
    assert (row["state"], row["nights_done"]) == ("running", [date.fromisoformat(DAY_BEFORE)])
    steps.release(context(under_way=2))
    assert shop.query("select state from ops.backfills") == [{"state": "running"}]
    steps.release(context(under_way=1))  # its second run was deleted, say
    [row] = shop.query("select state, failure, reason from ops.backfills")
    assert row == {"state": "failed", "failure": f"not built: {D}.", "reason": "late files"}


def test_a_backfilled_night_is_not_exported_even_if_it_is_the_newest(steps, shop):
    night_id = steps.open_night(context(run_type="backfill"))
    done = [steps.build(step, night_id, context()) for step in (*BUILD, *FINISH)]
    assert done[-1].startswith("A backfill exports nothing")
    assert status(shop) == {1: "published"}


def test_a_backfill_names_its_days_and_a_run_by_hand_must(airflow_home, tmp_path):
    from plugins.run_parameters import requested

    demo = read_configuration(CHECKOUT / "config", tmp_path)  # whose schedule is in 2017
    start = datetime(2026, 11, 21, 5, tzinfo=UTC)
    backfilled = context(run_type="backfill", as_of=None, start=start)
    assert requested(demo, backfilled).as_of == date(2026, 11, 21)
    assert requested(demo, context(start=start)).as_of == D
    with pytest.raises(NothingThere, match="outside the schedule"):
        requested(demo, context(as_of=None, start=start))


def test_a_night_by_hand_gives_way_to_nobody(steps, shop):
    assert steps.open_night(context(earlier={"running": SimpleNamespace(run_type="backfill")})) == 1


def test_a_failed_runs_attempt_is_given_up_with_the_cause(steps, shop):
    steps.open_night(context())
    steps.give_up({**context(), "exception": NothingThere("it is not there.")})
    assert steps.release(context()) == "Nothing was left open."
    [night] = shop.query("select status, failure from ops.nights")
    assert night == {"status": "failed", "failure": "it is not there."}


def test_a_run_that_was_stopped_holds_no_claim(steps, shop):
    steps.open_night(context())
    assert steps.release(context()) == "Gave up 2026-11-20."
    assert steps.open_night(context(run_id="manual__2")) == 2


def test_a_cleared_run_whose_attempt_was_given_up_opens_a_new_one(steps, shop):
    steps.open_night(context())
    steps.release(context())
    assert steps.open_night(context()) == 2


def test_publishing_again_after_a_try_that_died_is_no_failure(steps, shop):
    night_id = steps.open_night(context())
    for step in (*BUILD, FINISH[0], *FINISH):
        steps.build(step, night_id, context())
    assert status(shop) == {1: "published"}
    assert len(shop.query("select * from ops.published")) == 1


def test_releasing_leaves_what_others_build_alone(steps, shop):
    steps.open_night(context())
    assert steps.release(context(run_id="manual__2")) == "Nothing was left open."
    assert status(shop) == {1: "building"}


def test_a_night_that_looks_back_receives_nothing(steps, shop):
    shop.night(D)
    shop.write("till/2.csv", [line("new", str(D))], LINE_COLUMNS)
    for wanted in (context(as_of=DAY_BEFORE), context(known_at="recorded"), context(known_at=1)):
        for step in RECEIVE:
            assert steps.receive(step, wanted).startswith("Nothing to do for the night of")
    assert len(shop.query("select * from ops.batches")) == 1
    assert "batch 2: 1 new rows." in steps.receive(RECEIVE[0], context())


def test_a_day_that_has_not_ended_is_refused_before_anything_is_received(steps, shop):
    far = context(as_of="2999-01-01")
    for ask in (lambda: steps.receive(RECEIVE[0], far), lambda: steps.open_night(far)):
        with pytest.raises(NothingThere, match="no night of 2999-01-01 yet"):
            ask()


def test_a_file_refused_since_does_not_stop_a_night_that_looks_back(steps, shop):
    shop.night(D)
    (shop.home / "till" / "torn.csv").write_bytes(b"")
    steps.receive(RECEIVE[0], context())
    with pytest.raises(BatchRefused):
        steps.receive(RECEIVE[1], context())
    shop.configure("settings", {"business_time_zone": "Europe/Berlin"})  # another way to stage
    for step in RECEIVE[1:]:
        assert "till, history.csv, batch 1: 37 rows" in steps.receive(
            step, context(as_of=DAY_BEFORE)
        )
    assert steps.open_night(context(as_of=DAY_BEFORE)) == 2


def test_a_night_that_looks_back_stages_what_is_not_staged_in_todays_way(steps, shop):
    shop.night(D)
    shop.configure("settings", {"business_time_zone": "Europe/Berlin"})  # another way to stage
    for step in RECEIVE:
        done = steps.receive(step, context(as_of=DAY_BEFORE))
        assert done.startswith("Nothing to do") is (step.name == "land")
    assert steps.open_night(context(as_of=DAY_BEFORE)) == 2


def test_a_night_can_be_built_from_what_was_known_then(steps, shop):
    shop.night(D)
    shop.write("till/2.csv", [line("new", str(D))], LINE_COLUMNS)
    opened = shop.deployment()
    runner.receive(opened)
    night_id = steps.open_night(context(known_at="recorded"))
    assert claims.resume(opened, night_id).known_at == 1
    steps.release(context())
    assert claims.resume(opened, steps.open_night(context())).known_at == 2
    opened.warehouse.close()


def test_only_a_run_of_now_repairs_the_nights_before_it(steps, shop):
    shop.configure("settings", {"freshness_days": 30})
    shop.night(date.fromisoformat(DAY_BEFORE))
    late = line("late", "2026-11-01", customer_ref="c3", net_amount="400.00")
    shop.write("till/late.csv", [late], LINE_COLUMNS)
    shop.night(D)
    for looking_back in (context(known_at="recorded"), context(run_type="backfill", start=None)):
        assert steps.repair(looking_back) == "Nothing to do: this run looks back."
    assert steps.repair(context(as_of=DAY_BEFORE)) == "No night is outdated enough."
    assert steps.repair(context()).endswith(f"what is known now: {DAY_BEFORE}.")
    [night] = shop.query("select claimant, purpose from ops.nights order by night_id desc limit 1")
    assert night == {"claimant": "airflow nightly_segmentation manual__1", "purpose": "backfill"}
    assert steps.release(context()) == "Nothing was left open."
