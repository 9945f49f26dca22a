"""Here and now: the only module of the command line that reads the environment and the clock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nocturne.home import Home
from pipelines.configuration.versions import CHECKOUT

if TYPE_CHECKING:
    from pipelines.deployment import Deployment  # takes half a second, which --help need not pay


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def home() -> Home:
    """Return the home of this environment."""
    return Home.from_environment(os.environ, CHECKOUT)


def uses_own_server() -> bool:
    """Return whether the warehouse is a server that somebody else runs."""
    return bool(os.environ.get("NOCTURNE_WAREHOUSE_URL"))


def url(role: str) -> str:
    """Return the warehouse's URL for `owner` or `analyst`."""
    from pipelines import deployment

    return deployment.url_of(os.environ, role)


@contextmanager
def here() -> Iterator["Deployment"]:
    """Open the deployment this environment describes, its schemas up to date."""
    from pipelines import deployment
    from pipelines.warehouse import migrate

    opened = deployment.from_environment(os.environ, now)
    try:
        idle = opened.configuration.claim_idle
        migrate.bring_up_to_date(opened.warehouse, idle)
        yield opened
    finally:
        opened.warehouse.close()
