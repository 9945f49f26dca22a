"""Send alerts: a night failed, or is late; one sentence with the cause and the next command."""

import asyncio
import json
import logging
import os
import smtplib
import urllib.request
from collections.abc import Mapping
from datetime import date, datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from airflow.sdk import BaseNotifier

from pipelines import errors
from pipelines.attempts import recorded
from pipelines.deployment import Deployment
from plugins import business_day, environment
from plugins.run_parameters import requested

log = logging.getLogger(__name__)


class NightFailed(BaseNotifier):
    """Called where a task has failed for good: in the task's own process, which knows the cause.

    A callback of the DAG would run in the DAG processor, and never see the exception.
    """

    def notify(self, context: Mapping[str, Any]) -> None:
        """Send the sentence by every channel that the environment names."""
        for line in send("Nocturne: a night failed", failure(context), os.environ):
            log.warning("Alert %s.", line)


def failure(context: Mapping[str, Any]) -> str:
    """Return the sentence about a failed task: which night, which step, the cause, what next."""
    cause = errors.in_a_sentence(context.get("exception") or context.get("reason"))
    step = context["ti"].task_id.rsplit(".", 1)[-1]
    if step == "repair":  # the night itself is published
        return f"Nocturne: repairing nights failed: {_ended(cause)} `nocturne status` tells."
    day = _day_asked(context)
    night = f"the night of {day}" if day else f"run {context['dag_run'].run_id}"
    again = f"`nocturne night --as-of {day}`" if day else "trigger it again"
    return (
        f"Nocturne: {night} failed at {step}: {_ended(cause)} What was published stays. "
        f"Next: `nocturne status`, then {again}."
    )


async def tell_late(context: Mapping[str, Any], **_: Any) -> None:
    """Send the sentence about a night that is not published by its deadline, in the triggerer."""
    await asyncio.to_thread(_tell_late, context["dag_run"], context["deadline"]["deadline_time"])


def _tell_late(run: Mapping[str, Any], due: Any) -> None:
    with environment.here() as deployment:
        start = datetime.fromisoformat(run["data_interval_start"])
        day = business_day.as_of(start, deployment.configuration.business_time_zone)
        due_at = due if isinstance(due, datetime) else datetime.fromisoformat(str(due))
        sentence = lateness(deployment, day, due_at)
    if sentence:
        for line in send("Nocturne: a night is late", sentence, os.environ):
            log.warning("Alert %s.", line)


def lateness(deployment: Deployment, day: date, due_at: datetime) -> str | None:
    """Return the sentence about a night that is late; None when it is published after all."""
    with deployment.warehouse.begin() as connection:
        if recorded.published_on(connection, day):
            return None
    due = due_at.astimezone(deployment.configuration.zone)
    return (
        f"Nocturne: the night of {day} is late: it was to be published by {due:%H:%M} "
        f"on {due:%Y-%m-%d} ({deployment.configuration.business_time_zone}). "
        "What was published stays. Next: `nocturne status`."
    )


def _day_asked(context: Mapping[str, Any]) -> date | None:
    try:
        return requested(environment.configuration(), context).as_of
    except errors.NocturneError:
        return None


def _ended(cause: str) -> str:
    return cause if cause.endswith((".", "!", "?")) else f"{cause}."


SECONDS = 10


def send(subject: str, sentence: str, environ: Mapping[str, str]) -> list[str]:
    """Send by every channel that is set; return a line for the log per channel."""
    outcomes = []
    for setting, channel in (("NOCTURNE_ALERT_WEBHOOK", webhook), ("NOCTURNE_ALERT_SMTP", mail)):
        if environ.get(setting):
            try:
                channel(subject, sentence, environ)
                outcomes.append(f"sent by {channel.__name__}")
            except Exception as error:  # the night's own failure must not be hidden by this one
                outcomes.append(f"{channel.__name__} failed ({_kind(error)}): see docs/alerts.md")
    return outcomes or [
        "told nobody: neither NOCTURNE_ALERT_WEBHOOK nor NOCTURNE_ALERT_SMTP is set"
    ]


def webhook(subject: str, sentence: str, environ: Mapping[str, str]) -> None:
    """Post {"text": …}, which Slack, Mattermost and Teams' workflows read."""
    url = environ["NOCTURNE_ALERT_WEBHOOK"]
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("not an http address")
    body = json.dumps({"text": sentence, "subject": subject}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=SECONDS):
        pass


def mail(subject: str, sentence: str, environ: Mapping[str, str]) -> None:
    """Send a plain message; the connection is encrypted where the server can."""
    server = urlsplit(environ["NOCTURNE_ALERT_SMTP"])
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = environ.get("NOCTURNE_ALERT_FROM") or "nocturne@localhost"
    message["To"] = environ["NOCTURNE_ALERT_TO"]
    message.set_content(sentence)
    with _connect(server) as connection:
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(message)


def _connect(server: SplitResult) -> smtplib.SMTP:
    host = server.hostname or "localhost"
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=SECONDS)
    connection = smtplib.SMTP(host, server.port or 25, timeout=SECONDS)
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls()
        connection.ehlo()
    return connection


def _kind(error: Exception) -> str:
    """Return what kind of failure it was, without the words of a server that may quote secrets."""
    code = getattr(error, "code", None) or getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
