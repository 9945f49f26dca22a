"""The contract of an attempt's members; its balance: sql/publishing/balance.sql."""

from expectations.rule import CRITICAL, Rule, Shop, between, not_above


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every record of a person must keep."""
    return (
        not_above(
            "linked_on",
            "as_of",
            "linked_on_not_after_as_of",
            CRITICAL,
            "linked by evidence dated after the night's day: identify looked ahead.",
        ),
    )


def balance(shop: Shop) -> tuple[Rule, ...]:
    """Return what must hold between members and what they are made from."""
    return (
        between(
            "people",
            (1, None),
            "people_present",
            CRITICAL,
            "nobody is known by the night's day: look whether the sources were landed and whether "
            "their rows lie in quarantine.",
        ),
    )
