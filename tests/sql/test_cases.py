"""Short stories in YAML: staged rows given, rows of a night's table expected.

Staged rows may leave out what does not matter: a line is one piece of 10.00 by customer c1.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from pipelines.attempts import claims
from pipelines.features import build
from pipelines.mapping.typed_rows import FOREVER
from pipelines.people import identify
from pipelines.staging import sightings, staging_partitions
from tests.support.shop import source

CASES = sorted(Path(__file__).parent.glob("*/*.yaml"))
COLUMNS = {
    "customers": ["customer_ref"],
    "events": ["occurred_at", "event_type"],
    "products": ["product_ref"],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, new_database: Any) -> Iterator[Any]:
    """One deployment for all cases, with a source for each entity."""
    from tests.support.shop import LINE_COLUMNS, Shop

    folder = tmp_path_factory.mktemp("cases")
    shop = Shop(folder, folder, new_database())
    counts = {name: {"weight": 1, "cap": 10} for name in ("order_count_30d", "session_count_30d")}
    shop.configure("settings", {"engagement": counts})
    sources = {name: source(name, "-", columns) for name, columns in COLUMNS.items()}
    sources["order_lines"] = source("order_lines", "-", LINE_COLUMNS)
    shop.configure("sources", {"sources": sources})
    deployment = shop.deployment()
    yield deployment
    deployment.warehouse.close()


def instant(day: date, time: str | None) -> datetime:
    """Return a day and a time of day, midnight without one, in UTC."""
    return datetime.fromisoformat(f"{day}T{time or '00:00'}").replace(tzinfo=UTC)


def staged(entity: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a row of a case as its staging table holds it."""
    time = row.pop("at", None)
    plain: dict[str, Any] = {
        "source": entity, "row_key": str(number), "row_no": number, "batch_from": 1,
        "batch_to": FOREVER, "customer_space": "shared",
    }  # fmt: skip
    if entity == "order_lines":
        plain |= {"order_id": str(number), "customer_ref": "c1", "quantity": 1, "net_amount": 10}
        plain |= {"ordered_at": instant(row["ordered_on"], time), "has_time": time is not None}
    if entity == "events":
        plain |= {"visitor_ref": "v1", "event_type": "page_view", "has_time": time is not None}
        plain |= {"occurred_at": instant(row["occurred_on"], time)}
    if entity == "products":
        del plain["customer_space"]
    merged = plain | row
    if entity != "products":
        names = ("customer_ref", "email", "phone", "visitor_ref")
        known = [f"{name}:{merged[name]}" for name in names if merged.get(name)]
        merged["record_ref"] = merged.get("customer_ref") or (" ".join(known) or None)
    return merged


def fill(connection: sa.Connection, version: str, given: dict[str, list[dict[str, Any]]]) -> None:
    """Put the rows of a case into empty staging tables."""
    for entity in ("customers", "order_lines", "events", "products"):
        staging_partitions.ensure_staging_partition(connection, entity, version)
        connection.execute(sa.text(f"truncate staging.{entity}"))
    connection.execute(sa.text("truncate identity.customer_refs, identity.sightings"))
    for entity, rows in given.items():
        for number, row in enumerate(rows, start=1):
            values = staged(entity, dict(row), number) | {"staging_version": version}
            table = sa.table(entity, *map(sa.column, values), schema="staging")
            connection.execute(table.insert().values(values))
            if ref := values.get("customer_ref"):
                name = sa.text(
                    "insert into identity.customer_refs values (:v, 'shared', :r, :b, "
                    "staging.first_63_bits('shared' || chr(31) || :r)) on conflict do nothing"
                )
                connection.execute(name, {"v": version, "r": ref, "b": values["batch_from"]})
    for entity in set(given) - {"products"}:
        for batch_id in sorted({row.get("batch_from", 1) for row in given[entity]}):
            binds = {"staging_version": version, "batch_id": batch_id, "forever": FOREVER}
            sightings.keep(connection, entity, binds)


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(place: Any, case: Path) -> None:
    story = yaml.safe_load(case.read_text(encoding="utf-8"))
    version = place.versions.staging
    with place.warehouse.begin() as connection:
        fill(connection, version, story["given"])
    with claims.process_claim(place.warehouse, "case") as claim:
        tonight = claims.open_night(
            place,
            claim,
            claims.AttemptRequest(
                story["as_of"], known_at=story.get("known_at", 1), purpose="train"
            ),
        )
        identify.identify(tonight)
        build.build_customer_features(tonight)
        table = case.parent.name
        with place.warehouse.begin() as connection:
            query = sa.text(f"select * from attempts.{table}_{tonight.night_id} order by person_id")
            found = [dict(row) for row in connection.execute(query).mappings()]
        claims.drop_night(place, tonight.night_id)
    expected = story["expect"]
    key = story.get("key")
    if key:
        found.sort(key=lambda row: str(row[key]))
    shown = [
        {name: plain_value(row[name]) for name in want}
        for row, want in zip(found, expected, strict=True)
    ]
    assert shown == expected


def plain_value(value: Any) -> Any:
    """Return a cell as YAML writes it."""
    if isinstance(value, Decimal):
        return float(value)
    return round(value, 6) if isinstance(value, float) else value
