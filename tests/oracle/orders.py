"""What each person bought, by the plainest sums."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from .rows import dated_until, in_window, money, ratio, signs, text, units, with_person

WINDOWS = {"_7d": 7, "_30d": 30, "_90d": 90, "_365d": 365}
ORDER = ["source", "order_id", "person_id"]


def read_lines(as_of: date, people: Mapping, order_lines: pd.DataFrame) -> pd.DataFrame:
    """Somebody's lines dated until as_of, with net, discount (units) and the quantity's sign."""
    lines = dated_until(as_of, order_lines, "ordered_on", "ordered_at")
    lines = with_person(lines, people)
    return lines.assign(
        order_id=text(lines, "order_id"),
        product_ref=text(lines, "product_ref"),
        net=units(lines["net_amount"]),
        discount=units(lines["discount_amount"]),
        pieces=units(lines["quantity"]),
        sign=signs(lines["quantity"]),
    )


def find_purchases(lines: pd.DataFrame) -> pd.DataFrame:
    """The orders whose lines with quantity > 0 add up to more than 0, dated by the first."""
    bought = lines[lines["sign"] > 0].sort_values(["ordered_on", "ordered_at", "has_time"])
    orders = bought.groupby(ORDER, sort=False).agg(
        net=("net", "sum"),
        pieces=("pieces", "sum"),
        purchased_on=("ordered_on", "first"),
        purchased_at=("ordered_at", "first"),
        has_time=("has_time", "first"),
    )
    return orders[orders["net"] > 0].reset_index()


def order_sums(
    as_of: date, lines: pd.DataFrame, purchases: pd.DataFrame, person_ids: list[int]
) -> pd.DataFrame:
    """One row per person of whole numbers, 0 where there is nothing to add."""
    bought, returned = lines[lines["sign"] > 0], lines[lines["sign"] < 0]
    purchase_days = purchases.drop_duplicates(["person_id", "purchased_on"])
    sums = {
        "order_count": purchases.groupby("person_id").size(),
        "pieces": purchases.groupby("person_id")["pieces"].sum(),
        "spend": lines.groupby("person_id")["net"].sum(),
        "bought": bought.groupby("person_id")["net"].sum(),
        "returned": returned.groupby("person_id")["net"].sum(),
        "discount": bought.groupby("person_id")["discount"].sum(),
        "purchase_days": purchase_days.groupby("person_id").size(),
    }
    for suffix, length in WINDOWS.items():
        recent = purchases[in_window(purchases["purchased_on"], as_of, length)]
        recent_lines = lines[in_window(lines["ordered_on"], as_of, length)]
        sums["order_count" + suffix] = recent.groupby("person_id").size()
        sums["spend" + suffix] = recent_lines.groupby("person_id")["net"].sum()
    whole = {name: column.reindex(person_ids, fill_value=0) for name, column in sums.items()}
    return pd.DataFrame(whole, index=person_ids).astype("int64")


def purchase_rims(purchases: pd.DataFrame) -> dict[int, tuple[date, date]]:
    """Each buyer's first and last purchase day."""
    days = purchases.groupby("person_id")["purchased_on"].agg(["min", "max"])
    return {row.Index: (row.min.date(), row.max.date()) for row in days.itertuples()}


def line_categories(lines: pd.DataFrame, products: pd.DataFrame) -> pd.Series:
    """Each line's category, "" if unknown: its own source's word, else the lowest source's."""
    names = ("source", "product_ref", "category")
    known = pd.DataFrame({name: text(products, name) for name in names})
    known = known[known["category"] != ""].sort_values(["source", "category"])
    of_source, of_any = {}, {}
    for row in known.itertuples(index=False):
        of_source.setdefault((row.source, row.product_ref), row.category)
        of_any.setdefault(row.product_ref, row.category)
    pairs = zip(lines["source"], lines["product_ref"], strict=True)
    found = [of_source.get(pair) or of_any.get(pair[1], "") for pair in pairs]
    return pd.Series(found, index=lines.index, dtype=object)


def favourite_categories(
    lines: pd.DataFrame, purchases: pd.DataFrame, products: pd.DataFrame
) -> dict[int, tuple[int, str]]:
    """How many categories each person purchased from, and the one of most spend (ties by name)."""
    bought = lines[lines["sign"] > 0].merge(purchases[ORDER], on=ORDER)
    bought["category"] = line_categories(bought, products)
    bought = bought[bought["category"] != ""]
    spend = bought.groupby(["person_id", "category"])["net"].sum()
    ranked: dict[int, list] = {}
    for (person_id, category), net in spend.items():
        ranked.setdefault(person_id, []).append((-net, category))
    return {person_id: (len(each), min(each)[1]) for person_id, each in ranked.items()}


def order_features(
    as_of: date,
    lines: pd.DataFrame,
    purchases: pd.DataFrame,
    products: pd.DataFrame | None,
    person_ids: list[int],
) -> dict[int, dict]:
    """Each person's order columns by name."""
    sums = order_sums(as_of, lines, purchases, person_ids)
    rims = purchase_rims(purchases)
    categories = {} if products is None else favourite_categories(lines, purchases, products)
    features = {}
    for row in sums.itertuples():
        person = {**amounts(row), **dates(as_of, rims.get(row.Index), row.purchase_days)}
        count, top = categories.get(row.Index, (0, None))
        person["category_count"] = None if products is None else count
        person["top_category"] = top
        features[row.Index] = person
    return features


def amounts(row) -> dict:
    """Counts, exact money and ratios of one person's sums."""
    spend, bought, discount = money(row.spend), money(row.bought), money(row.discount)
    found = {"order_count": int(row.order_count), "spend_amount": spend}
    for suffix in WINDOWS:
        found["order_count" + suffix] = int(getattr(row, "order_count" + suffix))
        found["spend_amount" + suffix] = money(getattr(row, "spend" + suffix))
    found["average_order_amount"] = ratio(spend, row.order_count)
    found["average_items_per_order"] = ratio(money(row.pieces), row.order_count)
    found["return_share"] = ratio(-money(row.returned), bought)
    found["discount_share"] = ratio(discount, bought + discount)
    return found


def dates(as_of: date, rim: tuple[date, date] | None, purchase_days: int) -> dict:
    """The columns that hang on the first and last purchase day; all None without a purchase."""
    first, last = rim or (None, None)
    return {
        "first_purchase_on": first,
        "last_purchase_on": last,
        "recency_days": (as_of - last).days if rim else None,
        "tenure_days": (as_of - first).days if rim else None,
        "interpurchase_days": ratio((last - first).days, purchase_days - 1) if rim else None,
    }
