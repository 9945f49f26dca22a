"""Each row received has one fate, and they add up: per batch, whatever came."""

import pytest

from nocturne.show import status as show_status
from pipelines.checking import check
from pipelines.checking import fates as checking_fates
from pipelines.errors import BalanceBroken
from pipelines.landing import land
from pipelines.nights import runner, status
from pipelines.staging import stage as room
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, source

DAY = "2026-11-20"


def received(shop):
    opened = shop.deployment()
    runner.receive(opened)
    opened.warehouse.close()


def per_source(shop):
    """Return what `nocturne status` says, which counts each place by itself."""
    opened = shop.deployment()
    version = opened.versions.staging
    with opened.warehouse.begin() as connection:
        found = status.fates_of_sources(connection, version)
    opened.warehouse.close()
    return {name: dict(fates) for name, fates in found.items()}


def told_per_source(shop):
    """Return the same of the view, which looks every row up."""
    found: dict = {}
    for row in shop.query(
        "select source, fate, cast(sum(row_count) as bigint) as row_count"
        " from ops.fates join ops.batches using (batch_id) group by 1, 2"
    ):
        found.setdefault(row["source"], {})[row["fate"]] = row["row_count"]
    return found


def told(shop):
    """Return the fates of every batch, by its number, of the view that everybody reads."""
    found: dict = {}
    for row in shop.query("select * from ops.fates order by batch_id, fate"):
        found.setdefault(row["batch_id"], {})[row["fate"]] = row["row_count"]
    return found


def adds_up(shop):
    sums = shop.query(
        "select b.batch_id, b.received_count, coalesce(sum(f.row_count), 0) as row_count"
        " from ops.batches b left join ops.fates f using (batch_id) group by 1, 2"
    )
    return all(row["received_count"] == row["row_count"] for row in sums)


def counted_at_each_place(shop):
    """Return what the transaction that stages a batch would count of it now."""
    opened = shop.deployment()
    version = opened.versions.staging
    staged = shop.query(
        "select batch_id, entity from ops.batches join ops.batch_states using (batch_id)"
        " where state = 'staged'"
    )
    with opened.warehouse.begin() as connection:
        found = {
            row["batch_id"]: dict(
                checking_fates.prove_staged(connection, row["entity"], version, row["batch_id"])[0]
            )
            for row in staged
        }
    opened.warehouse.close()
    return found


@pytest.fixture
def dirty(new_shop):
    """A shop whose till sends everything that may come; its catalogue is a full list."""
    shop = new_shop(night_on_refused="go_on")
    till = source("order_lines", "till/*.csv", LINE_COLUMNS, tombstone="gone")
    crm = source("customers", "crm/*.csv", ["customer_ref", "updated_at"], tombstone="gone")
    goods = source("products", "goods/*.csv", ["product_ref", "name"], snapshot=True)
    shop.configure("sources", {"sources": {"till": till, "crm": crm, "goods": goods}})
    return shop


def test_every_kind_of_row_has_its_fate_and_they_add_up_per_batch(dirty):
    columns = [*LINE_COLUMNS, "gone"]
    first = [
        line("a", DAY), line("a", DAY, line_no="2"), line("b", DAY), line("c", DAY),
        line("d", DAY, quantity="two"), line("e", DAY), line("e", DAY, net_amount="11"),
    ]  # fmt: skip
    path = dirty.write("till/1.csv", first, columns)
    path.write_bytes(path.read_bytes() + b"a;broken;row\n")
    received(dirty)
    assert told(dirty) == {1: {"current": 5, "quarantined": 2, "superseded": 1}}
    second = [
        line("a", DAY), line("b", DAY, net_amount="12"), line("d", DAY, quantity="three"),
        line("c", DAY, gone="yes"), line("z", DAY, gone="yes"),
    ]  # fmt: skip
    dirty.write("till/2.csv", second, columns)
    (dirty.home / "till" / "3.csv").write_bytes(b"")
    received(dirty)
    assert told(dirty) == {
        1: {"current": 3, "quarantined": 2, "superseded": 3},
        2: {"duplicate": 1, "current": 3, "quarantined": 1},
    }
    dirty.write("till/4.csv", [line("c", DAY), line("z", DAY, gone="1")], columns)
    received(dirty)
    assert told(dirty)[2] == {"duplicate": 1, "current": 2, "superseded": 1, "quarantined": 1}
    assert told(dirty)[4] == {"current": 1, "duplicate": 1}
    assert adds_up(dirty)
    assert counted_at_each_place(dirty) == told(dirty)
    assert per_source(dirty) == told_per_source(dirty)


def test_a_deletion_that_is_older_than_what_stands_is_superseded_at_once(dirty):
    dirty.write("till/1.csv", [line("a", DAY)], [*LINE_COLUMNS, "gone"])
    card = {"customer_ref": "c1", "updated_at": "2026-11-10", "gone": ""}
    dirty.write("crm/1.csv", [card])
    dirty.write("crm/2.csv", [card | {"updated_at": "2026-11-01", "gone": "yes"}])
    received(dirty)
    assert told(dirty)[2] == {"current": 1}
    assert told(dirty)[3] == {"superseded": 1}


def test_what_a_full_list_no_longer_has_is_no_row_received(dirty):
    dirty.write("till/1.csv", [line("a", DAY)], [*LINE_COLUMNS, "gone"])
    names = [{"product_ref": f"p{n}", "name": "tea"} for n in range(4)]
    dirty.write("goods/1.csv", names)
    received(dirty)
    dirty.write("goods/1.csv", names[:3])
    received(dirty)
    [batch] = dirty.query("select received_count, deleted_count from ops.batches where batch_id=3")
    assert tuple(batch.values()) == (3, 1)
    assert told(dirty)[2] == {"current": 3, "superseded": 1}
    assert told(dirty)[3] == {"duplicate": 3}
    assert counted_at_each_place(dirty) == told(dirty)


TAMPERED = {
    "lost": ("delete from raw.order_lines where row_no = 2", "3 rows were received", "2 current"),
    "one too many": (
        "insert into quarantine.rows (staging_version, batch_id, row_no, source, entity, file,"
        " content, rules, sentence) values ('', 1, 9, 'till', 'order_lines', '1.csv', '', '{}',"
        " '')",
        "adds up to 4", "3 current, 1 quarantined",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_a_row_that_is_lost_or_comes_from_nowhere_fails_the_night_with_the_numbers(new_shop, how):
    shop = new_shop()
    shop.write("till/1.csv", [line("a", DAY, line_no=str(n)) for n in range(3)], LINE_COLUMNS)
    opened = shop.deployment()
    land.land(opened)
    check.check(opened)
    tamper, *words = TAMPERED[how]
    shop.query(tamper)
    with pytest.raises(BalanceBroken) as broken:
        room.stage(opened)
    opened.warehouse.close()
    assert all(word in str(broken.value) for word in ("till, 1.csv (batch 1)", *words))
    assert shop.query("select * from staging.order_lines") == []
    assert shop.query("select state from ops.batch_states") == [{"state": "checked"}]


def test_the_view_tells_of_a_row_in_no_place_and_of_one_in_two(new_shop):
    shop = new_shop()
    shop.write("till/1.csv", [line("a", DAY, line_no=str(n)) for n in range(3)], LINE_COLUMNS)
    received(shop)
    shop.query("delete from staging.order_lines where row_no = 2")
    shop.query(
        "insert into staging.left_out select staging_version, batch_from, row_no, 1"
        " from staging.order_lines where row_no = 3"
    )
    assert told(shop)[1] == {"current": 1, "in no place": 1, "in two places": 1}


def test_status_tells_the_fates_of_each_source_in_80_columns(dirty, capsys):
    columns = [*LINE_COLUMNS, "gone"]
    rows = [line(f"o{n}", DAY) for n in range(1500)] + [line("o1", DAY, quantity="x")]
    dirty.write("till/1.csv", [*rows, line("o2", DAY, gone="yes")], columns)
    received(dirty)
    dirty.write("till/2.csv", [line("o3", DAY), line("o4", DAY, gone="yes")], columns)
    opened = dirty.deployment()
    land.land(opened)
    show_status.show(opened)
    opened.warehouse.close()
    said = capsys.readouterr().out
    assert (
        "  till: 1,504 in 2 batches = 1,500 current + 1 superseded + 1 quarantined + 2\n"
        "    waiting.\n"
    ) in said
    assert "ADD UP" not in said
    dirty.query("delete from staging.order_lines where row_no = 7")
    opened = dirty.deployment()
    show_status.show(opened)
    opened.warehouse.close()
    assert "THIS DOES NOT ADD UP: 1,503 of 1,504." in capsys.readouterr().out
