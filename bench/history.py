"""How a shop's history comes into the warehouse: as files it hands over, or the short way."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import sqlalchemy as sa

from bench import staged
from bench.shop import COLUMNS, HISTORY_DAYS, Shop
from bench.temporary_home import source
from pipelines.deployment import Deployment
from pipelines.mapping import typed_rows
from pipelines.nights import runner
from pipelines.staging import sightings, stage
from pipelines.warehouse import statements
from pipelines.warehouse.statements import Table

CUSTOMERS = (
    "customer_ref", "created_at", "email", "phone", "given_name", "family_name",
    "consent_marketing", "consent_profiling",
)  # fmt: skip
EVENTS = (
    "event_id", "occurred_at", "event_type", "visitor_ref", "customer_ref", "session_ref",
    "product_ref",
)  # fmt: skip
SOURCES = {
    "crm": source("customers", "crm/*.parquet", CUSTOMERS),
    "catalogue": source(
        "products", "catalogue/*.parquet", ("product_ref", "name", "category", "brand")
    ),
    "till": source("order_lines", "till/*.parquet", COLUMNS),
    "web": source("events", "web/*.parquet", EVENTS),
}
NEWEST = "select max(batch_id) from ops.batches where source = :source"
GROUP_ROWS = 200_000
RowsOf = Callable[[Shop, int, int, int], pa.Table]
STAGED: dict[str, tuple[RowsOf, str]] = {
    "order_lines": (staged.lines, "till"),
    "events": (staged.events, "web"),
}


@dataclass(frozen=True)
class Stretch:
    """Days that arrive together, both included; the last stretch arrives first."""

    name: str
    first: int
    last: int

    @property
    def days(self) -> range:
        """The numbers of the days."""
        return range(self.first, self.last + 1)


def stretches(shop: Shop) -> dict[float, Stretch]:
    """Return by which stretch the history holds a quarter, half and all of its rows."""
    last, found = HISTORY_DAYS - 1, {}
    for number, share in enumerate((0.25, 0.5, 1.0)):
        first = shop.first_day_of_last(share)
        found[share] = Stretch(f"history-{number}", first, last)
        last = first - 1
    return found


def hand_over_people(shop: Shop, files: Path) -> None:
    """Write the customers of the history, and the catalogue."""
    _write(files / "crm" / "history.parquet", [shop.customers(-1, HISTORY_DAYS - 1)])
    _write(files / "catalogue" / "history.parquet", [shop.products()])


def hand_over(shop: Shop, files: Path, stretch: Stretch) -> None:
    """Write the order lines and events of a stretch as the files a shop would hand over."""
    _write(files / "till" / f"{stretch.name}.parquet", map(shop.lines, stretch.days))
    _write(files / "web" / f"{stretch.name}.parquet", map(shop.events, stretch.days))


def hand_over_night(shop: Shop, files: Path, day: int) -> None:
    """Write the files of one more day: its rows, late ones, corrected prices, new customers."""
    lines = [shop.lines(day), shop.late_lines(day)]
    _write(files / "till" / f"night-{day}.parquet", lines)
    _write(files / "web" / f"night-{day}.parquet", [shop.events(day)])
    _write(files / "crm" / f"night-{day}.parquet", [shop.customers(day, day)])


def keep_for_peers(shop: Shop, folder: Path, stretch: Stretch) -> None:
    """Write a stretch as staging would hold it: the Parquet files that the peers read."""
    for entity, (rows_of, _) in STAGED.items():
        path = folder / entity / f"{stretch.name}.parquet"
        _write(path, (rows_of(shop, day, 1, 1) for day in stretch.days))
    _write(folder / "products" / "history.parquet", [staged.products(shop)])


def load(deployment: Deployment, shop: Shop, stretch: Stretch) -> None:
    """Let the first day of a stretch land, and put the others straight into staging behind it.

    They count as rows of the batches that landed: the product's own code keeps who was seen with
    which identifiers. Only `raw` and the counts of ops.batches stay without them.
    """
    first = replace(stretch, last=stretch.first)
    hand_over(shop, deployment.home / "shop", first)
    runner.receive(deployment)
    version = deployment.versions.staging
    for entity, (rows_of, source_name) in STAGED.items():
        with deployment.warehouse.begin() as connection:
            batch_id = int(connection.execute(sa.text(NEWEST), {"source": source_name}).scalar())
        others = replace(stretch, first=stretch.first + 1)
        tables = (_of_version(table, version) for table in _days(shop, others, rows_of, batch_id))
        schema = _of_version(rows_of(shop, 0, 1, 1), version).schema
        batches = (batch for table in tables for batch in table.to_batches())
        reader = pa.RecordBatchReader.from_batches(schema, batches)
        deployment.warehouse.ingest("staging", f"{entity}_{version}", reader)
        with deployment.warehouse.begin() as connection:
            binds = {
                "batch_id": batch_id,
                "staging_version": version,
                "forever": typed_rows.FOREVER,
            }
            statements.name_as(connection, "arrivals", Table("staging", f"{entity}_{version}"))
            stage._name_customers(connection, binds)
            statements.drop_view(connection, "arrivals")
            sightings.keep(connection, entity, binds)
    stage.analyse(deployment)


def _days(shop: Shop, stretch: Stretch, rows_of: RowsOf, batch_id: int) -> Iterator[pa.Table]:
    """Yield the rows of each day of a stretch, numbered throughout after those that landed."""
    done = rows_of(shop, stretch.first - 1, batch_id, 1).num_rows
    for day in stretch.days:
        table = rows_of(shop, day, batch_id, done + 1)
        done += table.num_rows
        yield table


def _of_version(table: pa.Table, version: str) -> pa.Table:
    return table.append_column("staging_version", pa.repeat(version, table.num_rows))


def _write(path: Path, tables: Iterable[pa.Table]) -> None:
    """Write a Parquet file whose row groups hold at least so many rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer, waiting = None, []
    for table in tables:
        writer = writer or arrow_parquet.ParquetWriter(path, table.schema)
        waiting.append(table)
        if sum(part.num_rows for part in waiting) >= GROUP_ROWS:
            writer.write_table(pa.concat_tables(waiting))
            waiting = []
    if writer is not None:
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
        writer.close()
