"""Rows that broke rules: counted per batch, and put into quarantine where the rule is critical."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expectations.rule import CRITICAL
from pipelines.contracts.validate import Finding, Verdict
from pipelines.warehouse import statements
from pipelines.warehouse.statements import Table

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
OWN = (BROKEN.c.batch_id, BROKEN.c.row_no)
Counts = dict[int, int]  # rows per batch


@dataclass(frozen=True)
class RuleCounts:
    """What came of the rows of some batches: looked at, rejected, good ones by day; per rule.

    Rows without a day are under None; `by_rule` and, of it, `critical` hold counts per batch.
    """

    rows: Counts
    good: Counts
    days: dict[int, dict[date | None, int]]
    by_rule: dict[str, Counts]
    critical: dict[str, Counts]

    def rejected(self, batch_id: int) -> int:
        """Return how many rows of a batch broke a critical rule."""
        return self.rows.get(batch_id, 0) - self.good.get(batch_id, 0)

    def findings(self, verdicts: Sequence[Verdict], batch: sa.RowMapping) -> list[Finding]:
        """Return what each rule found in a batch."""
        rows, place = self.rows.get(batch["batch_id"], 0), f"{batch['source']}, {batch['file']}"
        found = []
        for verdict in verdicts:
            bad = self.by_rule[verdict.rule.name].get(batch["batch_id"], 0)
            sentence = f"{place}: {bad:,} of {rows:,} rows: {verdict.rule.summary}"
            found.append(Finding(verdict.rule, rows, bad, sentence))
        return found


def collect(connection: Connection, table: Table, verdicts: Sequence[Verdict]) -> RuleCounts:
    """Fill `broken` for the rest of the transaction and count; each rule's rows are read once."""
    BROKEN.create(connection)
    by_rule: dict[str, Counts] = {verdict.rule.name: {} for verdict in verdicts}
    places = sorted(
        (verdict.rule.severity != CRITICAL, place)
        for place, verdict in enumerate(verdicts)
        if not verdict.holds
    )
    critical = [place for warning, place in places if not warning]
    for place in critical:
        connection.execute(_told(verdicts[place], place))
    counted = sa.select(BROKEN.c.rule, BROKEN.c.batch_id, sa.func.count()).group_by(
        "rule", "batch_id"
    )
    for rule, batch_id, count in connection.execute(counted):
        by_rule[rule][batch_id] = count
    whole = _count_rows(connection, table)
    for warning, place in places:
        if warning:
            by_rule[verdicts[place].rule.name] = _warned(connection, verdicts[place], place, whole)
    for verdict in verdicts:
        _prove(verdict, by_rule[verdict.rule.name])
    rejecting = {verdicts[place].rule.name for place in critical}
    return RuleCounts(*whole, by_rule, {rule: by_rule[rule] for rule in rejecting})


def forget(connection: Connection, batch_ids: Sequence[int]) -> None:
    """Take the rows of refused batches out of `broken`: nothing of them is kept one by one."""
    if batch_ids:
        connection.execute(sa.delete(BROKEN).where(BROKEN.c.batch_id.in_(batch_ids)))


def _told(verdict: Verdict, place: int) -> sa.Insert:
    """Return the INSERT of a rule's broken rows, each with its sentence."""
    row = verdict.broken(ROW)
    found = sa.select(
        row.c.batch_id,
        row.c.row_no,
        sa.literal(place),
        sa.literal(verdict.rule.name),
        sa.func.replace(verdict.rule.sentence, "{value}", sa.func.coalesce(row.c.value, "")),
    )
    if verdict.rule.severity != CRITICAL:
        rejected = sa.select(*OWN)
        found = found.where(sa.tuple_(row.c.batch_id, row.c.row_no).in_(rejected))
    return sa.insert(BROKEN).from_select(list(BROKEN.c.keys()), found)


Whole = tuple[Counts, Counts, dict[int, dict[date | None, int]]]


def _warned(connection: Connection, verdict: Verdict, place: int, whole: Whole) -> Counts:
    """Count a broken warning per batch, and tell it of the rows that are rejected anyhow."""
    rows, good, _ = whole
    if rows != good:
        connection.execute(_told(verdict, place))
    if len(rows) == 1:
        return dict.fromkeys(rows, verdict.unexpected)
    broken = verdict.broken(ROW)
    counted = sa.select(broken.c.batch_id, sa.func.count()).group_by(broken.c.batch_id)
    return {row[0]: row[1] for row in connection.execute(counted)}


def _count_rows(connection: Connection, table: Table) -> Whole:
    """Count the rows judged and the good ones among them, per batch and day, in one pass."""
    schema, name = table
    judged = sa.table(name, *map(sa.column, (*ROW, "happened_on")), schema=schema)
    rejected = sa.select(*OWN).distinct().subquery("rejected")
    same = sa.and_(*(judged.c[key] == rejected.c[key] for key in ROW))
    key = (judged.c.batch_id, judged.c.happened_on)
    counted = (
        sa.select(*key, sa.func.count(), sa.func.count() - sa.func.count(rejected.c.row_no))
        .select_from(judged.outerjoin(rejected, same))
        .group_by(*key)
    )
    rows: Counts = {}
    good: Counts = {}
    days: dict[int, dict[date | None, int]] = {}
    for batch_id, day, count, kept in connection.execute(counted):
        rows[batch_id] = rows.get(batch_id, 0) + count
        good[batch_id] = good.get(batch_id, 0) + kept
        if kept:
            days.setdefault(batch_id, {})[day] = kept
    return rows, good, days


def _prove(verdict: Verdict, counts: Counts) -> None:
    found: Any = sum(counts.values())
    if found != verdict.unexpected:
        raise RuntimeError(
            f"rule {verdict.rule.name}: {verdict.unexpected} rows broke it, but its query returns "
            f"{found}; rows would be missing in quarantine."
        )


def keep(connection: Connection, entity: str, staging_version: str) -> None:
    """Put the rows in `broken` into quarantine, in the caller's transaction."""
    statements.name_as(connection, "received", Table("raw", entity))
    statements.run(connection, "checking/insert_broken", staging_version=staging_version)
    statements.drop_view(connection, "received")
