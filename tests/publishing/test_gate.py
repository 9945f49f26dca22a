from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa

from expectations.checks import Between
from expectations.rule import CRITICAL, Rule
from pipelines import steps
from pipelines.attempts import claims, night
from pipelines.errors import ContractBroken
from pipelines.nights import runner
from pipelines.publishing import gate
from tests.support.shop import LINE_COLUMNS

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)


@pytest.fixture
def shop(new_shop):
    """A shop of 120 people whose night of the 20th is published."""
    shop = new_shop()
    empty = dict.fromkeys(LINE_COLUMNS, "") | {"quantity": "1", "net_amount": "40"}
    rows = [
        empty | {"order_id": f"o{n}", "ordered_at": "2026-11-20", "customer_ref": f"c{n}"}
        for n in range(120)
    ]
    shop.write("till/1.csv", rows)
    shop.night(FIRST)
    return shop


@contextmanager
def attempt(shop):
    """The second night, built up to its contracts."""
    opened = shop.deployment()
    with claims.process_claim(opened.warehouse, "test") as claim:
        runner.receive(opened)
        tonight = claims.open_night(opened, claim, claims.AttemptRequest(SECOND))
        for step in steps.BUILD:
            if step.name == "contracts":
                break
            step(tonight)
        yield tonight
    opened.warehouse.close()


def change(tonight, statement):
    with tonight.deployment.warehouse.begin() as connection:
        connection.execute(sa.text(statement.replace("#", f"_{tonight.night_id}")))


def test_a_good_attempt_passes_and_every_result_is_kept(shop):
    with attempt(shop) as tonight:
        count = gate.check_attempt(tonight)
        assert gate.check_attempt(tonight) == count  # a retry
    kept = shop.query(
        "select * from ops.contract_results where night_id = :night", night=tonight.night_id
    )
    assert len(kept) == count
    assert all(row["success"] for row in kept)
    assert {row["table_name"] for row in kept} == set(night.KEYS)
    assert shop.query("select 1 from pg_class where relname = 'contract_balance'") == []


HARMS = [
    ("update attempts.customer_features# set recency_days = -1", "recency_days_not_negative"),
    (
        "update attempts.customer_features# set last_purchase_on = '2026-11-22'",
        "last_purchase_not_after_as_of",
    ),
    ("update attempts.customer_features# set rfm_recency = 6", "rfm_recency_1_to_5"),
    (
        "update attempts.customer_features# set order_count_7d = 2",
        "order_count_7d_within_order_count_30d",
    ),
    (
        "delete from attempts.customer_features# where 'c7' = any(customer_refs)",
        "nobody_lost",
    ),
    ("update attempts.members# set linked_on = '2026-11-22'", "linked_on_not_after_as_of"),
    (
        "insert into attempts.customer_scores# (night_id, as_of, person_id, churn_probability)"
        " select night_id, as_of, 7, 1.5 from attempts.customer_features# limit 1",
        "churn_probability_0_to_1",
    ),
    ("select 1", "only_people_scored"),
    (
        "delete from attempts.customer_segments# where person_id"
        " = (select min(person_id) from attempts.customer_features#)",
        "everybody_segmented",
    ),
    ("select 1", "only_people_segmented"),
    (
        "update attempts.customer_segments# set primary_segment = 'royal'",
        "primary_is_a_segment",
    ),
]


def test_every_broken_promise_is_found_and_told_with_table_and_night(shop):
    with attempt(shop) as tonight:
        for harm, _ in HARMS:
            change(tonight, harm)
        with pytest.raises(ContractBroken) as refused:
            gate.check_attempt(tonight)
    kept = shop.query(
        "select * from ops.contract_results where night_id = :night and not success",
        night=tonight.night_id,
    )
    broken = {row["rule"]: row for row in kept}
    assert set(broken) == {rule for _, rule in HARMS}
    assert broken["recency_days_not_negative"]["unexpected_count"] == 119
    place = f"(attempt {tonight.night_id}): "
    assert broken["nobody_lost"]["sentence"] == (
        f"customer_features of 2026-11-21 {place}1 people among the members have no features: "
        "a join lost them."
    )
    told = str(refused.value)
    assert told.startswith(f"members of 2026-11-21 {place}120 of 120 rows: linked by")
    assert f"And {len(HARMS) - 1} more rules are broken." in told
    assert "the last good night stays" in told


def test_half_of_the_people_gone_is_not_published(shop):
    with attempt(shop) as tonight:
        for table in night.KEYS:
            change(
                tonight,
                f"delete from attempts.{table}# where person_id not in"
                " (select person_id from attempts.customer_segments# order by 1 limit 50)",
            )
        with pytest.raises(ContractBroken, match=r"0\.4167 of the people of the night published"):
            gate.check_attempt(tonight)


def test_a_broken_contract_leaves_the_last_good_night_published(shop, monkeypatch):
    from expectations import customer_features

    monkeypatch.setattr(
        customer_features,
        "balance",
        lambda shop: (Rule("crowd", CRITICAL, Between("people", 1_000, None), "only {value}."),),
    )
    with pytest.raises(ContractBroken, match=r"only 120\."):
        shop.night(SECOND)
    assert [row["as_of"] for row in shop.query("select as_of from ops.published")] == [FIRST]
    [failed] = shop.query("select status, failure from ops.nights order by night_id desc limit 1")
    assert failed["status"] == "failed"
    assert "only 120." in failed["failure"]
