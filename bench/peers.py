"""What users would pick instead: the same features of the same day, all of them, from nothing.

Each peer reads the shop's rows as staging holds them and is told who is who, so that all compare
one thing, the feature step. `sums` show whether they came to the same.
"""

import resource
import time
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import sqlalchemy as sa

from bench import temporary_home
from bench.memory_watch import Watch
from bench.timed_steps import CHECKSUM, checksum
from pipelines.attempts import recorded
from pipelines.features import build
from pipelines.mapping.typed_rows import FOREVER
from pipelines.warehouse.statements import Table

HERE = Path(__file__).parent
STAGED = ("order_lines", "events", "products")
MEMORY_SHARE = 0.8  # of the machine's: a peer that wants more fails instead of the machine

Figures = dict[str, Any]


def keep_members(folder: Path, night_id: int) -> None:
    """Write who is who in a published night, for the peers that read files."""
    opened = temporary_home.reopen(folder)
    columns = "person_id, source, entity, record_ref, customer_ref"
    query = f"select {columns} from features.members where night_id = {int(night_id)}"
    with opened.warehouse.adbc() as connection, connection.cursor() as cursor:
        cursor.execute(query)
        reader = cursor.fetch_record_batch()
        path = folder / "peers" / "members.parquet"
        with arrow_parquet.ParquetWriter(path, reader.schema) as writer:
            for batch in reader:
                writer.write_table(pa.Table.from_batches([batch]), row_group_size=1 << 20)
    opened.warehouse.close()


def duckdb(folder: Path, as_of: date) -> Figures:
    """Run the project's own SELECTs, transpiled, in DuckDB over the Parquet files."""
    import duckdb as engine

    from bench.transpiled import select

    files = folder / "peers"
    connection = engine.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"set temp_directory = '{folder}/peers/spilled'")
    connection.execute("create schema staging")
    for table in STAGED:
        constant = "'' as staging_version"
        source = f"read_parquet('{files}/{table}/*.parquet')"
        connection.execute(f"create view staging.{table} as select *, {constant} from {source}")
    binds = _binds(folder, as_of)
    began = time.monotonic()
    connection.execute(
        "create table touched_members as select *, 'in full' as reason"
        f" from read_parquet('{files}/members.parquet')"
    )
    connection.execute(
        "create table previous_features (person_id bigint, category_count int, top_category text)"
    )
    for stage in build.STAGES:
        connection.execute(f"create table {stage} as {select(stage, binds)}")
    connection.execute("create table touched as select person_id from person_counts limit 0")
    connection.execute(
        "create or replace table previous_features as select c.*,"
        " cast(0.0 as double) as engagement_score, cast([] as varchar[]) as customer_refs"
        " from person_counts as c limit 0"
    )
    people = ("computed_people", "copied_people", "all_people")
    for stage in (*people, "rfm_cuts", "customer_features"):
        connection.execute(f"create table {stage} as {select(stage, binds)}")
    connection.execute(f"copy customer_features to '{files}/duckdb.parquet'")
    seconds = time.monotonic() - began
    [sums] = connection.execute(CHECKSUM.read_text(encoding="utf-8")).fetchall()
    return {"seconds": seconds, "sums": [str(value) for value in sums]}


def _binds(folder: Path, as_of: date) -> dict[str, Any]:
    opened = temporary_home.reopen(folder)
    engagement = build.engagement_binds(opened.configuration)
    opened.warehouse.close()
    known = {"staging_version": "", "known_at": FOREVER - 1, "night_id": 0}
    return {"as_of": as_of, **known, **engagement}


def pandas(folder: Path, as_of: date) -> Figures:
    """Compute the features in pandas from the Parquet files; MemoryError if they do not fit."""
    from bench.in_pandas import compute, sums_of

    limit = int(psutil.virtual_memory().total * MEMORY_SHARE)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    opened = temporary_home.reopen(folder)
    engagement = opened.configuration.engagement
    opened.warehouse.close()
    began = time.monotonic()
    found = compute(folder / "peers", as_of, engagement)
    found.to_parquet(folder / "peers" / "pandas.parquet")
    return {"seconds": time.monotonic() - began, "sums": sums_of(found)}


def plain_postgres(folder: Path, as_of: date) -> Figures:
    """Run one statement over plain tables: no versions, and each row knows its person."""
    opened = temporary_home.reopen(folder)
    binds = _binds(folder, as_of)
    night_id = _published(opened, as_of)
    with opened.warehouse.begin() as connection:
        text = (HERE / "plain_tables.sql").read_text(encoding="utf-8")
        connection.execute(sa.text(text), {"night_id": night_id})
    text = (HERE / "plain_features.sql").read_text(encoding="utf-8")
    clause = sa.text(f"create table plain.customer_features as\n{text}")
    names = {name: value for name, value in binds.items() if name in clause._bindparams}
    with Watch(temporary_home.server_pid(folder)) as watch, opened.warehouse.begin() as connection:
        connection.execute(clause, names)
    with opened.warehouse.begin() as connection:
        sums = checksum(connection, Table("plain", "customer_features"))
        connection.execute(sa.text("drop schema plain cascade"))
    opened.warehouse.close()
    told = {"seconds": watch.seconds, "backend": watch.backend}
    return told | {"sums": sums}


def _published(opened: Any, as_of: date) -> int:
    with opened.warehouse.begin() as connection:
        night = recorded.published_on(connection, as_of)
    assert night is not None
    return int(night["night_id"])
