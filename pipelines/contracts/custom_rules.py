"""Columns for the rules of config/contracts.yml: each holds the value that breaks its rule.

They decide which rows go to quarantine, and so are part of the version of the stage.
"""

from collections.abc import Sequence
from typing import Any, assert_never

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from expectations.checks import Between, Matches, NotAbove, Once, OneOf, Present
from expectations.custom import CustomRule


def made_for(rules: Sequence[CustomRule], *within: str) -> list[sa.ColumnElement[Any]]:
    """Return the columns to make beside those there are; a value as text where it breaks a rule.

    `within` names the columns among whose equal rows a value is to come once: a batch's rows, so
    that it does not matter which batches are judged together.
    """
    made = [rule for rule in rules if rule.judged != rule.column]
    return [_made(rule, within).label(rule.judged) for rule in made]


def _made(rule: CustomRule, within: tuple[str, ...]) -> sa.ColumnElement[Any]:
    """Return the column of a rule: the value as text where it breaks the rule, null elsewhere.

    Of an attribute that is to be given it is the attribute itself.
    """
    value, is_attribute = _value(rule), rule.attribute is not None
    match rule.check:
        case Present():
            return value
        case Once():
            same = sa.func.count().over(partition_by=[*map(sa.column, within), value])
            breaks = same > 1
        case Between():
            breaks = _outside(rule.check, value, is_attribute=is_attribute)
        case OneOf(_, values):
            breaks = value != sa.all_(sa.cast(array(list(values)), ARRAY(sa.Text)))
        case Matches(_, pattern):
            breaks = value.op("!~", is_comparison=True)(sa.literal(pattern))
        case NotAbove(_, limit):
            breaks = value > sa.column(limit)
        case _:
            assert_never(rule.check)
    return sa.case((breaks, sa.cast(value, sa.Text)))


def _value(rule: CustomRule) -> sa.ColumnElement[Any]:
    if rule.attribute is None:
        return sa.column(rule.column)
    attributes: sa.ColumnElement[Any] = sa.column("attributes")
    return attributes.op("->>")(sa.literal(rule.attribute))


def _outside(
    check: Between, value: sa.ColumnElement[Any], *, is_attribute: bool
) -> sa.ColumnElement[bool]:
    """Return whether a value lies outside the bounds; of an attribute, one that is no number too.

    `<` and `>` of a missing bound are unknown, which is no breach.
    """
    number = sa.func.staging.read_number(value) if is_attribute else value
    outside = sa.or_(
        *([number < sa.literal(check.least)] if check.least is not None else []),
        *([number > sa.literal(check.most)] if check.most is not None else []),
    )
    if not is_attribute:
        return outside
    return sa.or_(outside, sa.and_(number.is_(None), value.is_not(None)))
