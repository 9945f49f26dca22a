"""Names of columns in shops, German and English, and how near another name comes to one."""

import re
import unicodedata
from functools import cache

_CUSTOMER = (
    "customer ref, customer id, customer no, customer nr, customer number, customer key, customer, "
    "client id, client no, household id, household, member id, member no, card no, card number, "
    "card, loyalty id, loyalty card, user id, user, account id, buyer id, shopper id, kunden nr, "
    "kundennummer, kunden id, kunde, kdnr, kd nr, mitglieds nr, mitgliedsnummer, karten nr, "
    "kartennummer, kundenkarte"
)
_EMAIL = "email, e mail, email address, mail, mailadresse, emailadresse, e mail adresse"
_PHONE = (
    "phone, phone number, telephone, mobile, mobile phone, telefon, telefonnummer, tel, mobil, "
    "handy, rufnummer, mobilnummer"
)
_PRODUCT = (
    "product ref, product id, product no, product code, sku, item sku, article no, article id, "
    "article number, article, stock code, item id, item code, item no, ean, gtin, plu, product, "
    "item, artikel nr, artikelnummer, artikel id, artnr, art nr, artikel, produkt nr, "
    "produktnummer, produkt id, produkt"
)
_UPDATED = (
    "updated at, updated, updated on, changed at, changed on, changed, modified at, modified, "
    "last modified, last change, geaendert am, geaendert, aenderungsdatum, aktualisiert am, "
    "letzte aenderung"
)
_NAMES = {
    "order_lines": {
        "order_id": "order id, order no, order nr, order number, order key, invoice no, invoice id,"
        "invoice number, invoice, receipt no, receipt id, receipt number, receipt, basket id, "
        "transaction id, transaction no, sale id, ticket no, ticket, order, basket, bon nr, "
        "bonnummer, bon id, bon, kassenbon, beleg nr, belegnummer, beleg, bestell nr, "
        "bestellnummer, bestell id, bestellung, auftrags nr, auftragsnummer, auftrag, "
        "rechnungs nr, rechnungsnummer, rechnung, vorgangs nr, vorgangsnummer, vorgang",
        "ordered_at": "ordered at, ordered on, order date, order datetime, order time, order ts, "
        "order purchase timestamp, purchase date, purchased at, purchase timestamp, invoice date, "
        "sold at, sold on, sale date, sales date, placed at, created, "
        "transaction timestamp, transaction date, "
        "transaction time, date time, datetime, timestamp, date, created at, day, time, ts, "
        "bestelldatum, bestellt am, kaufdatum, gekauft am, verkaufsdatum, verkauft am, belegdatum, "
        "bondatum, rechnungsdatum, auftragsdatum, datum, zeitpunkt, zeitstempel, tag",
        "quantity": "quantity, qty, pieces, units, item count, count, number, pcs, menge, anzahl, "
        "stueck, stueckzahl, stk",
        "net_amount": "net amount, net total, net, line total, line amount, sales value, "
        "total amount, amount, total, revenue, turnover, sales, value, total price, sum, "
        "netto, nettobetrag, nettosumme, positionsbetrag, zeilenbetrag, zeilensumme, "
        "gesamtbetrag, gesamtpreis, betrag, summe, umsatz, erloes, gesamt, wert, gross amount, "
        "gross, brutto, bruttobetrag, endbetrag",
        "unit_price": "unit price, price per unit, item price, single price, price, einzelpreis, "
        "stueckpreis, e preis, ep, vk preis, verkaufspreis, vk, preis",
        "discount_amount": "discount amount, discount, discount value, rebate, reduction, "
        "rabattbetrag, rabatt, nachlass, preisnachlass",
        "line_no": "line no, line number, line id, line item id, order item id, order line, line, "
        "position, pos, pos nr, positionsnummer, position no, zeile, zeilen nr",
        "customer_ref": _CUSTOMER,
        "product_ref": _PRODUCT,
        "email": _EMAIL,
        "phone": _PHONE,
        "currency": "currency, currency code, waehrung, whg",
        "updated_at": _UPDATED,
    },
    "events": {
        "occurred_at": "occurred at, occurred on, event time, event timestamp, event date, "
        "event ts, timestamp, date time, datetime, time, date, at, ts, created at, sent at, "
        "zeitpunkt, zeitstempel, ereigniszeit, datum, zeit",
        "event_type": "event type, event name, event, action, type, ereignistyp, ereignis, aktion, "
        "typ, art",
        "event_id": "event id, message id, hit id, uuid, ereignis id, id",
        "visitor_ref": "client id, visitor id, visitor, cookie id, cookie, anonymous id, "
        "device id, user pseudo id, besucher id, besucher",
        "customer_ref": _CUSTOMER,
        "email": _EMAIL,
        "session_ref": "session ref, session id, session, user session, visit id, sitzungs id, "
        "sitzung",
        "product_ref": _PRODUCT,
        "value": "value, amount, price, revenue, wert, betrag, preis",
        "url": "url, page url, page location, page, path, link, location, seite, adresse",
        "updated_at": _UPDATED,
    },
    "customers": {
        "customer_ref": f"{_CUSTOMER}, id, number, nummer, nr",
        "email": _EMAIL,
        "phone": _PHONE,
        "created_at": "created at, created on, created, registered at, registered on, registered, "
        "registration date, signup date, sign up date, signed up at, joined at, joined, since, "
        "member since, customer since, kunde seit, mitglied seit, angelegt am, angelegt, "
        "anlagedatum, erstellt am, registriert am, registrierungsdatum, eintrittsdatum",
        "updated_at": _UPDATED,
        "given_name": "given name, first name, firstname, forename, vorname, rufname",
        "family_name": "family name, last name, lastname, surname, nachname, familienname, zuname",
        "birth_date": "birth date, birthdate, birthday, date of birth, dob, born, geburtsdatum, "
        "geburtstag, geboren am, geb datum",
        "street": "street, street address, address line 1, address 1, address, strasse, "
        "strasse hausnummer, anschrift, adresse",
        "postcode": "postcode, postal code, post code, zip, zip code, plz, postleitzahl",
        "city": "city, town, ort, stadt, wohnort",
        "country": "country, country code, land, laendercode, staat",
        "consent_marketing": "consent marketing, marketing consent, accepts marketing, "
        "newsletter, newsletter opt in, email opt in, opt in, marketing, werbeeinwilligung, "
        "einwilligung werbung, werbung, werbung erlaubt, newsletter anmeldung",
        "consent_profiling": "consent profiling, profiling consent, profiling, personalisation, "
        "personalization, einwilligung profiling, profilbildung",
    },
    "products": {
        "product_ref": f"{_PRODUCT}, id, number, nummer, nr",
        "name": "name, product name, item name, title, description, bezeichnung, artikelname, "
        "artikelbezeichnung, produktname, beschreibung, titel",
        "category": "category, product category, category name, product group, department, type, "
        "kategorie, warengruppe, produktgruppe, artikelgruppe, sortiment, gruppe",
        "brand": "brand, brand name, manufacturer, marke, hersteller",
        "price": "price, list price, retail price, preis, listenpreis, verkaufspreis, vk, uvp",
        "updated_at": _UPDATED,
    },
}
_EVENT_TYPES = {
    "page_view": "pageview, page viewed, page, seitenaufruf, seite",
    "product_view": "view, product viewed, view item, view product, viewcontent, produktansicht, "
    "artikelansicht, produkt angesehen",
    "cart_add": "cart, add to cart, addtocart, product added, in den warenkorb, warenkorb",
    "cart_remove": "remove from cart, product removed, aus dem warenkorb",
    "checkout": "begin checkout, checkout started, initiatecheckout, kasse, zur kasse",
    "login": "log in, sign in, signed in, anmeldung, angemeldet",
    "mail_sent": "email sent, mail versandt",
    "mail_opened": "email opened, mail open, email open, mail geoeffnet",
    "mail_clicked": "email clicked, mail click, email click, mail geklickt",
    "coupon_redeemed": "coupon redemption, coupon used, gutschein eingeloest",
}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
EXACT, WITHIN, INSIDE = 100, 60, 40  # how sure a name is; its place in the list takes off a little
LEAST_INSIDE = 5  # letters, for a word to be looked for within others
TIMES = re.compile(
    "date|datum|time|zeit|day|tag|_at$|_on$|_am$|^ts$|_ts$|created|registered|sold|ordered"
)
# A name with one of these beside a word of ours is of something else: customer_city is no customer.
SOMETHING_ELSE = {
    "name", "status", "state", "city", "ort", "zip", "plz", "country", "land", "type", "typ",
    "group", "gruppe", "date", "datum", "time", "zeit", "at", "comment", "note", "address",
    "count", "anzahl", "segment", "tax", "steuer", "mwst", "vat", "cost", "ek", "weight", "unique",
    "zustand",
}  # fmt: skip
# A name with one of these is of nothing that is ours.
NEVER = {
    "pct", "percent", "prozent", "satz", "rate", "freight", "shipping", "shipped", "delivery",
    "delivered", "versand", "liefer", "lieferdatum", "lieferung", "fracht", "porto", "due", "limit",
}  # fmt: skip


def tokens_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, umlauts written out."""
    spaced = re.sub(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])", " ", name)
    plain = unicodedata.normalize("NFC", spaced).lower().translate(_UMLAUTS).replace("%", " pct ")
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return tuple(re.findall("[a-z]+|[0-9]+", ascii_only))


def tells_time(tokens: tuple[str, ...]) -> bool:
    """Return whether a name says that a number is an instant."""
    return TIMES.search("_".join(tokens)) is not None


def is_foreign(tokens: tuple[str, ...]) -> bool:
    """Return whether a name says that it is of nothing that is ours."""
    return bool(NEVER & {*tokens})


def likeness(entity: str, tokens: tuple[str, ...]) -> dict[str, int]:
    """Return how near a name comes to each of our columns that it comes near at all."""
    if is_foreign(tokens):
        return {}
    found = {}
    for ours, words in _words(entity).items():
        scores = [_score(tokens, each) - place / 2 for place, each in enumerate(words)]
        if (best := max(scores)) > 0:
            found[ours] = int(best)
    return found


def event_type_of(word: str) -> str | None:
    """Return our type of event for another word; nothing for our own and for those unknown."""
    found = _event_types().get("".join(tokens_of(word)))
    return None if found == word else found


def _score(tokens: tuple[str, ...], word: tuple[str, ...]) -> int:
    joined, sought = "".join(tokens), "".join(word)
    if tokens == word or joined == sought:
        return EXACT
    others = set(tokens) - set(word)
    if others & SOMETHING_ELSE:
        return 0
    if set(word) <= set(tokens) and len(sought) > 2:
        return WITHIN
    return INSIDE if len(sought) >= LEAST_INSIDE and sought in joined else 0


@cache
def _words(entity: str) -> dict[str, list[tuple[str, ...]]]:
    """Return what our columns may be called; ours is always one of it."""
    return {
        ours: [tokens_of(word) for word in (ours, *listed.split(","))]
        for ours, listed in _NAMES[entity].items()
    }


@cache
def _event_types() -> dict[str, str]:
    """Return our types of event by other words for them, and by other ways to write them."""
    return {
        "".join(tokens_of(word)): ours
        for ours, listed in _EVENT_TYPES.items()
        for word in (ours, *listed.split(","))
    }
