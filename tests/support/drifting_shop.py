"""What tests of drift share: people drawn by chance, trainings and nights made by hand."""

from contextlib import contextmanager
from datetime import date

import sqlalchemy as sa

from pipelines.attempts import claims
from pipelines.drift import measure as drift_measure
from tests.support.attempts import make_attempt, people_of

TRAINED, TONIGHT = date(2026, 11, 1), date(2026, 11, 20)
MODELS = {"churn": "c0ffee", "segmenter": "5e6"}
RULES = {"segments": {"many": {"description": "d", "condition": "order_count > 3"}}}


@contextmanager
def one_segment(shop):
    """Open the deployment of a shop that has one segment."""
    shop.configure("segments", RULES)
    opened = shop.deployment()
    yield opened
    opened.warehouse.close()


def record_training(deployment, training_id, models=MODELS, trained_as_of=TRAINED):
    with deployment.warehouse.begin() as connection:
        for kind, model_id in models.items():
            connection.execute(
                sa.text(
                    "insert into ops.model_versions (training_id, model_id, kind, name,"
                    " trained_as_of, known_at, features, metrics, verdict) values"
                    " (:t, :m, :k, 'x', :d, 1, '{}', '{}', 'x')"
                ),
                {"t": training_id, "m": model_id, "k": kind, "d": trained_as_of},
            )


def keep(deployment, training_id=1, **tables):
    night = make_attempt(deployment, TRAINED, purpose="train", models=MODELS, **tables)
    record_training(deployment, training_id)
    drift_measure.keep_reference(night, training_id)
    claims.drop_night(deployment, night.night_id)


def measure(deployment, purpose="verify", models=MODELS, **tables):
    night = make_attempt(deployment, TONIGHT, purpose=purpose, models=models, **tables)
    count = drift_measure.measure_drift(night)
    rows = query(
        deployment, "select * from ops.drift_measured where night_id = :n", n=night.night_id
    )
    return count, {(r["column_name"], r["value"]): r for r in rows}, night


def query(deployment, text, **binds):
    with deployment.warehouse.begin() as connection:
        return [dict(r) for r in connection.execute(sa.text(text), binds).mappings()]


def holes(rng, values, share):
    return [None if rng.random() < share else float(v) for v in values]


def some_people(rng, n, shift=0.0):
    """Ties, nulls, heavy tails, an empty column, a constant one."""
    return people_of(
        n,
        order_count=[int(v) for v in rng.poisson(2 + shift, n)],
        spend_amount=[round(float(v), 4) for v in rng.lognormal(3 + shift, 2, n)],
        average_order_amount=holes(rng, rng.standard_t(2, n) * 1e6, 0.1),
        interpurchase_days=holes(rng, rng.choice([0.1, 0.2, 0.1 + 0.2, 7], n), 0.3),
        return_share=[0.0] * n if not shift else holes(rng, rng.choice([0.0, 0.5], n), 0),
        discount_share=[None] * n,
        session_count_30d=[None] * n if not shift else [1] * n,
    )
