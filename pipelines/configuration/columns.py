"""The one catalogue of columns: each feature, score and segment column, and who may use it.

A feature is declared here and computed by its SELECT; everything else is derived: the views of
marts with their comments, what models read, what reasons say, what conditions, rules and exports
may name, what drift judges, docs/features.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.configuration.entities import TYPED, holding

ID, WHOLE, AMOUNT, NUMBER = "id", "whole number", "amount", "number"
DAY, INSTANT, TEXT, FLAG, LIST = "day", "instant", "text", "flag", "list"
NUMBERS = (WHOLE, AMOUNT, NUMBER)
SQL_TYPES = {
    ID: "bigint", WHOLE: "integer", AMOUNT: "numeric(18,4)", NUMBER: "double precision",
    DAY: "date", TEXT: "text", LIST: "text[]",
}  # fmt: skip
# The digits that floating point columns are hashed, compared and exported with.
DIGITS = {"customer_features": 4, "customer_scores": 6}
WINDOWS = (7, 30, 90, 365)


@dataclass(frozen=True)
class Column:
    """One column of the tables of an attempt.

    `entity` is what it is computed from: null where no source feeds that, but for what is made of
    more (not `is_null_without`). `window_days` end with
    as_of. `words` say a value in a churn reason, `null_words` its null; the units are those of
    models/reason_words.py, which says a windowed count or spend by its name, with its trend.
    `nightly` changes with the day alone or with other people, and so is computed for everybody
    every night by customer_features.sql; the others are copied of who is not touched.
    """

    name: str
    kind: str
    comment: str
    entity: str = "order_lines"
    window_days: int | None = None
    words: str = ""
    null_words: str = ""
    nightly: bool = False
    is_model_feature: bool = True
    in_conditions: bool = True
    is_exportable: bool = True
    is_judged_by_drift: bool = True
    is_null_without: bool = True


def _windowed(days: int) -> tuple[Column, Column]:
    tail = f"in the {days} days that end with as_of."
    count = Column(f"order_count_{days}d", WHOLE, f"Purchases {tail}", window_days=days)
    amount = f"Net amounts dated {tail}"
    return count, Column(f"spend_amount_{days}d", AMOUNT, amount, window_days=days)


def _web(name: str, comment: str, words: str) -> Column:
    words = f"{{count:{words}}} in the last 30 days"
    return Column(name, WHOLE, comment, entity="events", window_days=30, words=words)


_NO_PURCHASE = "never bought anything"
FEATURES = (
    Column(
        "person_id", ID, "The person; stable across nights, merges keep the older id.",
        is_exportable=False,
    ),
    Column("as_of", DAY, "Business day, inclusive.", nightly=True, is_exportable=False),
    Column(
        "customer_refs", LIST, "The customer_refs that are this person, sorted; empty for guests.",
        entity="customers",
    ),
    Column("first_purchase_on", DAY, "Day of the first purchase."),
    Column("last_purchase_on", DAY, "Day of the last purchase; a return is none."),
    # Who has left stays among the people, so everybody's recency grows as a shop does, and
    # everybody's tenure by a day every night, whoever they are: drift of them says nothing.
    Column(
        "recency_days", WHOLE, "as_of - last_purchase_on; null without a purchase.",
        words="last purchase {ago}", null_words=_NO_PURCHASE, nightly=True,
        is_judged_by_drift=False,
    ),
    Column(
        "tenure_days", WHOLE, "as_of - first_purchase_on; null without a purchase.",
        words="first purchase {ago}", null_words=_NO_PURCHASE, nightly=True,
        is_judged_by_drift=False,
    ),
    Column(
        "order_count", WHOLE,
        "Purchases: orders whose lines with quantity > 0 add up to more than 0.",
        words="{count:purchase|purchases} ever",
    ),
    Column(
        "spend_amount", AMOUNT, "Sum of all net amounts, returns included.",
        words="spent {amount} ever",
    ),
    *(column for days in WINDOWS for column in _windowed(days)),
    Column(
        "average_order_amount", NUMBER, "spend_amount / order_count.",
        words="{amount} spent per purchase", null_words=_NO_PURCHASE,
    ),
    Column(
        "interpurchase_days", NUMBER,
        "(last - first purchase day) / (distinct purchase days - 1).",
        words="usually buys every {number:,.1f} days", null_words="never bought on a second day",
    ),
    Column(
        "return_share", NUMBER, "Net of returned lines / net of bought lines, 0 to 1.",
        words="{share} of spend returned", null_words="no spend to return from",
    ),
    Column(
        "discount_share", NUMBER, "Discount / (net + discount) over bought lines, 0 to 1.",
        words="{share} of the price discounted", null_words="no price to discount",
    ),
    Column(
        "category_count", WHOLE,
        "Distinct product categories bought; null without a product catalogue.",
        entity="products", words="{count:category|categories} bought from",
    ),
    Column(
        "top_category", TEXT, "Category with the most spend, ties by name.", entity="products",
    ),
    _web(
        "session_count_30d", "Sessions begun in the last 30 days; null without web events.",
        "web session|web sessions",
    ),
    _web(
        "product_view_count_30d", "Product views of those sessions.",
        "product view|product views",
    ),
    _web(
        "cart_add_count_30d", "Additions to a cart in those sessions.",
        "cart addition|cart additions",
    ),
    _web(
        "abandoned_cart_count_30d", "Those sessions with a cart and no purchase within 24 hours.",
        "abandoned cart|abandoned carts",
    ),
    Column(
        "engagement_score", NUMBER,
        "0 to 100: capped, weighted counts of the last 30 days (settings.yml).",
        entity="events", window_days=30, words="engagement score {number:.0f} of 100",
        is_null_without=False,
    ),
    Column(
        "rfm_recency", WHOLE, "1 to 5, 5 = bought most recently.",
        words="recency score {number:.0f} of 5", nightly=True,
    ),
    Column(
        "rfm_frequency", WHOLE, "1 to 5, 5 = most purchases.",
        words="frequency score {number:.0f} of 5", nightly=True,
    ),
    Column(
        "rfm_monetary", WHOLE, "1 to 5, 5 = most spend.",
        words="spend score {number:.0f} of 5", nightly=True,
    ),
    Column(
        "average_items_per_order", NUMBER,
        "Pieces bought with purchases, returns apart / order_count; null without a purchase.",
        words="{number:,.1f} pieces per purchase", null_words=_NO_PURCHASE,
    ),
)  # fmt: skip
_KEYS = (
    Column("person_id", ID, "The person.", is_exportable=False),
    Column("as_of", DAY, "Business day, inclusive.", is_exportable=False),
)
SCORES = (
    *_KEYS,
    Column(
        "churn_probability", NUMBER,
        "Probability, 0 to 1, of no purchase in the churn horizon after as_of (models.yml).",
    ),
    Column(
        "churn_reasons", LIST,
        "What speaks most for and against, from the model's own contributions.",
    ),
    Column("expected_purchases", NUMBER, "Expected purchases; null until its model exists."),
    Column("expected_spend", NUMBER, "Expected spend; null until its model exists."),
    Column(
        "churn_model", TEXT, "Id of the churn model in ops.model_versions.", in_conditions=False,
    ),
)  # fmt: skip
SEGMENTS = (
    *_KEYS,
    Column(
        "segments", LIST,
        "Names of the segments whose condition holds (segments.yml), sorted; empty for none.",
        is_exportable=False,  # always there
    ),
    Column("primary_segment", TEXT, "The first of them in the order of segments.yml."),
    Column(
        "cluster", WHOLE,
        "Number of the nearest centroid; null without a purchase, with profiling refused or "
        "without a segmenter.",
    ),
    Column("cluster_name", TEXT, "What the cluster is like, in words."),
    Column("segmenter_model", TEXT, "Id of the segmenter in ops.model_versions."),
)  # fmt: skip
CATALOGUE: Mapping[str, tuple[Column, ...]] = {
    "customer_features": FEATURES,
    "customer_scores": SCORES,
    "customer_segments": SEGMENTS,
}
# Shown as views of marts, and what they show.
PUBLIC = {
    "customer_features": "What each person had done by the end of the day as_of: RFM, behaviour, "
    "engagement.",
    "customer_scores": "What each scored person is expected to do: those who bought lately and do "
    "not refuse profiling.",
    "customers": "A row per customer number by the newest published night: features, segments, "
    "cluster, score. A person of two numbers has two rows; a guest has none.",
}

# The columns of customer_features that an entity feeds beside the order lines, and those of them
# that are null without it.
FED_BY = {
    entity: tuple(column.name for column in FEATURES if column.entity == entity)
    for entity in ("events", "products")
}
NULL_WITHOUT = {
    entity: tuple(c.name for c in FEATURES if c.entity == entity and c.is_null_without)
    for entity in FED_BY
}
MODEL_FEATURES = tuple(c.name for c in FEATURES if c.kind in NUMBERS and c.is_model_feature)
# What a condition of segments.yml may name.
CONDITION_COLUMNS = {
    column.name: NUMBER if column.kind == AMOUNT else column.kind
    for column in (*FEATURES, *SCORES)
    if column.in_conditions and column.kind not in (ID, LIST)
}
# Shown as drift and never judged.
NOT_JUDGED = [c.name for c in (*FEATURES, *SCORES) if not c.is_judged_by_drift]
# What a rule of contracts.yml may name: of an attempt's tables, all numbers are one kind.
BY_TABLE: Mapping[str, Mapping[str, str]] = {
    **TYPED,
    **{
        table: {c.name: NUMBER if c.kind in (ID, *NUMBERS) else c.kind for c in columns}
        for table, columns in CATALOGUE.items()
    },
    "members": holding(
        number="person_id",
        day="as_of linked_on",
        text="source entity record_ref customer_space customer_ref evidence",
    ),
}
