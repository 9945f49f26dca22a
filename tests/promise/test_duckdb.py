"""The SELECTs of the features, transpiled for DuckDB, give the rows that PostgreSQL gives."""

import csv
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from bench.transpiled import select
from pipelines.attempts import claims
from pipelines.attempts.night import Night
from pipelines.features import build
from pipelines.people import identify
from pipelines.warehouse import attempt_tables
from tests.promise.roads import Place, live, opened, random_shop
from tests.promise.script import Script, scripts
from tests.promise.shop import COLUMNS, START, TOMBSTONE

pytestmark = pytest.mark.timeout(600)
PEOPLE = ("computed_people", "copied_people", "all_people")
SELECTS = (*build.TOUCHED, *build.STAGES, *PEOPLE, "rfm_cuts", "customer_features")
STAGED = ("order_lines", "events", "products")


@contextmanager
def attempt(place: Place, as_of: date, *, in_full: bool) -> Iterator[Night]:
    """Build the features of a night that nobody will see."""
    tonight = claims.open_night(
        place.deployment,
        place.claim,
        claims.AttemptRequest(as_of, purpose="verify", in_full=in_full),
    )
    identify.identify(tonight)
    build.build_customer_features(tonight)
    yield tonight
    claims.drop_night(place.deployment, tonight.night_id)


def move(place: Place, engine: duckdb.DuckDBPyConnection, table: str, to: str, where: str) -> None:
    """Copy rows of a PostgreSQL table into DuckDB, as Arrow; exact numbers pass as text."""
    schema, name = table.split(".")
    with place.deployment.warehouse.begin() as connection:
        columns = {
            column["name"]: column["type"]
            for column in sa.inspect(connection).get_columns(name, schema=schema)
        }
    exact = {name: f"decimal({type_.precision}, {type_.scale})" for name, type_ in columns.items()
             if isinstance(type_, sa.Numeric) and not isinstance(type_, sa.Float)}  # fmt: skip
    read = ", ".join(f"{name}::text as {name}" if name in exact else name for name in columns)
    cells = ", ".join(
        f"cast({name} as {exact[name]}) as {name}" if name in exact else name for name in columns
    )
    with place.deployment.warehouse.adbc() as connection, connection.cursor() as cursor:
        cursor.execute(f"select {read} from {table} where {where}")
        arrow = cursor.fetch_arrow_table()
    engine.register("arrow", arrow)
    engine.execute(f"create table {to} as select {cells} from arrow")
    engine.unregister("arrow")


def in_duckdb(place: Place, tonight: Night) -> list[dict[str, Any]]:
    """Return customer_features as DuckDB computes it from the same rows."""
    engine = duckdb.connect()
    engine.execute("set timezone = 'UTC'; create schema staging")
    for entity in STAGED:
        move(place, engine, f"staging.{entity}", f"staging.{entity}", "true")
    for table in ("members", "regrouped"):
        name = attempt_tables.attempt_table(table, tonight.night_id)
        move(place, engine, f"attempts.{name}", table, "true")
    earlier = tonight.previous.night_id if tonight.previous else 0
    move(place, engine, "features.customer_features", "previous_features", f"night_id = {earlier}")
    binds = tonight.binds | build.engagement_binds(tonight.configuration)
    for name in SELECTS:
        engine.execute(f"create table {name} as {select(name, binds)}")
    found = engine.execute("select * from customer_features")
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    engine.close()
    return rows


def in_postgres(place: Place, tonight: Night) -> list[dict[str, Any]]:
    """Return the attempt's customer_features."""
    name = attempt_tables.attempt_table("customer_features", tonight.night_id)
    return place.query(f"select * from attempts.{name}")


def plain(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return rows by person, floats rounded and amounts exact as in the content hash."""
    return {row["person_id"]: {name: cell(value) for name, value in row.items()} for row in rows}


def cell(value: Any) -> Any:
    """Return one value as the content hash sees it."""
    if isinstance(value, float):
        return round(Decimal(repr(value)), 4)
    return value.normalize() if isinstance(value, Decimal) else value


def agree(place: Place, as_of: date, *, in_full: bool) -> int:
    """Compare both engines, every cell; return how many people there are."""
    with attempt(place, as_of, in_full=in_full) as tonight:
        assert in_full or tonight.previous is not None
        ours, theirs = plain(in_postgres(place, tonight)), plain(in_duckdb(place, tonight))
    assert ours.keys() == theirs.keys()
    assert [person for person in ours if ours[person] != theirs[person]] == []
    return len(ours)


@settings(
    max_examples=3, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(script=scripts())
def test_duckdb_gives_the_rows_of_a_random_shop(databases, script: Script):
    with random_shop(databases) as (place, shop):
        live(place, shop, script)
        last = script.nights[-1][0]
        assert agree(place, last, in_full=True)
        assert agree(place, last + timedelta(days=1), in_full=False)


@pytest.fixture
def grown(tmp_path, databases):
    """A shop of two thousand customers over fourteen months, in one night."""
    chance = random.Random(20261122)
    refs = [f"c{n}" for n in range(2000)]
    day = [str(START - timedelta(days=n)) for n in range(420)]
    at = [f"T{hour:02}:{minute}:00Z" for hour in range(24) for minute in ("05", "29", "58")]
    kinds = ["page_view", "product_view", "cart_add", "checkout"]
    rows = {
        "catalogue": [(f"p{n}", chance.choice(["tea", "jam", "oil", ""])) for n in range(300)],
        "till": [
            (f"o{n // 2}", str(n), chance.choice(day) + chance.choice(at), refs[n // 2 % 1900], "",
             "", f"p{chance.randrange(310)}", chance.choice([1, 1, 2, 0, -1]),
             f"{chance.randrange(1, 90)}.5", chance.choice(["", "0.75"]))
            for n in range(16_000)
        ],
        "web": [
            (f"v{n}", chance.choice(day[:45]) + chance.choice(at), chance.choice(kinds),
             f"w{n % 1500}", refs[n % 1500] if n % 3 else "", "", "", "")
            for n in range(16_000)
        ],
    }  # fmt: skip
    for source, its in rows.items():
        (tmp_path / source).mkdir()
        with (tmp_path / source / "1.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(
                [[*COLUMNS[source], TOMBSTONE], *((*row, "") for row in its)]
            )
    with databases() as url, opened(tmp_path, url) as place:
        place.receive(dirty=())
        yield place


def test_duckdb_gives_the_rows_of_two_thousand_customers(grown):
    assert agree(grown, START, in_full=True) > 1800
