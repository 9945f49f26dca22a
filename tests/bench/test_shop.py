"""The made-up shop: repeatable, like a shop, and the same whichever way it comes in."""

import pyarrow as pa
import pyarrow.compute as pc

from bench import history
from bench.shop import HISTORY_DAYS, Shop, day_of
from pipelines.attempts import claims
from pipelines.nights import runner

SHOP = Shop(60)
LAST = HISTORY_DAYS - 1
FEW_DAYS = history.Stretch("history", LAST - 60, LAST)


def test_a_day_is_the_same_whoever_asks():
    assert Shop(60).lines(7).equals(SHOP.lines(7))
    assert Shop(60).events(7).equals(SHOP.events(7))
    assert not Shop(60).lines(8).equals(SHOP.lines(7))


def test_twenty_lines_and_fifty_events_a_person_over_two_years():
    shop = Shop(2_000)
    days = range(HISTORY_DAYS)
    assert abs(sum(shop.lines(day).num_rows for day in days) / 40_000 - 1) < 0.05
    assert abs(sum(shop.events(day).num_rows for day in days) / 100_000 - 1) < 0.05


def test_a_fifth_of_the_people_buy_more_than_half():
    shop = Shop(1_000)
    lines = pa.concat_tables(map(shop.lines, range(HISTORY_DAYS)))
    counts = sorted(pc.value_counts(lines["customer_ref"].drop_null()).field("counts").to_pylist())
    assert sum(counts[-200:]) > 0.5 * sum(counts)


def test_a_shop_put_straight_into_staging_has_the_features_of_one_that_landed(new_shop):
    hashes = []
    for way in (land, history.load):
        place = new_shop()
        place.configure("sources", {"sources": history.SOURCES})
        history.hand_over_people(SHOP, place.home / "shop")
        opened = place.deployment()
        way(opened, SHOP, FEW_DAYS)
        with claims.process_claim(opened.warehouse, "test") as claim:
            runner.run_night(opened, claim, claims.AttemptRequest(day_of(LAST)))
        opened.warehouse.close()
        assert place.query("select count(*) as n from quarantine.rows") == [{"n": 0}]
        [night] = place.query("select content_hashes, row_counts from ops.nights")
        hashes.append((night["content_hashes"], night["row_counts"]))
    assert hashes[0] == hashes[1]


def land(opened, shop, stretch):
    history.hand_over(shop, opened.home / "shop", stretch)
    runner.receive(opened)
