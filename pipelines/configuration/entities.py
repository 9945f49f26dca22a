"""The four entities a source can feed, and their columns in the order of semantics.md."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """An entity's columns; `required` must be mapped, of `one_of` at least one.

    `keys` say which row it is: all that a deletion needs. `instants` and `numbers` are what is read
    as such.
    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    keys: tuple[str, ...]
    instants: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


_ALL = (
    Entity(
        "customers",
        (
            "customer_ref", "created_at", "updated_at", "email", "phone", "given_name",
            "family_name", "birth_date", "street", "postcode", "city", "country",
            "consent_marketing", "consent_profiling",
        ),
        ("customer_ref",),
        ("customer_ref",),
        instants=("created_at", "updated_at", "birth_date"),
    ),
    Entity(
        "events",
        (
            "event_id", "occurred_at", "event_type", "visitor_ref", "customer_ref", "email",
            "session_ref", "product_ref", "value", "url", "updated_at",
        ),
        ("occurred_at", "event_type"),
        ("event_id",),
        instants=("occurred_at", "updated_at"),
        numbers=("value",),
    ),
    Entity(
        "order_lines",
        (
            "order_id", "line_no", "ordered_at", "customer_ref", "email", "phone", "product_ref",
            "quantity", "unit_price", "discount_amount", "net_amount", "currency", "updated_at",
        ),
        ("order_id", "ordered_at", "quantity"),
        ("order_id", "line_no"),
        instants=("ordered_at", "updated_at"),
        numbers=("quantity", "unit_price", "discount_amount", "net_amount"),
        one_of=("unit_price", "net_amount"),
    ),
    Entity(
        "products",
        ("product_ref", "name", "category", "brand", "price", "updated_at"),
        ("product_ref",),
        ("product_ref",),
        instants=("updated_at",),
        numbers=("price",),
    ),
)  # fmt: skip

ENTITIES = {entity.name: entity for entity in _ALL}


def holding(**columns: str) -> dict[str, str]:
    """Return {column: what it holds} from {what: columns}."""
    return {column: kind for kind, named in columns.items() for column in named.split()}


# What the columns hold as typed by sql/mapping/<entity>.sql.
TYPED = {
    "customers": holding(
        text="customer_ref email phone given_name family_name street postcode city country",
        day="created_on birth_date landed_on",
        instant="updated_at",
        flag="consent_marketing consent_profiling",
    ),
    "events": holding(
        text="event_id event_type visitor_ref customer_ref email session_ref product_ref",
        day="occurred_on landed_on",
        instant="occurred_at updated_at",
        number="value",
    ),
    "order_lines": holding(
        text="order_id line_no customer_ref email phone product_ref currency",
        day="ordered_on landed_on",
        instant="ordered_at updated_at",
        number="quantity unit_price discount_amount net_amount",
    ),
    "products": holding(
        text="product_ref name category brand",
        number="price",
        day="landed_on",
        instant="updated_at",
    ),
}
