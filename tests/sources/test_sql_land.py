"""Rows of a database land with their watermark, survive its loss, and deletions are found."""

from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa

from nocturne.home import Home
from nocturne.server import server
from pipelines.errors import SourceUnavailable, SourceUnreadable
from pipelines.landing import land
from pipelines.sources.sql import extract
from tests.support.drawn_rows import a_source, asked
from tests.support.kill_child import in_child
from tests.support.landed_files import batches, land_here, landed_rows, till_of
from tests.support.shop import CHECKOUT

COLUMNS = ["order_id", "line_no", "ordered_at", "customer_ref", "quantity", "net_amount"]
TABLE = (
    "create table orders (order_id integer, line_no integer, ordered_at {instant}, "
    "customer_ref text, quantity integer, net_amount numeric(12, 2), changed_at {instant})"
)


def orders(elsewhere, *ids, day=20):
    values = ", ".join(
        f"({n}, 1, '2026-11-{day} 10:00', 'c{n}', 1, 10.50, '2026-11-{day} 10:{n:02}:00')"
        for n in ids
    )
    elsewhere.run(f"insert into orders values {values}")


@pytest.fixture
def shop_of(new_shop, elsewhere):
    """A shop whose till is a table of another database."""

    def make(**entry):
        shop = new_shop()
        url = elsewhere.url.replace("///", f"///{elsewhere.home}/")
        till_of(shop, "sql", COLUMNS, url=url, table="orders", **entry)
        return shop

    instant = {"postgresql": "timestamptz", "sqlite": "text"}[elsewhere.engine.dialect.name]
    elsewhere.run(TABLE.format(instant=instant))
    return make


def sentences(shop, elsewhere):
    return [landed.sentence for landed in land_here(shop, **elsewhere.secrets)]


def test_an_increment_lands_and_nothing_new_makes_no_batch(shop_of, elsewhere):
    shop = shop_of(cursor="changed_at", lookback="5 minutes")
    orders(elsewhere, 1, 2, 10)
    assert sentences(shop, elsewhere) == ["batch 1: 3 new rows."]
    [told] = sentences(shop, elsewhere)
    assert told.startswith("nothing new since 2026-11-20 10:10:00")
    orders(elsewhere, 8, 12)  # 8 was committed late
    assert sentences(shop, elsewhere) == ["batch 2: 2 new rows, 1 seen before."]
    elsewhere.run("update orders set quantity = 5 where order_id = 12")
    assert sentences(shop, elsewhere) == ["batch 3: 1 new rows, 2 seen before."]
    elsewhere.run("update orders set quantity = 1 where order_id = 12")  # as it was once
    assert sentences(shop, elsewhere) == ["batch 4: 1 new rows, 2 seen before."]
    marks = [batch["watermark"][:19] for batch in batches(shop)]
    assert marks == ["2026-11-20 10:10:00", *["2026-11-20 10:12:00"] * 3]


def test_what_a_full_list_no_longer_has_is_deleted(shop_of, elsewhere):
    shop = shop_of(snapshot=True)
    orders(elsewhere, *range(1, 6))
    assert sentences(shop, elsewhere) == ["batch 1: 5 new rows."]
    elsewhere.run("delete from orders where order_id = 3")
    told = "batch 2: 0 new rows, 1 no longer there, 4 seen before."
    assert sentences(shop, elsewhere) == [told]
    assert "nothing new" in sentences(shop, elsewhere)[0]


def test_a_missing_table_is_refused_once_and_lands_when_it_is_back(shop_of, elsewhere):
    shop = shop_of()
    elsewhere.run("alter table orders rename to gone")
    [told] = sentences(shop, elsewhere)
    assert "till: orders cannot be read from" in told
    assert "passed over" in sentences(shop, elsewhere)[0]
    elsewhere.run("alter table gone rename to orders")
    orders(elsewhere, 1)
    assert sentences(shop, elsewhere) == ["batch 2: 1 new rows."]
    for batch in batches(shop):
        assert not any(value in str(batch) for value in elsewhere.secrets.values())


def _land(secrets, opened, _):
    land.land(replace(opened, secret=secrets.get))


@pytest.mark.parametrize("before_the_end", [1, 3, 5])
def test_killed_in_the_transaction_of_the_rows_the_watermark_stays(
    shop_of, elsewhere, before_the_end
):
    undisturbed, shop = (shop_of(cursor="changed_at") for _ in range(2))
    orders(elsewhere, 1, 2)
    for each in (undisturbed, shop):
        land_here(each, **elsewhere.secrets)
    orders(elsewhere, 3, 4)
    ended = in_child(undisturbed, partial(_land, elsewhere.secrets))
    assert ended is not None
    kill_at = ended[1] - before_the_end
    assert in_child(shop, partial(_land, elsewhere.secrets), kill_at) is None
    assert len(batches(shop)) == 1
    land_here(shop, **elsewhere.secrets)
    assert landed_rows(shop) == landed_rows(undisturbed)
    assert [b["watermark"] for b in batches(shop)] == [b["watermark"] for b in batches(undisturbed)]


@contextmanager
def own_server(tmp_path):
    """A PostgreSQL of its own, which may go away."""
    home = Home.from_environment({"NOCTURNE_HOME": str(tmp_path / "other")}, CHECKOUT)
    try:
        yield home, server.up(home).owner
    finally:
        server.remove(home)


def test_a_server_that_goes_away_in_the_middle_leaves_nothing_landed(new_shop, tmp_path):
    query = "select i as order_id, repeat('x', 200) as note from generate_series(1, 400000) as i"
    with own_server(tmp_path) as (home, url):
        source = a_source("sql", {"url": url, "query": query})
        [arrival] = extract.arrivals(source, asked(tmp_path))
        rows = arrival.read().batches
        assert next(rows).num_rows > 0
        server.remove(home)
        with pytest.raises(SourceUnavailable, match="the query cannot be read from") as caught:
            list(rows)
        with pytest.raises(SourceUnavailable, match="Connection refused"):
            arrival.read()
    assert sa.make_url(url).password not in str(caught.value)


def test_an_unreachable_database_does_not_keep_others_from_landing(new_shop, tmp_path):
    shop = new_shop()
    till = {"entity": "order_lines", "kind": "csv", "path": "till/*.csv",
            "columns": {column: column for column in COLUMNS}}  # fmt: skip
    columns = {"product_ref": "sku"}
    items = {"entity": "products", "kind": "sql", "table": "items", "columns": columns,
             "url": "postgresql://reader:${ITEMS_PASSWORD}@127.0.0.1:1/shop"}  # fmt: skip
    shop.configure("sources", {"sources": {"items": items, "till": till}})
    shop.write("till/1.csv", [dict.fromkeys(COLUMNS, "1")])
    with pytest.raises(SourceUnavailable, match=r"Connection refused.*look at it and at \$\{ITEMS"):
        land_here(shop, ITEMS_PASSWORD="s3cret")
    assert [batch["source"] for batch in batches(shop)] == ["till"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"table": "nowhere"}, 'relation "nowhere" does not exist'),
        ({"query": "select nothing_such from orders"}, 'column "nothing_such" does not exist'),
        ({"table": "orders", "cursor": "day"}, "orders has no column 'day', the cursor"),
        ({"table": "pg_catalog.pg_authid"}, "permission denied"),
        ({"query": "select 1 / 0 as order_id"}, "division by zero"),
        ({"query": "select 1 as a, 2 as a"}, "has the column a twice"),
    ],
)
def test_what_is_not_there_is_named(postgres, options, said):
    postgres.run("create table orders (order_id integer)")
    with pytest.raises(SourceUnreadable, match="shop: ") as caught:
        postgres.draw(**options)
    assert said in str(caught.value)


def test_a_wrong_password_is_never_shown(postgres):
    postgres.secrets["ELSEWHERE_PASSWORD"] = "wr0ng"
    with pytest.raises(SourceUnavailable, match="password authentication failed") as caught:
        postgres.draw(table="orders")
    assert "ELSEWHERE_PASSWORD" in str(caught.value)
    assert "wr0ng" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://a:b@127.0.0.1/x", "mysql+pymysql://a:b@127.0.0.1/x"])
def test_a_driver_that_is_not_installed_is_named(tmp_path, url):
    [arrival] = extract.arrivals(a_source("sql", {"url": url, "table": "orders"}), asked(tmp_path))
    with pytest.raises(SourceUnreadable, match=r"no driver for mysql.* install pymysql"):
        arrival.read()
