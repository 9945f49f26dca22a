"""One embedded server for the whole suite; a database and a home of its own for who asks."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from nocturne.home import Home
from nocturne.server import server
from tests.support.four_nights import made_four, new_four  # noqa: F401 - fixtures, found by name
from tests.support.shop import CHECKOUT, LINE_COLUMNS, Shop, source

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The embedded PostgreSQL of this test run."""
    home = Home.from_environment(
        {"NOCTURNE_HOME": str(tmp_path_factory.mktemp("server"))}, CHECKOUT
    )
    server.up(home)
    yield home
    server.remove(home)


@pytest.fixture(scope="session")
def new_database(embedded: Home) -> Callable[[], str]:
    """Make an empty database and return its owner's URL."""
    base = sa.make_url(server.urls(embedded).superuser).set(drivername="postgresql+psycopg2")

    def make() -> str:
        name = f"test_{next(_numbers)}"
        engine = sa.create_engine(base, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"create database {name} owner nocturne_owner"))
            connection.execute(sa.text(f"revoke connect on database {name} from public"))
            connection.execute(sa.text(f"grant connect on database {name} to nocturne_analyst"))
        engine.dispose()
        owner = sa.make_url(server.urls(embedded).owner)
        return owner.set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture
def new_shop(tmp_path: Path, new_database: Callable[[], str]) -> Callable[..., Shop]:
    """Make a shop that has only a till, in its own database; add sources by `configure`."""

    def make(**settings: Any) -> Shop:
        folder = tmp_path / f"shop_{next(_numbers)}"
        shop = Shop(folder / "home", folder / "config", new_database())
        shop.home.mkdir(parents=True)
        shop.config.mkdir()
        till = source("order_lines", "till/*.csv", LINE_COLUMNS)
        shop.configure("settings", {"business_time_zone": "UTC", **settings})
        shop.configure("sources", {"sources": {"till": till}})
        return shop

    return make
