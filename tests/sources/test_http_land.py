"""An API lands as any source does: once, whole after a kill, its secret nowhere."""

import signal
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pipelines.errors import SourceUnavailable
from pipelines.landing import land
from tests.support.json_api import an_order, as_json, numbered, served, status
from tests.support.kill_child import in_child
from tests.support.landed_files import batches, land_here, landed_rows, landing, till_of

COLUMNS = ["order_id", "ordered_at", "customer_ref", "quantity", "net_amount"]
TOKEN = "s3cret-of-the-shop"
PAGED = {"records": "$.orders[*]", "pages": {"page": "page", "size": 2}, "token": "${SHOP_TOKEN}"}


def test_records_land_and_what_is_as_before_does_not(new_shop):
    shop = new_shop()
    with served(numbered(5, 2)) as api:
        till_of(shop, "http", COLUMNS, url=f"{api.url}/orders", **PAGED)
        [first] = land_here(shop, SHOP_TOKEN=TOKEN)
        [second] = land_here(shop, SHOP_TOKEN=TOKEN)
        api.answer = numbered(6, 2)
        [third] = land_here(shop, SHOP_TOKEN=TOKEN)
        api.answer = numbered(5, 2)  # as it was before the last: news
        [fourth] = land_here(shop, SHOP_TOKEN=TOKEN)
    assert first.sentence == "batch 1: 5 new rows."
    assert second.sentence.endswith("passed over.")
    assert third.sentence == "batch 2: 1 new rows, 5 seen before."
    assert fourth.sentence == "batch 3: 0 new rows, 5 seen before."
    assert [row["net_amount"] for row in landed_rows(shop)] == ["10.5"] * 6


def test_lines_of_an_order_are_exploded(new_shop):
    shop = new_shop()

    def answer(*_):
        order = an_order(1) | {"line_items": [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}]}
        return as_json({"orders": [order]})

    columns = {
        "order_id": "order_id", "ordered_at": "ordered_at", "product_ref": "@.sku",
        "quantity": "@.n", "net_amount": "net_amount",
    }  # fmt: skip
    with served(answer) as api:
        till = {
            "entity": "order_lines", "kind": "http", "url": api.url, "records": "$.orders[*]",
            "explode": "$.line_items[*]", "columns": columns,
        }  # fmt: skip
        shop.configure("sources", {"sources": {"till": till}})
        land_here(shop)
    found = shop.query("select order_id, product_ref, quantity from raw.order_lines order by 2")
    assert [tuple(row.values()) for row in found] == [("1", "a", "2"), ("1", "b", "1")]


def test_only_what_is_new_comes_and_the_watermark_stands_with_its_rows(new_shop):
    shop = new_shop()
    since = {"parameter": "since", "column": "ordered_at"}
    with served(numbered(3, 9)) as api:
        till_of(shop, "http", COLUMNS, url=api.url, records="$.orders[*]", since=since)
        land_here(shop)
        api.answer = lambda *_: as_json({"orders": []})
        [nothing] = land_here(shop)
    assert [batch["watermark"] for batch in batches(shop)] == ["2026-11-20T10:03:00Z"]
    assert nothing.sentence == "nothing new since 2026-11-20T10:03:00Z."
    assert [r.parameters for r in api.requests] == [{}, {"since": "2026-11-20T10:03:00Z"}]


def test_killed_in_the_middle_of_a_page_it_lands_the_same_rows(new_shop):
    undisturbed, shop = new_shop(), new_shop()
    with served(numbered(9, 2)) as api:
        for each in (undisturbed, shop):
            till_of(each, "http", COLUMNS, url=f"{api.url}/orders", **PAGED)
        land_here(undisturbed, SHOP_TOKEN=TOKEN)
        shop.deployment().warehouse.close()
        for _ in range(2):  # killed twice, both times in page 3
            api.requests.clear()
            reached, api.troubles = threading.Event(), {}

            def half_a_page(handler, reached=reached):
                handler.send_response(200)
                handler.send_header("Content-Length", "1000")
                handler.end_headers()
                handler.wfile.write(b'{"orders": [{"order_id": 5,')
                handler.wfile.flush()
                reached.set()
                handler.api.released.wait(60)
                handler.close_connection = True

            api.troubles = {3: [half_a_page]}
            child = landing(shop, SHOP_TOKEN=TOKEN)
            assert reached.wait(60), (child.kill(), child.communicate()[0], api.pages_asked())
            child.send_signal(signal.SIGKILL)
            told = child.communicate()[0]
            assert TOKEN not in told
        assert api.pages_asked() == ["3"]
        assert batches(shop) == []
        api.requests.clear()
        child = landing(shop, SHOP_TOKEN=TOKEN)
        assert child.communicate(timeout=120)[0] == "batch 1: 9 new rows.\n"
        assert api.pages_asked() == ["3", "4", "5"]
    assert landed_rows(shop) == landed_rows(undisturbed)
    assert batches(shop)[0]["file_hash"] == batches(undisturbed)[0]["file_hash"]
    assert list((shop.home / "sources").iterdir()) == []


@pytest.mark.parametrize("before_the_end", [1, 4])
def test_killed_while_it_lands_the_records_are_not_asked_for_again(new_shop, before_the_end):
    undisturbed, shop = new_shop(), new_shop()
    with served(numbered(5, 2)) as api:
        for each in (undisturbed, shop):
            till_of(each, "http", COLUMNS, url=f"{api.url}/orders", **PAGED)
        ended = in_child(undisturbed, _land)
        assert ended is not None
        api.requests.clear()
        assert in_child(shop, _land, ended[1] - before_the_end) is None
        assert batches(shop) == []
        assert api.pages_asked() == ["1", "2", "3"]
        [landed] = land_here(shop, SHOP_TOKEN=TOKEN)
        assert api.pages_asked() == ["1", "2", "3"]
    assert landed.sentence == "batch 1: 5 new rows."
    assert landed_rows(shop) == landed_rows(undisturbed)


def _land(opened, _):
    land.land(replace(opened, secret={"SHOP_TOKEN": TOKEN}.get))


def test_the_secret_is_in_no_table_and_no_file(new_shop):
    shop = new_shop()
    with served(numbered(4, 2)) as api:
        entry = PAGED | {"parameters": {"key": "${SHOP_TOKEN}"}}
        till_of(shop, "http", COLUMNS, url=f"{api.url}/orders", **entry)
        api.troubles = {2: [status(403), status(404)]}
        with pytest.raises(SourceUnavailable, match=r"403: check \$\{SHOP_TOKEN\}"):
            land_here(shop, SHOP_TOKEN=TOKEN)
        land_here(shop, SHOP_TOKEN=TOKEN)  # begins anew after the 404
    assert {r.parameters["key"] for r in api.requests} == {TOKEN}
    assert batches(shop)[0]["stored_count"] == 4
    engine = sa.create_engine(sa.make_url(shop.url).set(drivername="postgresql+psycopg2"))
    known, seen = sa.inspect(engine), 0
    for schema in ("raw", "ops", "quarantine"):
        for table in known.get_table_names(schema):
            rows = shop.query(f'select cast(t as text) as row from {schema}."{table}" as t')
            seen += len(rows)
            assert TOKEN not in str(rows), table
    engine.dispose()
    assert seen > 4
    written = [path for path in shop.home.parent.rglob("*") if path.is_file()]
    assert written
    assert not any(TOKEN.encode() in path.read_bytes() for path in written)
