"""Claims about segments.yml: what a condition may say, and that every fault is told, with place."""

from datetime import date

import pytest
import sqlalchemy as sa

from pipelines.configuration.faults import read_entry
from pipelines.configuration.load import read_configuration
from pipelines.configuration.segments.conditions import check_condition, to_sql
from pipelines.configuration.segments.segments_file import SegmentsFile
from pipelines.errors import ConfigurationFaulty
from tests.support.shop import CHECKOUT


def faults_of(condition):
    faults = []
    check_condition("segments.yml: loyal", condition, faults)
    return faults


@pytest.mark.parametrize(
    "condition",
    [
        "recency_days > 3",
        "RECENCY_DAYS > 3 -- in capitals, with a comment",
        "order_count > 2 and (spend_amount >= 10.50 or not rfm_recency = 5)",
        "recency_days between 14 and 179 and recency_days > 3 * interpurchase_days",
        "coalesce(interpurchase_days, tenure_days) >= 21",
        "last_purchase_on >= as_of - 30 and as_of - first_purchase_on > 7",
        "first_purchase_on >= '2026-01-01' or first_purchase_on < date '2020-01-01'",
        "top_category in ('BEER', 'it''s') or top_category like '50% off :B; --'",
        "top_category is null or (order_count > 3) is not true",
        "case when order_count > 3 then spend_amount else 0 end > 100",
        "spend_amount / order_count_30d / 2 > 5",
        "churn_probability > .70",
        "order_count > -1 and not recency_days is null or null",
    ],
)
def test_what_compares_columns_is_understood(condition):
    assert faults_of(condition) == []


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("", "is empty"),
        ("recency_days >", "is not SQL: line 1, column 14"),
        ("recency_days > 'three", "is not SQL"),
        ("recency_days > 1; drop table x", "holds a semicolon"),
        ("recency_days > 1;", "holds a semicolon"),
        ("drop table x", "uses Drop"),
        ("recency_days > 1 as x", "uses Alias"),
        ("recency_days in (select 1)", "uses Select, Subquery"),
        ("exists (select 1)", "uses Exists, Select"),
        ("pg_sleep(10) is null", "uses Anonymous"),
        ("upper(top_category) = 'BEER'", "uses Upper"),
        ("recency_days > :x", "uses Placeholder"),
        ("recency_days > $1", "uses Parameter"),
        ("recency_days = any(array[1])", "uses"),
        ("recency_days in ()", "compares with an empty list"),
        ("recency_dais > 3", "names recency_dais, which is no feature or score. Is recency_days"),
        ("ctid is null", "names ctid, which is no feature or score. There are: as_of, "),
        ("person_id > 3", "names person_id"),
        ('"Recency_Days" > 3', "names Recency_Days"),
        ("f.recency_days > 3", "write recency_days, without a table"),
        ("true", "reads no column"),
        ("1 = 1", "reads no column"),
        ("recency_days", "is a whole number, not true or false"),
        ("coalesce(top_category, 'x')", "is a text, not true or false"),
        ("recency_days and order_count > 1", "takes a whole number for true or false"),
        ("not recency_days", "takes a whole number for true or false"),
        ("case when order_count then 1 end = 1", "takes a whole number for true or false"),
        ("top_category > 3", "puts a text and a whole number together: top_category > 3"),
        ("recency_days > 'abc'", "puts a whole number and a text together"),
        ("first_purchase_on > '2026-02-30'", "puts a day and a text together"),
        ("first_purchase_on > 20260101", "puts a day and a whole number together"),
        ("as_of - interpurchase_days > last_purchase_on", "cannot reckon with a day and a number"),
        ("top_category * 2 > 3", "cannot reckon with a text and a whole number"),
        ("recency_days like '3%'", "asks what is no text to be like something"),
        ("recency_days is 3", "says `is` of something else than null, true or false"),
        ("cast(top_category as int) > 3", "only a quoted day can be cast"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(condition, told):
    faults = faults_of(condition)
    assert any(fault.startswith("segments.yml: loyal.condition ") for fault in faults)
    assert any(told in fault for fault in faults), faults


def test_every_fault_of_a_condition_is_told_at_once():
    faults = faults_of("recency_dais > 3 and top_category = 4 and engagement > 1")
    assert [fault.split(".condition ")[1].split(",")[0] for fault in faults] == [
        "names recency_dais",
        "names engagement",
        "puts a text and a whole number together: top_category = 4.",
    ]


def test_every_fault_of_every_segment_is_told_at_once():
    faults = read_entry(
        SegmentsFile,
        {
            "segment": {},
            "segments": {
                True: {"condition": "order_count > 1"},
                "none": {"condition": "order_count > 1"},
                "Big Spenders": {"condition": "spend > 1"},
                "loyal": {"conditon": "order_count > 1"},
                "lost": None,
                "new": {"condition": "tenure_days < 30", "description": 3},
            },
        },
        "segments.yml",
    )
    assert [fault.split(";")[0].split(". ")[0] for fault in faults] == [
        "segments.yml: segment is not understood",
        "segments.yml: Big Spenders.condition names spend, which is no feature or score",
        "segments.yml: loyal.conditon is not understood",
        "segments.yml: loyal.condition is missing",
        "segments.yml: lost.condition is missing",
        "segments.yml: new.description is 3",
        "segments.yml: True is no name",
        "segments.yml: none is what the primary segment of people in no segment is called.",
        "segments.yml: Big Spenders is no name",
    ]


def test_a_wrong_segments_file_stops_before_anything_runs(new_shop):
    shop = new_shop()
    shop.configure("segments", {"segments": {"a": {"condition": "b > 1"}, "c": {}}})
    with pytest.raises(ConfigurationFaulty) as refused:
        read_configuration(shop.config, shop.home)
    assert len(refused.value.faults) == 2


def test_a_list_of_segments_is_a_fault_not_a_crash():
    [fault] = read_entry(SegmentsFile, {"segments": ["loyal"]}, "segments.yml")
    assert fault == "segments.yml: segments is ['loyal']; expected names, each with a condition."


def test_the_segments_of_the_demo_are_the_eight_of_the_brief(tmp_path):
    segments = read_configuration(CHECKOUT / "config", tmp_path).segments
    assert {segment.name for segment in segments} == {
        "champions", "loyal", "frequent_browsers", "infrequent_buyers", "re_engagement_targets",
        "new", "at_risk", "abandoned_cart",
    }  # fmt: skip
    assert all(segment.description for segment in segments)
    [at_risk] = [segment for segment in segments if segment.name == "at_risk"]
    assert at_risk.condition == "churn_probability > 0.70"


def test_what_runs_is_written_anew_from_the_tree():
    said = to_sql("RECENCY_days > 3 /* or true */ -- and so on")
    assert said == '"recency_days" > 3'


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("order_count / order_count_30d = 1.5", True),  # 3 / 2, not cut to 1
        ("order_count / order_count_30d / order_count_30d = 0.75", True),
        ("order_count / session_count_30d > 0", None),  # 3 / 0
        ("order_count / (session_count_30d - 1) < 0", True),
        ("2 * order_count / order_count_30d = 3", True),
        ("not recency_days > 3", None),
        ("(recency_days > 3) is not true", True),
        ("top_category = ' :order_count 50%'", True),
        ("top_category like '% 50\\%'", True),
        ("as_of - 3 > '2026-01-01'", True),
    ],
)
def test_what_runs_means_what_the_file_says(new_database, condition, holds):
    assert faults_of(condition) == []
    values = {
        "order_count": 3, "order_count_30d": 2, "session_count_30d": 0,
        "top_category": " :order_count 50%", "as_of": date(2026, 11, 20),
    }  # fmt: skip
    row = sa.select(
        *(sa.literal(value).label(name) for name, value in values.items()),
        sa.cast(sa.null(), sa.Integer).label("recency_days"),
    ).subquery()
    engine = sa.create_engine(sa.make_url(new_database()).set(drivername="postgresql+psycopg2"))
    with engine.connect() as connection:
        asked = sa.select(sa.literal_column(f"({to_sql(condition)})")).select_from(row)
        assert connection.execute(asked).scalar() is holds
    engine.dispose()
