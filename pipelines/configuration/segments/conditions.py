"""Conditions of segments.yml: SQL over feature and score columns, parsed before anything runs.

A condition is the one piece of SQL that comes from outside sql/, so it is never passed on as it
was typed: it is parsed, every node must be on a short list, every operation must make sense for
what its operands are, and what runs is written anew from the tree.
"""

import re
from collections.abc import Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from pipelines.configuration.columns import CONDITION_COLUMNS
from pipelines.configuration.model import Segment
from pipelines.configuration.segments.condition_types import (
    OperandTypes,
    nearest_column,
    text_of,
)

# The primary segment of people for whom no condition holds.
NO_SEGMENT = "none"

WORDS = ("description", "goal")  # of a segment, for people; no row depends on them
UNDERSTOOD = (
    "A condition compares columns and literals with = <> < <= > >=, and, or, not, in, between, "
    "like, is null, + - * /, coalesce and case."
)
_ALLOWED = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.Column, exp.Identifier, exp.Literal, exp.Boolean,
    exp.Null, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Coalesce, exp.Like, exp.Case, exp.If,
    exp.Cast, exp.DataType,
)  # fmt: skip


def read_segments(content: dict[str, Any], faults: list[str]) -> list[Segment]:
    """Return the segments of segments.yml in its order; add all their faults to `faults`."""
    for key in sorted(str(key) for key in set(content) - {"segments"}):
        faults.append(f"segments.yml: {key} is not understood. There is: segments.")
    entries = content.get("segments") or {}
    if not isinstance(entries, dict):
        faults.append("segments.yml: segments: expected names, each with a condition.")
        return []
    return [_segment(name, entry, faults) for name, entry in entries.items()]


def _segment(name: Any, entry: Any, faults: list[str]) -> Segment:
    place = f"segments.yml: {name}"
    if not isinstance(name, str) or not re.fullmatch("[a-z][a-z0-9_]*", name):
        faults.append(f"{place} is no name; expected small letters, digits and _, quoted if YAML "
                      "reads it as something else (yes, no, on, off).")  # fmt: skip
    elif name == NO_SEGMENT:
        faults.append(f"{place} is what the primary segment of people in no segment is called.")
    entry = entry if isinstance(entry, dict) else {}
    for key in sorted(str(key) for key in set(entry) - {*WORDS, "condition"}):
        faults.append(f"{place}.{key} is not understood. There are: description, condition, goal.")
    words = {key: entry.get(key) or "" for key in WORDS}
    for key, text in words.items():
        if not isinstance(text, str):
            faults.append(f"{place}.{key} is {text!r}; expected a sentence.")
    told, condition = {key: str(text) for key, text in words.items()}, entry.get("condition")
    if not isinstance(condition, str):
        faults.append(f"{place}.condition is missing or not text; expected SQL such as "
                      "order_count > 3.")  # fmt: skip
        return Segment(str(name), told["description"], "", goal=told["goal"])
    needs = check_condition(place, condition, faults)
    return Segment(str(name), told["description"], condition, needs, told["goal"])


def check_condition(place: str, condition: str, faults: list[str]) -> frozenset[str]:
    """Return the columns a condition reads; add every fault of it to `faults`, as a sentence.

    Parameters
    ----------
    place : where the condition stands: "segments.yml: loyal"
    condition : the text of the file
    faults : sentences so far; appended to
    """
    place = f"{place}.condition"
    try:
        tree = _parse(condition)
    except SqlglotError as error:
        faults.append(f"{place} is not SQL: {_why(error)} It says: {condition.strip()!r}.")
        return frozenset()
    except ValueError as error:
        faults.append(f"{place} {error}")
        return frozenset()
    found = [f"{place} {fault}" for fault in _faults(tree)]
    faults.extend(dict.fromkeys(found))
    return frozenset(column.name for column in tree.find_all(exp.Column))


def to_sql(condition: str) -> str:
    """Return a checked condition as PostgreSQL text, written anew from its tree.

    Names are quoted, comments are dropped, and a division is one of doubles whose denominator of
    0 gives null, as everywhere in the features: a shop's data cannot make a night fail.
    """
    return _divide(_parse(condition)).sql(dialect="postgres", comments=False)


def _parse(condition: str) -> exp.Expression:
    """Return the tree of a condition, its columns folded and quoted as PostgreSQL would.

    Raises
    ------
    SqlglotError
        If it is not SQL.
    ValueError
        If it is not exactly one expression.
    """
    trees = [tree for tree in sqlglot.parse(condition, dialect="postgres") if tree is not None]
    if not trees:
        raise ValueError("is empty.")
    if len(trees) > 1 or ";" in _without_literals(condition):
        raise ValueError("holds a semicolon; expected a single expression, as after `where`.")
    return trees[0].transform(_fold)


def _without_literals(condition: str) -> str:
    return " ".join(
        token.text
        for token in sqlglot.tokenize(condition, dialect="postgres")
        if token.token_type != sqlglot.TokenType.STRING
    )


def _fold(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Identifier):
        name = node.name if node.quoted else node.name.lower()
        return exp.to_identifier(name, quoted=True)
    return node


def _divide(tree: exp.Expression) -> exp.Expression:
    """Make every division one of doubles, with null for a denominator of 0; innermost first."""
    for division in reversed(list(tree.find_all(exp.Div))):
        numerator = exp.cast(division.this, "double precision", dialect="postgres")
        divisor = exp.Nullif(this=division.expression, expression=exp.Literal.number(0))
        division.set("this", numerator)
        division.set("expression", divisor)
    return tree


def _faults(tree: exp.Expression) -> Iterator[str]:
    """Yield what is wrong with a condition that could be parsed."""
    strange = {type(node).__name__ for node in tree.walk() if not isinstance(node, _ALLOWED)}
    if strange:
        yield f"uses {', '.join(sorted(strange))}. {UNDERSTOOD}"
    yield from _column_faults(tree)
    if not strange:
        kinds = OperandTypes()
        kind = kinds.of(tree)
        yield from kinds.faults
        if kind not in ("truth", None) and not kinds.faults:
            yield f"is a {kind}, not true or false: {text_of(tree)}."


def _column_faults(tree: exp.Expression) -> Iterator[str]:
    columns = list(tree.find_all(exp.Column, bfs=False))
    for column in columns:
        if column.name not in CONDITION_COLUMNS:
            near = nearest_column(column.name)
            yield f"names {column.name}, which is no feature or score. {near}"
        elif column.table:
            yield f"names {text_of(column)}; write {column.name}, without a table."
    if not columns:
        yield f"reads no column, so it holds for everybody or for nobody: {text_of(tree)}."


def _why(error: SqlglotError) -> str:
    """Return where a parser stopped, in one sentence."""
    detail = error.errors[0] if isinstance(error, ParseError) and error.errors else None
    if detail is None:
        return f"{str(error).splitlines()[0]}."
    seen = f"{detail['start_context']}{detail['highlight']}".strip()
    return f"line {detail['line']}, column {detail['col']}, after {seen!r}."
