"""The rule on the freshness of the sources that a night is made from."""

from expectations.rule import Rule, absent


def fresh(severity: str) -> Rule:
    """Return the rule that a source has sent something lately."""
    return absent("stale", "source_fresh", severity, "{value}")
