"""Put the rows that broke a critical rule where they can be looked at, and count all that did."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expectations.rule import CRITICAL
from pipelines import warehouse
from pipelines.verdicts import Finding, Verdict

ROW = ("batch_id", "row_no")
# One row per rule a rejected row broke; lives until the transaction ends.
BROKEN = sa.Table(
    "broken",
    sa.MetaData(),
    sa.Column("batch_id", sa.BigInteger),
    sa.Column("row_no", sa.BigInteger),
    sa.Column("place", sa.Integer),
    sa.Column("rule", sa.Text),
    sa.Column("sentence", sa.Text),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


def keep(
    connection: Connection,
    judged: tuple[str, str],
    verdicts: Sequence[Verdict],
    batches: Sequence[sa.RowMapping],
) -> tuple[dict[int, list[Finding]], dict[int, int]]:
    """Put rejected rows into quarantine, in the caller's transaction; drop what was judged.

    `judged` is the entity and the staging version. Returns per batch the findings of all rules,
    and how many rows lie in quarantine now.
    """
    if not verdicts:
        return {}, {}
    entity, staging_version = judged
    table = ("raw", f"new_{entity}")
    findings = _findings(connection, verdicts, batches, rows_per_batch(connection, table))
    rejected = {}
    if any(not verdict.holds and verdict.rule.severity == CRITICAL for verdict in verdicts):
        _collect(connection, verdicts)
        warehouse.name_as(connection, "received", "raw", entity)
        warehouse.run(connection, "2_quarantine/insert_broken", staging_version=staging_version)
        warehouse.drop_view(connection, "received")
        rejected = _rejected(connection)
    warehouse.drop_table(connection, *table)
    return findings, rejected


def rows_per_batch(connection: Connection, table: tuple[str, str]) -> dict[int, int]:
    """Return how many rows of a judged table came with each batch."""
    schema, name = table
    judged = sa.table(name, sa.column("batch_id"), schema=schema)
    counted = sa.select(judged.c.batch_id, sa.func.count()).group_by(judged.c.batch_id)
    return _by_batch(connection, counted)


def _findings(
    connection: Connection,
    verdicts: Sequence[Verdict],
    batches: Sequence[sa.RowMapping],
    checked: dict[int, int],
) -> dict[int, list[Finding]]:
    """Return what each rule found in each batch."""
    findings: dict[int, list[Finding]] = {batch["batch_id"]: [] for batch in batches}
    for verdict in verdicts:
        unexpected = _broken_per_batch(connection, verdict)
        for batch in batches:
            batch_id = batch["batch_id"]
            rows, bad = checked.get(batch_id, 0), unexpected.get(batch_id, 0)
            sentence = (
                f"{batch['source']}, {batch['file']}: {bad:,} of {rows:,} rows: "
                f"{verdict.rule.summary}"
            )
            findings[batch_id].append(Finding(verdict.rule, rows, bad, sentence))
    return findings


def _broken_per_batch(connection: Connection, verdict: Verdict) -> dict[int, int]:
    if verdict.holds:
        return {}
    broken = verdict.broken(ROW)
    counted = sa.select(broken.c.batch_id, sa.func.count()).group_by(broken.c.batch_id)
    counts = _by_batch(connection, counted)
    if sum(counts.values()) != verdict.unexpected:
        raise RuntimeError(
            f"rule {verdict.rule.name}: {verdict.unexpected} rows broke it, but its query returns "
            f"{sum(counts.values())}; rows would be missing in quarantine."
        )
    return counts


def _collect(connection: Connection, verdicts: Sequence[Verdict]) -> None:
    """Fill `broken`: rows of critical rules, then what else those same rows broke."""
    BROKEN.create(connection)
    places = sorted(
        (verdict.rule.severity != CRITICAL, place)
        for place, verdict in enumerate(verdicts)
        if not verdict.holds
    )
    for warning, place in places:
        verdict = verdicts[place]
        row = verdict.broken(ROW)
        found = sa.select(
            row.c.batch_id,
            row.c.row_no,
            sa.literal(place),
            sa.literal(verdict.rule.name),
            sa.func.replace(verdict.rule.sentence, "{value}", sa.func.coalesce(row.c.value, "")),
        )
        if warning:
            rejected = sa.select(BROKEN.c.batch_id, BROKEN.c.row_no)
            found = found.where(sa.tuple_(row.c.batch_id, row.c.row_no).in_(rejected))
        connection.execute(sa.insert(BROKEN).from_select(list(BROKEN.c.keys()), found))


def _rejected(connection: Connection) -> dict[int, int]:
    rows = sa.func.count(sa.distinct(BROKEN.c.row_no))
    counted = sa.select(BROKEN.c.batch_id, rows).group_by(BROKEN.c.batch_id)
    return _by_batch(connection, counted)


def _by_batch(connection: Connection, counted: sa.Select[Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in connection.execute(counted)}
