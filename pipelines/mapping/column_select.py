"""Compile a source's column rules to a SELECT over the inbox."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array
from sqlalchemy.engine import Connection

from pipelines.configuration.entities import ENTITIES
from pipelines.configuration.model import Source
from pipelines.configuration.sources.column_rules import is_path
from pipelines.errors import SourceUnreadable
from pipelines.mapping.blanks import BLANKS
from pipelines.mapping.rule_expressions import REST, ColumnMapping, made, meets, nothing
from pipelines.warehouse import statements

INBOX = sa.table("inbox", schema="raw")
# PostgreSQL keeps a row within a page of 8 kB: this many short texts fit beside those mapped, more
# are kept as one list, which may be longer.
MOST_COLUMNS = 100


def of_columns(connection: Connection, source: Source, columns: list[str]) -> ColumnMapping:
    """Return the cells of something with a header.

    Raises
    ------
    SourceUnreadable
        If a column that the mapping needs is not there: a required one, or one that this source
        has never sent.
    """
    before = set(_columns_before(connection, source))
    missing = [
        " or ".join(repr(name) for name in names)
        for ours, names in expected(source)
        if not set(names) & set(columns) and (ours in _needed(source) or not set(names) & before)
    ]
    if missing:
        raise SourceUnreadable(
            f"sources.yml maps {' and '.join(missing)}, which the file does not have. It has: "
            f"{_shown(columns)}. Correct the mapping, or ask the source what became of it."
        )
    return read_as(source, columns)


def of_objects(source: Source, names: list[str]) -> ColumnMapping:
    """Return the cells of JSON objects, none of which needs to have every name.

    Raises
    ------
    SourceUnreadable
        If no object has a required one.
    """
    missing = [
        " or ".join(map(repr, any_of))
        for ours, any_of in expected(source)
        if ours in ENTITIES[source.entity].required
        and not set(any_of) & set(names)
        and not any(map(is_path, any_of))
    ]
    if names and missing:
        raise SourceUnreadable(
            f"sources.yml maps {' and '.join(missing)}, which no row has. They have: "
            f"{_shown(names)}. Correct the mapping, or ask the source what became of it."
        )
    requested = chain.from_iterable(any_of for _, any_of in expected(source))
    return read_as(source, list(dict.fromkeys([*names, *requested])))


def _shown(names: list[str]) -> str:
    """Return names for a sentence, quoted where they have blanks around them."""
    return ", ".join(name if name == name.strip(BLANKS) else repr(name) for name in names)


def mapped(source: Source, found: ColumnMapping) -> sa.Select[Any]:
    """Return the SELECT of our columns over the inbox, other columns as one object `extras`.

    `unread` are those of them that no rule reads: they tell rows without a name apart.
    """
    ours = [
        (made(source.columns[column], found) if column in source.columns else nothing()).label(
            column
        )
        for column in ENTITIES[source.entity].columns
    ]
    tombstone = _tombstone(source, found).label("tombstone")
    extras = _extras(source, found)
    read = sorted({name for rule in source.columns.values() for name in rule.cells})
    unread = extras.op("-")(sa.cast(array(read), ARRAY(sa.Text))) if read else extras
    columns = [
        sa.column("row_no"),
        tombstone,
        *ours,
        extras.label("extras"),
        unread.label("unread"),
    ]
    picked: sa.Select[Any] = sa.select(*columns).select_from(rows(source, found))
    picked = picked.where(taken(source, found)) if source.where else picked
    return _last_sent(source, found, picked) if source.sent_with else picked


def _last_sent(source: Source, found: ColumnMapping, picked: sa.Select[Any]) -> sa.Select[Any]:
    """Return of each order that was sent several times only the rows of the last time."""
    sent = sa.func.coalesce(*map(found.text, source.sent_with), "").label("sent")
    each = picked.add_columns(sent).subquery("each_sent")
    last = sa.func.first_value(each.c.sent).over(
        partition_by=each.c.order_id, order_by=each.c.row_no.desc()
    )
    all_sent = sa.select(each, last.label("last_sent")).subquery("all_sent")
    counts = sa.or_(all_sent.c.sent == all_sent.c.last_sent, all_sent.c.order_id.is_(None))
    names = [column for column in all_sent.c if column.name not in ("sent", "last_sent")]
    return sa.select(*names).where(counts)


def rows(source: Source, found: ColumnMapping) -> sa.FromClause:
    """Return the inbox, or its rows with what only the first of several says filled down."""
    fill = source.fill_down
    if not fill:
        return INBOX
    by, place_of = found.text(fill.by), sa.column("row_no", sa.BigInteger)
    columns: list[sa.ColumnElement[Any]] = [place_of]
    for name, place in found.places.items():
        text = found.text(name)
        if name in fill.columns:
            first = sa.func.first_value(text).over(partition_by=by, order_by=place_of)
            text = sa.func.coalesce(text, first)
        columns.append(text.label(place))
    columns += [sa.column(REST)] if found.rest else []
    return sa.select(*columns).select_from(INBOX).subquery("filled")


def taken(source: Source, found: ColumnMapping) -> sa.ColumnElement[bool]:
    """Return whether a row of the inbox meets what the source's `where` asks; never null."""
    met = [sa.func.coalesce(meets(each, found), sa.false()) for each in source.where]
    return sa.and_(sa.true(), *met)


def _tombstone(source: Source, found: ColumnMapping) -> sa.ColumnElement[str]:
    """Return the text that says true of a row that is deleted."""
    if source.gone_when:
        met = sa.or_(*(meets(each, found) for each in source.gone_when))
        return sa.case((met, "true"), else_=nothing())
    return found.text(source.tombstone) if source.tombstone else nothing()


def _extras(source: Source, found: ColumnMapping) -> sa.ColumnElement[Any]:
    """Return all that is no column of ours as it came, as one object without nulls."""
    names = kept(source, found)
    if not names or not source.keeps_others:
        return sa.cast(sa.literal("{}"), JSONB)
    theirs = sa.cast(array(names), ARRAY(sa.Text))
    texts = sa.func.jsonb_object(theirs, array([found.text(name) for name in names]))
    return sa.func.jsonb_strip_nulls(texts)


def kept(source: Source, found: ColumnMapping) -> list[str]:
    """Return the columns whose text is kept beside the row: all that is no column of ours as is."""
    used = {*found.plain.values(), *([source.tombstone] if source.tombstone else [])}
    return [name for name in found.names if name not in used]


def expected(source: Source) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Return what the mapping reads: per want, the names of which one is enough."""
    for ours, recipe in source.columns.items():
        if recipe.join is not None:
            yield from ((ours, (name,)) for name in recipe.names)
        elif recipe.names:
            yield ours, recipe.names
        yield from ((ours, (name,)) for name in recipe.share or ())
        if recipe.negative_when:
            yield "where", (recipe.negative_when.column,)
    for condition in source.where:
        yield "where", (condition.column,)
    for condition in source.gone_when:
        yield "tombstone", (condition.column,)
    if source.tombstone:
        yield "tombstone", (source.tombstone,)
    if source.sent_with:
        yield "where", source.sent_with
    if source.fill_down:
        yield "where", (source.fill_down.by,)


def _needed(source: Source) -> tuple[str, ...]:
    """Return what a batch cannot do without, though earlier ones had it."""
    return (*ENTITIES[source.entity].required, "where", "tombstone")


def read_as(source: Source, names: list[str]) -> ColumnMapping:
    """Return the cells of these columns, whatever the mapping misses among them."""
    plain = {}
    for ours, recipe in source.columns.items():
        there = [name for name in recipe.names if name in names]
        if recipe.is_rename and len(there) == 1:
            plain[ours] = there[0]
    requested = set(chain.from_iterable(any_of for _, any_of in expected(source)))
    others = [name for name in names if name not in requested]
    rest = others if len(others) > MOST_COLUMNS else []
    own = [name for name in names if name not in set(rest)]
    places = {name: f"c{place}" for place, name in enumerate(own, 1)}
    return ColumnMapping(places, plain, tuple(rest))


def _columns_before(connection: Connection, source: Source) -> list[str]:
    if source.may_lack_columns:
        return []
    return [
        row.name for row in statements.run(connection, "mapping/columns_before", source=source.name)
    ]
