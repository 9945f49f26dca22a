"""Fixtures: a shop of four nights, made once and copied for who asks."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from nocturne.home import Home
from nocturne.server import server
from tests.support.backfilled_shop import four_nights
from tests.support.shop import LINE_COLUMNS, Shop, source

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def made_four(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> Shop:
    """The shop that is copied; its database must have no connection left."""
    folder = tmp_path_factory.mktemp("four")
    shop = Shop(folder / "home", folder / "config", new_database())
    shop.home.mkdir()
    shop.config.mkdir()
    shop.configure("settings", {"freshness_days": 30, "repair": {"nights": 0}})
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till}})
    return four_nights(shop)


@pytest.fixture
def new_four(made_four: Shop, embedded: Home, tmp_path: Path) -> Callable[[], Shop]:
    """Copy the shop of four nights, database and all."""
    superuser = sa.make_url(server.urls(embedded).superuser).set(drivername="postgresql+psycopg2")

    def copy() -> Shop:
        source_url = sa.make_url(made_four.url)
        name = f"{source_url.database}_copy_{next(_numbers)}"
        engine = sa.create_engine(superuser, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(
                sa.text(
                    f"create database {name} template {source_url.database} owner nocturne_owner"
                )
            )
        engine.dispose()
        folder = tmp_path / name
        shutil.copytree(made_four.home, folder / "home")
        shutil.copytree(made_four.config, folder / "config")
        url = source_url.set(database=name).render_as_string(hide_password=False)
        return Shop(folder / "home", folder / "config", url)

    return copy
