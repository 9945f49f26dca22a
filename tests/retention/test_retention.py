"""Which nights keep their rows, what outlives the rows, and that no reader is stopped."""

import random
from datetime import date

import pytest
import sqlalchemy as sa

from pipelines.attempts import claims
from pipelines.nights import status
from pipelines.retention.retire import retire
from tests.publishing.test_ledger import (
    ALL,
    DAYS,
    invented_nights,
    ledger_of,
    publish_by_hand,
    written_in,
)
from tests.support.attempts import make_attempt

ROWS_OF = (
    "select p.as_of from ops.published p where to_regclass('features.members_' || night_id)"
    " is not null and replaced_at is null order by 1"
)
LEFT_OVER = (
    "select c.relname from pg_class c where relnamespace = 'features'::regnamespace"
    " and relkind = 'r' and not exists (select from ops.published p where p.retired_at is null"
    " and relname like '%\\_' || night_id) order by 1"
)


@pytest.fixture
def opened(new_shop):
    """A shop that keeps two nights and one delivery, and its deployment."""
    shop = new_shop(retention={"nights": 2, "deliveries": 1})
    shop.configure("segments", ALL)
    deployment = shop.deployment()
    yield shop, deployment
    deployment.warehouse.close()


def told_by(nights):
    """Return who entered and left what between neighbouring nights, in the dullest way."""
    changes, then = [], set()
    for day in sorted(nights):
        now = {(person, name) for person, names in nights[day].items() for name in names}
        changes += [(day, *one, "entered") for one in now - then]
        changes += [(day, *one, "left") for one in then - now]
        then = now
    return sorted(changes)


def days_with_rows(shop):
    return [row["as_of"] for row in shop.query(ROWS_OF)]


def test_the_newest_nights_and_the_ends_of_months_stay(opened):
    shop, deployment = opened
    days = [date(2026, 9, 29), date(2026, 9, 30), date(2026, 10, 30), date(2026, 11, 3)]
    days += [date(2026, 11, day) for day in (4, 5, 6)]
    for day in days:
        publish_by_hand(deployment, day, {1: ["big"], 2: ["new"]})
    summary = shop.query("select * from marts.segment_summary order by 1, 2")
    assert retire(deployment) == 3
    assert days_with_rows(shop) == [
        date(2026, 9, 30), date(2026, 10, 30), date(2026, 11, 5), date(2026, 11, 6),
    ]  # fmt: skip
    seen = shop.query("select distinct as_of from marts.customer_features order by 1")
    assert [row["as_of"] for row in seen] == days_with_rows(shop)
    assert shop.query("select * from marts.segment_summary order by 1, 2") == summary
    assert [row["as_of"] for row in status.read_status(deployment).published] == days
    assert shop.query(LEFT_OVER) == []
    assert retire(deployment) == 0


def test_what_somebody_builds_on_stays_until_it_is_built(opened):
    shop, deployment = opened
    night_ids = [publish_by_hand(deployment, day, {1: ["big"]}) for day in DAYS]
    held = make_attempt(deployment, DAYS[1])
    shop.query(f"update ops.nights set previous = {night_ids[0]} where night_id = {held.night_id}")
    assert retire(deployment) == 1
    assert days_with_rows(shop) == [DAYS[0], *DAYS[2:]]
    claims.drop_night(deployment, held.night_id)
    assert retire(deployment) == 1


def test_a_past_night_built_again_stays_while_it_is_new(opened):
    shop, deployment = opened
    for day in DAYS:
        publish_by_hand(deployment, day, {1: ["big"]})
    retire(deployment)
    assert days_with_rows(shop) == DAYS[2:]
    publish_by_hand(deployment, DAYS[0], {1: ["big"]})
    retire(deployment)
    assert days_with_rows(shop) == [DAYS[0], *DAYS[2:]]
    for day in (date(2026, 11, 25), date(2026, 11, 26)):
        publish_by_hand(deployment, day, {1: ["big"]})
    retire(deployment)
    assert days_with_rows(shop) == [date(2026, 11, 25), date(2026, 11, 26)]


@pytest.mark.parametrize("seed", range(6))
def test_the_ledger_is_right_whatever_nights_have_lost_their_rows(new_shop, seed):
    shop, chance = new_shop(retention={"nights": 1}), random.Random(seed)
    shop.configure("segments", ALL)
    deployment = shop.deployment()
    nights = {}
    for turn in range(10):
        day = chance.choice(DAYS) if turn > 2 else DAYS[turn]
        nights[day] = invented_nights(100 * seed + turn)[day]
        publish_by_hand(deployment, day, nights[day])
        retire(deployment)
    deployment.warehouse.close()
    assert [row[:4] for row in ledger_of(shop)] == told_by(nights)
    counted = shop.query(
        "select as_of, segment, entered_count, left_count from ops.segment_counts"
        " where entered_count is not null order by 1, 2"
    )
    for row in counted:
        changes = [r for r in ledger_of(shop) if (r[0], r[2]) == (row["as_of"], row["segment"])]
        told = [sum(r[3] == kind for r in changes) for kind in ("entered", "left")]
        assert told == [row["entered_count"], row["left_count"]]


def test_a_night_built_again_to_the_same_rows_changes_nothing_though_its_neighbours_are_gone(
    opened,
):
    shop, deployment = opened
    nights = invented_nights(5)
    for day in DAYS:
        publish_by_hand(deployment, day, nights[day])
    shop.query("update ops.published set retired_at = now() where as_of <> '2026-11-24'")
    before = written_in(shop)
    retire(deployment)
    assert days_with_rows(shop) == [DAYS[3]]
    publish_by_hand(deployment, DAYS[1], nights[DAYS[1]])
    assert written_in(shop) == before


def test_reasons_that_stand_are_kept_where_they_cannot_be_told_again(opened):
    shop, deployment = opened
    publish_by_hand(deployment, DAYS[0], {1: ["big"], 2: ["old"]}, records={"a": 1, "b": 2})
    publish_by_hand(deployment, DAYS[1], {1: ["big"]}, records={"a": 1, "b": 1})
    publish_by_hand(deployment, DAYS[2], {1: ["big"]})
    publish_by_hand(deployment, DAYS[3], {1: ["big"]})
    assert retire(deployment) == 2
    publish_by_hand(deployment, DAYS[1], {1: ["big", "new"]}, records={"a": 1, "b": 1})
    rows = [row for row in ledger_of(shop) if row[0] == DAYS[1]]
    assert rows == [
        (DAYS[1], 1, "new", "entered", "condition holds"),
        (DAYS[1], 2, "old", "left", "merged"),
    ]
    assert [row[1:] for row in ledger_of(shop) if row[0] == DAYS[2]] == [
        (1, "new", "left", "condition no longer holds")
    ]


def test_an_open_reader_is_neither_broken_nor_blocked_nor_in_the_way(opened):
    shop, deployment = opened
    people = {person: ["big"] for person in range(3000)}
    for day in DAYS:
        publish_by_hand(deployment, day, people)
    engine = sa.create_engine(sa.make_url(shop.url).set(drivername="postgresql+psycopg2"))
    with engine.connect() as reader, engine.connect() as other:
        streamed = reader.execution_options(stream_results=True, max_row_buffer=10).execute(
            sa.text("select person_id from marts.customer_features where as_of = :d"),
            {"d": DAYS[0]},
        )
        first = streamed.fetchmany(10)
        assert retire(deployment) == 0  # a view's reader holds every night for a while
        other.execute(sa.text("set statement_timeout = '1s'"))
        assert (
            other.execute(sa.text("select count(*) from marts.customer_features")).scalar() == 6000
        )
        publish_by_hand(deployment, date(2026, 11, 25), people)
        assert len(first) + len(streamed.fetchall()) == 3000
    engine.dispose()
    assert retire(deployment) == 3
    assert days_with_rows(shop) == [DAYS[3], date(2026, 11, 25)]
    assert shop.query(LEFT_OVER) == []
