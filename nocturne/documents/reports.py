"""Reports as JSON documents: their keys are stable, and described in docs/command.md."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from sqlalchemy import RowMapping

from pipelines.attempts.compare import Difference
from pipelines.backfills.changes import NightChange
from pipelines.backfills.plan import Plan
from pipelines.backfills.verify import Proof
from pipelines.check_sources.report import SourceReport
from pipelines.checking.fates import Fates
from pipelines.delivery.export import Delivered
from pipelines.nights.status import Status
from pipelines.training.train import TrainingResult

Document = dict[str, Any]
Row = Mapping[str, Any] | RowMapping


def write(document: Document | list[Document]) -> None:
    """Print a document."""
    click.echo(json.dumps(document, default=_plain, indent=2, ensure_ascii=False))


def of_status(standing: Status) -> Document:
    """Return how things stand."""
    return {
        "late": standing.late,
        "expected": standing.expected,
        "nights": [_night(standing, row) for row in standing.published],
        "missing": standing.missing,
        "failed": [_part(row, "as_of", "ended_at", "failure") for row in standing.failed],
        "building": [
            _part(row, "as_of", "purpose", "claimant", "opened_at")
            | {"is_left_behind": row["night_id"] in standing.left_behind}
            for row in standing.building
        ],
        "unfinished_backfills": [
            _part(row, "backfill_id", "from_as_of", "to_as_of") for row in standing.unfinished
        ],
        "sources": [_source(standing, name) for name in _names(standing.sources, "source")],
        "destinations": [
            _part(row, "destination", "as_of", "row_count", "is_newest")
            for row in standing.deliveries
        ],
        "restaging": standing.restaging,
    }


def _night(standing: Status, row: Row) -> Document:
    as_of = row["as_of"]
    outdated = {each["as_of"]: each for each in standing.outdated}.get(as_of)
    return {
        **_part(row, "as_of", "night_id", "known_at", "published_at"),
        "people": row["row_counts"].get("customer_features", 0),
        "models_gone": standing.stale.get(as_of, []),
        "other_code": standing.other_code.get(as_of, []),
        "outdated": _part(outdated, "row_count", "people_at_most", "sources") if outdated else None,
        "is_retired": row["retired_at"] is not None,
    }


def _source(standing: Status, name: str) -> Document:
    sent = [row for row in standing.sources if row["source"] == name]
    received = sum(row["received_count"] for row in sent)
    fates = standing.fates.get(name, Fates())
    return {
        "source": name,
        "received": received,
        "batches": sum(row["batch_count"] for row in sent),
        "refused_batches": sum(row["refused_count"] for row in sent),
        "last_landed_at": max(row["last_landed_at"] for row in sent),
        "fates": dict(fates),
        "adds_up": fates.total() == received,
    }


def of_sources(seen: Iterable[SourceReport]) -> Document:
    """Return what is seen of the sources."""
    sources: list[Document] = [
        {
            "source": each.source.name,
            "entity": each.source.entity,
            "kind": each.source.kind,
            "is_reached": each.is_reached,
            "newest": each.newest,
            "fate": each.fate,
            "columns": each.read.columns if each.read else [],
            "kept": each.read.kept if each.read else [],
            "rows": [_read(values) for _, values in each.read.shown] if each.read else [],
            "remarks": each.remarks,
            "faults": each.faults,
        }
        for each in seen
    ]
    return {"fault_count": sum(len(each["faults"]) for each in sources), "sources": sources}


def _read(values: Mapping[str, tuple[Any, Any]]) -> Document:
    return {ours: value for ours, (_, value) in values.items()}


def of_plan(made: Plan) -> Document:
    """Return what a backfill would change."""
    return {
        "plan_id": made.plan_id,
        "from": made.span.first,
        "to": made.span.last,
        "known_at": made.known_at,
        "seconds": made.seconds,
        "nights": [_change(found) for found in made.found],
    }


def _change(found: NightChange) -> Document:
    return {
        "as_of": found.as_of,
        "night_id": found.night_id,
        "changes": found.changes,
        "people": found.people,
        "people_differ": found.people_differ,
        "scores_moved": found.scores_moved,
        "other_code": list(found.other),
        "outdated": found.outdated,
        "rows_differ": found.rows,
        "flips": [flip._asdict() for flip in found.flips],
        "exports": None if found.exports is None else [vars(each) for each in found.exports],
        "refused": found.refused,
    }


def of_proof(proof: Proof, is_now: bool) -> Document:
    """Return a published night held against the same night built again."""
    comparison = proof.comparison
    return {
        "as_of": proof.night["as_of"],
        "known_at": proof.known_at,
        "built_with": "now" if is_now else "recorded",
        "holds": proof.holds,
        "row_counts": proof.row_counts,
        "rebuilt_differs": proof.unlike,
        "published_was_edited": proof.edited,
        "people_differ": None if comparison is None else comparison.people,
        "flips": [] if comparison is None else [flip._asdict() for flip in comparison.flips],
        "tables": [] if comparison is None else [_table(each) for each in comparison.tables],
        "sentences": proof.inputs.sentences,
    }


def _table(difference: Difference) -> Document:
    return {
        "table": difference.table,
        "only_published": difference.only_before,
        "only_rebuilt": difference.only_after,
        "changed": difference.changed,
        "columns": difference.columns,
    }


def of_deliveries(delivered: Iterable[Delivered]) -> Document:
    """Return what came of an export."""
    return {
        "destinations": [
            {
                "destination": each.destination,
                "outcome": each.outcome,
                "as_of": each.as_of,
                "night_id": each.night_id,
                "sentence": each.sentence,
                **each.counts,
            }
            for each in delivered
        ]
    }


def of_training(trained: TrainingResult) -> Document:
    """Return what a training came to."""
    return {
        "training_id": trained.training_id,
        "as_of": trained.as_of,
        "known_at": trained.known_at,
        "serving": trained.serving,
        "models": [
            {
                "kind": version.kind,
                "name": version.name,
                "model_id": version.model_id,
                "is_promoted": version.is_promoted,
                "verdict": version.verdict,
                "metrics": version.metrics,
            }
            for version in trained.versions
        ],
        "sentences": trained.sentences,
    }


def _part(row: Row, *names: str) -> Document:
    return {name: row[name] for name in names}


def _names(rows: Iterable[Row], column: str) -> list[str]:
    return list(dict.fromkeys(row[column] for row in rows))


def _plain(value: Any) -> Any:
    """Return what JSON has no word for: days and instants in ISO form, decimals as numbers."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
