"""The analyst reads what is public and finds nobody's name there; the door wants a password."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from nocturne import server
from tests.stories import D, a_few_weeks, line
from tests.conftest import LINE_COLUMNS

PERSONAL = ("alice.secret@example.org", "5550199", "Secretname", "1 Hidden Street")


@pytest.fixture
def analyst(new_shop, embedded):
    shop = new_shop()
    till = {"entity": "order_lines", "kind": "csv", "path": "till/*.csv"}
    till["columns"] = {name: name for name in LINE_COLUMNS}
    crm = {"entity": "customers", "kind": "csv", "path": "crm/*.csv"}
    crm["columns"] = {n: n for n in ("customer_ref", "email", "phone", "family_name", "street")}
    shop.configure("sources", {"sources": {"till": till, "crm": crm}})
    a_few_weeks(shop)
    shop.write(
        "till/2.csv", [line("g", "2026-11-20", customer_ref="", email=PERSONAL[0])], LINE_COLUMNS
    )
    person = dict(
        zip(
            ("customer_ref", "email", "phone", "family_name", "street"),
            ("c1", *PERSONAL),
            strict=True,
        )
    )
    bad = {**person, "customer_ref": "", "family_name": "Secretname"}
    shop.write("crm/1.csv", [person, bad])
    shop.night(D)
    url = sa.make_url(server.urls(embedded).analyst).set(
        drivername="postgresql+psycopg2", database=sa.make_url(shop.url).database
    )
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_the_analyst_finds_no_personal_data(analyst):
    relations = analyst.execute(
        sa.text(
            "select schemaname, viewname as name from pg_views where schemaname in ('marts', 'ops') "
            "union all select schemaname, tablename from pg_tables where schemaname in ('marts', 'ops')"
        )
    ).all()
    assert len(relations) > 12
    for schema, relation in relations:
        table = sa.table(relation, schema=schema)
        for row in analyst.execute(sa.select(sa.text("*")).select_from(table)):
            for secret in PERSONAL:
                assert secret not in str(row), f"{schema}.{relation} shows {secret}"


@pytest.mark.parametrize(
    "schema", ["raw", "quarantine", "staging", "identity", "features", "attempts"]
)
def test_the_analyst_cannot_read_the_rooms_behind(analyst, schema):
    table = {"raw": "order_lines", "quarantine": "rows", "staging": "customers",
             "identity": "customer_refs", "features": "members", "attempts": "x"}[schema]  # fmt: skip
    with pytest.raises(DBAPIError, match="permission denied"):
        analyst.execute(sa.text(f"select * from {schema}.{table}"))


def test_the_analyst_cannot_write(analyst):
    with pytest.raises(DBAPIError, match=r"permission denied|read-only"):
        analyst.execute(sa.text("delete from ops.batches"))
