"""Here and now: where Airflow's tasks read the environment and the clock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pipelines import deployment
from pipelines.configuration import Configuration
from pipelines.configuration_files import read_configuration
from pipelines.deployment import Deployment


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def configuration() -> Configuration:
    """Read the configuration alone; raises ConfigurationFaulty with all faults."""
    return read_configuration(deployment.config_of(os.environ), deployment.home_of(os.environ))


@contextmanager
def here() -> Iterator[Deployment]:
    """Open the deployment this environment describes."""
    opened = deployment.from_environment(os.environ, now)
    try:
        yield opened
    finally:
        opened.warehouse.close()
