"""The way to each kind of destination.

Every kind of today is a file in a folder. A destination that is an API is a class with the methods
of `interface.Delivery`, in a module below pipelines/delivery/push/, entered here by its kind.
"""

from collections.abc import Callable

from pipelines.delivery.files.delivery import FolderDelivery
from pipelines.delivery.interface import Delivery
from pipelines.delivery.order import Order

WAYS: dict[str, Callable[[Order], Delivery]] = {
    "csv": FolderDelivery,
    "jsonl": FolderDelivery,
    "parquet": FolderDelivery,
}


def delivery_of(order: Order) -> Delivery:
    """Return the delivery of an order, by the kind of its destination."""
    return WAYS[order.destination.kind](order)
