"""The columns that rules of config/contracts.yml may name, and what they hold."""

from collections.abc import Mapping

from pipelines.configuration.segments.condition_types import COLUMNS as OF_FEATURES
from pipelines.configuration.segments.condition_types import NUMBERS

NUMBER, DAY, INSTANT, TEXT, FLAG, LIST = "number", "day", "instant", "text", "flag", "list"
OF_SCORES = ("churn_probability", "expected_purchases", "expected_spend")


def _of(**columns: str) -> Mapping[str, str]:
    """Return {column: what it holds} from {what: columns}."""
    return {column: kind for kind, named in columns.items() for column in named.split()}


# As typed by sql/schema/3_staging/<entity>.sql, and as the tables of an attempt have them.
BY_TABLE: Mapping[str, Mapping[str, str]] = {
    "customers": _of(
        text="customer_ref email phone given_name family_name street postcode city country",
        day="created_on birth_date landed_on",
        instant="updated_at",
        flag="consent_marketing consent_profiling",
    ),
    "events": _of(
        text="event_id event_type visitor_ref customer_ref email session_ref product_ref",
        day="occurred_on landed_on",
        instant="occurred_at updated_at",
        number="value",
    ),
    "order_lines": _of(
        text="order_id line_no customer_ref email phone product_ref currency",
        day="ordered_on landed_on",
        instant="ordered_at updated_at",
        number="quantity unit_price discount_amount net_amount",
    ),
    "products": _of(
        text="product_ref name category brand",
        number="price",
        day="landed_on",
        instant="updated_at",
    ),
    "customer_features": {
        "person_id": NUMBER,
        "customer_refs": LIST,
        **{
            column: NUMBER if kind in NUMBERS else kind
            for column, kind in OF_FEATURES.items()
            if column not in OF_SCORES
        },
    },
    "customer_scores": _of(
        number=f"person_id {' '.join(OF_SCORES)}", day="as_of", list="churn_reasons"
    ),
    "customer_segments": _of(
        number="person_id cluster",
        day="as_of",
        text="primary_segment cluster_name",
        list="segments",
    ),
    "members": _of(
        number="person_id",
        day="as_of linked_on",
        text="source entity record_ref customer_space customer_ref evidence",
    ),
}
