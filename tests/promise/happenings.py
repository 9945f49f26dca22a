"""What can happen in the shop: each happening is plain data that hypothesis draws and shrinks."""

from dataclasses import dataclass
from datetime import date, timedelta

from tests.promise.shop import TOMBSTONE, RandomShop, Row


@dataclass(frozen=True)
class Who:
    """How somebody who orders is named."""

    customer_ref: str = ""
    email: str = ""
    phone: str = ""

    @property
    def cells(self) -> Row:
        """The columns that name them."""
        return {"customer_ref": self.customer_ref, "email": self.email, "phone": self.phone}


@dataclass(frozen=True)
class Nothing:
    """A quiet hour."""

    def happen(self, shop: RandomShop) -> None:
        """Change nothing."""


@dataclass(frozen=True)
class Sale:
    """Some lines at the till; quantity 0 is a coupon line, which costs less than nothing."""

    who: Who
    on: date
    time: str
    goods: tuple[tuple[str, int, int], ...]  # product, quantity, whole amount

    def happen(self, shop: RandomShop) -> None:
        """Ring it up."""
        order_id = f"o{shop.number()}"
        for place, (product, quantity, amount) in enumerate(self.goods):
            net = amount if quantity > 0 else -amount
            shop.ring_up({
                "order_id": order_id, "line_no": str(place), "ordered_at": f"{self.on} {self.time}",
                **self.who.cells, "product_ref": product, "quantity": str(quantity),
                "net_amount": f"{net}.25", "discount_amount": "1.50" if amount % 3 == 0 else "",
            })  # fmt: skip


@dataclass(frozen=True)
class Return:
    """A line of the till comes back on some day, or in the same order."""

    pick: int
    on: date
    in_same_order: bool

    def happen(self, shop: RandomShop) -> None:
        """Take it back."""
        bought = shop.lines[self.pick % len(shop.lines)]
        number = shop.number()
        back = {"ordered_at": f"{self.on} 17:00:00", "quantity": "-1", "net_amount": "-4.00"}
        order_id = bought["order_id"] if self.in_same_order else f"o{number}"
        shop.ring_up({**bought, "order_id": order_id, "line_no": f"r{number}", **back})


@dataclass(frozen=True)
class Correction:
    """A line of the till comes again: another price, day, product, or another customer."""

    pick: int
    cells: tuple[tuple[str, str], ...]

    def happen(self, shop: RandomShop) -> None:
        """Send the line as it should have been."""
        row = shop.lines[self.pick % len(shop.lines)]
        row.update(dict(self.cells))
        shop.tell("till", dict(row))


@dataclass(frozen=True)
class Deletion:
    """A row is no longer in its source: the till, the catalogue, the crm or the web."""

    source: str
    pick: int

    def happen(self, shop: RandomShop) -> None:
        """Send its tombstone."""
        there: list[Row] = {
            "till": shop.lines, "web": shop.visits, "crm": list(shop.customers.values()),
            "catalogue": [{"product_ref": f"p{n}"} for n in range(6)],
        }[self.source]  # fmt: skip
        gone = {**there[self.pick % len(there)], TOMBSTONE: "true"}
        if self.source == "crm":
            shop.enrol(gone)
        else:
            shop.tell(self.source, gone)


@dataclass(frozen=True)
class WholeOrder:
    """An order of the market, dates only; one that is there arrives again with other lines."""

    pick: int
    who: Who
    on: date
    goods: tuple[tuple[str, int, int], ...]

    def happen(self, shop: RandomShop) -> None:
        """Deliver it."""
        order_id = f"m{self.pick % 5}"
        named = {"customer_ref": self.who.customer_ref, "email": self.who.email}
        rows = [
            {"order_id": order_id, "ordered_at": str(self.on), **named, "product_ref": product,
             "quantity": str(quantity), "unit_price": f"{amount}.10"}
            for product, quantity, amount in self.goods
        ]  # fmt: skip
        shop.deliver(order_id, rows)


@dataclass(frozen=True)
class Shorter:
    """A whole order arrives again without its last line, otherwise unchanged."""

    pick: int

    def happen(self, shop: RandomShop) -> None:
        """Deliver what is left, if there is an order of several lines."""
        long = [order_id for order_id, rows in shop.orders.items() if len(rows) > 1]
        if long:
            order_id = long[self.pick % len(long)]
            shop.deliver(order_id, shop.orders[order_id][:-1])


@dataclass(frozen=True)
class Card:
    """A customers record, new or changed."""

    customer_ref: str
    email: str
    phone: str
    created: date | None
    updated: str
    consent: str

    def happen(self, shop: RandomShop) -> None:
        """Enrol them."""
        shop.enrol({
            "customer_ref": self.customer_ref, "email": self.email, "phone": self.phone,
            "created_at": str(self.created or ""), "updated_at": self.updated,
            "consent_profiling": self.consent,
        })  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """Events of one visitor, some minutes apart; around midnight they cross a day."""

    visitor: str
    customer_ref: str
    email: str
    session: str
    on: date
    time: str
    minutes: int
    kinds: tuple[str, ...]

    def happen(self, shop: RandomShop) -> None:
        """Come by."""
        for place, kind in enumerate(self.kinds):
            hour, minute = map(int, self.time.split(":"))
            whole = 60 * hour + minute + place * self.minutes
            day = self.on + timedelta(days=whole // 1440)
            at = f"{day}T{whole // 60 % 24:02}:{whole % 60:02}:00Z"
            event = {
                "event_id": f"v{shop.number()}", "occurred_at": at, "event_type": kind,
                "visitor_ref": self.visitor, "customer_ref": self.customer_ref,
                "email": self.email, "session_ref": self.session,
            }  # fmt: skip
            shop.visits.append(event)
            shop.tell("web", event)


@dataclass(frozen=True)
class OtherVisitor:
    """An event of the web comes again, of somebody else."""

    pick: int
    customer_ref: str

    def happen(self, shop: RandomShop) -> None:
        """Send it again under its id."""
        event = shop.visits[self.pick % len(shop.visits)]
        event["customer_ref"] = self.customer_ref
        shop.tell("web", dict(event))


@dataclass(frozen=True)
class Footprint:
    """Events without an id, by day; `times` equal ones in one file are as many events."""

    visitor: str
    customer_ref: str
    on: date
    times: int

    def happen(self, shop: RandomShop) -> None:
        """Leave them."""
        event = {"occurred_at": str(self.on), "event_type": "page_view"}
        named = {"visitor_ref": self.visitor, "customer_ref": self.customer_ref}
        shop.tell("trail", *[event | named for _ in range(self.times)])


@dataclass(frozen=True)
class Category:
    """A product comes into a category, or out of all."""

    product: str
    category: str

    def happen(self, shop: RandomShop) -> None:
        """Write it into the catalogue."""
        shop.tell("catalogue", {"product_ref": self.product, "category": self.category})
