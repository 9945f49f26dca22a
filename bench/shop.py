"""A made-up till of any size: the same lines for the same number, whoever asks."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

SEED = 20171224
BLOCK_LINES = 200_000
COLUMNS = (
    "order_id",
    "line_no",
    "ordered_at",
    "customer_ref",
    "product_ref",
    "quantity",
    "net_amount",
)
FIRST_DAY = np.datetime64("2016-01-01T00:00:00")
TWO_YEARS_SECONDS = 2 * 365 * 86_400


def write_till(path: Path, line_count: int) -> None:
    """Write a CSV of order lines over two years, two lines an order, twenty a customer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    with path.open("wb") as file:
        file.write((",".join(COLUMNS) + "\n").encode())
        for first in range(0, line_count, BLOCK_LINES):
            numbers = np.arange(first, min(first + BLOCK_LINES, line_count))
            block = _block(random, numbers, max(line_count // 20, 1))
            arrow_csv.write_csv(block, file, arrow_csv.WriteOptions(include_header=False))


def _block(random: np.random.Generator, numbers: np.ndarray, customer_count: int) -> pa.Table:
    orders = numbers // 2
    instants = FIRST_DAY + (orders * 7919 % TWO_YEARS_SECONDS).astype("timedelta64[s]")
    cents = random.integers(50, 20_000, len(numbers))
    columns = [
        pa.array(orders),
        pa.array(numbers % 2 + 1),
        pa.array(np.datetime_as_string(instants)),
        pa.array(orders * 104_729 % customer_count),
        pa.array(random.integers(1, 5_000, len(numbers))),
        pa.array(random.integers(1, 4, len(numbers))),
        pa.array(cents / 100),
    ]
    return pa.table(columns, names=list(COLUMNS))
