"""Open the deployment from the environment; the tasks' only reader of environment and clock."""

import os
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from pipelines import deployment
from pipelines.configuration.load import read_configuration
from pipelines.configuration.model import Configuration
from pipelines.deployment import Deployment
from pipelines.paths import config_of, home_of


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def configuration() -> Configuration:
    """Read the configuration alone; raises ConfigurationFaulty with all faults."""
    return read_configuration(config_of(os.environ), home_of(os.environ))


def secret(name: str) -> str | None:
    """Return what a name of sources.yml stands for: the environment, else an Airflow connection.

    The connection is called like the name in small letters. A name that ends in _URL stands for
    its whole URI, any other for its password.
    """
    return os.environ.get(name) or _of_connection(name)


def _of_connection(name: str) -> str | None:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        connection = Connection.get(name.lower())
    except AirflowNotFoundException:
        return None
    return connection.get_uri() if name.upper().endswith("_URL") else connection.password


def here() -> AbstractContextManager[Deployment]:
    """Open the deployment this environment describes."""
    return deployment.opened(os.environ, now, secret)
