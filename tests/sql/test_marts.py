"""Claims: what analysts read of segments, outcomes and customers, on nights told by hand."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from nocturne.server import analyst, server
from tests.support.orders import line
from tests.support.shop import LINE_COLUMNS

FIRST = date(2026, 8, 1)
WEEK, MONTH = FIRST + timedelta(days=7), FIRST + timedelta(days=30)
HEAVY = {
    "description": "Spent more than 30.",
    "goal": "Thank them.",
    "condition": "spend_amount > 30",
}


def bought(who, days, amount):
    email = {"customer_ref": "", "email": who} if "@" in who else {"customer_ref": who}
    return line(f"{who} {days}", str(FIRST + timedelta(days=days)), net_amount=amount, **email)


@pytest.fixture(scope="module")
def shop(tmp_path_factory, new_database):
    """Three nights; a score is planted for everybody of the first two."""
    from tests.support.shop import Shop, source

    folder = tmp_path_factory.mktemp("marts")
    shop = Shop(folder / "home", folder / "config", new_database())
    shop.home.mkdir()
    shop.config.mkdir()
    shop.configure("settings", {"freshness_days": 40})
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"till": till}})
    shop.configure("models", {"churn": {"churn_horizon_days": 30}})
    buyers = {"condition": "order_count > 0"}
    shop.configure("segments", {"segments": {"heavy": HEAVY, "buyers": buyers}})
    told = [("c1", 0, "40.00"), ("c1", 3, "10.00"), ("c2", 0, "10.00"), ("c2", 20, "25.00"),
            ("c3", 0, "50.00"), ("guest@x.example", 0, "10.00")]  # fmt: skip
    shop.write("till/1.csv", [bought(*each) for each in told], LINE_COLUMNS)
    for day in (FIRST, WEEK, MONTH):
        shop.night(day)
    shop.query(
        "insert into features.customer_scores (night_id, as_of, person_id, churn_probability,"
        " churn_model) select night_id, as_of, person_id, 0.5, 'm' from features.customer_features"
        " where as_of < :day",
        day=MONTH,
    )
    return shop


@pytest.fixture(scope="module")
def ask(shop, embedded):
    """Run a query as the analyst, whose role alone brings marts and ops to its search path."""
    url = sa.make_url(server.urls(embedded).analyst).set(
        drivername="postgresql+psycopg2", database=sa.make_url(shop.url).database
    )
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        yield lambda text: [dict(row) for row in connection.execute(sa.text(text)).mappings()]
    engine.dispose()


def test_segments_are_told_with_their_condition_and_goal_in_their_order(ask):
    told = ask("select name, description, condition, goal from segments order by precedence")
    assert told == [
        {"name": "heavy", **HEAVY},
        {"name": "buyers", "description": "", "condition": "order_count > 0", "goal": ""},
    ]


def test_words_about_a_segment_change_no_hash(shop):
    before = shop.deployment().versions
    buyers = {"condition": "order_count > 0"}
    other = HEAVY | {"goal": "Other words."}
    shop.configure("segments", {"segments": {"heavy": other, "buyers": buyers}})
    assert shop.deployment().versions == before


def test_a_segment_has_a_row_per_person(ask):
    rows = ask(
        "select customer_ref, segment from customer_segment join customers using (person_id)"
        " order by 1, 2"
    )
    heavy = {"c1": ["buyers", "heavy"], "c2": ["buyers", "heavy"], "c3": ["buyers", "heavy"]}
    assert rows == [{"customer_ref": r, "segment": s} for r, each in heavy.items() for s in each]
    assert ask("select count(*) as n from customer_segment where segment = 'buyers'") == [{"n": 4}]


def test_what_a_segment_bought_after_a_night_is_read_from_the_nights_after(ask):
    [buyers, heavy] = ask(
        "select * from segment_performance where as_of = '2026-08-01' order by segment"
    )
    assert (buyers["people"], buyers["bought_next_7d"], buyers["bought_next_30d"]) == (4, 1, 2)
    assert (buyers["spend"], buyers["revenue_per_head"]) == (110, 27.5)
    assert (buyers["spend_next_7d"], buyers["spend_next_30d"]) == (10, 35)
    assert (heavy["people"], heavy["bought_next_7d"], heavy["bought_next_30d"]) == (2, 1, 1)
    assert buyers["engagement"] is None


def test_what_came_after_is_unknown_until_that_night_is_published(ask):
    for row in ask("select * from segment_performance where as_of > '2026-08-01'"):
        assert row["bought_next_7d"] is row["bought_next_30d"] is row["spend_next_7d"] is None


def test_a_prediction_stands_beside_what_happened(ask):
    rows = ask(
        "select as_of, customer_ref, has_churned, horizon_ends_on from churn_outcomes"
        " join customers using (person_id) order by 1, 2"
    )
    outcomes = {(row["as_of"], row["customer_ref"]): row["has_churned"] for row in rows}
    assert outcomes == {
        (FIRST, "c1"): False,
        (FIRST, "c2"): False,  # within the horizon, though not within the week
        (FIRST, "c3"): True,
        (WEEK, "c1"): None,  # bought before that night; its horizon is not over
        (WEEK, "c2"): False,
        (WEEK, "c3"): None,
    }
    assert {row["horizon_ends_on"] for row in rows} == {MONTH, MONTH + timedelta(days=7)}


def test_customers_are_customer_numbers_and_no_guest_and_nothing_personal(ask):
    rows = ask("select * from customers order by customer_ref")
    assert [row["customer_ref"] for row in rows] == ["c1", "c2", "c3"]
    assert [row["spend_amount"] for row in rows] == [50, 35, 50]
    personal = {"email", "phone", "given_name", "family_name", "birth_date", "street"}
    assert not personal & set(rows[0])


def test_every_mart_of_people_has_their_id_as_text_last(ask):
    columns = ask(
        "select table_name, array_agg(column_name::text order by ordinal_position) as names"
        " from information_schema.columns where table_schema = 'marts' group by 1"
    )
    people = {row["table_name"]: row["names"] for row in columns if "person_id" in row["names"]}
    assert len(people) == 8
    for view, names in people.items():
        assert names[-1] == "person_key", view
    text = ask("select bool_and(person_key = person_id::text) as same from members")
    assert text == [{"same": True}]


def test_a_role_of_ones_own_is_let_in_by_grant(shop, embedded):
    superuser = sa.make_url(server.urls(embedded).superuser).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(superuser, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("create role bi login password 'bi'"))
    deployment = shop.deployment()
    told = analyst.grant(deployment, "bi")
    deployment.warehouse.close()
    assert told[0] == "bi reads marts and ops."
    assert "alter role" in told[1], "the owner may not alter roles: the command is told"
    theirs = sa.make_url(shop.url).set(
        drivername="postgresql+psycopg2", username="bi", password="bi"
    )
    reader = sa.create_engine(theirs)
    with reader.connect() as connection:
        assert connection.execute(sa.text("select count(*) from marts.segments")).scalar() == 2
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.execute(sa.text("select * from staging.order_lines"))
    reader.dispose()
    engine.dispose()
