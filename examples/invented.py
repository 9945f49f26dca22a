"""Everything in the demo's till, CRM and event files that was made up by hand is listed here.

INVENTED. Complete Journey has no returns, no guests, no personal data and no late or broken
rows, but every shop has them and the nights must show how they are dealt with. So a few of each
are added. Baskets made up begin with 9; cards (household_id) made up are 3001 and 3002; the
other cards, products and stores are the panel's own.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple


class TillLine(NamedTuple):
    """A line as the till writes it, and the day whose file brings it."""

    arrives: date
    basket_id: str
    household_id: str
    store_id: str
    sold_at: str  # UTC
    product_id: str
    quantity: str
    sales_value: str
    discount: str
    email: str = ""


GUEST_EMAIL = "casey.guest@example.org"

TILL_LINES = [
    # A price nobody can read.
    TillLine(date(2017, 12, 26), "90000000011", "560", "382", "2017-12-26T16:15:02",
             "924820", "1", "abc", "0.00"),
    # A correction: household 2351 had paid 45.98 in the file of the 26th (the panel's own line).
    TillLine(date(2017, 12, 27), "41400440749", "2351", "406", "2017-12-26T15:49:29",
             "13073225", "2", "35.98", "10.00"),
    # A guest: an e-mail, no card. See NEW_CUSTOMERS for the day after.
    TillLine(date(2017, 12, 27), "90000000002", "", "404", "2017-12-27T21:40:10",
             "5563875", "1", "15.99", "0.00", GUEST_EMAIL),
    TillLine(date(2017, 12, 27), "90000000002", "", "404", "2017-12-27T21:40:10",
             "1096635", "2", "3.34", "4.64", GUEST_EMAIL),
    # A till with a wrong clock.
    TillLine(date(2017, 12, 27), "90000000012", "976", "404", "2099-01-01T17:05:44",
             "1126899", "1", "1.99", "0.00"),
    # Late lines: a basket of 29 November from a till that was offline. Household 607 had
    # seemed gone since 10 November.
    TillLine(date(2017, 12, 28), "90000000001", "607", "432", "2017-11-29T20:42:01",
             "1126899", "1", "1.99", "0.80"),
    TillLine(date(2017, 12, 28), "90000000001", "607", "432", "2017-11-29T20:42:01",
             "956672", "1", "2.59", "0.00"),
    # A return of what household 1529 bought on 21 December (the panel's basket 41338235118).
    TillLine(date(2017, 12, 28), "90000000003", "1529", "333", "2017-12-28T15:20:31",
             "1125837", "-1", "-24.99", "0.00"),
    # A price below zero on something that is not a return.
    TillLine(date(2017, 12, 29), "90000000013", "466", "372", "2017-12-29T21:55:17",
             "1056801", "1", "-12.99", "0.00"),
    # The former guest shops again, with a card.
    TillLine(date(2017, 12, 30), "90000000004", "3001", "404", "2017-12-30T18:02:55",
             "1130458", "1", "2.99", "1.00"),
    # A line that lost its basket number.
    TillLine(date(2017, 12, 30), "", "1246", "406", "2017-12-30T19:31:08",
             "842140", "1", "2.50", "0.29"),
]  # fmt: skip

# The till's file of the 27th is sent once more, the same bytes under another name.
RESENT = {date(2017, 12, 28): date(2017, 12, 27)}

# Fields that must not be left to chance in the CRM's first export.
FROM_THE_START: dict[int, dict[str, str]] = {
    # Two cards of one person: the same e-mail, written in two ways.
    1086: {"email": "Robin.Baker@Example.com"},
    865: {"email": "robin.baker@example.com"},
    # What CHANGED_CUSTOMERS changes later.
    2434: {"phone": "212-555-0199"},
    1688: {"email": "h1688@example.com", "consent_marketing": "true"},
    # What DELETED_CUSTOMERS takes away later.
    1148: {"email": "h1148@example.com", "consent_marketing": "true"},
}

NEW_CUSTOMERS: dict[date, list[dict[str, str]]] = {
    # The guest of the 27th registers with the same e-mail.
    date(2017, 12, 28): [
        {"household_id": "3001", "email": GUEST_EMAIL, "consent_marketing": "true",
         "consent_profiling": "true"},
    ],
    # A registration whose e-mail is none; it never shops.
    date(2017, 12, 29): [{"household_id": "3002", "email": "jo.doe(at)example.com"}],
}  # fmt: skip

CHANGED_CUSTOMERS: dict[date, dict[int, dict[str, str]]] = {
    # A consent withdrawn.
    date(2017, 12, 27): {1688: {"consent_marketing": "false"}},
    # A second card of one person comes to light: the phone of household 2434, written otherwise.
    date(2017, 12, 29): {713: {"phone": "(212) 555-0199"}},
}

DELETED_CUSTOMERS: dict[date, list[int]] = {date(2017, 12, 30): [1148]}

# On top of the simulated sessions (web_simulated.py).
WEB_EVENTS: dict[date, list[dict[str, Any]]] = {
    # One terminal in a store, used by two households: it must not make them one person.
    date(2017, 12, 27): [
        {"event_id": "i0001", "occurred_at": "2017-12-27T15:00:00Z", "event_type": "login",
         "visitor_ref": "v-terminal-404", "customer_ref": "976", "session_ref": "i1"},
        {"event_id": "i0002", "occurred_at": "2017-12-27T18:30:00Z", "event_type": "login",
         "visitor_ref": "v-terminal-404", "customer_ref": "1246", "session_ref": "i2"},
    ],
    # An instant that is none, and a type nobody has agreed on.
    date(2017, 12, 29): [
        {"event_id": "i0003", "occurred_at": "yesterday", "event_type": "page_view",
         "visitor_ref": "v-000000000003", "session_ref": "i3", "url": "/"},
        {"event_id": "i0004", "occurred_at": "2017-12-29T15:00:00Z", "event_type": "wishlist_add",
         "visitor_ref": "v-000000000004", "session_ref": "i4", "url": "/wishlist"},
    ],
}  # fmt: skip
