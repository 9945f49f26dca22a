"""A deployment: home, configuration, warehouse, secrets.

Only the command line and the DAG call `from_environment`; they hand in the environment and the
clock, so that nothing below reads either.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pipelines.configuration.load import read_configuration
from pipelines.configuration.model import Configuration
from pipelines.configuration.versions import Versions, versions_of
from pipelines.errors import NothingThere
from pipelines.paths import config_of, home_of
from pipelines.warehouse.connection import Warehouse

Secret = Callable[[str], str | None]


def _knows_none(name: str) -> str | None:
    """Return None: no secret is known."""
    return None


@dataclass(frozen=True)
class Deployment:
    """What a night needs to know about where it runs.

    `secret` gives the value of a name that sources.yml writes as ${NAME}, None if nobody knows it.
    """

    home: Path
    configuration: Configuration
    warehouse: Warehouse
    secret: Secret = _knows_none

    @cached_property
    def versions(self) -> Versions:
        """What decides the rows of nights built here: hashes of code, settings, staging."""
        return versions_of(self.configuration)

    @property
    def models(self) -> Path:
        """Where the bytes of models are kept."""
        return self.home / "models"


def url_of(environ: Mapping[str, str], role: str = "owner") -> str:
    """Return the warehouse's URL: NOCTURNE_WAREHOUSE_URL, else the embedded server's.

    Raises
    ------
    NothingThere
        If neither is there.
    """
    if role == "owner" and environ.get("NOCTURNE_WAREHOUSE_URL"):
        return environ["NOCTURNE_WAREHOUSE_URL"]
    path = home_of(environ) / "postgres" / "urls.json"
    if not path.exists():
        raise NothingThere(
            f"no database at {path.parent}: run `nocturne up`, or set NOCTURNE_WAREHOUSE_URL."
        )
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))[role])
    except (ValueError, KeyError, TypeError) as error:
        raise NothingThere(
            f"{path} does not hold the database's addresses any more: `nocturne up` makes it anew."
        ) from error


@contextmanager
def opened(
    environ: Mapping[str, str], clock: Callable[[], datetime], secret: Secret | None = None
) -> Iterator[Deployment]:
    """Open the deployment an environment describes, with its secrets unless others are given."""
    deployment = from_environment(environ, clock)
    try:
        yield replace(deployment, secret=secret) if secret else deployment
    finally:
        deployment.warehouse.close()


def from_environment(environ: Mapping[str, str], clock: Callable[[], datetime]) -> Deployment:
    """Return the deployment an environment describes.

    Raises
    ------
    ConfigurationFaulty
        With every fault of the configuration.
    """
    home = home_of(environ)
    configuration = read_configuration(config_of(environ), home)
    return Deployment(home, configuration, Warehouse(url_of(environ), clock), environ.get)
