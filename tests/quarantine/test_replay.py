"""Rows of quarantine come back: repaired ones in a new batch, re-ruled ones under their own."""

import json
from datetime import timedelta
from functools import partial

import pytest

from pipelines.nights import runner, status
from pipelines.quarantine import replay
from tests.support.kill_child import in_child
from tests.support.orders import D, line
from tests.support.replayed_rows import act, adds_up, fates, lines
from tests.support.shop import LINE_COLUMNS, source

NEXT = D + timedelta(days=1)
THEIRS = {"ordered_at": "sold_at", "quantity": "pieces"}


@pytest.fixture
def new(new_shop):
    """Make a shop whose till calls some columns otherwise than we do."""

    def make(**entry):
        shop = new_shop(freshness_days=30)
        till = source("order_lines", "till/*.csv", LINE_COLUMNS, **entry)
        till["columns"] |= THEIRS
        shop.configure("sources", {"sources": {"till": till}})
        return shop

    return make


def write(shop, name, rows):
    named = [{THEIRS.get(key, key): value for key, value in row.items()} for row in rows]
    return shop.write(
        f"till/{name}.csv", named, [*(THEIRS.get(name, name) for name in LINE_COLUMNS), "till_no"]
    )


def repair(shop, change, where="true"):
    shop.query(
        "update quarantine.rows set repaired = convert_from(content, 'UTF8')::jsonb"
        f" || cast(:change as jsonb) where {where}",
        change=json.dumps(change),
    )


def test_a_repaired_row_comes_back_in_a_new_batch_with_its_true_date(new):
    shop = new()
    bad = line("b", "20.11.2026", customer_ref="c2") | {"till_no": "7"}
    write(shop, "1", [line("a", str(D)), bad])
    shop.night(D)
    repair(shop, {"sold_at": str(D)})
    done = act(shop, replay.replay)
    assert done.landed[0].sentence == "batch 2: 1 new rows."
    assert lines(shop)["b"] == (2, str(D), 1)
    [raw] = shop.query("select attributes, row_no from raw.order_lines where batch_id = 2")
    assert raw["attributes"] == {"till_no": "7"}
    assert fates(shop) == {1: {"current": 1, "replayed": 1}, 2: {"current": 1}}
    [late] = act(shop, status.read_status).outdated
    assert (late["as_of"], late["people_at_most"]) == (D, 1)
    shop.night(NEXT)
    [row] = shop.query("select count(*) n from marts.customer_features where as_of = :d", d=NEXT)
    assert row["n"] == 2
    [row] = shop.query("select landed_at, is_repaired, replayed_in from ops.rejected_rows")
    assert (row["is_repaired"], row["replayed_in"]) == (True, 2)


def test_twice_adds_nothing(new):
    shop = new()
    write(shop, "1", [line("a", str(D)), line("b", str(D), quantity="two")])
    act(shop, runner.receive)
    repair(shop, {"pieces": "2"})
    act(shop, replay.replay)
    before = lines(shop), fates(shop)
    again = act(shop, replay.replay)
    assert (again.landed, again.overtaken, again.let_go) == ([], [], {})
    assert (lines(shop), fates(shop)) == before
    assert len(shop.query("select * from ops.batches")) == 2


def test_what_is_broken_still_lies_in_quarantine_again_under_the_new_batch(new):
    shop = new()
    rows = [line("b", "?", quantity="two"), line("c", str(D), quantity="three"), line("a", str(D))]
    write(shop, "1", rows)
    act(shop, runner.receive)
    repair(shop, {"pieces": "2"})
    done = act(shop, replay.replay)
    assert done.broken_again == {2: 1}
    assert lines(shop)["c"] == (2, str(D), 2)
    assert fates(shop) == {1: {"current": 1, "replayed": 2}, 2: {"current": 1, "quarantined": 1}}
    repair(shop, {"sold_at": str(D)}, "batch_id = 2")
    assert act(shop, replay.replay).broken_again == {}
    assert lines(shop)["b"] == (3, str(D), 2)
    assert fates(shop)[2] == {"current": 1, "replayed": 1}
    assert adds_up(shop)


def test_a_row_that_could_not_be_read_is_repaired_as_a_whole(new):
    shop = new()
    path = write(shop, "1", [line("a", str(D))])
    path.write_bytes(path.read_bytes() + b"b;1;broken\n")
    act(shop, runner.receive)
    whole = {THEIRS.get(key, key): value for key, value in line("b", str(D)).items()}
    shop.query("update quarantine.rows set repaired = cast(:o as jsonb)", o=json.dumps(whole))
    act(shop, replay.replay)
    assert lines(shop)["b"] == (2, str(D), 1)
    assert fates(shop) == {1: {"current": 1, "replayed": 1}, 2: {"current": 1}}


def test_a_row_whose_key_came_again_is_not_replayed_over_what_is_newer(new):
    shop = new()
    write(shop, "1", [line("a", str(D)), line("b", str(D), quantity="two"), line("c", "?")])
    act(shop, runner.receive)
    write(shop, "2", [line("b", str(D), quantity="5")])
    act(shop, runner.receive)
    repair(shop, {"pieces": "2", "sold_at": str(D)})
    done = act(shop, replay.replay)
    assert [(row.batch_id, row.row_no, row.came_again_in) for row in done.overtaken] == [(1, 2, 2)]
    assert lines(shop)["b"] == (2, str(D), 5)
    assert lines(shop)["c"] == (3, str(D), 2)
    assert fates(shop)[1] == {"current": 1, "quarantined": 1, "replayed": 1}
    again = act(shop, replay.replay)
    assert (again.landed, len(again.overtaken)) == ([], 1)
    assert len(shop.query("select * from ops.batches")) == 3


def test_of_two_repaired_versions_the_later_received_stands_in_whatever_order(new):
    shop = new()
    write(shop, "1", [line("b", str(D), quantity="one")])
    write(shop, "2", [line("b", str(D), quantity="two")])
    act(shop, runner.receive)
    repair(shop, {"pieces": "1"}, "batch_id = 1")
    act(shop, replay.replay)
    assert lines(shop)["b"] == (3, str(D), 1)
    repair(shop, {"pieces": "2"}, "batch_id = 2")
    act(shop, replay.replay)
    assert lines(shop)["b"] == (4, str(D), 2)


def test_a_replayed_line_takes_no_other_line_of_its_order_away(new):
    shop = new(orders_arrive_whole=True)
    write(shop, "1", [line("a", str(D)), line("a", str(D), line_no="2", quantity="two")])
    act(shop, runner.receive)
    repair(shop, {"pieces": "2"})
    act(shop, replay.replay)
    assert fates(shop) == {1: {"current": 1, "replayed": 1}, 2: {"current": 1}}


def test_a_repair_must_be_an_object(new):
    shop = new()
    write(shop, "1", [line("b", str(D), quantity="two")])
    act(shop, runner.receive)
    with pytest.raises(Exception, match="repaired_is_an_object"):
        shop.query("update quarantine.rows set repaired = '[1]'")


def test_rows_that_a_changed_rule_lets_go_return_under_their_own_batch(new_shop):
    shop = new_shop(currency="EUR", freshness_days=30)
    till = source("order_lines", "till/*.csv", [*LINE_COLUMNS, "currency"])
    shop.configure("sources", {"sources": {"till": till}})
    rows = [line("a", str(D), currency="EUR"), line("b", str(D), currency="USD")]
    shop.write("till/1.csv", rows, [*LINE_COLUMNS, "currency"])
    shop.night(D)
    assert list(lines(shop)) == ["a"]
    shop.configure(
        "settings", {"business_time_zone": "UTC", "currency": "USD", "freshness_days": 30}
    )
    done = act(shop, replay.replay)
    assert done.let_go == {"till": 1}
    assert act(shop, replay.replay).let_go == {}
    assert len(shop.query("select * from ops.batches")) == 1
    assert act(shop, status.read_status).other_code == {D: ["staging_version"]}
    shop.night(D)
    [row] = shop.query("select fate, row_count from ops.fates where fate = 'quarantined'")
    assert row["row_count"] == 1  # now the other one


def test_what_was_replayed_stays_so_under_other_contracts(new):
    shop = new()
    write(shop, "1", [line("a", str(D)), line("b", str(D), quantity="two"), line("c", "?")])
    act(shop, runner.receive)
    repair(shop, {"pieces": "2"}, "row_no = 2")
    act(shop, replay.replay)
    repair(shop, {"sold_at": str(D)}, "row_no = 3")  # repaired, and then the contracts change
    shop.configure("settings", {"currency": "EUR", "freshness_days": 30})
    done = act(shop, replay.replay)
    assert [landed.batch_id for landed in done.landed] == [3]
    shop.night(D)
    assert fates(shop) == {
        1: {"current": 1, "replayed": 2}, 2: {"current": 1}, 3: {"current": 1},
    }  # fmt: skip


def killed(shop, kill_at=None):
    return in_child(shop, partial(_replay), kill_at)


def _replay(opened, statements):
    replay.replay(opened)
    return statements.seen


def everything(shop):
    rejected = shop.query(
        "select distinct batch_id, row_no, replayed_in, replayed_as from quarantine.rows"
        " order by 1, 2"
    )
    return lines(shop), fates(shop), rejected


def test_killed_at_any_statement_and_run_again_gives_the_same(new):
    def repaired():
        shop = new()
        write(shop, "1", [line("a", str(D)), line("b", str(D), quantity="two"), line("c", "?")])
        act(shop, runner.receive)
        repair(shop, {"pieces": "2", "sold_at": str(D)})
        return shop

    undisturbed = repaired()
    [_, statements] = killed(undisturbed)
    expected = everything(undisturbed)
    assert expected[1] == {1: {"current": 1, "replayed": 2}, 2: {"current": 2}}
    for kill_at in range(3, statements, max(statements // 8, 1)):
        shop = repaired()
        killed(shop, kill_at)
        act(shop, replay.replay)
        assert everything(shop) == expected, f"killed at statement {kill_at}"
