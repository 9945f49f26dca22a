"""Looking at sources: what would land is shown, faults are told, nothing is written."""

import gzip
import hashlib
import json
import os
import time
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from pipelines.check_sources import report
from pipelines.checking import check
from pipelines.errors import NothingThere, WarehouseBusy
from pipelines.landing import land
from pipelines.warehouse.locks import LANDING
from tests.support.json_api import Api, as_json, served
from tests.support.object_storage import BUCKET, KEYS, Bucket, client_of, moto_server
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, Shop, source

PLAIN = {"order_id": "order", "ordered_at": "sold", "quantity": "pieces", "net_amount": "amount"}
ROW = {"order": "A", "sold": "2026-11-20", "pieces": "1", "amount": "10.00"}


@pytest.fixture
def shop(new_shop) -> Shop:
    return new_shop()


def configure(shop: Shop, **sources) -> None:
    shop.configure("sources", {"sources": sources})


def till(columns=None, **more):
    return source("order_lines", "till/*.csv", []) | {"columns": PLAIN | (columns or {})} | more


def looked(shop: Shop, *names: str) -> list[report.SourceReport]:
    opened = shop.deployment()
    try:
        return list(report.look(opened, names))
    finally:
        opened.warehouse.close()


def everything(shop: Shop) -> dict[str, object]:
    """Every table's rows and every file's bytes and instant."""
    tables = shop.query(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables "
        "where schemaname not in ('pg_catalog', 'information_schema') order by 1"
    )
    url = sa.make_url(shop.url).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = {
            each["name"]: connection.execute(
                sa.text(f"select count(*), md5(string_agg(t::text, '|' order by t::text)) "
                        f"from {each['name']} as t")
            ).one()
            for each in tables
        }  # fmt: skip
    engine.dispose()
    for path in sorted(shop.home.rglob("*")):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (path.stat().st_mtime_ns, content)
    return found


def orders_api(api: Api, request) -> tuple:
    page = int(request.parameters["page"])
    records = [{**ROW, "order": f"{page}-{n}"} for n in range(2)] if page <= 3 else []
    return as_json(records)


def test_nothing_is_written_whatever_the_kind_of_source(shop):
    shop.write("till/1.csv", [ROW])
    (shop.home / "lines").mkdir()
    (shop.home / "lines" / "1.jsonl.gz").write_bytes(gzip.compress(json.dumps(ROW).encode()))
    (shop.home / "parquet").mkdir()
    pq.write_table(pa.Table.from_pylist([ROW]), shop.home / "parquet" / "1.parquet")
    engine = sa.create_engine(f"sqlite:///{shop.home}/shop.db")
    with engine.begin() as connection:
        names = ", ".join(f'"{name}" text' for name in ROW)
        connection.exec_driver_sql(f"create table lines ({names})")
        connection.execute(sa.table("lines", *map(sa.column, ROW)).insert(), [ROW])
    engine.dispose()
    with served(orders_api) as api:
        configure(
            shop,
            csv=till(),
            jsonl=till(kind="jsonl", path="lines/*"),
            parquet=till(kind="parquet", path="parquet/*"),
            sql={"entity": "order_lines", "kind": "sql", "url": "sqlite:///shop.db",
                 "table": "lines", "columns": PLAIN, "cursor": "sold"},
            http={"entity": "order_lines", "kind": "http", "url": f"{api.url}/orders",
                  "pages": {"page": "page", "size": 2}, "columns": PLAIN},
        )  # fmt: skip
        opened = shop.deployment()
        land.land(opened)
        check.check(opened)
        opened.warehouse.close()
        asked, before = len(api.requests), everything(shop)
        seen = looked(shop)
        assert everything(shop) == before
        assert len(api.requests) == asked + 1
    assert [each.faults for each in seen] == [[]] * 5
    assert [each.read.count for each in seen] == [1, 1, 1, 1, 2]
    values = [each.read.shown[0][1]["net_amount"] for each in seen]
    assert [str(value) for _, value in values] == ["10.0000"] * 5


def test_an_object_of_a_bucket_is_looked_at_where_it_is(shop):
    with moto_server() as port:
        client = client_of(port)
        client.create_bucket(Bucket=BUCKET)
        bucket = Bucket(port, shop.home, client)
        content = "order,sold,pieces,amount\n" + "A,2026-11-20,1,10.00\n" * 2_000
        bucket.put("till/1.csv", content.encode())
        configure(shop, till=till() | bucket.options())
        opened = replace(shop.deployment(), secret=KEYS.get)
        before = everything(shop)
        [seen] = report.look(opened)
        assert everything(shop) == before
        opened.warehouse.close()
    assert (seen.newest, seen.byte_count, seen.fate) == ("1.csv", len(content), "would land.")
    assert (seen.faults, seen.read.count) == ([], report.MOST_ROWS)


def test_only_the_beginning_of_a_large_file_is_read(shop):
    configure(shop, till=till())
    path = shop.write("till/1.csv", [ROW | {"order": str(n)} for n in range(200_000)])
    os.truncate(path, 50 << 30)  # the rest of it would take minutes
    began = time.monotonic()
    [seen] = looked(shop)
    assert time.monotonic() - began < 20
    assert seen.read.count == report.MOST_ROWS
    assert seen.faults == []


def test_the_newest_file_is_looked_at_and_what_would_become_of_it_told(shop):
    configure(shop, till=till())
    old = shop.write("till/2.csv", [ROW | {"order": "old"}])
    os.utime(old, (1_700_000_000, 1_700_000_000))
    newest = shop.write("till/1.csv", [ROW])
    [seen] = looked(shop)
    assert (seen.newest, seen.fate) == ("1.csv", "would land.")
    opened = shop.deployment()
    land.land(opened)
    opened.warehouse.close()
    [seen] = looked(shop)
    assert "landed as batch 1" in seen.fate
    assert "passed over" in seen.fate
    newest.write_text(newest.read_text() + "B,2026-11-20,1,5.00\n")
    [seen] = looked(shop)
    assert "another size now: would land again" in seen.fate
    newest.rename(newest.with_suffix(".csv.part"))
    old.unlink()
    configure(shop, till=till(path="till/*"))
    [seen] = looked(shop)
    assert "still being written" in seen.fate


def test_every_fault_of_every_source_is_told_at_once(shop):
    shop.write("till/1.csv", [ROW | {"amount": "12,50"} for _ in range(1_200)])
    path = shop.home / "lines" / "1.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps({"at": "2026-11-20", "what": "login"}) + "\nno json\n")
    columns = {"occurred_at": "at", "event_type": "what", "email": "$.user[*", "url": "$..x.("}
    dated = {"ordered_at": {"from": "sold", "format": "%m/%d/%Y"}}
    configure(
        shop,
        till=till({"customer_ref": "card", "ordered_at": {"from": "pieces", "format": "%d.%m.%Y"}}),
        web={"entity": "events", "kind": "jsonl", "path": "lines/*", "columns": columns},
        sound=till({**dated, "net_amount": {"from": "amount", "decimal": ","}}),
        lost=till(kind="parquet"),
        away={"entity": "order_lines", "kind": "sql", "columns": PLAIN, "table": "lines",
              "url": "postgresql://reader:${NOBODY_KNOWS}@127.0.0.1:1/shop"},
    )  # fmt: skip
    tills, web, sound, lost, away = looked(shop)
    told = "\n".join(tills.faults)
    assert "maps 'card', which the file does not have" in told
    assert "pieces: 1,000 of 1,000 values are not read as %d.%m.%Y, such as '1'." in told
    assert "amount: 1,000 of 1,000 values are not read as they stand, such as '12,50'" in told
    assert ["'$..x.('" in web.faults[0], "'$.user[*'" in web.faults[1]] == [True, True]
    assert web.remarks[0] == "1 of 2 lines are no JSON object."
    assert web.read.shown[0][1]["event_type"] == ("login", "login")
    assert sound.faults == []
    assert "cannot be read as Parquet" in lost.faults[0]
    assert not away.is_reached
    assert "${NOBODY_KNOWS}" in away.faults[0]


def test_a_few_bad_rows_are_worth_a_remark_and_the_same_rows_that_quarantine_gets(shop):
    bad = [
        {"quantity": "two"},
        {"ordered_at": "yesterday"},
        {"order_id": ""},
        {"net_amount": ""},
        {"net_amount": "99999999999"},
        {"ordered_at": "2027-01-01"},
        {"ordered_at": "1850-01-01"},
        {"net_amount": "-3"},
        {"quantity": "-1", "net_amount": "-3"},
        {"email": "nobody"},
        {"quantity": "200000"},
        {"order_id": "x" * 600},
    ]
    good = [line(f"g{n}", "2026-11-20", email=f"g{n}@shop.example") for n in range(30)]
    rows = [*good, *(line(f"b{n}", "2026-11-20") | each for n, each in enumerate(bad))]
    shop.write("till/1.csv", rows, LINE_COLUMNS)
    [seen] = looked(shop)
    assert seen.faults == []
    opened = shop.deployment()
    land.land(opened)
    check.check(opened)
    opened.warehouse.close()
    found = shop.query(
        "select rule, unexpected_count from ops.contract_results "
        "where not success and table_name = 'order_lines'"
    )
    of_rows = {row["rule"]: row["unexpected_count"] for row in found}
    assert {each.rule.name: len(each.rows) for each in seen.read.broken}.items() <= of_rows.items()
    rejected = shop.query("select row_no from quarantine.rows")
    critical = [each for each in seen.read.broken if each.rule.severity == "critical"]
    assert {row["row_no"] for each in critical for row in each.rows} == {
        row["row_no"] for row in rejected
    }


def test_a_landing_under_way_is_not_disturbed(shop):
    configure(shop, till=till())
    opened = shop.deployment()
    with opened.warehouse.lock(LANDING, wait=False), pytest.raises(WarehouseBusy):
        looked(shop)
    opened.warehouse.close()


def test_a_source_that_is_none_is_told_with_those_there_are(shop):
    with pytest.raises(NothingThere, match="has no source tills"):
        looked(shop, "tills")
