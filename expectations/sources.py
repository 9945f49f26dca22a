"""The contract of the sources of an attempt: what its night was made from is young enough."""

from expectations.rule import Rule, absent


def fresh(severity: str) -> Rule:
    """Return the rule that a source has sent something lately."""
    return absent("stale", "source_fresh", severity, "{value}")
