"""The contract of new customer records; its columns: sql/checking/new_customers.sql.

Only a record that names nobody is rejected: the rest of a record is worth more than a bad field.
"""

from expectations import believable_days
from expectations.rule import (
    AN_UPDATE,
    WARNING,
    Rule,
    Shop,
    absent,
    names_something,
    present,
    readable,
    short_keys,
)

A_PHONE = "the digits of a number that can be dialled; kept, it links nobody"
A_FLAG = "true or false; kept as not given, which is no consent"
A_DAY = "a day such as 1980-02-29; kept without it"


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every new customer record must keep."""
    return (
        short_keys("customer_ref"),
        present("customer_ref", "no customer_ref: have the source say whose record it is."),
        names_something("customer_ref"),
        readable("created_at", WARNING, "a day or an instant; kept, as if known always"),
        *believable_days.believable("created_at", "created", WARNING),
        readable("updated_at", WARNING, AN_UPDATE),
        readable("email", WARNING, "name@domain; kept, it links nobody"),
        readable("phone", WARNING, A_PHONE),
        readable("birth_date", WARNING, A_DAY),
        readable("consent_marketing", WARNING, A_FLAG),
        readable("consent_profiling", WARNING, A_FLAG),
        absent(
            "moved_created_on",
            "created_at_stands",
            WARNING,
            "created_at is another day now, '{value}': kept. A customer_ref given to somebody else "
            "cannot be told apart; ask the source whether it is the same customer.",
        ),
        absent(
            "reused_customer_ref",
            "customer_ref_not_reused",
            WARNING,
            "birth date and family name of '{value}' both changed: kept. A customer_ref given to "
            "somebody else cannot be told apart; ask the source whether it is the same customer.",
        ),
    )
