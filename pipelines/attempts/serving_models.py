"""The models that serve: versions in ops.model_versions, their bytes below the home."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.attempts import recorded
from pipelines.attempts.night import Inputs
from pipelines.errors import NothingThere
from pipelines.warehouse import locks, statements


@dataclass(frozen=True)
class Version:
    """One model of a training: what it is, how good it was, and whether it serves from now on."""

    model_id: str
    kind: str
    name: str
    features: list[str]
    metrics: dict[str, Any]
    verdict: str
    is_promoted: bool
    content: bytes = field(repr=False)


def models_for(connection: Connection, as_of: date, *, as_recorded: bool = False) -> dict[str, str]:
    """Return the model ids for a night, by kind: those its published attempt had.

    Of a kind that it had none of, the newest champion trained up to that day serves, unless the
    night is to be as recorded; empty before any training.
    """
    published = recorded.published_on(connection, as_of)
    had = dict(published["models"]) if published else {}
    if published and as_recorded:
        return had
    newest = champions(connection, as_of).items()
    return {kind: str(row["model_id"]) for kind, row in newest} | had


def champions(connection: Connection, as_of: date) -> dict[str, sa.RowMapping]:
    """Return model_id, name, features, trained_as_of, training_id of what serves, by kind."""
    return {
        row["kind"]: row for row in statements.rows(connection, "attempts/champions", as_of=as_of)
    }


def younger_than(connection: Connection, as_of: date, models: dict[str, str]) -> list[str]:
    """Return a sentence for each model that was trained on days after the night it serves."""
    binds = {"model_ids": list(models.values()), "as_of": as_of}
    return [
        f"Not out of time: the {row['kind']} model was trained on what {row['trained_as_of']} knew."
        for row in statements.rows(connection, "attempts/models_younger", **binds)
    ]


def same_training(connection: Connection, inputs: Inputs, versions: list[Version]) -> int | None:
    """Return the number of the training of the same inputs that made the same models, if any."""
    ids = sorted(version.model_id for version in versions)
    binds = {"as_of": inputs.as_of, "known_at": inputs.known_at, "model_ids": ids}
    found = statements.value(connection, "attempts/same_training", **binds)
    return None if found is None else int(found)


def record_training(
    connection: Connection, inputs: Inputs, versions: list[Version], now: datetime
) -> int:
    """Record the models of a training in the caller's transaction; return the training's number.

    Write the bytes first: a row is a promise that they are there.
    """
    locks.take(connection, locks.TRAINING)
    training_id = int(statements.value(connection, "attempts/next_training"))
    for version in versions:
        statements.run(
            connection,
            "attempts/insert_model_version",
            training_id=training_id,
            model_id=version.model_id,
            kind=version.kind,
            model_name=version.name,
            trained_as_of=inputs.as_of,
            known_at=inputs.known_at,
            features=version.features,
            metrics=json.dumps(version.metrics, sort_keys=True, allow_nan=False),
            verdict=version.verdict,
            champion_since=now if version.is_promoted else None,
        )
    return training_id


def read_bytes(folder: Path, model_id: str) -> bytes:
    """Return a model's canonical bytes.

    Raises
    ------
    NothingThere
        If they are not below the home.
    """
    path = folder / model_id / "model"
    if not path.exists():
        raise NothingThere(
            f"model {model_id} is recorded in ops.model_versions, but its bytes are not in "
            f"{folder}: restore that folder from a backup, or `nocturne train` anew."
        )
    return path.read_bytes()


def write_bytes(folder: Path, model_id: str, content: bytes) -> None:
    """Keep a model's canonical bytes, whole or not at all."""
    path = folder / model_id / "model"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name("model.partial")
    partial.write_bytes(content)
    partial.replace(path)
