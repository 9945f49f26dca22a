"""Claims about the ledger: who entered and left, why, and that the order of nights is no matter."""

import random
from collections import Counter
from contextlib import contextmanager
from datetime import date

import pytest

from pipelines.publishing import publish
from tests.support.attempts import make_attempt, people_of
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS, source

DAYS = [date(2026, 11, day) for day in (20, 21, 22, 24)]
NAMES = ("big", "new", "old")
ALL = {"segments": {name: {"condition": "order_count > 0"} for name in NAMES}}


@contextmanager
def opened(shop, names=NAMES):
    """Open a shop whose segments are these."""
    shop.configure("segments", {"segments": {name: ALL["segments"][name] for name in names}})
    deployment = shop.deployment()
    yield deployment
    deployment.warehouse.close()


def publish_by_hand(deployment, day, held, *, records=None, scores=(), spend=None):
    """Publish a night on which persons are in segments; each person is a record of their own."""
    persons = sorted(held)
    rows = people_of(len(persons), spend_amount=spend or [10] * len(persons))
    features = [row | {"person_id": person} for row, person in zip(rows, persons, strict=True)]
    records = records or {f"c{person}": person for person in persons}
    members = [
        {"person_id": person, "source": "crm", "entity": "customers", "record_ref": record,
         "evidence": "customer_ref"}
        for record, person in records.items()
    ]  # fmt: skip
    segments = [sorted(held[person]) for person in persons]
    night = make_attempt(
        deployment, day, features=features, segments=segments, members=members, scores=scores
    )
    return publish.publish(night)


def ledger_of(shop):
    found = shop.query("select * from ops.segment_ledger order by as_of, person_id, segment")
    return [tuple(row.values()) for row in found]


def written_in(shop):
    """Return all that publishing wrote about segments."""
    tables = ("segment_ledger", "segment_counts", "segment_movements")
    found = {table: shop.query(f"select * from ops.{table}") for table in tables}
    return {table: sorted(map(str, rows)) for table, rows in found.items()}


def invented_nights(seed):
    """Return who is in which segments on each day; people come and go."""
    chance = random.Random(seed)
    return {
        day: {
            person: [name for name in NAMES if chance.random() < 0.4]
            for person in range(1, 13)
            if chance.random() < 0.8
        }
        for day in DAYS
    }


def told_by(nights):
    """Return who entered and left what, day by day, in the dullest way."""
    changes = []
    for day, before in zip(DAYS, [None, *DAYS[:-1]], strict=True):
        now = {(p, s) for p, names in nights[day].items() for s in names}
        then = {(p, s) for p, names in nights[before].items() for s in names} if before else set()
        changes += [(day, p, s, "entered") for p, s in now - then]
        changes += [(day, p, s, "left") for p, s in then - now]
    return sorted(changes)


@pytest.fixture
def in_order(new_shop):
    """A shop whose nights were published one after the other."""
    shop = new_shop()
    nights = invented_nights(1)
    with opened(shop) as deployment:
        for day in DAYS:
            publish_by_hand(deployment, day, nights[day])
    return shop, nights


def test_the_ledger_is_what_a_dull_comparison_finds(in_order):
    shop, nights = in_order
    assert [row[:4] for row in ledger_of(shop)] == told_by(nights)


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (2, 0, 3, 1), (0, 3, 1, 2, 1, 0)])
def test_nights_in_any_order_and_again_give_the_same_ledger_as_in_order(in_order, new_shop, order):
    shop, nights = in_order
    other, wrong = new_shop(), invented_nights(2)
    with opened(other) as deployment:
        for place, number in enumerate(order):
            is_last = number not in order[place + 1 :]
            held = nights if is_last else wrong
            publish_by_hand(deployment, DAYS[number], held[DAYS[number]])
    assert written_in(other) == written_in(shop)


def test_republishing_rewrites_that_night_and_the_next_and_no_other(in_order):
    shop, _ = in_order
    before = written_in(shop)
    with opened(shop) as deployment:
        publish_by_hand(deployment, DAYS[1], {99: ["new"]})
    after = written_in(shop)
    changed = {row for table, rows in after.items() for row in set(rows) ^ set(before[table])}
    assert [day for day in DAYS if any(repr(day) in row for row in changed)] == DAYS[1:3]


def test_on_the_first_night_everybody_enters_and_the_summary_knows_no_change(new_shop):
    shop = new_shop()
    with opened(shop) as deployment:
        publish_by_hand(deployment, DAYS[0], {1: ["big"], 2: []})
    assert ledger_of(shop) == [(DAYS[0], 1, "big", "entered", "first night")]
    found = shop.query('select segment, people, entered, "left" from marts.segment_summary')
    assert sorted(tuple(row.values()) for row in found) == [
        ("big", 1, None, None), ("new", 0, None, None), ("old", 0, None, None),
    ]  # fmt: skip
    assert shop.query("select * from marts.segment_movement") == []


def test_a_night_put_before_the_first_takes_first_night_from_it(new_shop):
    shop = new_shop()
    with opened(shop) as deployment:
        publish_by_hand(deployment, DAYS[1], {1: ["big"], 2: ["old"]})
        publish_by_hand(deployment, DAYS[0], {1: ["big"]})
    assert ledger_of(shop) == [
        (DAYS[0], 1, "big", "entered", "first night"),
        (DAYS[1], 2, "old", "entered", "new person"),
    ]


def test_who_is_gone_was_merged_if_another_person_has_the_record_now(new_shop):
    shop = new_shop()
    with opened(shop) as deployment:
        publish_by_hand(deployment, DAYS[0], {1: ["big"], 2: ["big"], 3: ["big"]})
        records = {"c1": 1, "c2": 1}
        publish_by_hand(deployment, DAYS[1], {1: ["big", "old"]}, records=records)
    assert [row[1:] for row in ledger_of(shop) if row[0] == DAYS[1]] == [
        (1, "old", "entered", "condition holds"),
        (2, "big", "left", "merged"),
        (3, "big", "left", "gone"),
    ]


def test_a_segment_that_comes_into_the_file_or_leaves_it_is_told_apart(new_shop):
    shop = new_shop()
    with opened(shop, ("big", "old")) as deployment:
        publish_by_hand(deployment, DAYS[0], {1: ["big", "old"], 2: ["old"]})
    with opened(shop, ("big", "new")) as deployment:
        publish_by_hand(deployment, DAYS[1], {1: ["new"], 2: ["big"]})
    assert [row[1:] for row in ledger_of(shop) if row[0] == DAYS[1]] == [
        (1, "big", "left", "condition no longer holds"),
        (1, "new", "entered", "segment added"),
        (1, "old", "left", "segment left out"),
        (2, "big", "entered", "condition holds"),
        (2, "old", "left", "segment left out"),
    ]
    found = shop.query("select segment from ops.segment_counts where as_of = :d", d=DAYS[1])
    assert {row["segment"] for row in found} == {"big", "new"}


def test_a_second_stay_is_a_second_row_of_the_membership(new_shop):
    shop = new_shop()
    with opened(shop) as deployment:
        for day, held in zip(DAYS, (["big"], [], ["big"], ["big"]), strict=True):
            publish_by_hand(deployment, day, {1: held})
    found = shop.query("select * from marts.segment_membership order by entered_on")
    assert [tuple(row.values()) for row in found] == [
        (1, "big", DAYS[0], DAYS[1], "condition no longer holds", "1"),
        (1, "big", DAYS[2], None, "condition holds", "1"),
    ]


def test_movement_adds_up_to_the_people_before_and_after(in_order):
    shop, nights = in_order
    for day, before in zip(DAYS[1:], DAYS, strict=False):
        moves = shop.query("select * from marts.segment_movement where as_of = :d", d=day)
        to, origin = Counter(), Counter()
        for move in moves:
            to[move["to_segment"]] += move["people"]
            origin[move["from_segment"]] += move["people"]
        assert to.total() - to["(gone)"] == len(nights[day])
        assert origin.total() - origin["(new)"] == len(nights[before])
        first = Counter((names or ["none"])[0] for names in nights[day].values())
        assert {name: to[name] for name in first} == first


def test_the_summary_adds_up_spend_and_averages_churn_of_the_scored(new_shop):
    shop = new_shop()
    with opened(shop) as deployment:
        publish_by_hand(
            deployment, DAYS[0], {1: ["big"], 2: ["big"], 3: ["big"]},
            spend=[10, 20.5, -3], scores=[0.25, 0.75],
        )  # fmt: skip
    [row] = shop.query("select * from marts.segment_summary where segment = 'big'")
    assert (row["people"], float(row["spend"]), row["churn"]) == (3, 27.5, 0.5)


def test_a_person_who_withdraws_consent_leaves_for_that_reason(new_shop):
    shop = new_shop()
    columns = ["customer_ref", "consent_profiling"]
    shop.configure("sources", {"sources": {
        "crm": source("customers", "crm/*.csv", columns),
        "till": source("order_lines", "till/*.csv", LINE_COLUMNS),
    }})  # fmt: skip
    shop.configure("segments", ALL)
    orders = [line("A", str(DAYS[0])), line("B", str(DAYS[0]), customer_ref="c2")]
    shop.write("till/1.csv", orders, LINE_COLUMNS)
    shop.write("crm/1.csv", [{"customer_ref": "c1", "consent_profiling": "true"}], columns)
    shop.night(DAYS[0])
    shop.write("crm/2.csv", [{"customer_ref": "c1", "consent_profiling": "false"}], columns)
    shop.night(DAYS[1])
    told = [row for row in ledger_of(shop) if row[0] == DAYS[1]]
    assert [row[2:] for row in told] == [(name, "left", "consent withdrawn") for name in NAMES]
    shop.night(DAYS[0], known_at=2)  # the first night again, as it was: the next is written anew
    assert [row for row in ledger_of(shop) if row[0] == DAYS[1]] == told


def test_two_cards_of_one_person_merge_on_the_day_of_the_evidence(new_shop):
    shop = new_shop()
    shop.configure("segments", ALL)
    rows = [
        line("A", str(DAYS[0]), email="a@example.org"),
        line("B", str(DAYS[0]), customer_ref="c2"),
        line("C", str(DAYS[1]), customer_ref="c2", email="A@example.org"),
    ]
    shop.write("till/1.csv", rows, LINE_COLUMNS)
    shop.night(DAYS[0])
    shop.night(DAYS[1])
    told = [row[3:] for row in ledger_of(shop) if row[0] == DAYS[1]]
    assert told == [("left", "merged")] * len(NAMES)
    stays = shop.query("select person_id from marts.segment_membership where left_on is null")
    assert len({row["person_id"] for row in stays}) == 1
