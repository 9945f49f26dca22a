"""The contract of new events; what its columns hold: sql/checking/new_events.sql."""

from expectations import believable_days
from expectations.checks import OneOf
from expectations.order_lines import AN_INSTANT
from expectations.rule import (
    AN_UPDATE,
    CRITICAL,
    WARNING,
    Rule,
    Shop,
    absent,
    names_somebody,
    names_something,
    present,
    readable,
    short_keys,
)

COUNTED_TYPES = (
    "page_view", "product_view", "cart_add", "cart_remove", "checkout", "login",
    "mail_sent", "mail_opened", "mail_clicked", "coupon_redeemed",
)  # fmt: skip


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every new event must keep."""
    return (
        short_keys("event_id, event_type, customer_ref, visitor_ref, session_ref and product_ref"),
        names_something("event_id"),
        present(
            "received_occurred_at", "no occurred_at: have the source send it with its instant."
        ),
        readable("occurred_at", CRITICAL, AN_INSTANT),
        *believable_days.believable("occurred_at", "occurred", CRITICAL),
        present("event_type", "no event_type: have the source send the event again with one."),
        Rule(
            "event_type_known",
            WARNING,
            OneOf("event_type", COUNTED_TYPES),
            "event_type '{value}' is none that counts: kept, uncounted. "
            f"There are: {', '.join(COUNTED_TYPES)}.",
        ),
        readable("updated_at", WARNING, AN_UPDATE),
        *map(names_somebody, ("customer_ref", "visitor_ref", "session_ref")),
        readable("email", WARNING, "name@domain; kept, it links nobody"),
        readable("value", WARNING, "a number; kept without it"),
        *_known_product(shop),
    )


def _known_product(shop: Shop) -> tuple[Rule, ...]:
    if not shop.has_products:
        return ()
    return (
        absent(
            "unknown_product_ref",
            "product_known",
            WARNING,
            "product_ref '{value}' is in no catalogue received: kept.",
        ),
    )
