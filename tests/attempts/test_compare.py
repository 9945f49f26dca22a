"""Two attempts compared in the database differ where a dull loop over their rows says so."""

import random
from datetime import date

import pytest

from pipelines.attempts import compare
from tests.support.attempts import make_attempt, people_of

D = date(2026, 11, 20)


@pytest.fixture
def deployment(new_shop):
    opened = new_shop().deployment()
    yield opened
    opened.warehouse.close()


def two_attempts(deployment, n, seed):
    """Make an attempt of n people and a second one with some rows changed, dropped and new."""
    random_ = random.Random(seed)
    before = [row | {"average_order_amount": i / 3} for i, row in enumerate(people_of(n))]
    after = [dict(row) for row in before if random_.random() > 0.2]
    for row in after:
        if random_.random() < 0.3:
            row["spend_amount"] = random_.choice([0, 0.01])
        if random_.random() < 0.3:
            row["average_order_amount"] += random_.choice([0.000001, 0.01])
    after += [row | {"person_id": n + 1 + i} for i, row in enumerate(people_of(3))]
    return before, after, [
        make_attempt(deployment, D, features=rows).night_id for rows in (before, after)
    ]  # fmt: skip


def canonical(row):
    amount = row.get("average_order_amount")
    return row | {"average_order_amount": None if amount is None else round(amount, 4)}


@pytest.mark.parametrize("seed", range(5))
def test_counts_columns_and_rows_are_those_of_a_dull_loop(deployment, seed):
    before, after, ids = two_attempts(deployment, 40, seed)
    one, other = ({row["person_id"]: canonical(row) for row in rows} for rows in (before, after))
    changed = [who for who in one.keys() & other.keys() if one[who] != other[who]]
    places = compare.Places(*(compare.unpublished(n)("customer_features") for n in ids))
    with deployment.warehouse.begin() as connection:
        found = compare.differences(connection, "customer_features", places, limit=1000)
        first = compare.differences(connection, "customer_features", places, limit=4)
        people = compare.people(connection, *map(compare.unpublished, ids))
    assert (found.only_before, found.only_after) == (len(one.keys() - other.keys()), 3)
    assert found.changed == len(changed) > 0
    assert found.columns == {
        name: count
        for name in ("spend_amount", "average_order_amount")
        if (count := sum(one[who].get(name) != other[who].get(name) for who in changed))
    }
    differ = sorted(who for who in one | other if one.get(who) != other.get(who))
    assert [change.key["person_id"] for change in found.sample] == differ
    assert first.sample == found.sample[:4]
    assert first.row_count == found.row_count
    assert people == len(differ)
    for change in found.sample:
        who = change.key["person_id"]
        sides = (change.before is not None, change.after is not None)
        assert sides == (who in one, who in other)
        if all(sides):
            assert set(change.columns) == {n for n in one[who] if one[who][n] != other[who][n]}


def test_a_difference_below_the_rounding_of_the_hash_is_none(deployment):
    nights = [
        make_attempt(deployment, D, features=people_of(1, average_order_amount=[amount]))
        for amount in (1.00001, 1.00002, 1.0002)
    ]
    hashes = []
    with deployment.warehouse.begin() as connection:
        places = [compare.unpublished(n.night_id)("customer_features") for n in nights]
        counts = [
            compare.differences(
                connection, "customer_features", compare.Places(places[0], place)
            ).row_count
            for place in places
        ]
    for night in nights:
        with deployment.warehouse.begin() as connection:
            row = connection.exec_driver_sql(
                f"select content_hashes from ops.nights where night_id = {night.night_id}"
            )
            hashes.append(row.scalar_one()["customer_features"])
    assert counts == [0, 0, 1]
    assert [digest == hashes[0] for digest in hashes] == [True, True, False]


def test_flips_are_told_by_segment(deployment):
    segments = ([["a"], ["a", "b"], []], [["a"], ["b"], ["a", "c"]])
    ids = [
        make_attempt(deployment, D, features=people_of(3), segments=each).night_id
        for each in segments
    ]
    with deployment.warehouse.begin() as connection:
        found = compare.flips(connection, *map(compare.unpublished, ids))
    assert found == [("a", 1, 1), ("c", 0, 1)]
