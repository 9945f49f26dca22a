"""RFM scores from discrete percentiles: equal values share a score."""

from collections.abc import Iterable


def cut_points(values: Iterable) -> list:
    """percentile_disc at .2 .4 .6 .8: the first sorted value with at least that share up to it."""
    ordered = sorted(values)
    ranks = [-(-len(ordered) * fifth // 5) for fifth in (1, 2, 3, 4)]  # rounded up, exactly
    return [ordered[rank - 1] for rank in ranks] if ordered else []


def fifth_of(value, cuts: list) -> int:
    """1 plus the number of cut points strictly below the value."""
    return 1 + sum(cut < value for cut in cuts)


def add_rfm(features: dict[int, dict]) -> None:
    """Write the three scores into each person's columns; None without a purchase."""
    buyers = [person for person in features.values() if person["order_count"] > 0]
    names = ["recency_days", "order_count", "spend_amount"]
    cuts = {name: cut_points(person[name] for person in buyers) for name in names}
    for person in features.values():
        fifths = [None, None, None]
        if person["order_count"] > 0:
            fifths = [fifth_of(person[name], cuts[name]) for name in names]
            fifths[0] = 6 - fifths[0]  # few days ago is good
        person["rfm_recency"], person["rfm_frequency"], person["rfm_monetary"] = fifths
