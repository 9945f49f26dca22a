"""Send a sentence to whoever should hear it: by webhook, by mail, or both.

Where to is read from the environment (docs/alerts.md). Addresses hold secrets, so that neither
they nor what a server answered is ever written down: only the kind of channel and of failure.
"""

import json
import smtplib
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

SECONDS = 10


def send(subject: str, sentence: str, environ: Mapping[str, str]) -> list[str]:
    """Send by every channel that is set; return a line for the log per channel."""
    told = []
    for setting, channel in (("NOCTURNE_ALERT_WEBHOOK", webhook), ("NOCTURNE_ALERT_SMTP", mail)):
        if environ.get(setting):
            try:
                channel(subject, sentence, environ)
                told.append(f"sent by {channel.__name__}")
            except Exception as error:  # the night's own failure must not be hidden by this one
                told.append(f"{channel.__name__} failed ({_kind(error)}): see docs/alerts.md")
    return told or ["told nobody: neither NOCTURNE_ALERT_WEBHOOK nor NOCTURNE_ALERT_SMTP is set"]


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
