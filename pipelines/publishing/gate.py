"""Validate an attempt before it is published; a broken critical contract refuses it."""

from importlib import import_module
from itertools import chain
from typing import Any

import sqlalchemy as sa

from expectations.rule import Rule, Shop
from pipelines.attempts import freshness
from pipelines.attempts.night import KEYS, Night
from pipelines.contracts.custom_rules import made_for
from pipelines.contracts.validate import Finding, Verdict, judge, record
from pipelines.errors import ContractBroken
from pipelines.warehouse import attempt_tables, statements
from pipelines.warehouse.locks import BALANCING
from pipelines.warehouse.statements import Table

BALANCE = Table(attempt_tables.ATTEMPTS, "contract_balance")
ADDED = Table(attempt_tables.ATTEMPTS, "contract_added")


def check_attempt(tonight: Night) -> int:
    """Judge the tables of an attempt; every result is kept; return how many there are.

    Raises
    ------
    ContractBroken
        If a critical rule is broken.
    """
    with tonight.step("contracts") as connection:
        results = _judge(tonight)
        statements.run(connection, "publishing/forget_results", night_id=tonight.night_id)
        for table, findings in results.items():
            record(
                connection,
                findings,
                night_id=tonight.night_id,
                table_name=table,
                staging_version=tonight.staging_version,
                checked_at=tonight.deployment.warehouse.clock(),
            )
    found = list(chain.from_iterable(results.values()))
    _refuse([finding for finding in found if finding.critical])
    return len(found)


def _judge(tonight: Night) -> dict[str, list[Finding]]:
    """Return the findings per table: on its rows, then on what must add up."""
    shop = Shop()
    contracts = {table: import_module(f"expectations.{table}") for table in KEYS}
    results = {}
    for table, contract in contracts.items():
        name = attempt_tables.attempt_table(table, tonight.night_id)
        place = Table(attempt_tables.ATTEMPTS, name)
        verdicts = judge(tonight.deployment.warehouse, place, KEYS[table], contract.rules(shop))
        verdicts += _judge_added(tonight, table)
        results[table] = [_on_rows(tonight, table, verdict) for verdict in verdicts]
    rules = {table: contract.balance(shop) for table, contract in contracts.items()}
    on_whole = {rule.name: rule for each in rules.values() for rule in each}
    sums = _balance(tonight, list(on_whole.values()))
    for table, each in rules.items():
        results[table] += [_on_whole(tonight, table, *sums[rule.name]) for rule in each]
    return results | freshness.of_sources(tonight.deployment, tonight.binds)


def _judge_added(tonight: Night, table: str) -> list[Verdict]:
    """Judge a table by the rules of contracts.yml: on the columns made for them."""
    warehouse, added = tonight.deployment.warehouse, tonight.configuration.contracts.get(table, ())
    if not added:
        return []
    made, rules = made_for(added), [each.rule for each in added]
    there = {*KEYS[table], *(rule.shows for rule in rules)} - {column.name for column in made}
    name = attempt_tables.attempt_table(table, tonight.night_id)
    rows = sa.table(name, schema=attempt_tables.ATTEMPTS)
    expected: Any = sa.select(*map(sa.column, sorted(there)), *made).select_from(rows)
    with warehouse.lock(BALANCING, wait=True):
        with warehouse.begin() as connection:
            statements.create_view(connection, "rule_columns", expected)
            statements.create_table(connection, ADDED, "contracts/rule_columns", unlogged=True)
            statements.drop_view(connection, "rule_columns")
        verdicts = judge(warehouse, ADDED, KEYS[table], rules)
        with warehouse.begin() as connection:
            statements.drop_table(connection, *ADDED)
    return verdicts


def _balance(tonight: Night, rules: list[Rule]) -> dict[str, tuple[Verdict, str]]:
    """Judge what must add up: a table of one row that Great Expectations can see.

    Returns per rule its verdict and the value that broke it.
    """
    warehouse = tonight.deployment.warehouse
    with warehouse.lock(BALANCING, wait=True):
        with warehouse.begin() as connection:
            for table in KEYS:
                name = attempt_tables.attempt_table(table, tonight.night_id)
                statements.name_as(connection, table, Table(attempt_tables.ATTEMPTS, name))
            statements.create_table(
                connection, BALANCE, "publishing/balance", unlogged=True, **tonight.binds
            )
            for table in KEYS:
                statements.drop_view(connection, table)
        verdicts = judge(warehouse, BALANCE, ("night_id",), rules)
        with warehouse.begin() as connection:
            values = {v.rule.name: v.values(connection, "night_id") for v in verdicts}
            statements.drop_table(connection, *BALANCE)
    return {v.rule.name: (v, "".join(values[v.rule.name].values())) for v in verdicts}


def _on_rows(tonight: Night, table: str, verdict: Verdict) -> Finding:
    said = f"{verdict.unexpected:,} of {verdict.checked:,} rows: {verdict.rule.summary}"
    return Finding(verdict.rule, verdict.checked, verdict.unexpected, _told(tonight, table, said))


def _on_whole(tonight: Night, table: str, verdict: Verdict, value: str) -> Finding:
    said = _told(tonight, table, verdict.rule.sentence.replace("{value}", value))
    return Finding(verdict.rule, verdict.checked, verdict.unexpected, said)


def _told(tonight: Night, table: str, said: str) -> str:
    return f"{table} of {tonight.as_of} (attempt {tonight.night_id}): {said}"


def _refuse(broken: list[Finding]) -> None:
    if broken:
        more = f" And {len(broken) - 1} more rules are broken." if len(broken) > 1 else ""
        raise ContractBroken(
            f"{broken[0].sentence}{more} The attempt is not published, the last good night stays. "
            "All results are in ops.contract_results; mend the cause and run the night again."
        )
