"""The contract of new products; what its columns hold: sql/checking/new_products.sql."""

from expectations.rule import (
    AN_UPDATE,
    WARNING,
    Rule,
    Shop,
    between,
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
        readable("price", WARNING, "digits with a decimal point; kept without a price"),
        readable("updated_at", WARNING, AN_UPDATE),
        between(
            "price",
            (0, None),
            "price_not_negative",
            WARNING,
            "price '{value}' is negative: kept; ask the source what is meant.",
        ),
    )
