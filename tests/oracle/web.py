"""What each person did on the web: sessions, views, carts and carts left behind."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd

from .rows import dated_until, in_window, text, with_person

Engagement = Mapping[str, tuple[float, float]]  # count: (weight, cap)
SESSION_TYPES = ["page_view", "product_view", "cart_add", "cart_remove", "checkout", "login"]
COUNTS = [
    "session_count_30d",
    "product_view_count_30d",
    "cart_add_count_30d",
    "abandoned_cart_count_30d",
]


def read_events(as_of: date, people: Mapping, events: pd.DataFrame) -> pd.DataFrame:
    """The session-forming events dated until as_of that belong to somebody."""
    events = events[events["event_type"].isin(SESSION_TYPES)]
    events = with_person(dated_until(as_of, events, "occurred_on", "occurred_at"), people)
    return events.assign(session_ref=text(events, "session_ref"))


def number_sessions(events: pd.DataFrame) -> pd.DataFrame:
    """The events, each with the number of its session."""
    named = events[events["session_ref"] != ""].assign(visit=0, cookie="")
    unnamed = events[events["session_ref"] == ""].sort_values("occurred_at", kind="stable")
    unnamed = unnamed.assign(cookie=unnamed["visitor_ref"])
    owner = [unnamed["source"], unnamed["cookie"], unnamed["person_id"]]
    silence = unnamed["occurred_at"].groupby(owner).diff()
    breaks = (silence > pd.Timedelta(minutes=30)).astype("int64")
    unnamed = unnamed.assign(visit=breaks.groupby(owner).cumsum())
    events = pd.concat([named, unnamed])
    key = ["source", "person_id", "session_ref", "cookie", "visit"]
    return events.assign(session=events.groupby(key, sort=False).ngroup())


def find_sessions(events: pd.DataFrame) -> pd.DataFrame:
    """One row per session: person, first day, views, cart_adds and its first cart_add."""
    events = number_sessions(events).sort_values(["occurred_on", "occurred_at", "has_time"])
    events["is_view"] = events["event_type"] == "product_view"
    events["is_add"] = events["event_type"] == "cart_add"
    sessions = events.groupby("session").agg(
        person_id=("person_id", "first"),
        started_on=("occurred_on", "first"),
        product_views=("is_view", "sum"),
        cart_adds=("is_add", "sum"),
    )
    first_adds = (
        events[events["is_add"]]
        .groupby("session")
        .agg(
            added_on=("occurred_on", "first"),
            added_at=("occurred_at", "first"),
            has_time=("has_time", "first"),
        )
    )
    return sessions.join(first_adds)


def is_answered(cart, purchase) -> bool:
    """Whether a purchase follows a session's first cart_add within a day."""
    if cart.has_time and purchase.has_time:
        return cart.added_at < purchase.purchased_at <= cart.added_at + timedelta(hours=24)
    return cart.added_on <= purchase.purchased_on <= cart.added_on + timedelta(days=1)


def web_features(
    as_of: date,
    people: Mapping,
    events: pd.DataFrame | None,
    purchases: pd.DataFrame,
    person_ids: list[int],
) -> dict[int, dict]:
    """Each person's web columns by name: None without any source of events, else at least 0."""
    if events is None:
        return {person_id: dict.fromkeys(COUNTS) for person_id in person_ids}
    features = {person_id: dict.fromkeys(COUNTS, 0) for person_id in person_ids}
    bought = defaultdict(list)
    for purchase in purchases.itertuples():
        bought[purchase.person_id].append(purchase)
    sessions = find_sessions(read_events(as_of, people, events))
    for session in sessions[in_window(sessions["started_on"], as_of, 30)].itertuples():
        person = features[session.person_id]
        person["session_count_30d"] += 1
        person["product_view_count_30d"] += int(session.product_views)
        person["cart_add_count_30d"] += int(session.cart_adds)
        if session.cart_adds:
            answers = (is_answered(session, each) for each in bought[session.person_id])
            person["abandoned_cart_count_30d"] += 0 if any(answers) else 1
    return features


def engagement_score(person: Mapping, engagement: Engagement) -> float | None:
    """100 times the weighted mean of the capped counts there are; None without weights."""
    engagement = {name: each for name, each in engagement.items() if person[name] is not None}
    total = sum(weight for weight, _ in engagement.values())
    reached = sum(w * min(person[name], cap) / cap for name, (w, cap) in engagement.items())
    return 100 * reached / total if total else None
