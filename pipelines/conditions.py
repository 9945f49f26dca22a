"""Conditions of segments.yml: SQL over feature and score columns, parsed before anything runs."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

# Columns a condition may use, by the table of the attempt that has them.
FEATURES = (
    "first_purchase_on", "last_purchase_on", "recency_days", "tenure_days", "order_count",
    "spend_amount", "order_count_7d", "spend_amount_7d", "order_count_30d", "spend_amount_30d",
    "order_count_90d", "spend_amount_90d", "order_count_365d", "spend_amount_365d",
    "average_order_amount", "interpurchase_days", "return_share", "discount_share",
    "category_count", "top_category", "session_count_30d", "product_view_count_30d",
    "cart_add_count_30d", "abandoned_cart_count_30d", "engagement_score", "rfm_recency",
    "rfm_frequency", "rfm_monetary", "as_of",
)  # fmt: skip
SCORES = ("churn_probability", "expected_purchases", "expected_spend")
_ALLOWED = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.Column, exp.Identifier, exp.Literal, exp.Boolean,
    exp.Null, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Coalesce, exp.Like, exp.Case, exp.If,
    exp.Cast, exp.DataType,
)  # fmt: skip


def check_condition(place: str, condition: str, faults: list[str]) -> frozenset[str]:
    """Return the columns a condition reads; add what is wrong with it to `faults`."""
    try:
        tree = sqlglot.parse_one(condition, dialect="postgres")
    except SqlglotError as error:
        why = str(error).splitlines()[0]
        faults.append(f"{place}.condition is not SQL: {why}")
        return frozenset()
    strange = {type(node).__name__ for node in tree.walk() if not isinstance(node, _ALLOWED)}
    if strange:
        faults.append(
            f"{place}.condition uses {', '.join(sorted(strange))}; a condition compares columns "
            "and literals with and, or, not, in, between, is null, arithmetic, coalesce, case."
        )
    columns = {node.name for node in tree.find_all(exp.Column)}
    for name in sorted(columns - {*FEATURES, *SCORES}):
        faults.append(
            f"{place}.condition names {name}, which is no feature or score. There are: "
            f"{', '.join((*FEATURES, *SCORES))}."
        )
    return frozenset(columns)


def to_sql(condition: str) -> str:
    """Return a checked condition as PostgreSQL text, written anew from its tree."""
    return sqlglot.parse_one(condition, dialect="postgres").sql(dialect="postgres")
