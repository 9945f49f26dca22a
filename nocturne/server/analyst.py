"""The analyst's role: it reads `marts` and `ops`, writes nothing, and has both on its path."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError

from nocturne.server.urls import Urls, sqlalchemy_url
from pipelines.deployment import Deployment
from pipelines.errors import NothingThere
from pipelines.warehouse import statements

ROLE = "nocturne_analyst"
SEARCH_PATH = "set search_path = marts, ops"
MAKE = "create role {role} login password '…'"


def prepare(urls: Urls) -> None:
    """Give the embedded analyst its search path, which homes of an earlier version lack."""
    engine = sa.create_engine(sqlalchemy_url(urls.superuser))
    with engine.begin() as connection:
        connection.execute(sa.text(f"alter role {ROLE} {SEARCH_PATH}"))
    engine.dispose()


def missing(deployment: Deployment) -> str | None:
    """Return a sentence if a PostgreSQL of one's own has no analyst's role yet."""
    with deployment.warehouse.begin() as connection:
        if _exists(connection, ROLE):
            return None
    return (
        f"There is no role {ROLE} for analysts: `{MAKE.format(role=ROLE)}` makes it, "
        "`nocturne grant` lets it read marts and ops."
    )


def grant(deployment: Deployment, role: str) -> list[str]:
    """Let a role read marts and ops, now and as they grow; return what was done, in sentences.

    Raises
    ------
    NothingThere
        If there is no such role.
    """
    with deployment.warehouse.begin() as connection:
        if not _exists(connection, role):
            raise NothingThere(
                f"there is no role {role}. Make it as somebody who may (`{MAKE.format(role=role)}`"
                "), then run this again."
            )
        quoted = statements.quote(connection, role)
        database = statements.quote(connection, str(connection.engine.url.database))
        for what in (
            f"grant connect on database {database} to {quoted}",
            f"grant usage on schema marts, ops to {quoted}",
            f"grant select on all tables in schema marts, ops to {quoted}",
            f"alter default privileges in schema marts, ops grant select on tables to {quoted}",
        ):
            connection.execute(sa.text(what))
        done = [f"{role} reads marts and ops."]
        for setting in (SEARCH_PATH, "set default_transaction_read_only = on"):
            command = f"alter role {quoted} in database {database} {setting}"
            if not _may(connection, command):
                done.append(f"This is for somebody who may alter the role: `{command};`")
    done.append("Name its URL in NOCTURNE_ANALYST_URL; `nocturne psql` then opens it.")
    return done


def _exists(connection: Connection, role: str) -> bool:
    found = connection.execute(sa.text("select 1 from pg_roles where rolname = :r"), {"r": role})
    return found.scalar() is not None


def _may(connection: Connection, command: str) -> bool:
    """Carry out a command if our role may; return whether it was."""
    try:
        with connection.begin_nested():
            connection.execute(sa.text(command))
    except ProgrammingError as error:
        if getattr(error.orig, "pgcode", None) != "42501":
            raise
        return False
    return True
