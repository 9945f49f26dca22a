"""Land and type the first rows of a source in a transaction that is rolled back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expectations.rule import Rule
from pipelines.check_sources.broken_checks import breaking
from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.model import Source, shop_of
from pipelines.configuration.sources.column_rules import is_path
from pipelines.contracts.custom_rules import made_for
from pipelines.deployment import Deployment
from pipelines.errors import SourceUnreadable
from pipelines.landing import inbox, row_keys
from pipelines.landing.batch import Batch
from pipelines.mapping import column_select, json_fields
from pipelines.mapping.blanks import BLANKS
from pipelines.mapping.rule_expressions import REST, ColumnMapping
from pipelines.mapping.typed_rows import BatchRange, binds_of, typed
from pipelines.sources.interface import LINE, RowStream
from pipelines.warehouse import statements

SHOWN = 3
NO_BATCH = 0  # the number of a batch that never is
# What the typed rows call otherwise; theirs is net_amount what a line comes to, given or not.
TYPED = {"created_at": "created_on", "net_amount": "read_net_amount"}
DAYS = {"ordered_at": "ordered_on", "occurred_at": "occurred_on"}
Row = dict[str, Any]


class FirstRows(NamedTuple):
    """The first rows of a source, and the stream that they were drawn from."""

    source: Source
    stream: RowStream
    rows: list[Row]


@dataclass(frozen=True)
class BrokenRule:
    """A rule, the rows that were held against it, and those that break it."""

    rule: Rule
    checked: int
    rows: list[Row]


@dataclass
class DryRun:
    """What the mapping, the typing and the contract make of the rows looked at.

    `shown` are the first that would land: their number and, per column of ours, the text and the
    value it is read as. `given` counts per column the rows that have a text, deletions apart.
    `unmapped` are columns that no rule reads; `kept` those whose text goes to the attributes, what
    a rule makes something else of among them.
    """

    source: Source
    columns: list[str]
    count: int = 0
    left_out: int = 0
    deleted: int = 0
    unmapped: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    shown: list[tuple[int, dict[str, tuple[Any, Any]]]] = field(default_factory=list)
    given: dict[str, int] = field(default_factory=dict)
    broken: list[BrokenRule] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    customer_refs: frozenset[str] = frozenset()


def try_rows(deployment: Deployment, connection: Connection, first: FirstRows) -> DryRun:
    """Return what becomes of rows, with every fault of the mapping."""
    done = DryRun(first.source, list(first.stream.columns))
    fill = _fill_from_lines if first.stream.is_lines else _fill_from_columns
    found = fill(connection, done, first.rows)
    if found:
        used = {name for _, any_of in column_select.expected(done.source) for name in any_of}
        done.unmapped = [name for name in done.columns if name not in used]
        beside = column_select.kept(done.source, found)
        done.kept = [name for name in done.columns if name in beside]
        _name(connection, done, found)
        _judge(deployment, connection, done)
    return done


def _fill_from_lines(connection: Connection, done: DryRun, rows: list[Row]) -> ColumnMapping | None:
    """Take lines apart into the inbox; return nothing if the mapping does not say how."""
    if not _drop_wrong_paths(connection, done):
        return None
    source = done.source
    inbox.empty_lines(connection)
    lines = sa.table("inbox_lines", sa.column("row_no"), sa.column(LINE), schema="raw")
    if rows:
        connection.execute(lines.insert(), rows)
    whole = "mapping/json_objects" if source.explode is None else "mapping/json_elements"
    with statements.view(connection, "objects", whole, explode=source.explode):
        torn = len(statements.rows(connection, "mapping/json_unreadable"))
        if torn:
            done.remarks.append(f"{torn:,} of {len(rows):,} lines are no JSON object.")
        done.columns = json_fields.names_in_objects(connection, source)
        empty = int(statements.value(connection, "landing/empty_count")) if source.explode else 0
        if empty:
            done.remarks.append(f"{empty:,} of {len(rows):,} objects have no {source.explode}.")
        found = _cells(done, lambda: column_select.of_objects(source, done.columns))
        inbox.fill_from_objects(connection, json_fields.by_path, found)
    return found


def _drop_wrong_paths(connection: Connection, done: DryRun) -> bool:
    """Go on without what has a path that is none; return whether there is a way to go on."""
    source, wrong = done.source, set(json_fields.wrong_paths(connection, done.source))
    for path in sorted(wrong):
        done.faults.append(
            f"{path!r} cannot be read as a SQL/JSON path, such as $.customer.email or @.sku."
        )
    done.source = replace(
        source,
        columns={k: each for k, each in source.columns.items() if not wrong & {*each.cells}},
        gone_when=tuple(each for each in source.gone_when if each.column not in wrong),
        where=tuple(each for each in source.where if each.column not in wrong),
    )
    return source.explode not in wrong


def _fill_from_columns(connection: Connection, done: DryRun, rows: list[Row]) -> ColumnMapping:
    found = _cells(done, lambda: column_select.of_columns(connection, done.source, done.columns))
    inbox.make(connection, found)
    names = ["row_no", *found.places.values(), *([REST] if found.rest else [])]
    table = sa.table("inbox", *map(sa.column, names), schema="raw")
    placed = [
        {"row_no": row["row_no"]}
        | {place: _bare(row.get(name)) for name, place in found.places.items()}
        | ({REST: [_bare(row[name]) for name in found.rest]} if found.rest else {})
        for row in rows
    ]
    if placed:
        connection.execute(table.insert(), placed)
    return found


def _bare(text: str | None) -> str | None:
    return (text or "").strip(BLANKS) or None


def _cells(done: DryRun, of: Callable[[], ColumnMapping]) -> ColumnMapping:
    """Return the cells; what the mapping misses is a fault, and empty."""
    try:
        return of()
    except SourceUnreadable as error:
        done.faults.append(str(error))
        requested = (name for _, any_of in column_select.expected(done.source) for name in any_of)
        return column_select.read_as(
            done.source, list(dict.fromkeys([*done.columns, *filter(is_path, requested)]))
        )


def _name(connection: Connection, done: DryRun, found: ColumnMapping) -> None:
    """Name the rows that would land `looked`, and count them."""
    source = done.source
    statements.create_view(connection, "mapped", column_select.mapped(source, found))
    row_keys.name(connection, source)
    binds = {"source": source.name, "batch_id": NO_BATCH}
    statements.create_view(connection, "looked", "check_sources/as_landed", **binds)
    done.count, taken = (
        connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in (column_select.INBOX, sa.table("looked"))
    )
    done.left_out = done.count - taken


def _judge(deployment: Deployment, connection: Connection, done: DryRun) -> None:
    """Type the rows and hold them against the contract of their entity."""
    source, configuration = done.source, deployment.configuration
    batch = Batch(source, "", "").row(deployment, NO_BATCH)
    statements.run(connection, "landing/insert_batch", **batch)
    ours = ENTITIES[source.entity].columns
    looked = sa.table("looked", *map(sa.column, ("row_no", "op", *ours)))
    texts = {row["row_no"]: row for row in connection.execute(sa.select(looked)).mappings()}
    done.deleted = sum(row["op"] == "delete" for row in texts.values())
    added = configuration.contracts.get(source.entity, ())
    shop = replace(shop_of(configuration, source), has_products=False)  # of other sources
    contract = import_module(f"expectations.{source.entity}")
    batches = BatchRange(source, NO_BATCH, NO_BATCH)
    binds = binds_of(deployment, batches)
    with (
        typed(deployment, connection, batches, "looked"),
        statements.view(connection, "judged", f"checking/new_{source.entity}", **binds),
    ):
        columns = [*_columns_of_judged(connection, source), *made_for(added, "batch_id")]
        judged = sa.select(*columns).select_from(sa.table("judged"))
        found = connection.execute(judged.order_by(sa.column("row_no"))).mappings()
        rows = [dict(row) for row in found]
    judged_texts = [texts[row["row_no"]] for row in rows]
    done.given = {name: sum(row[name] is not None for row in judged_texts) for name in ours}
    rules = (*contract.rules(shop), *(each.rule for each in added))
    every = (BrokenRule(rule, len(rows), breaking(rule.check, rows)) for rule in rules)
    done.broken = [each for each in every if each.rows]
    _note_references(done, configuration.currency, rows)
    done.shown = [(row["row_no"], _values(texts[row["row_no"]], row)) for row in rows[:SHOWN]]


def _columns_of_judged(connection: Connection, source: Source) -> list[sa.ColumnElement[Any]]:
    """Return the columns of `judged`; an instant that Python has no year for is shown as none."""
    every: sa.Select[Any] = (
        sa.select(sa.literal_column("*")).select_from(sa.table("judged")).limit(0)
    )
    names = connection.execute(every).keys()
    instants = {name: sa.column(name, sa.DateTime(timezone=True)) for name in names}
    ends = (sa.text("timestamptz '0001-01-01 00:00Z'"), sa.text("timestamptz '9999-12-31 23:59Z'"))
    return [
        sa.case((column.between(*ends), column)).label(name)
        if name in ENTITIES[source.entity].instants and name not in TYPED and name != "birth_date"
        else sa.column(name)
        for name, column in instants.items()
    ]


def _note_references(done: DryRun, currency: str | None, rows: list[Row]) -> None:
    """Note what other sources are held against: customer_refs, and more than one currency."""
    refs = (row.get("customer_ref") for row in rows if row.get("no_key") is None)
    done.customer_refs = frozenset(ref for ref in refs if ref)
    codes = sorted({str(row["currency"]) for row in rows if row.get("currency")})
    if currency is None and len(codes) > 1:
        done.faults.append(
            f"it is in {' and '.join(codes)}, while settings.yml names no currency: it would be "
            "refused. Set `currency` to the one that counts, or have amounts converted."
        )


def _values(texts: Any, row: Row) -> dict[str, tuple[Any, Any]]:
    """Return per column of ours its text and what it is read as: itself where nothing is read."""
    typed_as = TYPED | (DAYS if not row.get("has_time") else {})
    ours = [name for name in texts if name not in ("row_no", "op")]
    return {n: (texts[n], row.get(typed_as.get(n, n), texts[n])) for n in ours}
