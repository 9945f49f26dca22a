"""Judge new batches and their rows by their contracts; rejected rows go to quarantine."""

from importlib import import_module
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expectations import batch_rules as landings
from expectations.rule import Shop
from pipelines import faults
from pipelines.checking import batch_checks, broken_rules, fates, refusals, source_history
from pipelines.checking.batch_checks import BatchChecks
from pipelines.checking.broken_rules import ROW, RuleCounts
from pipelines.checking.source_history import SourceHistory
from pipelines.configuration.model import Source, shop_of
from pipelines.contracts.custom_rules import made_for
from pipelines.contracts.validate import Finding, Verdict, judge, record
from pipelines.deployment import Deployment
from pipelines.mapping import references
from pipelines.mapping.typed_rows import BatchRange, binds_of, typed
from pipelines.warehouse import statements
from pipelines.warehouse.locks import STAGING
from pipelines.warehouse.statements import Table

BatchRow = sa.RowMapping
Findings = dict[int, list[Finding]]


def check(deployment: Deployment) -> int:
    """Judge every batch not yet judged, for a night that receives; return how many.

    Raises
    ------
    BatchRefused
        If settings.yml says that a night stops then: while a refused batch is newer than what is
        published, and no readable file of its name has come after it.
    """
    count = judge_waiting(deployment)
    refusals.stop_if_refused(deployment)
    return count


def judge_waiting(deployment: Deployment) -> int:
    """Judge every batch not yet judged and stop for none that a rule refuses; return how many.

    Table rules judge each batch, row rules all new batches of a source at once. What is found of
    a source is recorded in one transaction; a fault of ours refuses the batch that brings it out.

    Raises
    ------
    BatchRefused
        If there was such a fault, and settings.yml says that a night stops then.
    """
    with deployment.warehouse.lock(STAGING, wait=True):
        staging_version = deployment.versions.staging
        with deployment.warehouse.begin() as connection:
            waiting = statements.rows(
                connection, "checking/unchecked_batches", staging_version=staging_version
            )
        landed = _judge_together(deployment, waiting) if waiting else {}
        by_source = sorted(waiting, key=lambda batch: (batch["source"], batch["batch_id"]))
        failed = [
            name
            for name, batches in groupby(by_source, key=lambda batch: batch["source"])
            if not _judge_or_refuse(deployment, list(batches), landed)
        ]
    if failed:
        refusals.stop_if_refused(deployment)
    return len(waiting)


def _judge_together(deployment: Deployment, waiting: list[BatchRow]) -> Findings:
    """Judge the batches of all sources as wholes; nothing if one of them brings out a fault."""
    try:
        return _judge_landings(deployment, waiting)
    except Exception as error:
        if not faults.is_of_batch(error):
            raise
        return {}


def _judge_or_refuse(deployment: Deployment, batches: list[BatchRow], landed: Findings) -> bool:
    """Judge a source's batches, one by one if together they fail; return whether none failed.

    The first that fails by itself is refused, with those that came after it.
    """
    try:
        _judge_source(deployment, batches, landed or _judge_landings(deployment, batches))
    except Exception as error:
        if not faults.is_of_batch(error):
            raise
        if len(batches) == 1:
            refusals.refuse(deployment, batches, error)
            return False
        for place, batch in enumerate(batches):
            try:
                _judge_source(deployment, [batch], _judge_landings(deployment, [batch]))
            except Exception as error:
                if not faults.is_of_batch(error):
                    raise
                refusals.refuse(deployment, batches[place:], error)
                return False
    return True


def _judge_landings(deployment: Deployment, waiting: list[BatchRow]) -> Findings:
    """Judge each waiting batch as a whole."""
    table = Table("raw", "new_batches")
    sources = [f"{source.name}:{source.entity}" for source in deployment.configuration.sources]
    binds = {"batch_ids": [batch["batch_id"] for batch in waiting], "sources": sources}
    with deployment.warehouse.begin() as connection:
        statements.create_table(connection, table, "checking/new_batches", unlogged=True, **binds)
    verdicts = judge(deployment.warehouse, table, ("batch_id",), landings.rules(Shop()))
    findings: Findings = {batch["batch_id"]: [] for batch in waiting}
    with deployment.warehouse.begin() as connection:
        for verdict in verdicts:
            seen = verdict.values(connection, "batch_id")
            for batch in waiting:
                batch_id = batch["batch_id"]
                said = verdict.rule.sentence.replace("{value}", seen.get(batch_id, ""))
                sentence = f"{batch['source']}, {batch['file']}: {said}"
                finding = Finding(verdict.rule, 1, int(batch_id in seen), sentence)
                findings[batch_id].append(finding)
        statements.drop_table(connection, *table)
    return findings


def _judge_source(deployment: Deployment, batches: list[BatchRow], landed: Findings) -> None:
    """Judge the rows of one source's batches, those refused left out, and record everything."""
    began = deployment.warehouse.clock()
    refused = {batch["batch_id"]: _refusal(landed[batch["batch_id"]]) for batch in batches}
    good = [batch for batch in batches if not refused[batch["batch_id"]]]
    verdicts = _judge_rows(deployment, good) if good else []
    now = deployment.warehouse.clock()
    rate = (now - began).total_seconds() / max(sum(b["stored_count"] for b in batches), 1)
    staging_version = deployment.versions.staging
    with deployment.warehouse.begin() as connection:
        counted, measured = _measure(deployment, connection, verdicts, good)
        for batch in batches:
            batch_id = batch["batch_id"]
            of_whole = [*landed[batch_id], *measured.get(batch_id, [])]
            reason = _refusal(of_whole)
            by_row = counted.findings(verdicts, batch) if counted and batch in good else []
            record(
                connection,
                [*of_whole, *by_row],
                batch_id=batch_id,
                table_name=batch["entity"],
                staging_version=staging_version,
                checked_at=now,
            )
            statements.run(
                connection,
                "checking/batch_checked",
                staging_version=staging_version,
                batch_id=batch_id,
                state="refused" if reason else "checked",
                reason=reason,
                quarantined_count=counted.rejected(batch_id) if counted and not reason else 0,
                checked_seconds=rate * batch["stored_count"],
                lands_again=batch_checks.is_lost(of_whole),
            )
            if reason:
                fates.prove_refused(connection, staging_version, batch_id)


def _judge_rows(deployment: Deployment, batches: list[BatchRow]) -> list[Verdict]:
    """Type the new rows into raw.new_<entity>, as far as rules read them, and judge them there."""
    configuration, source = deployment.configuration, _source_of(deployment, batches)
    name = f"new_{source.entity}"
    judged = Table("raw", name)
    span = BatchRange(source, batches[0]["batch_id"], batches[-1]["batch_id"])
    shop = shop_of(configuration, source)
    added = configuration.contracts.get(source.entity, ())
    contract = import_module(f"expectations.{source.entity}")
    rules = [*contract.rules(shop), *(each.rule for each in added)]
    made = made_for(added, "batch_id")
    read = {*ROW, "happened_on", *(column for rule in rules for column in rule.reads)}
    there = sorted(read - {column.name for column in made})
    binds = binds_of(deployment, span)
    with (
        deployment.warehouse.begin() as connection,
        typed(deployment, connection, span),
        statements.view(connection, "judged", f"checking/{name}", **binds),
    ):
        expected: Any = sa.select(*map(sa.column, there), *made).select_from(sa.table("judged"))
        statements.create_view(connection, "rule_columns", expected)
        statements.create_table(connection, judged, "contracts/rule_columns", unlogged=True)
        statements.drop_view(connection, "rule_columns")
    return judge(deployment.warehouse, judged, ROW, rules)


def _measure(
    deployment: Deployment, connection: Connection, verdicts: list[Verdict], batches: list[BatchRow]
) -> tuple[RuleCounts | None, Findings]:
    """Count what the rules found, judge each batch by it, and put rejected rows into quarantine.

    The rows of a batch that is refused are not: it is refused with all of them.
    """
    if not batches:
        return None, {}
    source = _source_of(deployment, batches)
    table = Table("raw", f"new_{source.entity}")
    staging_version = deployment.versions.staging
    counted = broken_rules.collect(connection, table, verdicts)
    before = source_history.read_history(
        connection, staging_version, source, batches[0]["batch_id"]
    )
    before.profiles = source_history.profile(connection, source, batches)
    _read_others(deployment, connection, before, batches)
    found = BatchChecks(deployment.configuration, source, before).judge(batches, counted)
    source_history.keep(connection, staging_version, before, counted)
    refused = [batch_id for batch_id in found if _refusal(found[batch_id])]
    source_history.keep_currencies(connection, before, refused)
    broken_rules.forget(connection, refused)
    if any(counted.critical.values()):
        broken_rules.keep(connection, source.entity, staging_version)
    statements.drop_table(connection, *table)
    return counted, found


def _read_others(
    deployment: Deployment, connection: Connection, past: SourceHistory, batches: list[BatchRow]
) -> None:
    """Read what new batches are held against that other sources sent: customers, currencies."""
    source = _source_of(deployment, batches)
    span = BatchRange(source, batches[0]["batch_id"], batches[-1]["batch_id"])
    binds = binds_of(deployment, span)
    if source.entity == "order_lines" and deployment.configuration.currency is None:
        source_history.read_currencies(connection, past, binds)
    others = references.sources_of_customers(deployment.configuration, source)
    if others and any(batch["is_new"] for batch in batches):
        statements.name_as(connection, "received", Table("raw", source.entity))
        past.unfound = references.few_found(connection, others, (), **binds)
        statements.drop_view(connection, "received")


def _source_of(deployment: Deployment, batches: list[BatchRow]) -> Source:
    return next(s for s in deployment.configuration.sources if s.name == batches[0]["source"])


def _refusal(findings: list[Finding]) -> str | None:
    """Return why a batch is refused, None if it is not."""
    return " ".join(finding.sentence for finding in findings if finding.critical) or None
