"""The contract of an attempt's members; its balance: sql/publishing/balance.sql."""

from expectations.checks import Between, NotAbove
from expectations.rule import CRITICAL, Rule, Shop


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every record of a person must keep."""
    return (
        Rule(
            "linked_on_not_after_as_of",
            CRITICAL,
            NotAbove("linked_on", "as_of"),
            "linked by evidence dated after the night's day: identify looked ahead.",
        ),
    )


def balance(shop: Shop) -> tuple[Rule, ...]:
    """Return what must hold between members and what they are made from."""
    return (
        Rule(
            "people_present",
            CRITICAL,
            Between("people", 1, None),
            "nobody is known by the night's day: look whether the sources were landed and whether "
            "their rows lie in quarantine.",
        ),
    )
