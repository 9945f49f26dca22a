"""The contract of new products; what its columns hold: sql/checking/new_products.sql."""

from expectations.checks import Between
from expectations.rule import (
    AN_UPDATE,
    WARNING,
    Rule,
    Shop,
    names_something,
    present,
    readable,
    short_keys,
)


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every new product must keep; its price is in no feature, so it only warns."""
    return (
        short_keys("product_ref"),
        present("product_ref", "no product_ref: have the source say which product it is."),
        names_something("product_ref"),
        readable("updated_at", WARNING, AN_UPDATE),
        readable("price", WARNING, "digits with a decimal point; kept without a price"),
        Rule(
            "price_not_negative",
            WARNING,
            Between("price", 0, None),
            "price '{value}' is negative: kept; ask the source what is meant.",
        ),
    )
