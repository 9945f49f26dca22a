"""Validate a table against its rules: Great Expectations, in the database."""

import logging
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, assert_never

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expectations.checks import (
    Absent,
    Between,
    Check,
    NotAbove,
    NotBelow,
    Once,
    OneOf,
    Present,
)
from expectations.rule import CRITICAL, Rule
from pipelines.warehouse import statements
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.statements import Table

SHOWN_CHARACTERS = 200  # of a value, in a sentence; the whole of it is in the row's content


@dataclass(frozen=True)
class Verdict:
    """What one rule found: rows looked at, rows that broke it, the query that returns them."""

    rule: Rule
    checked: int
    unexpected: int
    query: str

    @property
    def holds(self) -> bool:
        """Whether no row broke the rule."""
        return self.unexpected == 0

    def broken(self, key: tuple[str, ...]) -> sa.Subquery:
        """Return all rows that broke the rule: the key, and the `value` seen, as text."""
        text = self.query.rstrip().removesuffix(";").replace(":", r"\:")
        shown = [*key, self.rule.shows]
        found = sa.text(text).columns(*(sa.column(name) for name in shown)).subquery("found")
        value = sa.func.left(sa.cast(found.c[self.rule.shows], sa.Text), SHOWN_CHARACTERS)
        return sa.select(*(found.c[name] for name in key), value.label("value")).subquery("broken")

    def values(self, connection: Connection, key: str) -> dict[Any, str]:
        """Return, for the key of each row that broke the rule, the value seen."""
        if self.holds:
            return {}
        broken = self.broken((key,))
        found = connection.execute(sa.select(broken.c[key], broken.c.value))
        return {place: value or "" for place, value in found}


@dataclass(frozen=True)
class Finding:
    """A verdict on one landing or one attempt, as ops.contract_results keeps it."""

    rule: Rule
    checked: int
    unexpected: int
    sentence: str

    @property
    def critical(self) -> bool:
        """Whether the rule is broken and critical."""
        return self.unexpected > 0 and self.rule.severity == CRITICAL


def record(connection: Connection, findings: Iterable[Finding], **judged: Any) -> None:
    """Keep findings; `judged` holds the other columns of ops.contract_results."""
    rows = [
        {
            "batch_id": None,
            "night_id": None,
            "rule": finding.rule.name,
            "severity": finding.rule.severity,
            "success": finding.unexpected == 0,
            "checked_count": finding.checked,
            "unexpected_count": finding.unexpected,
            "sentence": finding.sentence if finding.unexpected else None,
            **judged,
        }
        for finding in findings
    ]
    if rows:
        connection.execute(statements.statement("contracts/insert_result"), rows)


def judge(
    warehouse_: Warehouse, table: Table, key: tuple[str, ...], rules: Iterable[Rule]
) -> list[Verdict]:
    """Return one verdict per rule, in their order.

    The table must be committed: Great Expectations sees it from outside. Counts of all rules are
    taken in one pass over it; only the query of the failing rows is kept, not the rows.
    """
    by_name = {rule.name: rule for rule in rules}
    result_format = {
        "result_format": "BASIC",
        "partial_unexpected_count": 0,
        "return_unexpected_index_query": True,
        "unexpected_index_column_names": list(key),
    }
    found = {}
    with _validation(warehouse_, table, by_name) as validation:
        for result in validation.run(result_format=result_format).results:
            rule = by_name[result.expectation_config.meta["rule"]]
            found[rule.name] = _verdict(rule, result)
    return [found[name] for name in by_name]


def _verdict(rule: Rule, result: Any) -> Verdict:
    raised = result.exception_info
    if raised.get("raised_exception", any(isinstance(e, dict) for e in raised.values())):
        raise RuntimeError(f"rule {rule.name} could not be judged: {raised}")
    counts = result.result
    return Verdict(
        rule,
        counts["element_count"],
        counts["unexpected_count"] or 0,  # none in an empty table
        counts["unexpected_index_query"],
    )


@contextmanager
def _validation(warehouse_: Warehouse, table: Table, rules: dict[str, Rule]) -> Iterator[Any]:
    """Yield a Great Expectations validation; its connections are closed afterwards."""
    gx, gxe = great_expectations()
    schema, name = table
    expected = []
    for rule in rules.values():
        expectation = expectation_of(rule.check, gxe)
        expectation.meta = {"rule": rule.name}
        expectation.severity = rule.severity
        expected.append(expectation)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        source = context.data_sources.add_postgres(
            "warehouse",
            # No address and no password: connections come from the warehouse itself, so that
            # nothing Great Expectations logs or keeps can hold them.
            connection_string="postgresql+psycopg2://nocturne@warehouse/warehouse",
            kwargs={"creator": lambda: _connection(warehouse_)},
        )
        try:
            asset = source.add_table_asset(name, table_name=name, schema_name=schema)
            rows = asset.add_batch_definition_whole_table(name)
            suite = context.suites.add(gx.ExpectationSuite(name, expectations=expected))
            definition = gx.ValidationDefinition(name=name, data=rows, suite=suite)
            yield context.validation_definitions.add(definition)
        finally:
            source.get_execution_engine().engine.dispose()
            source.get_engine().dispose()


def expectation_of(check: Check, gxe: Any) -> Any:
    """Return a check as an expectation of great_expectations.expectations."""
    match check:
        case Present(column):
            return gxe.ExpectColumnValuesToNotBeNull(column=column)
        case Absent(column):
            return gxe.ExpectColumnValuesToBeNull(column=column)
        case Between(column, least, most):
            return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=least, max_value=most)
        case OneOf(column, values):
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values))
        case NotAbove(column, limit):
            return _not_below(limit, column, gxe)
        case NotBelow(column, limit):
            return _not_below(column, limit, gxe)
        case Once(column):
            return gxe.ExpectColumnValuesToBeUnique(column=column)
    assert_never(check)


def _not_below(column: str, limit: str, gxe: Any) -> Any:
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=column, column_B=limit, or_equal=True, ignore_row_if="either_value_is_missing"
    )


def _connection(warehouse_: Warehouse) -> Any:
    pooled = warehouse_.engine.raw_connection()
    driver = pooled.driver_connection
    pooled.detach()
    return driver


def great_expectations() -> tuple[Any, Any]:
    """Import Great Expectations, which takes seconds, and keep it from phoning home.

    It reads its switches from the environment when it is imported and offers no other way; a
    default is set for this library alone, nothing is read.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("TQDM_DISABLE", "1")
    import great_expectations as gx
    from great_expectations import expectations as gxe

    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return gx, gxe
