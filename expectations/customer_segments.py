"""The contract of an attempt's customer_segments; its balance: sql/publishing/balance.sql."""

from expectations.checks import Between
from expectations.rule import CRITICAL, Rule, Shop, once


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every person's segments must keep."""
    return (
        once("person_id", CRITICAL, "people are segmented twice."),
        Rule("cluster_not_negative", CRITICAL, Between("cluster", 0, None), "cluster is negative."),
    )


def balance(shop: Shop) -> tuple[Rule, ...]:
    """Return what must hold between segments and features."""
    return (
        Rule(
            "everybody_segmented",
            CRITICAL,
            Between("features_without_segments", 0, 0),
            "{value} people with features are missing among the segments.",
        ),
        Rule(
            "only_people_segmented",
            CRITICAL,
            Between("segments_without_features", 0, 0),
            "{value} people have segments but no features.",
        ),
        Rule(
            "primary_is_a_segment",
            CRITICAL,
            Between("primary_not_among_segments", 0, 0),
            "of {value} people the primary segment is none they are in.",
        ),
    )
