"""The contract of an attempt's customer_segments; its balance: sql/publishing/balance.sql."""

from expectations.rule import CRITICAL, Rule, Shop, between, once


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every person's segments must keep."""
    return (
        once("person_id", CRITICAL, "people are segmented twice."),
        between("cluster", (0, None), "cluster_not_negative", CRITICAL, "cluster is negative."),
    )


def balance(shop: Shop) -> tuple[Rule, ...]:
    """Return what must hold between segments and features."""
    return (
        between(
            "features_without_segments",
            (0, 0),
            "everybody_segmented",
            CRITICAL,
            "{value} people with features are missing among the segments.",
        ),
        between(
            "segments_without_features",
            (0, 0),
            "only_people_segmented",
            CRITICAL,
            "{value} people have segments but no features.",
        ),
        between(
            "primary_not_among_segments",
            (0, 0),
            "primary_is_a_segment",
            CRITICAL,
            "of {value} people the primary segment is none they are in.",
        ),
    )
