"""Assign each person of the night to rule segments and to a cluster."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError

from pipelines.attempts import inbox, serving_models
from pipelines.attempts.night import Night
from pipelines.configuration.columns import CONDITION_COLUMNS, NULL_WITHOUT
from pipelines.configuration.model import Segment
from pipelines.configuration.segments.conditions import NO_SEGMENT, to_sql
from pipelines.errors import ConfigurationFaulty
from pipelines.features import arrow, build
from pipelines.warehouse import statements

if TYPE_CHECKING:  # scikit-learn takes 3 seconds, which publish, that reads rules here, can save
    from models.clusters import Segmenter

INBOX = "inbox_clusters"
NO_SEGMENTER = "No segmenter serves yet: nobody is in a cluster."
MOST_PEOPLE = 0.8  # a segment of more says nothing of anybody
ASSIGNED = pa.schema(
    [("person_id", pa.int64()), ("cluster", pa.int32()), ("cluster_name", pa.string())]
)


def segment(tonight: Night) -> int:
    """Write the attempt's customer_segments, everybody of the night; return how many they are.

    Who refuses profiling is in no rule segment and in no cluster. A note tells which segments
    were left out because this deployment has not the columns they read.

    Raises
    ------
    NothingThere
        If the segmenter's bytes are gone.
    ConfigurationFaulty
        If the database cannot evaluate a condition.
    """
    model_id = tonight.models.get("segmenter")
    segmenter = _read_segmenter(tonight, model_id) if model_id else None
    inbox.open_inbox(tonight, INBOX)
    with tonight.step("segment") as connection:
        if segmenter is None:
            tonight.note(connection, NO_SEGMENTER)
        else:
            assigned = pa.RecordBatchReader.from_batches(ASSIGNED, _assigned(tonight, segmenter))
            inbox.fill_inbox(tonight, INBOX, assigned)
        _hold_rules(connection, tonight)
        tonight.read(connection, INBOX)
        binds = {"segmenter_model": model_id, "no_segment": NO_SEGMENT}
        select = "segments/customer_segments"
        count = tonight.store(connection, "customer_segments", select, **binds)
        inbox.close_inbox(connection, tonight, INBOX)
    return count


def evaluated(tonight: Night) -> list[Segment]:
    """Return the segments whose conditions can be asked tonight, in the file's order."""
    missing = _missing(tonight)
    return [rule for rule in tonight.configuration.segments if not rule.needs & set(missing)]


def not_evaluated(tonight: Night) -> dict[str, list[str]]:
    """Return the names of the segments that cannot be asked tonight, by the reason."""
    missing = _missing(tonight)
    names: dict[str, list[str]] = {}
    for rule in tonight.configuration.segments:
        for reason in sorted({missing[column] for column in rule.needs & set(missing)}):
            names.setdefault(reason, []).append(rule.name)
    return names


def _missing(tonight: Night) -> dict[str, str]:
    """Return the columns that are null for everybody tonight, each with the reason."""
    known = tonight.configuration
    missing = dict.fromkeys(
        ("expected_purchases", "expected_spend"), "no model of expected purchases yet"
    )
    if not build.engagement_binds(known)["weight_sum"]:
        missing["engagement_score"] = "no engagement weights in settings.yml"
    for entity, columns in NULL_WITHOUT.items():
        if not known.has(entity):
            missing |= dict.fromkeys(columns, f"no source of {entity}")
    if "churn" not in tonight.models:
        missing["churn_probability"] = "no churn model serves yet"
    return missing


def _hold_rules(connection: Connection, tonight: Night) -> None:
    """Store person, segments and primary segment of those who may be profiled: segment_rules."""
    tonight.read(connection, "members", "customer_features", "customer_scores")
    statements.create_temporary(
        connection, "profiling_refused", "features/profiling_refused", **tonight.binds
    )
    if without := not_evaluated(tonight):
        message = "; ".join(f"{', '.join(names)} ({why})" for why, names in without.items())
        tonight.note(connection, f"Segments left out tonight: {message}.")
    rules = _rules_table()
    rules.create(connection)
    held = rules.insert().from_select(list(rules.c.keys()), _select_rules(evaluated(tonight)))
    try:
        connection.execute(held)
    except DataError as error:
        why = str(error.orig).splitlines()[0]
        raise ConfigurationFaulty(
            [f"segments.yml: the database cannot evaluate the conditions: {why}."]
        ) from error
    _note_sizes(connection, tonight)


def _note_sizes(connection: Connection, tonight: Night) -> None:
    """Note which segments hold nearly everybody, or nobody: they tell people apart no more."""
    names = [rule.name for rule in evaluated(tonight)]
    sizes = statements.rows(connection, "segments/segment_sizes", segments=names)
    large = [
        f"{row['segment']} ({row['people'] / row['everybody']:.0%})"
        for row in sizes
        if row["people"] > MOST_PEOPLE * row["everybody"]
    ]
    empty = [row["segment"] for row in sizes if row["everybody"] and not row["people"]]
    if large:
        share = f"more than {MOST_PEOPLE:.0%} of the people"
        tonight.note(connection, f"Segments that hold {share}: {', '.join(large)}.")
    if empty:
        tonight.note(connection, f"Segments that hold nobody: {', '.join(empty)}.")


def _rules_table() -> sa.Table:
    return sa.Table(
        "segment_rules",
        sa.MetaData(),
        sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("segments", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("primary_segment", sa.Text, nullable=False),
        prefixes=["temporary"],
        postgresql_on_commit="drop",
    )


def _select_rules(rules: list[Segment]) -> sa.Select:
    """Return a SELECT of who is in which segments; a condition that is null does not hold."""
    names = ["person_id", *CONDITION_COLUMNS]
    people = statements.select_of("segments/segment_columns", names).subquery("segment_columns")
    holds: dict[str, sa.ColumnElement[bool]] = {
        rule.name: sa.literal_column(f"({to_sql(rule.condition)})", sa.Boolean) for rule in rules
    }
    each = [sa.case((holds[name], sa.literal(name, sa.Text))) for name in sorted(holds)]
    segments = sa.func.array_remove(sa.cast(array(each), sa.ARRAY(sa.Text)), None)
    first = [(condition, sa.literal(name, sa.Text)) for name, condition in holds.items()]
    nothing = sa.literal(NO_SEGMENT, sa.Text)
    primary = sa.case(*first, else_=nothing) if first else nothing
    return sa.select(people.c.person_id, segments, primary)


def _read_segmenter(tonight: Night, model_id: str) -> "Segmenter":
    from models.clusters import Segmenter

    return Segmenter.from_bytes(serving_models.read_bytes(tonight.deployment.models, model_id))


def _assigned(tonight: Night, segmenter: "Segmenter") -> Iterator[pa.RecordBatch]:
    """Yield person, cluster and its name in key order; each row depends on itself alone."""
    from models.clusters import DIMENSIONS

    names = pa.array(segmenter.names_, pa.string())
    for batch in arrow.people(tonight, activity_days=None):
        clusters = pa.array(segmenter.assign(arrow.matrix(batch, DIMENSIONS)), pa.int32())
        columns = [batch.column("person_id"), clusters, names.take(clusters)]
        yield pa.record_batch(columns, schema=ASSIGNED)
