"""What a step of a night did, in sentences: the command line prints them, Airflow logs them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import RowMapping

from pipelines.attempts import recorded
from pipelines.attempts.night import Night
from pipelines.deployment import Deployment
from pipelines.steps import Step
from pipelines.warehouse import statements

COUNTED = {
    "identify": "{:,} records belong to somebody",
    "features": "{:,} people are described",
    "score": "{:,} people are scored",
    "segment": "segments and clusters of {:,} people are written",
    "contracts": "{:,} rules are judged, and no critical one is broken",
    "drift": "{:,} columns and groups drifted",
    "publish": "night {} is published",
    "export": "{:,} destinations are delivered to",
}


@dataclass(frozen=True)
class StepReport:
    """What a step did, in sentences, and the rows it wrote by table where others read them."""

    sentences: list[str]
    rows: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return one line per sentence."""
        return "\n".join(self.sentences)


def receive(deployment: Deployment, step: Step) -> StepReport:
    """Take a step of RECEIVE or STAGE_ANEW; report per arrival, then per batch."""
    begun = {batch["batch_id"]: batch["state"] for batch in _at_work(deployment, ())}
    result = step(deployment)
    if step.name == "land":
        return StepReport([each.line for each in result] or ["No source is configured."])
    batches = [each for each in _at_work(deployment, begun) if each["batch_id"] in begun]
    if step.name == "check":
        judged = [_judged(batch) for batch in batches if begun[batch["batch_id"]] is None]
        return StepReport(judged or ["No batch waits to be judged."])
    staged = [batch for batch in batches if batch["state"] == "staged"]
    rows = Counter({f"staging.{each.entity}": 0 for each in deployment.configuration.sources})
    for batch in staged:
        rows[f"staging.{batch['entity']}"] += batch["staged_count"]
    return StepReport([*map(_staged, staged)] or ["No batch waits to be staged."], dict(rows))


def build(tonight: Night, step: Step) -> StepReport:
    """Take a step of BUILD or FINISH; report what it counted, how long it took, what it noted."""
    noted = len(_night(tonight)["notes"])
    count = step(tonight)
    night = _night(tonight)
    notes = night["notes"][noted:]
    took = night["step_seconds"].get(step.name)
    said = COUNTED[step.name].format(count) + (f", in {took:.1f} s." if took is not None else ".")
    sentences = [said, *notes] if count or not notes else notes
    rows = {f"marts.{table}": count for table, count in night["row_counts"].items()}
    return StepReport(sentences, rows)


def opened(tonight: Night) -> str:
    """Return which night an attempt is, and up to which landing it knows."""
    return f"Night {tonight.night_id} of {tonight.as_of}, known up to batch {tonight.known_at}."


def _at_work(deployment: Deployment, batch_ids: Iterable[int]) -> list[RowMapping]:
    binds = {"staging_version": deployment.versions.staging, "batch_ids": list(batch_ids)}
    with deployment.warehouse.begin() as connection:
        return statements.rows(connection, "nights/batches_at_work", **binds)


def _night(tonight: Night) -> RowMapping:
    with tonight.deployment.warehouse.begin() as connection:
        return recorded.night_of(connection, tonight.night_id)


def _judged(batch: RowMapping) -> str:
    if batch["state"] == "refused":
        return f"batch {batch['batch_id']} is refused: {batch['reason']}"
    return (
        f"{_named(batch)}: {batch['stored_count']:,} rows judged, {batch['quarantined_count']:,} "
        f"rejected, in {batch['checked_seconds']:.1f} s."
    )


def _staged(batch: RowMapping) -> str:
    return (
        f"{_named(batch)}: {batch['staged_count']:,} rows staged, {batch['superseded_count']:,} "
        f"superseded, in {batch['staged_seconds']:.1f} s."
    )


def _named(batch: RowMapping) -> str:
    return f"{batch['source']}, {batch['file']}, batch {batch['batch_id']}"
