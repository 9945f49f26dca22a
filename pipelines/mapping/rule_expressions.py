"""SQL expressions of column rules: the text that a rule makes of a row of the inbox."""

import json
from dataclasses import dataclass
from functools import reduce

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from pipelines.configuration.sources.column_rules import ColumnRule, Condition
from pipelines.mapping.blanks import BLANKS

REST = "rest"  # the column of the inbox that many share


@dataclass(frozen=True)
class ColumnMapping:
    """The source's columns by name, each with its column of the inbox, and what they are to us.

    `plain` says which of ours is one of theirs as it came; the text of all others is kept beside
    the row as attributes. `rest` are names that share one column, as a list.
    """

    places: dict[str, str]
    plain: dict[str, str]
    rest: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """All columns of the source."""
        return [*self.places, *self.rest]

    def text(self, name: str) -> sa.ColumnElement[str]:
        """Return a column of the source; null where this batch has none such."""
        if name in self.rest:
            return sa.column(REST, ARRAY(sa.Text))[self.rest.index(name) + 1]
        if name not in self.places:
            return sa.cast(sa.null(), sa.Text)
        return sa.column(self.places[name], sa.Text)


def nothing() -> sa.ColumnElement[str]:
    """Return a null of the type of all received texts."""
    return sa.cast(sa.null(), sa.Text)


def made(recipe: ColumnRule, found: ColumnMapping) -> sa.ColumnElement[str]:
    """Return the text that a recipe makes of a row."""
    if recipe.constant is not None:
        text: sa.ColumnElement[str] = sa.cast(sa.literal(recipe.constant), sa.Text)
    else:
        text = _taken_over(recipe, found)
    if recipe.split:
        text = sa.func.nullif(sa.func.btrim(sa.func.split_part(text, *recipe.split), BLANKS), "")
    if recipe.values:
        words = sa.cast(sa.literal(json.dumps(dict(recipe.values))), JSONB)
        text = sa.func.nullif(sa.func.coalesce(words.op("->>")(text), text), "")
    if recipe.share:
        text = _shared(text, *map(found.text, recipe.share))
    if recipe.negative_when:
        bare = sa.func.ltrim(text)
        signed = meets(recipe.negative_when, found) & sa.not_(bare.startswith("-"))
        text = sa.case((signed, sa.func.concat("-", bare)), else_=text)
        text = sa.func.nullif(text, "-")  # of nothing
    return text


def _shared(text: sa.ColumnElement[str], *of: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return as much of the first number as the text is of the least of the others, at most all.

    Nothing where one cannot be read or is missing.
    """
    number, part, *wholes = map(sa.func.staging.read_number, (text, *of))
    whole = sa.func.least(*wholes)
    taken = sa.func.least(sa.func.abs(number), whole) * sa.func.sign(number)
    split = sa.func.round(taken * part / sa.func.nullif(whole, 0), 4)
    return sa.cast(sa.case((number == 0, number), else_=split), sa.Text)


def _taken_over(recipe: ColumnRule, found: ColumnMapping) -> sa.ColumnElement[str]:
    """Return the first of the recipe's names that gives a value, or all of them joined."""
    if recipe.join is not None:
        first, *others = map(found.text, recipe.names)
        return reduce(lambda text, other: text + recipe.join + other, others, first)
    names = [name for name in recipe.names if name in found.names] or recipe.names[:1]
    if len(names) > 1:
        return sa.func.coalesce(*map(found.text, names))
    return found.text(names[0])


def meets(condition: Condition, found: ColumnMapping) -> sa.ColumnElement[bool]:
    """Return whether a row meets a condition; null where its column is."""
    text = found.text(condition.column)
    each = (
        text.startswith(value[:-1], autoescape=True) if value.endswith("*") else text == value
        for value in condition.values
    )
    among = sa.or_(*each)
    return sa.not_(among) if condition.but else among
