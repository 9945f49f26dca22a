"""Claims about training: what it may know, who it learns from, what comes to serve."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from models import churn
from pipelines import churn_examples, claims, features, identify, registry, runner, tracking, train
from pipelines.churn_candidates import (
    Candidate,
    Examples,
    fit_candidates,
    pick,
    put_to_test,
    replaces,
)
from pipelines.errors import NightTooStale
from tests.conftest import LINE_COLUMNS, Shop, environment, source

CUTOFF = date(2026, 6, 20)
ACTIVITY, HORIZON = 10, 5
CUSTOMER_COLUMNS = ["customer_ref", "created_at", "email", "consent_profiling"]


def line(
    who: str, day: int | date, net_amount: float = 10, quantity: int = 1, **more: Any
) -> dict[str, Any]:
    """One order line; `day` is in June 2026 or a date; the order is named by person and day."""
    on = day if isinstance(day, date) else date(2026, 6, day)
    row = {
        "order_id": f"{who} {on}",
        "line_no": "1",
        "ordered_at": str(on),
        "customer_ref": "" if "@" in who else who,
        "email": who if "@" in who else "",
        "quantity": quantity,
        "net_amount": net_amount,
    }
    return row | more


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


def make_shop(
    folder: Path, url: str, files: list[list[dict[str, Any]]], customers: list[dict[str, Any]]
) -> Shop:
    """A shop with a till and a CRM, landed and staged."""
    shop = Shop(folder / "home", folder / "config", url)
    shop.home.mkdir(parents=True)
    shop.config.mkdir()
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    crm = source("customers", "crm/*.csv", CUSTOMER_COLUMNS)
    shop.configure("settings", {"business_time_zone": "UTC"})
    shop.configure("sources", {"sources": {"crm": crm, "till": till}})
    shop.write("crm/1.csv", customers, CUSTOMER_COLUMNS)
    for number, lines in enumerate(files, 1):
        shop.write(f"till/{number}.csv", lines, LINE_COLUMNS)
    return shop


def ask(shop: Shop, **churn_settings: int) -> None:
    """Write models.yml."""
    shop.configure("models", {"churn": churn_settings})


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
        tonight = claims.open_night(deployment, claim, CUTOFF, known_at=known_at, purpose="train")
        identify.identify(tonight)
        features.build_customer_features(tonight)
        found = churn_examples.read_examples(tonight)
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
    test_on, training_on = churn_examples.cutoffs(date(2017, 12, 23), settings)
    assert test_on == date(2017, 11, 23)
    assert (training_on[0], training_on[-1]) == (date(2017, 10, 24), date(2017, 5, 27))
    ends = [day + timedelta(days=30) for day in (test_on, *training_on)]
    assert ends == [date(2017, 12, 23), test_on, *training_on[:-1]]


DAY = date(2026, 4, 20)
FIRST = date(2026, 1, 1)


def till_of_many(people: int = 160) -> list[dict[str, Any]]:
    """Lines of regulars and of people who lose interest on some day, drawn with a fixed seed."""
    rng = random.Random(7)
    lines = []
    for number in range(people):
        pause = rng.choice([2, 4, 8])
        leaves = rng.randint(20, 200)
        for day in range((DAY - FIRST).days + 1):
            if day < leaves and rng.random() < 1 / pause:
                spent = round(rng.gammavariate(2, 8) + 1, 2)
                lines.append(line(f"c{number:03}", FIRST + timedelta(days=day), spent))
    return lines


REFUSING = ["c001", "c007", "c030"]


def shop_of_many(folder: Path, url: str) -> Shop:
    """A shop whose people can be learned from."""
    refusing = [{"customer_ref": ref, "consent_profiling": "no"} for ref in REFUSING]
    shop = make_shop(folder, url, [till_of_many()], refusing)
    ask(shop, activity_days=30, churn_horizon_days=10, cutoff_count=4)
    return shop


def train_on(shop: Shop, as_of: date = DAY, **more: Any) -> train.Trained:
    """Train as of a day."""
    deployment = shop.deployment()
    try:
        with claims.process_claim(deployment.warehouse, "test") as claim:
            return train.train(deployment, claim, as_of, **more)
    finally:
        deployment.warehouse.close()


KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
from pipelines import claims, train
from pipelines.deployment import from_environment

def tell(part, result):
    if part == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

deployment = from_environment(os.environ, lambda: datetime.now(UTC))
with claims.process_claim(deployment.warehouse, "killed") as claim:
    train.train(deployment, claim, date(2026, 4, 20), tell=tell)
"""


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]
) -> tuple[Shop, train.Trained]:
    """A shop whose first training was killed, and whose second was not."""
    shop = shop_of_many(tmp_path_factory.mktemp("many"), new_database())
    deployment = shop.deployment()
    runner.receive(deployment)
    deployment.warehouse.close()
    child = subprocess.run(
        [sys.executable, "-c", KILLED, "segmenter"], env=environment(shop), check=False
    )
    assert child.returncode == -signal.SIGKILL
    assert shop.query("select * from ops.model_versions") == []
    return shop, train_on(shop)


def test_a_training_killed_before_its_record_leaves_no_champion_and_no_attempt(trained):
    shop, done = trained
    assert done.training_id == 1
    statuses = {row["status"] for row in shop.query("select status from ops.nights")}
    assert statuses == {"dropped"}
    left = shop.query("select tablename from pg_tables where schemaname = 'attempts'")
    assert [row["tablename"] for row in left if row["tablename"][-1].isdigit()] == []


def test_one_model_of_each_kind_serves_and_its_bytes_are_there(trained):
    shop, done = trained
    rows = shop.query("select * from ops.model_versions where champion_since is not null")
    assert {row["kind"]: row["model_id"] for row in rows} == done.serving
    assert set(done.serving) == {"churn", "segmenter"}
    for row in rows:
        content = registry.read_bytes(shop.home / "models", row["model_id"])
        assert churn.model_id(content, row["features"]) == row["model_id"]


def test_the_same_training_again_records_nothing_new(trained):
    shop, done = trained
    before = shop.query("select * from ops.model_versions order by model_id")
    again = train_on(shop)
    assert (again.training_id, again.serving) == (done.training_id, done.serving)
    assert shop.query("select * from ops.model_versions order by model_id") == before


def test_without_events_and_products_no_candidate_reads_their_columns(trained):
    shop, _ = trained
    rows = shop.query("select name, features from ops.model_versions where kind = 'churn'")
    assert {row["name"] for row in rows} == {"recency", "logistic", "boosted"}
    read = {feature for row in rows for feature in row["features"]}
    assert "spend_amount" in read
    assert not read & {"session_count_30d", "engagement_score", "category_count"}


def test_figures_are_of_the_test_cutoff_alone(trained):
    shop, _ = trained
    [row] = shop.query("select metrics from ops.model_versions where name = 'recency'")
    active = {
        r["customer_ref"]
        for r in till_of_many()
        if DAY - timedelta(days=40) < date.fromisoformat(r["ordered_at"]) <= DAY - timedelta(10)
    } - set(REFUSING)
    back = {
        r["customer_ref"]
        for r in till_of_many()
        if date.fromisoformat(r["ordered_at"]) > DAY - timedelta(days=10)
    }
    assert row["metrics"]["test_cutoff"] == str(DAY - timedelta(days=10))
    assert row["metrics"]["people_count"] == len(active)
    assert row["metrics"]["churned_count"] == len(active - back)


def test_a_day_the_data_does_not_reach_is_refused(trained):
    shop, _ = trained
    with pytest.raises(NightTooStale, match="the newest is of 2026-04-20"):
        train_on(shop, DAY + timedelta(days=10))


def test_cutoffs_before_the_first_purchase_are_left_out_and_said(trained):
    shop, _ = trained
    early = train_on(shop, FIRST + timedelta(days=35))
    assert [s for s in early.sentences if "2025-12-27" in s] == [
        "cut-off 2025-12-27 is left out: it is before the first order line."
    ]


def test_a_shop_without_history_says_why_nothing_can_be_trained(story):
    with pytest.raises(train.TooLittleHistory, match="people bought lately, fewer than 50"):
        train_on(story, CUTOFF + timedelta(days=HORIZON))


def test_an_unreachable_mlflow_changes_nothing_and_its_password_is_not_told(trained):
    shop, done = trained
    url = "postgresql://somebody:sesame@127.0.0.1:9/mlflow"
    again = train_on(shop, tracking_url=url)
    assert again.serving == done.serving
    assert "could not be used (OperationalError)" in again.sentences[-1]
    assert "sesame" not in again.sentences[-1]


def invent(people: int, seed: int, effect: float) -> Examples:
    """People whose churn depends on recency, and by `effect` on the number of orders."""
    rng = np.random.default_rng(seed)
    recency = rng.integers(0, 60, people).astype(float)
    orders = rng.integers(1, 30, people).astype(float)
    log_odds = -2 + 0.04 * recency - effect * (orders - 15)
    y = (rng.random(people) < 1 / (1 + np.exp(-log_odds))).astype(int)
    ids = rng.integers(0, 2**62, people)
    return Examples(("recency_days", "order_count"), ids, np.column_stack([recency, orders]), y)


@pytest.fixture(scope="module")
def candidates() -> tuple[Examples, list[Candidate]]:
    """Candidates where the number of orders says much."""
    test = invent(1500, 2, 0.2)
    return test, fit_candidates(invent(1500, 1, 0.2), test)


def test_a_candidate_that_beats_the_simpler_ones_serves(candidates):
    test, fitted = candidates
    best, verdicts = pick(test.y, fitted)
    assert best.name == "logistic"
    assert "boosted does not beat logistic" in verdicts["boosted"]


def test_where_only_recency_tells_anything_recency_serves():
    test = invent(1500, 4, 0)
    best, _ = pick(test.y, fit_candidates(invent(1500, 3, 0), test))
    assert best.name == "recency"


def test_the_first_champion_serves_and_its_equal_changes_nothing(candidates):
    test, (recency, logistic, _) = candidates
    assert replaces(test.y, recency, None)[0]
    assert not replaces(test.y, logistic, logistic)[0]


def test_a_better_model_replaces_what_serves_and_a_worse_one_does_not(candidates):
    test, (recency, logistic, _) = candidates
    assert replaces(test.y, logistic, recency)[0]
    assert not replaces(test.y, recency, logistic)[0]


def test_a_simpler_model_replaces_one_that_does_not_beat_it(candidates):
    test, (_, logistic, boosted) = candidates
    assert replaces(test.y, logistic, boosted)[0]
    assert not replaces(test.y, boosted, logistic)[0]


def test_a_model_of_the_same_kind_has_to_beat_what_serves(candidates):
    test, (_, logistic, _) = candidates
    other = fit_candidates(invent(1500, 9, 0.2), test)[1]
    assert not replaces(test.y, other, put_to_test("logistic before", logistic.model, test))[0]


def test_mlflow_keeps_figures_and_pictures_once_and_tells_nobody(
    candidates, new_database, tmp_path
):
    test, fitted = candidates
    verdicts = {candidate.name: "It was tried." for candidate in fitted}
    serving = {"churn": fitted[1].model_id}
    run = tracking.TrainingRun(1, {"as_of": "2026-04-20"}, serving, verdicts, test, fitted)
    url = new_database()
    first = tracking.record(url, tmp_path / "mlflow", run)
    assert "keeps training 1" in first
    assert tracking.record(url, tmp_path / "mlflow", run) == first
    pictures = sorted(path.name for path in (tmp_path / "mlflow").rglob("*.png"))
    assert pictures == ["calibration.png", *["importance.png"] * 3]
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg2"))
    with engine.connect() as connection:
        of_auc = sa.text("select value from metrics where key = 'roc_auc'")
        kept = connection.execute(of_auc).scalars().all()
        tags = connection.execute(sa.text("select value from tags")).scalars().all()
    engine.dispose()
    assert sorted(kept) == sorted(candidate.scores.roc_auc for candidate in fitted)
    assert str(sa.make_url(url).password) not in " ".join(tags)
    from mlflow.telemetry import get_telemetry_client

    assert get_telemetry_client() is None, "MLflow sends nothing to anybody"
