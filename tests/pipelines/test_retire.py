import sqlalchemy as sa

from pipelines.retire import retire
from tests.stories import D, a_few_weeks

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
