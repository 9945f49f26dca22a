import pytest
import sqlalchemy as sa

from pipelines.retention.retire import retire
from tests.support.orders import D, a_few_weeks

PARTITIONS = "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'features.customer_features'::regclass"  # noqa: E501


def partitions_of(shop):
    return {row["name"] for row in shop.query(PARTITIONS)}


def test_a_replaced_attempt_goes_and_the_one_that_stands_stays(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    shop.night(D)
    shop.night(D)
    assert len(partitions_of(shop)) == 2
    assert retire(shop.deployment()) == 1
    assert partitions_of(shop) == {"features.customer_features_2"}
    assert len(shop.query("select * from marts.customer_features")) == 13


def test_a_reader_keeps_it_until_the_next_time(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    shop.night(D)
    engine = sa.create_engine(sa.make_url(shop.url).set(drivername="postgresql+psycopg2"))
    with engine.connect() as reader:
        reader.execute(sa.text("select count(*) from features.customer_features"))
        shop.night(D)
        assert retire(shop.deployment()) == 0
        reader.execute(sa.text("select count(*) from features.customer_features"))
    assert retire(shop.deployment()) == 1
    assert partitions_of(shop) == {"features.customer_features_2"}


def test_a_half_detached_partition_goes_first_and_lets_the_others_go(new_shop, monkeypatch):
    shop = new_shop()
    a_few_weeks(shop)
    for _ in range(3):
        shop.night(D)
    engine = sa.create_engine(sa.make_url(shop.url).set(drivername="postgresql+psycopg2"))
    half = "alter table features.members detach partition features.members_2 concurrently"
    with engine.connect() as reader, engine.connect() as other:
        reader.execute(sa.text("select count(*) from features.members"))
        other = other.execution_options(isolation_level="AUTOCOMMIT")
        other.execute(sa.text("set statement_timeout = '1s'"))
        with pytest.raises(sa.exc.OperationalError, match="statement timeout"):
            other.execute(sa.text(half))
    engine.dispose()
    assert shop.query("select count(*) from pg_inherits where inhdetachpending") == [{"count": 1}]
    monkeypatch.setattr(
        "pipelines.retention.retire.PATIENCE", 1
    )  # by number, night 1 would use it up
    assert retire(shop.deployment()) == 2
    assert partitions_of(shop) == {"features.customer_features_3"}
