"""Open the deployment from the environment; the command's only reader of environment and clock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nocturne.home import Home
from pipelines.configuration.versions import CHECKOUT

if TYPE_CHECKING:
    from pipelines.deployment import Deployment  # takes a second, which --help need not pay


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
    from plugins.environment import now

    with deployment.opened(os.environ, now) as opened:
        migrate.bring_up_to_date(opened.warehouse, opened.configuration.claim_idle)
        yield opened
