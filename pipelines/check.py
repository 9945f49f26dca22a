"""Judge new batches by their contracts: good rows go on, bad ones to quarantine."""

from importlib import import_module
from itertools import groupby

import sqlalchemy as sa

from expectations import batches as landings
from expectations.rule import Shop
from pipelines import quarantine, versions, warehouse
from pipelines.configuration import Source
from pipelines.deployment import Deployment
from pipelines.errors import BatchRefused
from pipelines.locks import STAGING
from pipelines.quarantine import ROW
from pipelines.stage import binds_of
from pipelines.verdicts import Finding, Verdict, judge, record

Batch = sa.RowMapping
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
    _stop_if_refused(deployment, versions.versions_of(deployment.configuration).staging)
    return count


def judge_waiting(deployment: Deployment) -> int:
    """Judge every batch not yet judged and stop for none; return how many.

    Table rules judge each batch, row rules all new batches of a source at once. What is found of
    a source is recorded in one transaction.
    """
    with deployment.warehouse.lock(STAGING, wait=True):
        staging_version = versions.versions_of(deployment.configuration).staging
        with deployment.warehouse.begin() as connection:
            waiting = warehouse.rows(
                connection, "ops/unchecked_batches", staging_version=staging_version
            )
        if waiting:
            findings = _judge_landings(deployment, waiting, staging_version)
            by_source = sorted(waiting, key=lambda batch: (batch["source"], batch["batch_id"]))
            for _, batches in groupby(by_source, key=lambda batch: batch["source"]):
                _judge_source(deployment, list(batches), findings)
    return len(waiting)


def _judge_landings(deployment: Deployment, waiting: list[Batch], staging_version: str) -> Findings:
    """Judge each waiting batch as a whole."""
    table = ("raw", "new_batches")
    sources = [f"{source.name}:{source.entity}" for source in deployment.configuration.sources]
    binds = {"staging_version": staging_version, "sources": sources}
    with deployment.warehouse.begin() as connection:
        warehouse.create_table(
            connection, table, "2_quarantine/new_batches", unlogged=True, **binds
        )
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
        warehouse.drop_table(connection, *table)
    return findings


def _judge_source(deployment: Deployment, batches: list[Batch], landed: Findings) -> None:
    """Judge the rows of one source's batches, those refused left out, and record everything."""
    began = deployment.warehouse.clock()
    staging_version = versions.versions_of(deployment.configuration).staging
    refused = {batch["batch_id"]: _refusal(landed[batch["batch_id"]]) for batch in batches}
    good = [batch for batch in batches if not refused[batch["batch_id"]]]
    verdicts = _judge_rows(deployment, good) if good else []
    now = deployment.warehouse.clock()
    rate = (now - began).total_seconds() / max(sum(b["stored_count"] for b in batches), 1)
    with deployment.warehouse.begin() as connection:
        entity = batches[0]["entity"]
        by_row, kept = quarantine.keep(connection, (entity, staging_version), verdicts, good)
        for batch in batches:
            batch_id = batch["batch_id"]
            record(
                connection,
                [*landed[batch_id], *by_row.get(batch_id, [])],
                batch_id=batch_id,
                table_name=entity,
                staging_version=staging_version,
                checked_at=now,
            )
            warehouse.run(
                connection,
                "ops/batch_checked",
                staging_version=staging_version,
                batch_id=batch_id,
                state="refused" if refused[batch_id] else "checked",
                reason=refused[batch_id],
                quarantined_count=kept.get(batch_id, 0),
                checked_seconds=rate * batch["stored_count"],
            )


def _judge_rows(deployment: Deployment, batches: list[Batch]) -> list[Verdict]:
    """Type the new rows into raw.new_<entity> and judge them there."""
    configuration = deployment.configuration
    source: Source = next(s for s in configuration.sources if s.name == batches[0]["source"])
    binds = binds_of(deployment, source, batches[0]["batch_id"], batches[-1]["batch_id"])
    name = f"new_{source.entity}"
    with deployment.warehouse.begin() as connection:
        warehouse.create_view(connection, "typed", f"3_staging/{source.entity}", **binds)
        warehouse.create_table(connection, ("raw", name), f"2_quarantine/{name}", unlogged=True)
        warehouse.drop_view(connection, "typed")
    contract = import_module(f"expectations.{source.entity}")
    shop = Shop(configuration.currency, configuration.has("products"))
    return judge(deployment.warehouse, ("raw", name), ROW, contract.rules(shop))


def _refusal(findings: list[Finding]) -> str | None:
    """Return why a batch is refused, None if it is not."""
    return " ".join(finding.sentence for finding in findings if finding.critical) or None


def _stop_if_refused(deployment: Deployment, staging_version: str) -> None:
    if deployment.configuration.night_on_refused != "stop":
        return
    with deployment.warehouse.begin() as connection:
        standing = warehouse.rows(
            connection, "ops/contract_standing_refusals", staging_version=staging_version
        )
    if standing:
        told = " ".join(f"batch {row['batch_id']} is refused: {row['reason']}" for row in standing)
        raise BatchRefused(
            f"{told} The last good night stays published. Have the file sent again under its "
            "name, or after mending sources.yml land it with `nocturne land --again FILE`; to go "
            "on without it, set `night_on_refused: go_on` in settings.yml."
        )
