"""Small changes of a statement of sql/, each of which should give other rows somewhere.

Changed are comparisons, predicates, the side of joins, coalesce, min and max, and and or, tests
for null, constants and lengths of time by one, and the order that decides which row is first.
"""

import difflib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import sqlglot
from sqlglot import exp
from sqlglot.dialects import Postgres

Node = exp.Expression
Change = Callable[[Node], None]  # of the same node in a copy of the tree

COMPARISONS = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT,
               exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.NullSafeNEQ: exp.NullSafeEQ,
               exp.NullSafeEQ: exp.NullSafeNEQ}  # fmt: skip
EXTREMES = {exp.Min: exp.Max, exp.Max: exp.Min, exp.Least: exp.Greatest, exp.Greatest: exp.Least}
CONNECTORS = {exp.And: exp.Or, exp.Or: exp.And}


class Bound(Postgres):
    """PostgreSQL whose binds are written as in sql/."""

    class Generator(Postgres.Generator):
        """Writes a bind as :name."""

        TRANSFORMS = {  # noqa: RUF012 - sqlglot wants it so
            **Postgres.Generator.TRANSFORMS,
            exp.Placeholder: lambda _, node: f":{node.name}",
        }


@dataclass(frozen=True)
class Mutant:
    """One changed statement: what was done, the lines it was seen in, and the whole text.

    `place` tells changes with the same lines apart, counted from 1.
    """

    statement: str
    kind: str
    before: str
    after: str
    place: int
    sql: str

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What tells a mutant from all others, whatever else the statement becomes."""
        return self.statement, self.kind, self.before, self.after, self.place


def parsed(sql: str) -> Node:
    """Return the tree of a statement."""
    return sqlglot.parse_one(sql, read="postgres")


def written(tree: Node, pretty: bool = True) -> str:
    """Return a statement's text, binds as in sql/."""
    return tree.sql(dialect=Bound, pretty=pretty, comments=False)


def mutants(statement: str, sql: str) -> list[Mutant]:
    """Return every mutant of a statement, no two with the same text."""
    tree = parsed(sql)
    whole = written(tree)
    seen, places = {whole}, Counter()
    found = []
    for number, node in enumerate(tree.walk()):
        for kind, change in changes(node):
            copy = tree.copy()
            change(next(each for at, each in enumerate(copy.walk()) if at == number))
            text = written(copy)
            if text not in seen:
                seen.add(text)
                lines = differing(whole, text)
                places[kind, *lines] += 1
                found.append(Mutant(statement, kind, *lines, places[kind, *lines], text))
    return found


def differing(before: str, after: str) -> tuple[str, str]:
    """Return the lines in which two texts differ, each side in one line."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    sides = ([line[2:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    old, new = (" ".join(side) for side in sides)
    return old, new


def changes(node: Node) -> Iterator[tuple[str, Change]]:
    """Yield what may be done to a node, each with its kind."""
    yield from _comparisons(node)
    yield from _predicates(node)
    yield from _joins(node)
    yield from _calls(node)
    yield from _constants(node)
    if isinstance(node, exp.Ordered) and _decides(node):
        yield "order", lambda node: node.set("desc", not node.args.get("desc"))


def _becomes(kind: type[Node]) -> Change:
    return lambda node: node.replace(kind(**node.args))


def _comparisons(node: Node) -> Iterator[tuple[str, Change]]:
    is_set = isinstance(node.parent, exp.Update) and node.arg_key == "expressions"
    if type(node) in COMPARISONS and not is_set:
        yield "comparison", _becomes(COMPARISONS[type(node)])
    if isinstance(node, exp.Not):
        yield (
            "null" if isinstance(node.this, exp.Is) else "not",
            lambda node: node.replace(node.this),
        )
    if isinstance(node, exp.Is) and not isinstance(node.parent, exp.Not):
        yield "null", lambda node: node.replace(exp.Not(this=node.copy()))


def _predicates(node: Node) -> Iterator[tuple[str, Change]]:
    if type(node) in CONNECTORS:
        yield "and or", _becomes(CONNECTORS[type(node)])
    if type(node.parent) in CONNECTORS and type(node) not in CONNECTORS:
        sibling = "expression" if node.arg_key == "this" else "this"
        yield "predicate", lambda node: node.parent.replace(node.parent.args[sibling])
    if isinstance(node, exp.Where) and type(node.this) not in CONNECTORS:
        yield "predicate", lambda node: node.pop()


def _joins(node: Node) -> Iterator[tuple[str, Change]]:
    if not isinstance(node, exp.Join):
        return
    if node.side == "LEFT":
        yield "join", lambda node: (node.set("side", None), node.set("kind", "INNER"))
    elif node.side == "FULL" or node.kind == "INNER":
        yield "join", lambda node: (node.set("side", "LEFT"), node.set("kind", None))


def _calls(node: Node) -> Iterator[tuple[str, Change]]:
    if isinstance(node, exp.Coalesce):
        yield "coalesce", lambda node: node.replace(node.this)
    if type(node) in EXTREMES:
        yield "min max", _becomes(EXTREMES[type(node)])


def _constants(node: Node) -> Iterator[tuple[str, Change]]:
    is_number = isinstance(node, exp.Literal) and not node.is_string
    if isinstance(node, exp.Interval) and node.this.name.isdigit():
        for step in (-1, 1):
            yield (
                "constant",
                lambda node, step=step: node.this.replace(
                    exp.Literal.string(str(int(node.this.name) + step))
                ),
            )
    elif is_number and not _is_only_written(node):
        unit = Decimal(1).scaleb(Decimal(node.name).as_tuple().exponent)
        for step in (-unit, unit):
            yield (
                "constant",
                lambda node, step=step: node.replace(
                    exp.Literal(this=str(Decimal(node.name) + step), is_string=False)
                ),
            )


def _is_only_written(node: Node) -> bool:
    """Return whether a number's value is no matter: a type's length, a separator, what is counted.

    count(case when … then 1 end) counts 2 as well.
    """
    if isinstance(node.parent, exp.DataTypeParam | exp.Chr):
        return True
    case = node.find_ancestor(exp.Case)
    counted = case is not None and isinstance(case.parent, exp.Count)
    return counted and isinstance(node.parent, exp.If) and node.arg_key == "true"


def _decides(node: exp.Ordered) -> bool:
    """Return whether an order decides which row is first: of a window, or of distinct on."""
    ordered = node.find_ancestor(exp.Order)
    if ordered is None:
        return False
    outer = ordered.parent
    is_distinct_on = isinstance(outer, exp.Select) and outer.args.get("distinct") is not None
    return isinstance(outer, exp.Window) or is_distinct_on
