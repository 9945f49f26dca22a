"""What tests of training share: shops to learn from, and training on them."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pipelines.attempts import claims
from pipelines.training import train
from tests.support.shop import LINE_COLUMNS, Shop, source

CUSTOMER_COLUMNS = ["customer_ref", "created_at", "email", "consent_profiling"]
DAY = date(2026, 4, 20)
FIRST = date(2026, 1, 1)


def line(
    who: str, day: int | date, net_amount: float = 10, quantity: int = 1, **more: Any
) -> dict[str, Any]:
    """One order line; `day` is in June 2026 or a date; the order is named by person and day."""
    on = day if isinstance(day, date) else date(2026, 6, day)
    row = {
        "order_id": f"{who} {on}",
        "line_no": "1",
        "ordered_at": str(on),
        "customer_ref": "" if "@" in who else who,
        "email": who if "@" in who else "",
        "quantity": quantity,
        "net_amount": net_amount,
    }
    return row | more


def make_shop(
    folder: Path, url: str, files: list[list[dict[str, Any]]], customers: list[dict[str, Any]]
) -> Shop:
    """A shop with a till and a CRM, landed and staged."""
    shop = Shop(folder / "home", folder / "config", url)
    shop.home.mkdir(parents=True)
    shop.config.mkdir()
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    crm = source("customers", "crm/*.csv", CUSTOMER_COLUMNS)
    shop.configure("settings", {"business_time_zone": "UTC"})
    shop.configure("sources", {"sources": {"crm": crm, "till": till}})
    shop.write("crm/1.csv", customers, CUSTOMER_COLUMNS)
    for number, lines in enumerate(files, 1):
        shop.write(f"till/{number}.csv", lines, LINE_COLUMNS)
    return shop


def ask(shop: Shop, **churn_settings: int) -> None:
    """Write models.yml."""
    shop.configure("models", {"churn": churn_settings})


def till_of_many(people: int = 160) -> list[dict[str, Any]]:
    """Lines of regulars and of people who lose interest on some day, drawn with a fixed seed."""
    rng = random.Random(7)
    lines = []
    for number in range(people):
        pause = rng.choice([2, 4, 8])
        leaves = rng.randint(20, 200)
        for day in range((DAY - FIRST).days + 1):
            if day < leaves and rng.random() < 1 / pause:
                spent = round(rng.gammavariate(2, 8) + 1, 2)
                lines.append(line(f"c{number:03}", FIRST + timedelta(days=day), spent))
    return lines


REFUSING = ["c001", "c007", "c030"]


def shop_of_many(folder: Path, url: str) -> Shop:
    """A shop whose people can be learned from."""
    refusing = [{"customer_ref": ref, "consent_profiling": "no"} for ref in REFUSING]
    shop = make_shop(folder, url, [till_of_many()], refusing)
    ask(shop, activity_days=30, churn_horizon_days=10, cutoff_count=4)
    return shop


def train_on(shop: Shop, as_of: date = DAY, **more: Any) -> train.TrainingResult:
    """Train as of a day."""
    deployment = shop.deployment()
    try:
        with claims.process_claim(deployment.warehouse, "test") as claim:
            return train.train(deployment, claim, train.TrainingRequest(as_of, **more))
    finally:
        deployment.warehouse.close()
