"""One embedded server for the whole suite; a database and a home of its own for who asks."""

import csv
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from nocturne import server
from nocturne.home import Home
from pipelines import claims, runner, schema
from pipelines.configuration_files import read_configuration
from pipelines.deployment import Deployment
from pipelines.warehouse import Warehouse

CHECKOUT = Path(__file__).resolve().parent.parent
_numbers = itertools.count(1)


def clock() -> datetime:
    """The wall clock, for tests whose claim is not about time."""
    return datetime.now(UTC)


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


@dataclass
class Shop:
    """A small shop: files in a home, a configuration, a warehouse."""

    home: Path
    config: Path
    url: str
    clock: Callable[[], datetime] = clock

    def write(
        self, name: str, rows: list[Mapping[str, Any]], columns: list[str] | None = None
    ) -> Path:
        """Write a CSV file below the home; columns default to those of the first row."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns or list(rows[0]), restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def configure(self, name: str, content: Mapping[str, Any]) -> None:
        """Write one file of the configuration."""
        (self.config / f"{name}.yml").write_text(yaml.safe_dump(content, sort_keys=False))

    def deployment(self) -> Deployment:
        """Read the configuration and open the warehouse, schemas up to date."""
        configuration = read_configuration(self.config, self.home)
        opened = Deployment(self.home, configuration, Warehouse(self.url, self.clock))
        schema.bring_up_to_date(opened.warehouse)
        return opened

    def night(self, as_of: date, known_at: int | None = None) -> int:
        """Run a whole night with the plain runner; return its night_id."""
        opened = self.deployment()
        try:
            with claims.process_claim(opened.warehouse, "test") as claim:
                return runner.run_night(opened, claim, as_of, known_at=known_at)
        finally:
            opened.warehouse.close()

    def query(self, text: str, **binds: Any) -> list[dict[str, Any]]:
        """Return the rows of a query as the owner."""
        url = sa.make_url(self.url).set(drivername="postgresql+psycopg2")
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            result = connection.execute(sa.text(text), binds)
            found = [dict(row) for row in result.mappings()] if result.returns_rows else []
        engine.dispose()
        return found


def source(entity: str, path: str, columns: list[str], **more: Any) -> dict[str, Any]:
    """Return an entry of sources.yml whose columns are called as ours."""
    same = {column: column for column in columns}
    return {"entity": entity, "kind": "csv", "path": path, "columns": same, **more}


LINE_COLUMNS = [
    "order_id", "line_no", "ordered_at", "customer_ref", "email", "phone", "product_ref",
    "quantity", "net_amount", "discount_amount",
]  # fmt: skip


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


def environment(shop: Shop) -> dict[str, str]:
    """Return the environment in which a child process finds this shop."""
    return {
        **os.environ,
        "NOCTURNE_HOME": str(shop.home),
        "NOCTURNE_CONFIG": str(shop.config),
        "NOCTURNE_WAREHOUSE_URL": shop.url,
        "PYTHONPATH": str(CHECKOUT),
    }
