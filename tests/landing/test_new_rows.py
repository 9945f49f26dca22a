"""Which rows of a file are new: the same ones however many came, and came before."""

import random
from collections import Counter

import pytest

from pipelines.landing import batch, land, raw_partitions
from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, source

STORED = """
    select batch_id, row_no, op, order_id, line_no, net_amount from raw.order_lines order by 1, 2"""
CONSTRAINTS = """
    select conrelid, string_agg(definition, ' ' order by definition) as constraints
    from (select conrelid, pg_get_constraintdef(oid) as definition from pg_constraint) as c
    group by conrelid"""
SHAPE = f"""
    select i.inhrelid::regclass::text as name, pg_get_expr(c.relpartbound, c.oid) as span,
        own.constraints = whole.constraints as is_alike,
        (select count(*) from pg_index x where x.indrelid = c.oid and x.indisvalid) as index_count
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    join ({CONSTRAINTS}) own on own.conrelid = i.inhrelid
    join ({CONSTRAINTS}) whole on whole.conrelid = i.inhparent
    where i.inhparent = 'raw.order_lines'::regclass order by 2"""


def dirty_files(seed):
    """Return some files of few orders, whose lines come again, changed or equal, or go."""
    draw = random.Random(seed)
    return [
        [
            line(
                draw.choice("ABC"),
                str(D),
                line_no=draw.choice(["1", "2", "", ""]),
                net_amount=draw.choice(["1.00", "2.00"]),
                gone=draw.choice(["", "", "", "yes"]),
            )
            for _ in range(draw.randrange(1, 30))
        ]
        for _ in range(4)
    ]


def new_by_hand(files):
    """Return file, row number and content of the rows that differ from the last of their key."""
    last, new = {}, []
    for file_no, rows in enumerate(files, start=1):
        seen = Counter()
        for row_no, row in enumerate(rows, start=1):
            said = (row["order_id"], row["line_no"], row["net_amount"])
            op = "delete" if row["gone"] else "upsert"
            seen[said, op] += 1
            key = said[:2] if row["line_no"] else (*said, seen[said, op])
            if last.get(key) != (op, *said):
                new.append((file_no, row_no, op, said[0], said[1] or None, said[2]))
            last[key] = (op, *said)
    return new


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("lookup_cost", [0, 1_000_000], ids=["looked up", "read at once"])
def test_a_row_is_new_if_it_differs_from_the_last_of_its_key(
    new_shop, monkeypatch, lookup_cost, seed
):
    monkeypatch.setattr(batch, "LOOKUP_COST", lookup_cost)
    shop, files = new_shop(), dirty_files(seed)
    till = source("order_lines", "till/*.csv", LINE_COLUMNS, tombstone="gone")
    shop.configure("sources", {"sources": {"till": till}})
    for number, rows in enumerate(files, start=1):
        shop.write(f"till/{number}.csv", rows, [*LINE_COLUMNS, "gone"])
    land.land(shop.deployment())
    found = [tuple(row.values()) for row in shop.query(STORED)]
    assert found == new_by_hand(files)


def test_a_big_batch_has_a_partition_of_its_own_and_all_partitions_are_alike(new_shop, monkeypatch):
    monkeypatch.setattr(raw_partitions, "BIG", 3)
    shop = new_shop()
    for number, count in enumerate((3, 1, 4, 2), start=1):
        rows = [line(f"o{number}-{each}", str(D)) for each in range(count)]
        shop.write(f"till/{number}.csv", rows, LINE_COLUMNS)
    land.land(shop.deployment())
    found = shop.query(SHAPE)
    assert [(row["name"], row["span"]) for row in found] == [
        ("raw.order_lines_from_0", "FOR VALUES FROM ('0') TO ('2')"),
        ("raw.order_lines_from_2", "FOR VALUES FROM ('2') TO ('1000')"),
    ]
    assert [row["batch_id"] for row in shop.query(STORED)] == [1, 1, 1, 2, 3, 3, 3, 3, 4, 4]
    assert [(row["is_alike"], row["index_count"]) for row in found] == [(True, 2), (True, 2)]
