"""Shops as they come: files of every kind and form, and what their orders truly come to."""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as arrow_parquet

FIRST = date(2026, 10, 1)
DAYS = 40
LAST = FIRST + timedelta(days=DAYS - 1)


@dataclass(frozen=True)
class Line:
    """A line of an order, whatever it is written like; money in cents."""

    order: int
    position: int
    at: datetime
    customer: int
    article: int
    pieces: int
    cents: int


def lines() -> list[Line]:
    """Return the lines of 40 days: 13 customers, orders of one or two lines, a few returns."""
    made = []
    for number in range(3 * DAYS):
        day = FIRST + timedelta(days=number // 3)
        at = datetime(day.year, day.month, day.day, 9 + number % 9, number % 60, tzinfo=UTC)
        for position in range(1, 2 + number % 2):
            pieces = -1 if number % 29 == 0 and number else 1 + number % 3
            cents = pieces * (123_450 if number % 17 == 0 else 1_299 + number)
            made.append(Line(1 + number, position, at, number % 13, number % 7, pieces, cents))
    return made


def spend() -> dict[str, int]:
    """Return the cents of each customer."""
    spent: dict[str, int] = defaultdict(int)
    for each in lines():
        spent[f"K{each.customer:03}"] += each.cents
    return dict(spent)


def german(cents: int) -> str:
    return f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))


def german_till(folder: Path) -> dict[str, list[str]]:
    """Excel's CSV of a German shop: semicolons, cp1252, decimal commas, day and time apart."""
    rows = ["BonNr;Pos;Datum;Uhrzeit;KundenNr;ArtikelNr;Bezeichnung;Menge;Betrag"]
    rows += [
        f"B{each.order:05};{each.position};{each.at:%d.%m.%Y};{each.at:%H:%M};K{each.customer:03};"
        f"A{each.article};Müsli „Größe“;{each.pieces};{german(each.cents)}"
        for each in lines()
    ]
    till = folder / f"Kasse {LAST}.csv"
    till.write_bytes("\r\n".join(rows).encode("cp1252"))
    people = ["Kundennummer;Vorname;Nachname;E-Mail;PLZ;Ort;Geburtsdatum;Kunde seit;Newsletter"]
    people += [
        f"K{n:03};Jörg;Weiß{n};joerg{n}@shop.example;50{n:03};Köln;{n + 1:02}.04.1980;"
        f"{n + 1:02}.02.2024;{'ja' if n % 3 else 'nein'}"
        for n in range(13)
    ]
    crm = folder / "kunden.csv"
    crm.write_bytes("\r\n".join(people).encode("cp1252"))
    return {"order_lines": [str(till)], "customers": [str(crm)]}


def american_till(folder: Path) -> dict[str, list[str]]:
    """An American shop: commas, month before day, dollars, a catalogue."""
    rows = ["Order Number,Line,Order Date,Customer ID,SKU,Qty,Line Total"]
    rows += [
        f"{100000 + each.order},{each.position},"
        f"{each.at.month}/{each.at.day}/{each.at:%Y %I:%M %p},"
        f'K{each.customer:03},S-{each.article},{each.pieces},"${each.cents / 100:,.2f}"'
        for each in lines()
    ]
    till = folder / "orders.csv"
    till.write_text("\n".join(rows).replace("$-", "-$"), encoding="utf-8")
    goods = folder / "catalog.csv"
    goods.write_text(
        "sku,title,product category,manufacturer,list price\n"
        + "".join(f'S-{n},"Tea, {n}",Tea,Acme,{n}.50\n' for n in range(7)),
        encoding="utf-8",
    )
    return {"order_lines": [str(till)], "products": [str(goods)]}


def tabbed_till(folder: Path) -> dict[str, list[str]]:
    """Tabs, gzip, months in words, files by day that a glob names."""
    by_day = defaultdict(list)
    for each in lines():
        by_day[each.at.date()].append(each)
    for day, sold in by_day.items():
        rows = ["receipt_no\tpos\tsold_on\tcard_no\tarticle_no\tpieces\tnet_amount\tcurrency"]
        rows += [
            f"R{each.order}\t{each.position}\t{each.at:%d-%b-%Y}\tK{each.customer:03}\t"
            f"{each.article}\t{each.pieces}\t{each.cents / 100:.2f}\tGBP"
            for each in sold
        ]
        text = "\n".join(rows).encode()
        (folder / f"till-{day}.tsv.gz").write_bytes(gzip.compress(text))
    return {"order_lines": [str(folder / "till-*.tsv.gz")]}


def epoch_shop(folder: Path) -> dict[str, list[str]]:
    """Orders as nested JSON Lines with their lines in a list; events in milliseconds from 1970."""
    orders: dict[int, dict[str, Any]] = {}
    for each in lines():
        head = {
            "id": each.order,
            "created": int(each.at.timestamp()),
            "customer": {"id": f"K{each.customer:03}", "email": f"k{each.customer}@shop.example"},
            "currency": "EUR",
            "items": [],
        }
        orders.setdefault(each.order, head)["items"].append(
            {"position": each.position, "sku": f"S{each.article}", "quantity": each.pieces,
             "total": each.cents / 100}
        )  # fmt: skip
    sold = folder / "orders.jsonl"
    sold.write_text("".join(f"{json.dumps(each)}\n" for each in orders.values()))
    seen = [
        {
            "ts": int(each.at.timestamp() * 1000),
            "event": ("page_view", "view_item", "add_to_cart")[n % 3],
            "clientId": f"v{each.customer}",
            "userId": f"K{each.customer:03}",
            "page_url": "/a",
        }
        for n, each in enumerate(lines())
    ]
    web = folder / "web.ndjson"
    web.write_text("".join(f"{json.dumps(each)}\n" for each in seen))
    return {"order_lines": [str(sold)], "events": [str(web)]}


def parquet_shop(folder: Path) -> dict[str, list[str]]:
    """Typed columns in Parquet, called in camelCase."""
    sold = lines()
    table = pa.table(
        {
            "orderId": [each.order for each in sold],
            "lineNumber": [each.position for each in sold],
            "orderDate": [each.at for each in sold],
            "customerId": [f"K{each.customer:03}" for each in sold],
            "productId": [each.article for each in sold],
            "quantity": [each.pieces for each in sold],
            "netAmount": [each.cents / 100 for each in sold],
        }
    )
    path = folder / "fact_sales.parquet"
    arrow_parquet.write_table(table, path)
    return {"order_lines": [str(path)]}


SHOPS = {
    each.__name__: each
    for each in (german_till, american_till, tabbed_till, epoch_shop, parquet_shop)
}
