"""Claims about scores: who gets one, and that they depend on the inputs alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models import churn
from pipelines.attempts import claims, serving_models
from pipelines.attempts.night import Night
from pipelines.features import arrow, build
from pipelines.nights import runner
from pipelines.people import identify
from pipelines.scoring import score
from pipelines.warehouse import attempt_tables
from tests.support.shop import Shop
from tests.support.training_shop import DAY, REFUSING, shop_of_many, till_of_many, train_on


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]) -> Shop:
    """A shop that has been trained on."""
    made = shop_of_many(tmp_path_factory.mktemp("scored"), new_database())
    deployment = made.deployment()
    runner.receive(deployment)
    deployment.warehouse.close()
    train_on(made)
    return made


@pytest.fixture
def tonight(shop: Shop) -> Iterator[Night]:
    """An attempt as of the training's day, with its features."""
    deployment = shop.deployment()
    with claims.process_claim(deployment.warehouse, "test") as claim:
        opened = claims.open_night(deployment, claim, claims.AttemptRequest(DAY))
        identify.identify(opened)
        build.build_customer_features(opened)
        yield opened
        claims.drop_night(deployment, opened.night_id)
    deployment.warehouse.close()


def scores_of(shop: Shop, tonight: Night) -> list[dict]:
    """Return what the attempt holds, in key order."""
    table = attempt_tables.attempt_table("customer_scores", tonight.night_id)
    return shop.query(f"select * from attempts.{table} order by person_id")


def hash_of(shop: Shop, tonight: Night) -> str:
    """Return the content hash that the night keeps of its scores."""
    [row] = shop.query(
        "select content_hashes ->> 'customer_scores' as hash from ops.nights where night_id = :n",
        n=tonight.night_id,
    )
    return row["hash"]


def test_everybody_who_bought_lately_is_scored_with_reasons_unless_they_refuse(shop, tonight):
    count = score.score(tonight)
    rows = scores_of(shop, tonight)
    refs = shop.query("select customer_ref, person_id from identity.customer_refs")
    names = {row["person_id"]: row["customer_ref"] for row in refs}
    lately = str(DAY - timedelta(days=29))
    expected = {r["customer_ref"] for r in till_of_many() if r["ordered_at"] >= lately}
    assert {names[row["person_id"]] for row in rows} == expected - set(REFUSING)
    assert count == len(rows) > 50
    assert all(0 < row["churn_probability"] < 1 for row in rows)
    assert all(1 <= len(row["churn_reasons"]) <= 3 for row in rows)
    assert {row["churn_model"] for row in rows} == {tonight.models["churn"]}


def test_scoring_twice_gives_the_same_content(shop, tonight):
    score.score(tonight)
    first = scores_of(shop, tonight), hash_of(shop, tonight)
    score.score(tonight)
    assert (scores_of(shop, tonight), hash_of(shop, tonight)) == first


@pytest.mark.parametrize("kind", ["recency", "logistic", "boosted"])
def test_neither_the_order_of_rows_nor_the_size_of_batches_changes_a_score(
    shop, tonight, kind, monkeypatch
):
    [row] = shop.query("select model_id from ops.model_versions where name = :k", k=kind)
    tonight.models["churn"] = row["model_id"]
    score.score(tonight)
    before = scores_of(shop, tonight)
    table = attempt_tables.attempt_table("customer_features", tonight.night_id)
    shop.query(
        f"create table public.turned as select * from attempts.{table} order by person_id desc;"
        f"truncate attempts.{table};"
        f"insert into attempts.{table} select * from public.turned; drop table public.turned"
    )
    monkeypatch.setattr(arrow, "BATCH_PEOPLE", 7)
    score.score(tonight)
    assert scores_of(shop, tonight) == before


def test_a_score_is_what_the_model_says_of_the_published_features(shop, tonight):
    score.score(tonight)
    model = churn.from_bytes(
        serving_models.read_bytes(shop.home / "models", tonight.models["churn"])
    )
    columns = ", ".join(f"cast({name} as double precision)" for name in model.feature_names)
    table = attempt_tables.attempt_table("customer_features", tonight.night_id)
    for row in scores_of(shop, tonight)[:5]:
        [found] = shop.query(
            f"select array[{columns}] as x from attempts.{table} where person_id = :p",
            p=row["person_id"],
        )
        x = [[float("nan") if value is None else value for value in found["x"]]]
        assert model.predict_proba(x)[0, 1] == pytest.approx(row["churn_probability"], abs=1e-12)


def test_without_a_model_nobody_is_scored_and_the_night_says_so(shop, tonight):
    tonight.models.clear()
    assert score.score(tonight) == 0
    [row] = shop.query("select notes from ops.nights where night_id = :n", n=tonight.night_id)
    assert score.NO_MODEL in row["notes"]


def test_what_a_killed_scoring_left_is_gone_after_the_next(shop, tonight):
    shop.query("create table attempts.inbox_scores_0 (like attempts.inbox_scores)")
    score.score(tonight)
    engine = sa.create_engine(sa.make_url(shop.url).set(drivername="postgresql+psycopg2"))
    names = sa.inspect(engine).get_table_names(schema="attempts")
    engine.dispose()
    assert [name for name in names if name.startswith("inbox_scores_")] == []
