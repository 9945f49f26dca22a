"""Attempts made by hand: what drift and exports are tested on, without a shop's files."""

import json

import sqlalchemy as sa

from pipelines.attempts import claims
from pipelines.warehouse import attempt_tables

COUNTED = ("order_count", "spend_amount")
ZEROS = (*COUNTED, *(f"{name}_{days}d" for name in COUNTED for days in (7, 30, 90, 365)))


def people_of(n, **columns):
    """Return n rows of customer_features; columns not given are 0 or null."""
    return [
        {"person_id": i + 1, "customer_refs": [f"c{i + 1}"], **dict.fromkeys(ZEROS, 0),
         **{name: values[i] for name, values in columns.items()}}
        for i in range(n)
    ]  # fmt: skip


def make_attempt(
    deployment, as_of, *, features=(), scores=(), segments=None, clusters=None, members=(),
    purpose="night", models=None, known_at=1, staging_version="s",
):  # fmt: skip
    """Open an attempt and fill its tables; the scores are those of the first people."""
    models = models or {}
    with deployment.warehouse.begin() as connection:
        night_id = connection.execute(
            sa.text(
                "insert into ops.nights (as_of, known_at, purpose, status, claimant, build_code,"
                " build_configuration, staging_version, models, opened_at, active_at) values"
                " (:d, :k, :p, 'building', 'by hand', 'x', 'x', :s, :m, now(), now())"
                " returning night_id"
            ),
            {
                "d": as_of,
                "k": known_at,
                "p": purpose,
                "s": staging_version,
                "m": json.dumps(models),
            },
        ).scalar_one()
    night = claims.resume(deployment, night_id)
    ids = [person["person_id"] for person in features]
    segments = segments or [[] for _ in ids]
    clusters = clusters or [None for _ in ids]
    tables = {
        "members": list(members),
        "customer_features": list(features),
        "customer_scores": [
            {"person_id": i, "churn_model": models.get("churn"),
             **(s if isinstance(s, dict) else {"churn_probability": s})}
            for i, s in zip(ids, scores, strict=False)
        ],
        "customer_segments": [
            {"person_id": i, "segments": s, "primary_segment": s[0] if s else "none",
             "cluster_name": c, "segmenter_model": models.get("segmenter")}
            for i, s, c in zip(ids, segments, clusters, strict=True)
        ],
    }  # fmt: skip
    with night.step("by hand") as connection:
        for table, rows in tables.items():
            fill(connection, night, table, rows)
    return night


def fill(connection, night, table, rows):
    """Create one table of an attempt and fill it."""
    name = attempt_tables.create_attempt(connection, table, night.night_id, night.as_of)
    whole = [{"night_id": night.night_id, "as_of": str(night.as_of), **row} for row in rows]
    connection.execute(
        sa.text(
            f"insert into attempts.{name} select *"
            f" from jsonb_populate_recordset(cast(null as features.{table}), cast(:rows as jsonb))"
        ),
        {"rows": json.dumps(whole)},
    )
    night.seal(connection, table)
