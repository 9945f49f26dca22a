"""A shop whose only source is one file in a schema ready to use, landed and built for a night."""

import csv
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from tests.support.shop import CHECKOUT, Shop

FILES = CHECKOUT / "tests" / "schemas"
AS_OF = date(2026, 11, 20)


def file_of(schema: str) -> Path:
    """Return the file of a schema."""
    [found] = (path for path in FILES.glob(f"{schema}.*") if path.suffix in (".csv", ".jsonl"))
    return found


def rows(schema: str) -> list[dict[str, Any]]:
    """Return what is in a schema's file, apart from lines that are nothing."""
    path = file_of(schema)
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    read = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            read.append(json.loads(line))
        except ValueError:
            continue
    return [each for each in read if isinstance(each, dict)]


def configure(shop: Shop, schema: str, **more: Any) -> None:
    """Put the file of a schema into a shop whose only source it is."""
    path = file_of(schema)
    (shop.home / "in").mkdir(exist_ok=True)
    shutil.copy(path, shop.home / "in")
    entry = {"schema": schema, "path": f"in/*{path.suffix}", **more}
    shop.configure("sources", {"sources": {"shop": entry}})


def built(new_shop: Any, schema: str) -> Shop:
    """Return a shop after a night on the file of a schema."""
    shop = new_shop()
    configure(shop, schema)
    shop.night(AS_OF)
    return shop


def people(shop: Shop, *columns: str) -> dict[str, tuple[Any, ...]]:
    """Return columns of customer_features by the first customer_ref, of guests by their number."""
    found = shop.query("select * from marts.customer_features order by person_id")
    guests = iter(range(1, len(found) + 1))
    named = {
        person["customer_refs"][0] if person["customer_refs"] else f"guest {next(guests)}": person
        for person in found
    }
    return {name: tuple(person[c] for c in columns) for name, person in named.items()}


def rejected(shop: Shop) -> dict[str, int]:
    """Return how many rows of each source lie in quarantine."""
    found = shop.query("select source, count(*) as n from quarantine.rows group by source")
    return {row["source"]: row["n"] for row in found}
