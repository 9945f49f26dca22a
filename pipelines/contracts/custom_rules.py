"""Columns for the rules of config/contracts.yml: each holds the value that breaks its rule.

They decide which rows go to quarantine, and so are part of the version of the stage.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from expectations.custom import CustomRule


def made_for(rules: Sequence[CustomRule], *within: str) -> list[sa.ColumnElement[Any]]:
    """Return the columns to make beside those there are; a value as text where it breaks a rule.

    `within` names the columns among whose equal rows a value is to come once: a batch's rows, so
    that it does not matter which batches are judged together.
    """
    made = [rule for rule in rules if rule.judged != rule.column]
    return [_made(rule, within).label(rule.judged) for rule in made]


def _made(rule: CustomRule, within: tuple[str, ...]) -> sa.ColumnElement[Any]:
    value = _value(rule)
    if rule.kind == "present":
        return value
    if rule.kind == "once":
        same = sa.func.count().over(partition_by=[*map(sa.column, within), value])
        return sa.case((same > 1, sa.cast(value, sa.Text)))
    return sa.case((_breaks(rule, value), sa.cast(value, sa.Text)))


def _value(rule: CustomRule) -> sa.ColumnElement[Any]:
    if rule.attribute is None:
        return sa.column(rule.column)
    attributes: sa.ColumnElement[Any] = sa.column("attributes")
    return attributes.op("->>")(sa.literal(rule.attribute))


def _breaks(rule: CustomRule, value: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Return whether a value that is given breaks the rule."""
    if rule.kind == "between":
        return _outside(rule, value)
    if rule.kind == "one_of":
        return value != sa.all_(sa.cast(array(list(rule.asked)), ARRAY(sa.Text)))
    if rule.kind == "matches":
        return value.op("!~", is_comparison=True)(sa.literal(rule.asked))
    return value > sa.column(rule.asked)


def _outside(rule: CustomRule, value: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Return whether a value lies outside the bounds; of an attribute, one that is no number too.

    `<` and `>` of a missing bound are unknown, which is no breach.
    """
    number = value if rule.attribute is None else sa.func.staging.read_number(value)
    least, most = rule.asked
    outside = sa.or_(
        *([number < sa.literal(least)] if least is not None else []),
        *([number > sa.literal(most)] if most is not None else []),
    )
    if rule.attribute is None:
        return outside
    return sa.or_(outside, sa.and_(number.is_(None), value.is_not(None)))
