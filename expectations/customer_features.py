"""The contract of an attempt's customer_features; its balance: sql/publishing/balance.sql."""

from itertools import pairwise

from expectations.checks import Between, NotAbove
from expectations.rule import CRITICAL, WARNING, Rule, Shop, once

# From night to night the demo's people change by less than 0.1 %. Losing half is a source that
# went missing or a staging that went wrong, not customers that left: nobody ever leaves.
LEAST_PEOPLE_SHARE = 0.5

COUNTS = (
    "order_count_7d", "order_count_30d", "order_count_90d", "order_count_365d", "order_count",
)  # fmt: skip
NEVER_NEGATIVE = (
    COUNTS[0], "recency_days", "tenure_days", "interpurchase_days", "category_count",
    "session_count_30d", "product_view_count_30d", "cart_add_count_30d",
    "abandoned_cart_count_30d",
)  # fmt: skip
SCORES = ("rfm_recency", "rfm_frequency", "rfm_monetary")


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every person's features must keep."""
    return (
        once("person_id", CRITICAL, "people stand there twice: a join doubled them."),
        Rule(
            "last_purchase_not_after_as_of",
            CRITICAL,
            NotAbove("last_purchase_on", "as_of"),
            "purchases after the night's day count: the build looked ahead.",
        ),
        Rule(
            "first_purchase_not_after_last",
            CRITICAL,
            NotAbove("first_purchase_on", "last_purchase_on"),
            "first_purchase_on lies after last_purchase_on.",
        ),
        *(_not_negative(column) for column in NEVER_NEGATIVE),
        *(_within(part, whole) for part, whole in pairwise(COUNTS)),
        _within("abandoned_cart_count_30d", "session_count_30d"),
        *(
            Rule(
                f"{column}_1_to_5",
                CRITICAL,
                Between(column, 1, 5),
                f"{column} lies outside 1 to 5.",
            )
            for column in SCORES
        ),
        Rule(
            "engagement_score_0_to_100",
            CRITICAL,
            Between("engagement_score", 0, 100),
            "engagement_score lies outside 0 to 100: look at engagement in settings.yml.",
        ),
        # More may be returned than was ever bought here, and discounts may be given twice.
        *(_share(column) for column in ("return_share", "discount_share")),
    )


def balance(shop: Shop) -> tuple[Rule, ...]:
    """Return what must hold between features, members and the night published before."""
    return (
        Rule(
            "nobody_lost",
            CRITICAL,
            Between("people_without_features", 0, 0),
            "{value} people among the members have no features: a join lost them.",
        ),
        Rule(
            "nobody_invented",
            CRITICAL,
            Between("features_without_people", 0, 0),
            "{value} people have features who are not among the members.",
        ),
        Rule(
            "people_not_halved",
            CRITICAL,
            Between("people_share_of_night_before", LEAST_PEOPLE_SHARE, None),
            "{value} of the people of the night published before, expected "
            f"{LEAST_PEOPLE_SHARE:g} or more: look whether a source or its staged rows are gone.",
        ),
    )


def _not_negative(column: str) -> Rule:
    return Rule(
        f"{column}_not_negative", CRITICAL, Between(column, 0, None), f"{column} is negative."
    )


def _within(part: str, whole: str) -> Rule:
    return Rule(
        f"{part}_within_{whole}", CRITICAL, NotAbove(part, whole), f"{part} is above {whole}."
    )


def _share(column: str) -> Rule:
    return Rule(
        f"{column}_0_to_1",
        WARNING,
        Between(column, 0, 1),
        f"{column} lies outside 0 to 1: look at these people's order lines.",
    )
