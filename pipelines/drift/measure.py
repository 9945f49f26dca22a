"""Measure the drift of a night's people from the people its models were trained on.

People are counted in the bins of the reference, in the database; the population stability index
of the two rows of counts, less what chance alone gives groups of this size, is the drift. It is
written down and shown, and never stops a night.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Connection

from pipelines.attempts.night import Night
from pipelines.configuration.columns import NOT_JUDGED
from pipelines.drift import report
from pipelines.segments import segment
from pipelines.warehouse import attempt_tables, statements
from pipelines.warehouse.statements import Table

# Below this, chance alone passes the limit too often: two samples of one population with 10 bins,
# 2,000 trials: 28 % of them at 50 people, 5 % at 100, 0.2 % at 200. Fewer are shown, not judged.
FEWEST_PEOPLE = 100
FEATURES, SCORES, SEGMENTS = "customer_features", "customer_scores", "customer_segments"
KEYS = ("night_id", "person_id")
NUMBERS = "drift_numbers"

ReferenceRow = dict[str, Any]  # a row of ops.drift_reference


def keep_reference(tonight: Night, training_id: int) -> None:
    """Keep what later nights are held against: the bins and counts of a training's own night.

    `tonight` is a full attempt, scored and segmented, at (trained_as_of, the training's known_at).
    ExtractRequest again, it replaces what it kept.
    """
    with tonight.step("drift_reference") as connection, _numbers(tonight, connection):
        statements.run(connection, "drift/forget_reference", training_id=training_id)
        counted = [_new_bins(connection, *column) for column in _columns(connection)]
        counted = [row for row in counted if row["n"]] + _groups(tonight, connection, [])
        rows = [row | {"training_id": training_id} for row in _defined(tonight, counted)]
        statements.run(connection, "drift/keep", counted=json.dumps(rows))
        sample = report.read_sample(connection)
        report.keep_sample(tonight.deployment.home, training_id, sample)


def measure_drift(tonight: Night) -> int:
    """Compare the attempt with its reference; return how many columns and groups drifted.

    The page people look at is written for a night, not for each night of a backfill.
    """
    sample = None
    with tonight.step("drift") as connection:
        statements.run(connection, "drift/forget_night", night_id=tonight.night_id)
        training_id = _training(tonight, connection)
        if training_id is None:
            return 0
        with _numbers(tonight, connection):
            drifted = _compare(tonight, connection, training_id)
            if tonight.purpose == "night":
                sample = report.read_sample(connection)
    if sample is not None:
        report.write_report(tonight, training_id, sample)
    return drifted


def _training(tonight: Night, connection: Connection) -> int | None:
    """Return the training to compare with; without one, leave a note for the summary."""
    serving = {"models": json.dumps(tonight.models), "as_of": tonight.as_of}
    found = statements.rows(connection, "drift/training", **serving)
    if not found:
        tonight.note(connection, "Drift was not measured: no training made a model of this night.")
        return None
    if not found[0]["is_kept"]:
        tonight.note(
            connection,
            f"Drift was not measured: training {found[0]['training_id']} kept no reference; "
            "`nocturne train` keeps one.",
        )
        return None
    return int(found[0]["training_id"])


def _compare(tonight: Night, connection: Connection, training_id: int) -> int:
    """Count tonight's people in the reference's bins and write down the indexes."""
    kept = statements.rows(connection, "drift/kept", training_id=training_id)
    counted = [_in_bins(connection, row) for row in kept if row["value"] is None]
    counted += _groups(tonight, connection, _clusters(tonight, kept))
    statements.insert_select(
        connection,
        Table("ops", "drift_measured"),
        "drift/psi",
        **tonight.binds,
        training_id=training_id,
        counted=json.dumps(_defined(tonight, counted)),
        psi_limit=tonight.configuration.psi_limit,
        fewest_people=FEWEST_PEOPLE,
        not_judged=NOT_JUDGED,
    )
    return int(statements.value(connection, "drift/drifted", night_id=tonight.night_id))


def _columns(connection: Connection) -> list[tuple[str, str]]:
    """Return table and name of every feature and score that is a number."""
    return [
        (table, column)
        for table in (FEATURES, SCORES)
        for column in statements.numbers_of(connection, attempt_tables.PUBLISHED, table)
        if column not in KEYS
    ]


def _new_bins(connection: Connection, table: str, column: str) -> ReferenceRow:
    """Cut a column at its deciles and count."""
    statements.name_column(connection, NUMBERS, table, column)
    edges = statements.value(connection, "drift/edges")
    return _in_bins(connection, {"table_name": table, "column_name": column, "edges": edges})


def _in_bins(connection: Connection, bins: Any) -> ReferenceRow:
    """Count a column's people between given edges; of a score only those who have it."""
    table, column, edges = bins["table_name"], bins["column_name"], bins["edges"]
    statements.name_column(connection, NUMBERS, table, column)
    negated = [-edge for edge in reversed(edges)]
    binds = {"edge_count": len(edges), "negated_edges": negated}
    counts = [0] * (len(edges) + 2)
    for row in statements.rows(connection, "drift/counts", **binds):
        counts[row["bin"]] = row["people"]
    if table == SCORES:
        counts[-1] = 0
    return _row(table, column, None, counts) | {"edges": edges}


def _groups(tonight: Night, connection: Connection, clusters: list[str]) -> list[ReferenceRow]:
    """Count who is in and out of each rule segment and cluster."""
    segments = [rule.name for rule in segment.evaluated(tonight)]
    requested = {"segments": segments, "clusters": clusters}
    return [
        _row(SEGMENTS, row["column_name"], row["value"], [row["inside"], row["outside"]])
        for row in statements.rows(connection, "drift/groups", **requested)
    ]


def _clusters(tonight: Night, kept: list[Any]) -> list[str]:
    """Return the clusters of the reference, if the same segmenter serves: one may be empty now."""
    segmenter = tonight.models.get("segmenter")
    return [
        row["value"]
        for row in kept
        if row["column_name"] == "cluster_name" and row["definition"] == segmenter
    ]


def _row(table: str, column: str, value: str | None, counts: list[int]) -> ReferenceRow:
    named = {"table_name": table, "column_name": column, "value": value}
    return named | {"edges": [], "counts": counts, "n": sum(counts)}


def _defined(tonight: Night, counted: list[ReferenceRow]) -> list[ReferenceRow]:
    """Add what each column means tonight: a segment's rule, a score's or cluster's model."""
    rules = {rule.name: rule.condition for rule in tonight.configuration.segments}
    meanings = {
        "churn_probability": tonight.models.get("churn"),
        "cluster_name": tonight.models.get("segmenter"),
    }
    return [
        row
        | {
            "definition": rules.get(row["value"])
            if row["column_name"] == "segments"
            else meanings.get(row["column_name"])
        }
        for row in counted
    ]


@contextmanager
def _numbers(tonight: Night, connection: Connection) -> Iterator[None]:
    """Let SELECTs of the block read the attempt, and one column of it as `drift_numbers`."""
    tonight.read(connection, FEATURES, SCORES, SEGMENTS)
    yield
    statements.drop_view(connection, NUMBERS)
