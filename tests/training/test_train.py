"""Claims about training: what serves after it, what it says, and that it is whole or not at all."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from models import churn
from pipelines.attempts import serving_models
from pipelines.errors import NightTooStale
from pipelines.nights import runner
from pipelines.training import train
from tests.support.shop import Shop, environment
from tests.support.training_shop import DAY, FIRST, REFUSING, shop_of_many, till_of_many, train_on

KILLED = """
import os, signal, sys
from datetime import UTC, date, datetime
from pipelines.attempts import claims
from pipelines.training import train
from pipelines.deployment import from_environment

def tell(part, result):
    if part == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

deployment = from_environment(os.environ, lambda: datetime.now(UTC))
with claims.process_claim(deployment.warehouse, "killed") as claim:
    train.train(deployment, claim, train.TrainingRequest(date(2026, 4, 20)), listener=tell)
"""


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]
) -> tuple[Shop, train.TrainingResult]:
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
        content = serving_models.read_bytes(shop.home / "models", row["model_id"])
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


def test_an_unreachable_mlflow_changes_nothing_and_its_password_is_not_told(trained):
    shop, done = trained
    url = "postgresql://somebody:sesame@127.0.0.1:9/mlflow"
    again = train_on(shop, tracking_url=url)
    assert again.serving == done.serving
    assert "could not be used (OperationalError)" in again.sentences[-1]
    assert "sesame" not in again.sentences[-1]
