"""Every error as one sentence and an exit code; what is a fault of ours leaves a log behind.

A sentence and a log hold no secret: neither a password of a URL nor a value that is one.
"""

import errno
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from nocturne import environment
from nocturne.home import Home
from nocturne.server import urls as server_urls
from nocturne.server.run_as import ServerError
from pipelines.configuration.sources.secrets import names_in
from pipelines.errors import NocturneError
from pipelines.paths import config_of

FAILED, LATE, OURS = 1, 3, 70  # exit codes; click gives 0 and 2 (misuse)
# What a file system refuses, and what to do about it; any other OSError is a fault of ours.
FILE_ADVICE = {
    errno.ENOSPC: "The disk is full: make room, then run the same command again.",
    errno.EDQUOT: "The quota is used up: make room, then run the same command again.",
    errno.EROFS: "It is on a file system that is read-only: set NOCTURNE_HOME to another folder.",
    errno.EACCES: "Run this as the owner, or set NOCTURNE_HOME to a folder of your own.",
    errno.EPERM: "Run this as the owner, or set NOCTURNE_HOME to a folder of your own.",
    errno.ENOTDIR: "A file stands where a folder is needed: move it, or name another folder.",
    errno.EISDIR: "A folder stands where a file is needed: move it, or name another file.",
    errno.EMFILE: "Too many files are open: raise `ulimit -n`, then run the same command again.",
}
SECRET_NAME = re.compile(r"PASS|SECRET|TOKEN|KEY|CREDENTIAL", re.IGNORECASE)
SHORTEST = 4  # a value that is shorter would blacken words that are no secret
IN_URL = re.compile(r"//[^/\s@]*:[^/\s]*@")
QUOTES_ROWS = re.compile(r"^\s*(DETAIL|CONTEXT)\b.*$", re.MULTILINE)  # lines of a database's error


def sentence_of(error: BaseException) -> str | None:
    """Return the sentence of an error that a person can mend; None for a fault of ours."""
    if isinstance(error, NocturneError | ServerError):
        return str(error)
    if isinstance(error, OSError) and error.errno in FILE_ADVICE:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}. {FILE_ADVICE[error.errno]}"
    return None


def listener(error: Exception) -> int:
    """Print the sentence of an error on stderr; return the exit code."""
    home, code = environment.home(), FAILED
    sentence = sentence_of(error)
    if sentence is None:
        from plugins.environment import now

        code, sentence = OURS, report(error, now(), os.environ, home)
    print(f"nocturne: {hide(sentence, os.environ, home)}", file=sys.stderr)
    return code


def exit_code_of(program: Callable[[], int | None]) -> int:
    """Run a program that is no verb; its errors become one sentence and an exit code."""
    try:
        return program() or 0
    except Exception as error:
        return listener(error)


def report(error: BaseException, at: datetime, environ: Mapping[str, str], home: Home) -> str:
    """Write the traceback of a fault of ours to a log, and return the sentence that names it."""
    text = "".join(traceback.format_exception(error))
    path = _write(f"fault-{at:%Y%m%dT%H%M%S}-{os.getpid()}.log", hide(text, environ, home), home)
    kept = f"The traceback is in {path}: please report it with that file." if path else (
        "No log of it could be written."
    )  # fmt: skip
    return (
        f"this is a fault of Nocturne's own ({type(error).__name__}), not of your data. What was "
        f"committed stays. {kept}"
    )


def hide(text: str, environ: Mapping[str, str], home: Home) -> str:
    """Return a text without the secrets of an environment and a home, and without quoted rows."""
    text = IN_URL.sub("//…@", QUOTES_ROWS.sub("", text))
    for secret in sorted(_secrets(environ, home), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _secrets(environ: Mapping[str, str], home: Home) -> set[str]:
    """Return what must not be shown: passwords of URLs, values of names that tell a secret."""
    urls = [value for value in environ.values() if "://" in value]
    with suppress(OSError):
        found = server_urls.read_urls(home)
        urls += asdict(found).values() if found else ()
    passwords = {_password(url) for url in urls}
    named = _placeholders(environ)
    values = {v for name, v in environ.items() if SECRET_NAME.search(name) or name in named}
    every = passwords | values
    every |= {unquote(each) for each in every} | {quote(each, "") for each in every}
    return {secret for secret in every if len(secret) >= SHORTEST}


def _password(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""


def _placeholders(environ: Mapping[str, str]) -> set[str]:
    """Return the names that the configuration writes as ${NAME}."""
    try:
        files = sorted(config_of(environ).glob("*.yml"))
        return {name for path in files for name in names_in(path.read_text("utf-8"))}
    except (OSError, UnicodeDecodeError):
        return set()


def _write(name: str, text: str, home: Home) -> Path | None:
    """Write a log below the home, or else among the machine's temporary files."""
    folders = [Path(tempfile.gettempdir())]
    if home.path.is_dir():
        folders.insert(0, home.logs)
    for folder in folders:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            handle = os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError:
            continue
        return folder / name
    return None
