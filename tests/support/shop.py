"""A small shop for tests: its files, its configuration, its warehouse."""

import csv
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from pipelines.attempts import claims
from pipelines.configuration.load import read_configuration
from pipelines.deployment import Deployment
from pipelines.nights import runner
from pipelines.warehouse import migrate
from pipelines.warehouse.connection import Warehouse

CHECKOUT = Path(__file__).resolve().parents[2]


def clock() -> datetime:
    """The wall clock, for tests whose claim is not about time."""
    return datetime.now(UTC)


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
        migrate.bring_up_to_date(opened.warehouse)
        return opened

    def night(self, as_of: date, known_at: int | None = None) -> int:
        """Run a whole night with the plain runner; return its night_id."""
        opened = self.deployment()
        try:
            with claims.process_claim(opened.warehouse, "test") as claim:
                return runner.run_night(
                    opened, claim, claims.AttemptRequest(as_of, known_at=known_at)
                )
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


def environment(shop: Shop) -> dict[str, str]:
    """Return the environment in which a child process finds this shop."""
    return {
        **os.environ,
        "NOCTURNE_HOME": str(shop.home),
        "NOCTURNE_CONFIG": str(shop.config),
        "NOCTURNE_WAREHOUSE_URL": shop.url,
        "PYTHONPATH": str(CHECKOUT),
    }
