"""Somebody hears of a failed or late night, and no secret is told."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from pipelines.errors import NightTooStale, RepairFailed
from tests.support.alert_servers import mail_server, webhook
from tests.support.orders import D, a_few_weeks

SENTENCE = "Nocturne: the night of 2026-11-20 failed at check: it is so."


@pytest.fixture
def alerts(airflow_home):
    from plugins import alerts

    return alerts


def context(error, task_id="check.check", **params):
    run = SimpleNamespace(
        dag_id="d", run_id="manual__1", run_type="manual", data_interval_start=None
    )
    ti = SimpleNamespace(task_id=task_id)
    return {"dag_run": run, "params": params, "ti": ti, "exception": error}


def test_a_webhook_gets_the_sentence(alerts):
    with webhook() as (url, received):
        assert alerts.send("A night failed", SENTENCE, {"NOCTURNE_ALERT_WEBHOOK": url}) == [
            "sent by webhook"
        ]
    assert received == [{"text": SENTENCE, "subject": "A night failed"}]


def test_a_mail_gets_the_sentence(alerts):
    with mail_server("p@ss/word") as (port, received):
        environ = {
            "NOCTURNE_ALERT_SMTP": f"smtp://user:p%40ss%2Fword@127.0.0.1:{port}",
            "NOCTURNE_ALERT_FROM": "nights@example.org",
            "NOCTURNE_ALERT_TO": "team@example.org",
        }
        assert alerts.send("A night failed", SENTENCE, environ) == ["sent by mail"]
    [message] = received
    assert "From: nights@example.org" in message
    assert "To: team@example.org" in message
    assert "Subject: A night failed" in message
    assert SENTENCE in message


def test_both_are_told_though_one_fails(alerts):
    with webhook(status=500) as (url, _), mail_server("x") as (port, received):
        environ = {
            "NOCTURNE_ALERT_WEBHOOK": url,
            "NOCTURNE_ALERT_SMTP": f"smtp://user:x@127.0.0.1:{port}",
            "NOCTURNE_ALERT_TO": "team@example.org",
        }
        told = alerts.send("A night failed", SENTENCE, environ)
    assert told == ["webhook failed (HTTPError 500): see docs/alerts.md", "sent by mail"]
    assert len(received) == 1


@pytest.mark.parametrize(
    "webhook_address", ["http://127.0.0.1:9/s3cret", "s3cret", "file:///s3cret", "http://s3cret:x"]
)
def test_no_secret_is_told_when_sending_fails(webhook_address, alerts):
    with mail_server("another") as (port, _):
        environ = {
            "NOCTURNE_ALERT_WEBHOOK": webhook_address,
            "NOCTURNE_ALERT_SMTP": f"smtp://user:s3cret@127.0.0.1:{port}",
            "NOCTURNE_ALERT_TO": "team@example.org",
        }
        told = alerts.send("A night failed", SENTENCE, environ)
    assert [line.split(" (")[0] for line in told] == ["webhook failed", "mail failed"]
    assert "s3cret" not in str(told)


def test_without_an_address_the_log_says_how_to_set_one(alerts):
    [line] = alerts.send("A night failed", SENTENCE, {})
    assert "NOCTURNE_ALERT_WEBHOOK" in line


def test_the_sentence_names_the_night_the_step_the_cause_and_what_to_do(alerts):
    told = alerts.failure(context(NightTooStale("no line is young."), as_of="2026-11-20"))
    assert told == (
        "Nocturne: the night of 2026-11-20 failed at check: no line is young. What was published "
        "stays. Next: `nocturne status`, then `nocturne night --as-of 2026-11-20`."
    )


def test_a_failed_repair_is_not_told_as_a_failed_night(alerts):
    asked = context(RepairFailed("the night of 2026-11-20 is published, but."), as_of="2026-11-20")
    asked["ti"].task_id = "repair"
    told = alerts.failure(asked)
    assert told.startswith("Nocturne: repairing nights failed: the night of 2026-11-20 is")


def test_a_run_about_no_day_is_told_of_all_the_same(alerts):
    told = alerts.failure(context(NightTooStale("no day."), as_of="never"))
    assert told.startswith("Nocturne: run manual__1 failed at check: no day.")


def test_of_a_databases_error_neither_rows_nor_passwords_are_told(alerts):
    error = RuntimeError(
        "no postgresql://owner:s3cret@127.0.0.1/x\nDETAIL: Key (email)=(ada@example.org)"
    )
    told = alerts.failure(context(error, as_of="2026-11-20"))
    assert "RuntimeError: no postgresql://127.0.0.1/x." in told
    assert "s3cret" not in told
    assert "ada" not in told


def test_a_killed_task_has_no_cause_but_is_told_of(alerts):
    assert "failed at check: no cause is known." in alerts.failure(context(None, as_of=str(D)))


def test_a_night_is_late_until_it_is_published(alerts, new_shop):
    shop = new_shop(business_time_zone="America/New_York")
    a_few_weeks(shop)
    opened = shop.deployment()
    due = datetime(2026, 11, 21, 11, tzinfo=UTC)
    assert alerts.lateness(opened, D, due) == (
        "Nocturne: the night of 2026-11-20 is late: it was to be published by 06:00 on 2026-11-21 "
        "(America/New_York). What was published stays. Next: `nocturne status`."
    )
    shop.night(D)
    assert alerts.lateness(opened, D, due) is None
    assert alerts.lateness(opened, date(2026, 11, 21), due) is not None
    opened.warehouse.close()
