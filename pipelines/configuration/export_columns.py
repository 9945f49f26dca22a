"""The columns an export may have, and their types in Arrow."""

import pyarrow as pa

AMOUNT = pa.decimal128(18, 4)
TEXTS = pa.list_(pa.string())
# Always there, first, in this order.
ALWAYS = {
    "customer_id": pa.string(),
    "person_id": pa.string(),
    "segments": TEXTS,
    "last_updated": pa.date32(),
}
# Features, scores and segments that destinations.yml may name.
CHOOSABLE = {
    "primary_segment": pa.string(),
    "cluster": pa.int32(),
    "cluster_name": pa.string(),
    "segmenter_model": pa.string(),
    "churn_probability": pa.float64(),
    "churn_reasons": TEXTS,
    "expected_purchases": pa.float64(),
    "expected_spend": pa.float64(),
    "churn_model": pa.string(),
    "customer_refs": TEXTS,
    "first_purchase_on": pa.date32(),
    "last_purchase_on": pa.date32(),
    "recency_days": pa.int32(),
    "tenure_days": pa.int32(),
    "order_count": pa.int32(),
    "spend_amount": AMOUNT,
    "order_count_7d": pa.int32(),
    "spend_amount_7d": AMOUNT,
    "order_count_30d": pa.int32(),
    "spend_amount_30d": AMOUNT,
    "order_count_90d": pa.int32(),
    "spend_amount_90d": AMOUNT,
    "order_count_365d": pa.int32(),
    "spend_amount_365d": AMOUNT,
    "average_order_amount": pa.float64(),
    "interpurchase_days": pa.float64(),
    "return_share": pa.float64(),
    "discount_share": pa.float64(),
    "category_count": pa.int32(),
    "top_category": pa.string(),
    "session_count_30d": pa.int32(),
    "product_view_count_30d": pa.int32(),
    "cart_add_count_30d": pa.int32(),
    "abandoned_cart_count_30d": pa.int32(),
    "engagement_score": pa.float64(),
    "rfm_recency": pa.int32(),
    "rfm_frequency": pa.int32(),
    "rfm_monetary": pa.int32(),
}


def schema_of(chosen: list[str]) -> pa.Schema:
    """Return the schema of an export with these columns after those that are always there."""
    return pa.schema(ALWAYS | {name: CHOOSABLE[name] for name in chosen})


def column_faults(place: str, columns: object) -> list[str]:
    """Return what is wrong with `columns` of a destination, a sentence each."""
    if not isinstance(columns, list):
        return [f"{place}.columns is {columns!r}; expected a list of names."]
    faults = []
    for name in dict.fromkeys(map(str, columns)):
        if name in ALWAYS:
            faults.append(f"{place}.columns: {name} is always there; leave it out.")
        elif name not in CHOOSABLE:
            known = ", ".join(CHOOSABLE)
            faults.append(f"{place}.columns: {name!r} is nothing to export. There are: {known}.")
        elif columns.count(name) > 1:
            faults.append(f"{place}.columns: {name} stands there {columns.count(name)} times.")
    return faults
