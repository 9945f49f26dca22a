"""The analyst reads what is public and finds nobody's name there."""

import itertools

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from nocturne.server import server
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import LINE_COLUMNS, Shop, source

NAMES = ("customer_ref", "email", "phone", "family_name", "street")
PERSONAL = ("alice.secret@example.org", "5550199", "Secretname", "1 Hidden Street")


@pytest.fixture(scope="module")
def shop(tmp_path_factory, new_database):
    folder = tmp_path_factory.mktemp("secrets")
    shop = Shop(folder, folder, new_database())
    shop.configure("settings", {"business_time_zone": "UTC"})
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    crm = source("customers", "crm/*.csv", list(NAMES))
    shop.configure("sources", {"sources": {"till": till, "crm": crm}})
    a_few_weeks(shop)
    guest = line("g", "2026-11-20", customer_ref="", email=PERSONAL[0])
    shop.write("till/2.csv", [guest, {**guest, "quantity": PERSONAL[0]}], LINE_COLUMNS)
    person = dict(zip(NAMES, ("c1", *PERSONAL), strict=True))
    shop.write("crm/1.csv", [person, {**person, "customer_ref": ""}])  # the second is rejected
    shop.night(D)
    return shop


@pytest.fixture
def analyst(shop, embedded):
    url = sa.make_url(server.urls(embedded).analyst).set(
        drivername="postgresql+psycopg2", database=sa.make_url(shop.url).database
    )
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_the_analyst_finds_no_personal_data(analyst):
    known = sa.inspect(analyst)
    relations = [
        sa.table(name, schema=schema)
        for schema in ("marts", "ops")
        for name in (*known.get_view_names(schema), *known.get_table_names(schema))
    ]
    assert len(relations) > 15
    seen = 0
    for relation, secret in itertools.product(relations, PERSONAL):
        rows = analyst.execute(sa.select(sa.text("*")).select_from(relation)).all()
        seen += len(rows)
        assert secret not in str(rows), f"{relation} shows {secret}"
    assert seen > 100


@pytest.mark.parametrize(
    "table",
    ["raw.order_lines", "quarantine.rows", "staging.customers", "identity.customer_refs",
     "features.members", "attempts.anything"],
)  # fmt: skip
def test_the_analyst_cannot_read_the_rooms_behind(analyst, table):
    with pytest.raises(DBAPIError, match="permission denied"):
        analyst.execute(sa.text(f"select * from {table}"))


def test_the_analyst_cannot_write(analyst):
    with pytest.raises(DBAPIError, match=r"permission denied|read-only"):
        analyst.execute(sa.text("delete from ops.batches"))
