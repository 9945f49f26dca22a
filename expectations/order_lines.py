"""The contract of new order lines; what its columns hold: sql/checking/new_order_lines.sql."""

from expectations import believable_days
from expectations.checks import Between, OneOf
from expectations.customers import A_PHONE
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

# The demo's fuel is counted in hundredths: up to 89,638 in one line. More is a slip of a key.
LARGEST_QUANTITY = 100_000
# Sums are kept with 14 digits before the point: ten thousand lines of this size still fit. It is
# more than half a million euros even in rupiah.
LARGEST_AMOUNT = 10_000_000_000

A_NUMBER = (
    "digits with a decimal point, such as 12.50; have the source correct it and send it again"
)
AN_INSTANT = "a day such as 2026-11-20 or an instant such as 2026-11-20T18:30:00Z"


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every new order line must keep."""
    return (
        short_keys("order_id, line_no, customer_ref and product_ref"),
        present("order_id", "no order_id: have the source send the line again with its order."),
        names_something("order_id or line_no"),
        present("received_ordered_at", "no ordered_at: have the source send the line with one."),
        readable("ordered_at", CRITICAL, AN_INSTANT),
        *believable_days.believable("ordered_at", "ordered", CRITICAL),
        present("received_quantity", "no quantity: have the source send the line again with one."),
        readable("quantity", CRITICAL, A_NUMBER),
        Rule(
            "quantity_not_absurd",
            WARNING,
            Between("quantity", -LARGEST_QUANTITY, LARGEST_QUANTITY),
            f"quantity '{{value}}' is beyond {LARGEST_QUANTITY:,}: kept; ask the source whether it "
            "is meant.",
        ),
        readable("unit_price", CRITICAL, A_NUMBER),
        readable("net_amount", CRITICAL, A_NUMBER),
        readable("discount_amount", CRITICAL, A_NUMBER),
        present("amount", "neither net_amount nor unit_price gives an amount the line could have."),
        Rule(
            "amount_not_absurd",
            CRITICAL,
            Between("net_amount", -LARGEST_AMOUNT, LARGEST_AMOUNT),
            f"amount '{{value}}' is beyond {LARGEST_AMOUNT:,}: have the source correct the line.",
        ),
        Rule(
            "price_not_negative",
            CRITICAL,
            Between("lowest_price", 0, None),
            "price '{value}' is negative, yet the quantity is not: a return has a negative "
            "quantity, a coupon line quantity 0. Have the source correct the line.",
        ),
        Rule(
            "discount_not_negative",
            WARNING,
            Between("discount_amount", 0, None),
            "discount_amount '{value}' is negative: kept; discounts are expected as positive "
            "amounts taken off.",
        ),
        *_currency(shop),
        readable("updated_at", WARNING, AN_UPDATE),
        *_corrections(shop),
        names_somebody("customer_ref"),
        readable("email", WARNING, "name@domain; kept, it links nobody"),
        readable("phone", WARNING, A_PHONE),
        *_known_product(shop),
    )


def _corrections(shop: Shop) -> tuple[Rule, ...]:
    """Return the rules of a line that comes again; where the first stands, nothing is corrected."""
    if shop.keeps_first:
        return ()
    message = "Numbers that are given out again make two lines one: have the source tell them apart"
    return (
        absent(
            "other_customer",
            "line_customer_stands",
            shop.corrections,
            f"the line's customer '{{value}}' is another than when it came first. {message}.",
        ),
        absent(
            "moved_ordered_on",
            "line_day_stands",
            shop.corrections,
            f"ordered_at '{{value}}' is more than {shop.days_moved} days "
            "(corrections.days_moved of settings.yml) from when the line came first. "
            f"{message}; where it is the same page sent again, say `keep: first`.",
        ),
    )


def _currency(shop: Shop) -> tuple[Rule, ...]:
    if shop.currency is None:
        return ()
    return (
        Rule(
            "currency_is_the_one",
            CRITICAL,
            OneOf("currency", (shop.currency,)),
            f"currency '{{value}}' is not {shop.currency}, the one of settings.yml: amounts of two "
            "currencies cannot be added. Convert them before they are sent.",
        ),
    )


def _known_product(shop: Shop) -> tuple[Rule, ...]:
    if not shop.has_products:
        return ()
    return (
        absent(
            "unknown_product_ref",
            "product_known",
            WARNING,
            "product_ref '{value}' is in no catalogue received: kept; it counts in no category.",
        ),
    )
