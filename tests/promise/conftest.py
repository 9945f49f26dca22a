"""Databases for the random shops: copies of one that has its schemas."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from nocturne.server import server
from pipelines.warehouse import migrate
from pipelines.warehouse.connection import Warehouse
from tests.support.shop import clock

# Of how many examples a longer run is; see test_promise.py.
MORE = int(os.environ.get("PROMISE_EXAMPLES", "0"))
_numbers = itertools.count(1)
Databases = Callable[[], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def databases(embedded: Any, new_database: Callable[[], str]) -> Databases:
    """Open an empty database with its schemas, and drop it afterwards."""
    template = sa.make_url(new_database())
    house = Warehouse(template.render_as_string(hide_password=False), clock)
    migrate.bring_up_to_date(house)
    house.close()
    base = sa.make_url(server.urls(embedded).superuser).set(drivername="postgresql+psycopg2")

    def execute(text: str) -> None:
        engine = sa.create_engine(base, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(text))
        engine.dispose()

    @contextmanager
    def make() -> Iterator[str]:
        name = f"promise_{next(_numbers)}"
        execute(f"create database {name} template {template.database} owner {template.username}")
        yield template.set(database=name).render_as_string(hide_password=False)
        if MORE:  # some are soon gone with their server, and to drop one takes a checkpoint
            execute(f"drop database {name} with (force)")

    return make
