"""Same inputs, same rows; what is later or received later changes nothing; one at a time."""

import subprocess
import sys
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from pipelines.attempts import claims
from pipelines.errors import WarehouseBusy
from pipelines.nights import runner
from tests.support.kill_child import rows_of
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import CHECKOUT, LINE_COLUMNS, environment


def test_a_new_process_on_a_new_database_gives_the_same_rows(new_shop):
    first, second = new_shop(), new_shop()
    a_few_weeks(first)
    first.night(D)
    a_few_weeks(second)
    second.deployment().warehouse.close()
    command = [sys.executable, "-m", "nocturne.cli", "night", "--as-of", str(D)]
    subprocess.run(command, check=True, cwd=CHECKOUT, env=environment(second), timeout=120)
    assert rows_of(first, D) == rows_of(second, D) != {}


def test_rows_dated_after_the_day_change_nothing(new_shop):
    plain, planted = new_shop(), new_shop()
    for shop in (plain, planted):
        a_few_weeks(shop)
    planted.write(
        "till/2.csv",
        [line("late", str(D + timedelta(days=1)), customer_ref="c1", net_amount="999.00"),
         line("who", str(D + timedelta(days=2)), customer_ref="c77", email="guest@example.org")],
        LINE_COLUMNS,
    )  # fmt: skip
    plain.night(D)
    planted.night(D)
    assert rows_of(plain, D) == rows_of(planted, D)


def test_rows_received_after_known_at_change_nothing(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    shop.night(D)
    before = rows_of(shop, D)
    shop.write("till/2.csv", [line("x", "2026-11-01", net_amount="500.00")], LINE_COLUMNS)
    shop.night(D + timedelta(days=1))
    shop.night(D, known_at=1)
    assert rows_of(shop, D) == before
    shop.night(D)
    assert rows_of(shop, D) != before


def test_a_second_night_is_refused_with_a_sentence_while_one_is_built(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    opened, other = shop.deployment(), shop.deployment()
    runner.receive(opened)
    with claims.process_claim(opened.warehouse, "first") as claim:
        claims.open_night(opened, claim, claims.AttemptRequest(D))
        with (
            claims.process_claim(other.warehouse, "second") as rival,
            pytest.raises(WarehouseBusy, match=r"first .* has been building night 1 .2026-11-20."),
        ):
            claims.open_night(other, rival, claims.AttemptRequest(D))
    with claims.process_claim(other.warehouse, "second") as rival:
        assert (
            claims.open_night(other, rival, claims.AttemptRequest(D)).night_id == 2
        )  # the first is gone: swept


def test_a_reader_neither_blocks_a_night_nor_sees_half_of_one(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    shop.night(D)
    engine = sa.create_engine(sa.make_url(shop.url).set(drivername="postgresql+psycopg2"))
    count = sa.text("select count(*), count(distinct night_id) from features.customer_features")
    seen = sa.text("select count(*) from marts.customer_features where as_of = :d")
    with engine.connect() as reader:
        reader.execute(count).one()
        before = reader.execute(seen, {"d": D}).scalar()
        shop.write("till/2.csv", [line("new", "2026-11-20", customer_ref="c99")], LINE_COLUMNS)
        shop.night(D)  # would hang here if it waited for the reader's transaction
        assert reader.execute(seen, {"d": D}).scalar() in (before, before + 1)
    with engine.connect() as reader:
        assert reader.execute(seen, {"d": D}).scalar() == before + 1


def test_the_whole_of_a_published_night_can_be_told_from_its_record(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    shop.night(D)
    [night] = shop.query("select * from ops.nights")
    assert (night["as_of"], night["known_at"], night["status"]) == (D, 1, "published")
    [configuration] = shop.query("select * from ops.configurations")
    assert night["build_configuration"] == configuration["hash"]
    counted = shop.query("select count(*) as n from marts.customer_features")[0]["n"]
    assert night["row_counts"]["customer_features"] == counted == 13
    assert set(night["step_seconds"]) >= {"identify", "features", "score", "segment", "publish"}


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Pacific/Auckland"])
def test_days_are_cut_in_the_business_time_zone(new_shop, zone):
    shop = new_shop(business_time_zone=zone)
    instants = {  # the same instant is another day elsewhere
        "America/New_York": (
            "2026-11-01T05:30:00Z",
            date(2026, 11, 1),
        ),  # 01:30, the night of the change
        "Europe/Berlin": ("2026-10-25T22:59:00Z", date(2026, 10, 25)),
        "Pacific/Auckland": ("2026-09-26T13:30:00Z", date(2026, 9, 27)),
    }
    instant, day = instants[zone]
    shop.write("till/1.csv", [line("A", instant), line("B", "2026-11-02")], LINE_COLUMNS)
    shop.night(date(2026, 11, 2))
    [row] = shop.query("select first_purchase_on from marts.customer_features")
    assert row["first_purchase_on"] == day
