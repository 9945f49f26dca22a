"""Claims about what churn is learned from: who, what of them, and what it may know."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from pipelines.attempts import claims
from pipelines.features import build
from pipelines.nights import runner
from pipelines.people import identify
from pipelines.training import examples, train
from pipelines.training.candidates import Examples
from tests.support.shop import Shop
from tests.support.training_shop import ask, line, make_shop, train_on

CUTOFF = date(2026, 6, 20)
ACTIVITY, HORIZON = 10, 5


BY_THEN = [
    line("gone before", 10),
    line("gone", 11),
    line("back next day", 20),
    line("back on the last day", 15),
    line("back too late", 15),
    line("returned", 15),
    line("coupon only", 15),
    line("long order", 20, order_id="long"),
    line("gift", 15),
    line("guest later", 15),
    line("refuses", 15),
    line("g@x.org", 18),
]
AFTER = [
    line("back next day", 21),
    line("back on the last day", 25),
    line("back too late", 26),
    line("returned", 22, quantity=-1, net_amount=-10),
    line("coupon only", 22, quantity=0, net_amount=3),
    line("long order", 21, order_id="long", line_no="2"),
    line("gift", 22, net_amount=0),
    line("later@x.org", 23),
    line("refuses", 22),
    line("g@x.org", 24),
    line("new", 22),
]
LATE = [line("gone", 12), line("back too late", 22, order_id="late")]
CUSTOMERS = [
    {"customer_ref": "guest later", "email": "Later@x.org"},
    {"customer_ref": "refuses", "created_at": "2026-07-01", "consent_profiling": "false"},
]
# Landings: 1 is the CRM, then the till's files in order.
KNOWN_BY_THEN, KNOWN_AFTER, KNOWN_LATE = 2, 3, 4


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> Shop:
    """Twelve people around one cut-off."""
    shop = make_shop(
        tmp_path_factory.mktemp("story"), new_database(), [BY_THEN, AFTER, LATE], CUSTOMERS
    )
    ask(shop, activity_days=ACTIVITY, churn_horizon_days=HORIZON)
    deployment = shop.deployment()
    runner.receive(deployment)
    deployment.warehouse.close()
    return shop


def examples_of(shop: Shop, known_at: int) -> tuple[dict[str, int], Examples]:
    """Return who is active at the cut-off and whether they churned, by name, and the arrays."""
    deployment = shop.deployment()
    with claims.process_claim(deployment.warehouse, "test") as claim:
        tonight = claims.open_night(
            deployment, claim, claims.AttemptRequest(CUTOFF, known_at=known_at, purpose="train")
        )
        identify.identify(tonight)
        build.build_customer_features(tonight)
        found = examples.read_examples(tonight)
        claims.drop_night(deployment, tonight.night_id)
    deployment.warehouse.close()
    refs = shop.query("select customer_ref, person_id from identity.customer_refs")
    names = {row["person_id"]: row["customer_ref"] for row in refs}
    who = [names.get(int(person), "g@x.org") for person in found.ids]
    return dict(zip(who, found.y.tolist(), strict=True)), found


def test_active_are_those_who_bought_in_the_days_up_to_the_cutoff_and_may_be_profiled(story):
    outcomes, _ = examples_of(story, KNOWN_AFTER)
    expected = {row["customer_ref"] or row["email"] for row in BY_THEN}
    assert set(outcomes) == expected - {"gone before", "refuses"}


def test_churned_are_those_without_a_purchase_in_the_days_after_it(story):
    outcomes, _ = examples_of(story, KNOWN_AFTER)
    stayed = {name for name, churned in outcomes.items() if not churned}
    assert stayed == {"back next day", "back on the last day", "guest later", "g@x.org"}


def test_rows_dated_after_the_cutoff_change_labels_and_no_feature(story):
    before, without = examples_of(story, KNOWN_BY_THEN)
    after, with_them = examples_of(story, KNOWN_AFTER)
    np.testing.assert_array_equal(without.X, with_them.X)
    assert set(before.values()) == {1}
    assert before != after


def test_rows_received_after_known_at_change_nothing(story):
    outcomes, early = examples_of(story, KNOWN_AFTER)
    corrected, late = examples_of(story, KNOWN_LATE)
    assert (outcomes["back too late"], corrected["back too late"]) == (1, 0)
    place = list(outcomes).index("gone")
    orders = early.names.index("order_count")
    assert (early.X[place, orders], late.X[place, orders]) == (1, 2)


def test_label_windows_touch_and_never_overlap():
    settings = {"churn_horizon_days": 30, "cutoff_count": 6}
    test_on, training_on = examples.cutoffs(date(2017, 12, 23), settings)
    assert test_on == date(2017, 11, 23)
    assert (training_on[0], training_on[-1]) == (date(2017, 10, 24), date(2017, 5, 27))
    ends = [day + timedelta(days=30) for day in (test_on, *training_on)]
    assert ends == [date(2017, 12, 23), test_on, *training_on[:-1]]


def test_a_shop_without_history_says_why_nothing_can_be_trained(story):
    with pytest.raises(train.TooLittleHistory, match="people bought lately, fewer than 50"):
        train_on(story, CUTOFF + timedelta(days=HORIZON))
