"""Every column of customer_features, computed dully from staged rows."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import pandas as pd

from .orders import WINDOWS, find_purchases, order_features, read_lines
from .rfm import add_rfm
from .web import COUNTS, Engagement, engagement_score, web_features

COLUMNS = [
    "person_id",
    "as_of",
    "customer_refs",
    "first_purchase_on",
    "last_purchase_on",
    "recency_days",
    "tenure_days",
    "order_count",
    "spend_amount",
    *(name + suffix for suffix in WINDOWS for name in ("order_count", "spend_amount")),
    "average_order_amount",
    "interpurchase_days",
    "return_share",
    "discount_share",
    "category_count",
    "top_category",
    *COUNTS,
    "engagement_score",
    "rfm_recency",
    "rfm_frequency",
    "rfm_monetary",
    "average_items_per_order",
]


def customer_features(
    as_of: date,
    people: Mapping,
    order_lines: pd.DataFrame,
    events: pd.DataFrame | None,
    products: pd.DataFrame | None,
    engagement: Engagement,
) -> pd.DataFrame:
    """One row per person of `people` (the answer of people.people), ordered by person_id.

    All columns are of Python objects: int, Decimal, float, date, str, list, and None for null.
    """
    refs = refs_of(people)
    person_ids = sorted(set(people.values()))
    lines = read_lines(as_of, people, order_lines)
    purchases = find_purchases(lines)
    features = order_features(as_of, lines, purchases, products, person_ids)
    web = web_features(as_of, people, events, purchases, person_ids)
    add_rfm(features)
    for person_id, person in features.items():
        person.update(web[person_id], person_id=int(person_id), as_of=as_of)
        person["customer_refs"] = refs.get(person_id, [])
        person["engagement_score"] = engagement_score(person, engagement)
    return pd.DataFrame(list(features.values()), columns=COLUMNS, dtype=object)


def refs_of(people: Mapping) -> dict[int, list[str]]:
    """Each person's distinct customer_refs, sorted."""
    found = defaultdict(set)
    for node, person_id in people.items():
        if node[0] == "ref":
            found[person_id].add(node[2])
    return {person_id: sorted(refs) for person_id, refs in found.items()}
