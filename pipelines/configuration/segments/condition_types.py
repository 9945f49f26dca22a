"""What the parts of a condition are: whole numbers, numbers, days, texts or truths.

PostgreSQL would find the same faults, but at night, and one at a time.
"""

from collections.abc import Callable
from datetime import date
from difflib import get_close_matches

from sqlglot import exp

from pipelines.configuration.columns import CONDITION_COLUMNS

NUMBERS = ("whole number", "number")


def text_of(node: exp.Expression) -> str:
    """Return a part of a condition as its author would write it."""
    plain = node.copy()
    for identifier in plain.find_all(exp.Identifier):
        identifier.set("quoted", False)
    return plain.sql(dialect="postgres", comments=False)


def nearest_column(name: str) -> str:
    """Return a sentence with the column that was probably meant, or with all there are."""
    near = get_close_matches(name, CONDITION_COLUMNS, n=1)
    return f"Is {near[0]} meant?" if near else f"There are: {', '.join(CONDITION_COLUMNS)}."


class OperandTypes:
    """Finds the kind of a tree and of all its parts; `faults` collects what does not go together.

    A kind of None is null or unknown: it goes with everything, so that one fault is told once.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._by_node: dict[type[exp.Expression], Callable[[exp.Expression], str | None]] = {
            **dict.fromkeys((exp.And, exp.Or, exp.Not), self._logical),
            **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), self._comparison),
            **dict.fromkeys((exp.Between, exp.In), self._comparison),
            **dict.fromkeys((exp.Add, exp.Sub), self._sum),
            **dict.fromkeys((exp.Mul, exp.Div, exp.Neg), self._product),
            exp.Paren: lambda node: self.of(node.this),
            exp.Column: lambda node: CONDITION_COLUMNS.get(node.name),
            exp.Literal: self._literal,
            exp.Boolean: lambda node: "truth",
            exp.Null: lambda node: None,
            exp.Is: self._is,
            exp.Like: self._like,
            exp.Coalesce: lambda node: self._one_kind(node, _parts(node)),
            exp.Case: self._case,
            exp.Cast: self._cast,
        }

    def of(self, node: exp.Expression) -> str | None:
        """Return the kind of a node whose nodes are all allowed."""
        return self._by_node[type(node)](node)

    def _say(self, sentence: str) -> None:
        self.faults.append(sentence)

    def _logical(self, node: exp.Expression) -> str:
        for part in _parts(node):
            kind = self.of(part)
            if kind not in ("truth", None):
                self._say(f"takes a {kind} for true or false: {text_of(part)}.")
        return "truth"

    def _comparison(self, node: exp.Expression) -> str:
        if isinstance(node, exp.In) and not node.expressions:
            self._say(f"compares with an empty list: {text_of(node)}.")
        self._one_kind(node, _parts(node))
        return "truth"

    def _one_kind(self, node: exp.Expression, parts: list[exp.Expression]) -> str | None:
        """Return the kind that all parts share; a quoted day goes with days."""
        kinds = [self.of(part) for part in parts]
        if "day" in kinds:
            pairs = zip(parts, kinds, strict=True)
            kinds = ["day" if _is_quoted_day(part) else kind for part, kind in pairs]
        known = list(dict.fromkeys(kind for kind in kinds if kind))
        if set(known) <= set(NUMBERS):
            return "number" if "number" in known else next(iter(known), None)
        if len(known) > 1:
            self._say(f"puts a {' and a '.join(known)} together: {text_of(node)}.")
            return None
        return known[0]

    def _sum(self, node: exp.Expression) -> str | None:
        left, right = (self.of(part) for part in _parts(node))
        if left is None or right is None:
            return None
        if left in NUMBERS and right in NUMBERS:
            return "number" if "number" in (left, right) else "whole number"
        if (left, right) == ("day", "whole number"):
            return "day"
        if isinstance(node, exp.Sub) and (left, right) == ("day", "day"):
            return "whole number"
        self._say(f"cannot reckon with a {left} and a {right}: {text_of(node)}.")
        return None

    def _product(self, node: exp.Expression) -> str | None:
        kinds = [self.of(part) for part in _parts(node)]
        if None in kinds:
            return None
        if not set(kinds) <= set(NUMBERS):
            wrong = " and a ".join(str(kind) for kind in kinds)
            self._say(f"cannot reckon with a {wrong}: {text_of(node)}.")
            return None
        is_whole = set(kinds) == {"whole number"} and not isinstance(node, exp.Div)
        return "whole number" if is_whole else "number"

    def _literal(self, node: exp.Expression) -> str:
        if node.is_string:
            return "text"
        return "whole number" if node.name.isdigit() else "number"

    def _is(self, node: exp.Expression) -> str:
        if isinstance(node.expression, exp.Boolean):
            return self._logical(node)
        self.of(node.this)
        if not isinstance(node.expression, exp.Null):
            self._say(f"says `is` of something else than null, true or false: {text_of(node)}.")
        return "truth"

    def _like(self, node: exp.Expression) -> str:
        if {self.of(part) for part in _parts(node)} - {"text", None}:
            self._say(f"asks what is no text to be like something: {text_of(node)}.")
        return "truth"

    def _case(self, node: exp.Expression) -> str | None:
        whens = [branch.this for branch in node.args["ifs"]]
        if node.this is not None:
            self._one_kind(node, [node.this, *whens])
        else:
            for when in whens:
                self._logical(exp.Not(this=when.copy()))
        results = [branch.args["true"] for branch in node.args["ifs"]]
        default = node.args.get("default")
        return self._one_kind(node, [*results, *([default] if default is not None else [])])

    def _cast(self, node: exp.Expression) -> str | None:
        if node.args["to"].sql() == "DATE" and _is_quoted_day(node.this):
            return "day"
        self._say(f"casts {text_of(node)}; only a quoted day can be cast: date '2017-12-24'.")
        return None


def _parts(node: exp.Expression) -> list[exp.Expression]:
    """Return the operands of a node."""
    return [part for part in node.iter_expressions() if not isinstance(part, exp.DataType)]


def _is_quoted_day(node: exp.Expression) -> bool:
    if not (isinstance(node, exp.Literal) and node.is_string and len(node.name) == 10):
        return False
    try:
        date.fromisoformat(node.name)
    except ValueError:
        return False
    return True
