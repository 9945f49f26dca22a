"""Name a database's trouble in a sentence with what to do: not reached, not let in, no rights.

Only troubles that a person can mend are named; any other error of a database is a fault of ours.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from pipelines.errors import NocturneError, WarehouseRefused, WarehouseUnavailable

# By SQLSTATE: what PostgreSQL reports to a statement, and what to do about it.
RIGHTS = {"42501"}  # insufficient_privilege
READ_ONLY = {"25006"}  # read_only_sql_transaction
NO_ROOM = {"53100"}  # disk_full
TOO_MANY = {"53300"}  # too_many_connections
LOST = {"57P01", "57P02", "57P03", "57P04", "58000", "58030"}  # shut down, starting, input/output

# By libpq's words: a connection that fails has no SQLSTATE.
FAILURES = (
    (r"refused|no such file or directory", "nothing listens there. {start}"),
    (r"translate host name|name or service|nodename nor servname",
     "there is no such host. {correct}"),
    (r"timeout|timed out|no route|unreachable", "it does not answer. {correct}"),
    (r"no password supplied", "it asks for a password and the URL has none. {correct}"),
    (r"password authentication failed|scram|authentication",
     "it does not accept that role with that password. {password}"),
    (r'role ".*" does not exist', "it has no such role. {correct}"),
    (r'database ".*" does not exist', "it has no such database. {create}"),
    (r"permission denied for database", "the role may not connect. {grant}"),
    (r"pg_hba", "its pg_hba.conf does not let that role in from here. {correct}"),
    (r"too many clients|too many connections|slots are reserved",
     "it has no connection to spare. Close some, or raise its max_connections; then try again."),
    (r"starting up|shutting down|recovery", "it is starting or stopping. Try again in a moment."),
    (r"ssl", "the two sides do not agree about SSL. {correct}"),
    (r"invalid (dsn|connection option|port|sslmode|.* value)",
     "the URL has an option that PostgreSQL does not have. {correct}"),
)  # fmt: skip
ADVICE = {
    "start": "Start it, or correct NOCTURNE_WAREHOUSE_URL; then `nocturne status`.",
    "correct": "Correct NOCTURNE_WAREHOUSE_URL; then `nocturne status`.",
    "password": "Correct the user and the password in NOCTURNE_WAREHOUSE_URL; then "
    "`nocturne status`.",
    "create": "Make it (createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME), or "
    "correct NOCTURNE_WAREHOUSE_URL; then `nocturne up`.",
    "grant": "Let an owner run `grant connect, create on database …`; then `nocturne up`.",
}


@contextmanager
def in_sentences(url: str) -> Iterator[None]:
    """Raise a database's errors within the block as ours, where a person can mend the cause.

    Raises
    ------
    WarehouseUnavailable, WarehouseRefused
        In place of the driver's errors.
    """
    try:
        yield
    except Exception as error:
        if named := named_trouble(error, url):
            raise named from error
        raise


def named_trouble(error: BaseException, url: str) -> NocturneError | None:
    """Return a driver's error as one of ours; None if nobody but us can mend its cause."""
    cause = (isinstance(error, DBAPIError) and error.orig) or error
    if type(cause).__module__.split(".")[0] not in ("psycopg2", "adbc_driver_manager"):
        return None
    first = _first_line(cause)
    where, state = place_of(url), _state_of(cause)
    if state in RIGHTS:
        return WarehouseRefused(
            f"the warehouse {where} does not let its role do this: {first}. Make the role the "
            "database's owner (alter database … owner to …), then `nocturne up`."
        )
    if state in READ_ONLY:
        return WarehouseRefused(
            f"the warehouse {where} is read-only: {first}. Name the primary server, and a role "
            "that may write, in NOCTURNE_WAREHOUSE_URL; then `nocturne up`."
        )
    if state in NO_ROOM:
        return WarehouseUnavailable(
            f"the disk of the warehouse {where} is full: {first}. Make room, then run the same "
            "command again: what was committed stays."
        )
    if state in TOO_MANY or state in LOST or _is_unconnected(error, cause, state):
        return WarehouseUnavailable(f"the warehouse {where} is not reached: {_why(str(cause))}")
    return None


def place_of(url: str) -> str:
    """Return where a URL leads, as role@host:port/database, without its password."""
    parts = sa.make_url(url)
    host = f"{parts.host or 'localhost'}:{parts.port or 5432}"
    return f"{parts.username or ''}@{host}/{parts.database or ''}".lstrip("@")


def _state_of(cause: BaseException) -> str:
    return str(getattr(cause, "pgcode", None) or getattr(cause, "sqlstate", None) or "")


def _is_unconnected(error: BaseException, cause: BaseException, state: str) -> bool:
    """Return whether an error is of the connection and not of a statement."""
    if state:
        return state.startswith("08")
    if getattr(error, "connection_invalidated", False):
        return True
    words = str(cause).lower()
    signs = ("connection", "connect to server", "translate host", "fe_sendauth", "dsn", "fatal:")
    return any(word in words for word in signs)


def _why(message: str) -> str:
    """Return what a failed connection says, in our words where we have some."""
    for pattern, sentence in FAILURES:
        if re.search(pattern, message, re.IGNORECASE):
            return sentence.format(**ADVICE)
    first = next(iter(message.strip().splitlines()), "the connection broke")
    said = first.split("failed: ")[-1].removeprefix("FATAL:").strip().rstrip(".")
    return f"{said}. `nocturne status` shows whether it is back; run the same command again then."


def _first_line(cause: BaseException) -> str:
    """Return the first line of an error: the lines that follow quote rows."""
    first = next(iter(str(cause).strip().splitlines()), type(cause).__name__)
    return first.removeprefix("ERROR:").strip().rstrip(".")
