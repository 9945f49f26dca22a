"""Open the deployment from the environment; the command's only reader of environment and clock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from nocturne.home import Home
from pipelines.errors import NothingThere, WarehouseUnavailable
from pipelines.paths import counted_from

if TYPE_CHECKING:
    from pipelines.deployment import Deployment  # takes a second, which --help need not pay


def home() -> Home:
    """Return the home of this environment."""
    return Home.from_environment(os.environ, counted_from())


def time_zone() -> str:
    """Return the time zone of this machine by its name, UTC where it does not say it."""
    linked = Path("/etc/localtime").resolve().as_posix().partition("/zoneinfo/")[2]
    for name in (os.environ.get("TZ", "").lstrip(":"), linked):
        try:
            return ZoneInfo(name).key
        except (LookupError, OSError, ValueError):
            continue
    return "UTC"


def uses_own_server() -> bool:
    """Return whether the warehouse is a server that somebody else runs."""
    return bool(os.environ.get("NOCTURNE_WAREHOUSE_URL"))


def url(role: str) -> str:
    """Return the warehouse's URL for `owner` or `analyst`.

    Raises
    ------
    NothingThere
        If there is no database yet, or nobody has named the analyst's URL on a server of one's own.
    """
    if role == "analyst" and os.environ.get("NOCTURNE_ANALYST_URL"):
        return os.environ["NOCTURNE_ANALYST_URL"]
    if role == "analyst" and uses_own_server():
        raise NothingThere(
            "the warehouse is a PostgreSQL of your own, and NOCTURNE_ANALYST_URL does not name "
            "the analyst's URL on it. `nocturne grant` gives a role the analyst's rights; "
            "`nocturne psql --owner` opens it as the owner."
        )
    from pipelines import deployment

    home().refuse_unusable()
    return deployment.url_of(os.environ, role)


@contextmanager
def here() -> Iterator["Deployment"]:
    """Open the deployment this environment describes, its schemas up to date."""
    from pipelines import deployment
    from pipelines.warehouse import migrate
    from plugins.environment import now

    home().refuse_unusable()
    with deployment.opened(os.environ, now) as opened, reached(opened.warehouse.url):
        migrate.bring_up_to_date(opened.warehouse, opened.configuration.claim_idle)
        yield opened


@contextmanager
def reached(url: str) -> Iterator[None]:
    """Raise a database's trouble within the block in one sentence; a server that is down is named.

    Raises
    ------
    WarehouseUnavailable, WarehouseRefused
        In place of the driver's errors.
    """
    from nocturne.server import server
    from pipelines.warehouse.database_errors import in_sentences

    try:
        with in_sentences(url):
            yield
    except WarehouseUnavailable as error:
        state = None if uses_own_server() else server.status(home()).state
        if state in ("absent", "stopped"):
            raise WarehouseUnavailable(
                f"the embedded database of {home().path} is not running: `nocturne up` starts it."
            ) from error
        raise


def refuse_unreached(url: str) -> None:
    """Open a database and close it again, so that its trouble is told before a client starts.

    Raises
    ------
    WarehouseUnavailable, WarehouseRefused
        If it does not let us in.
    """
    from pipelines.warehouse.connection import Warehouse
    from plugins.environment import now

    target = Warehouse(url, now)
    try:
        with reached(url), target.begin():
            pass
    finally:
        target.close()
