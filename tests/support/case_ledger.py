"""Nights of a case made by hand, and the model that cases about scores are told with."""

from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from models.canonical import model_id
from models.recency import RecencyBaseline
from pipelines.attempts import serving_models
from pipelines.deployment import Deployment
from pipelines.publishing import publish
from tests.support.attempts import make_attempt, people_of
from tests.support.segmenters import keep_segmenter

FORGOTTEN = "ops.published, ops.segment_ledger, ops.segment_counts, ops.segment_movements"
ORDER = {"segment_ledger": "as_of, person_id, segment", "segment_movements": "1, 2, 3",
         "segment_counts": "as_of, segment"}  # fmt: skip
MODEL_FEATURES = ("recency_days",)


def rows(deployment: Deployment, table: str, nights: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Publish nights in their order; return what publishing wrote into a table of ops."""
    with deployment.warehouse.begin() as connection:
        connection.execute(sa.text(f"truncate {FORGOTTEN}"))
    for night in nights:
        _publish(deployment, night)
    with deployment.warehouse.begin() as connection:
        found = connection.execute(sa.text(f"select * from ops.{table} order by {ORDER[table]}"))
        return [dict(row) for row in found.mappings()]


def _publish(deployment: Deployment, night: dict[str, Any]) -> None:
    """Publish a night of `people`: by number their segments; `records` names whose they are."""
    people = night["people"]
    numbers = sorted(people)
    records = night.get("records", {f"c{number}": number for number in numbers})
    members = [
        {"person_id": person, "source": "crm", "entity": "customers", "record_ref": record,
         "evidence": "customer_ref"}
        for record, person in records.items()
    ]  # fmt: skip
    features = [
        row | {"person_id": number}
        for row, number in zip(
            people_of(len(numbers), spend_amount=[10] * len(numbers)), numbers, strict=True
        )
    ]
    segments = [sorted(people[number]) for number in numbers]
    attempt = make_attempt(
        deployment, night["as_of"], features=features, segments=segments, members=members
    )
    publish.publish(attempt)


def serving(folder: Path, kinds: list[str]) -> dict[str, str]:
    """Keep a model of each kind that a case names; return their ids by kind."""
    made = {"churn": _churn_model, "segmenter": lambda folder: keep_segmenter(folder, seed=1)}
    return {kind: made[kind](folder) for kind in kinds}


def _churn_model(folder: Path) -> str:
    """Keep a churn model that knows recency alone; return its id."""
    days = np.array([[1.0], [2.0], [40.0], [50.0], [3.0], [45.0]])
    left = np.array([0, 0, 1, 1, 1, 0])
    content = RecencyBaseline(feature_names=list(MODEL_FEATURES)).fit(days, left).to_bytes()
    named = model_id(content, list(MODEL_FEATURES))
    serving_models.write_bytes(folder, named, content)
    return named
