"""SIMULATED web sessions: Complete Journey has no web data, so these are drawn from a seed.

Nothing here peeks ahead. Who visits, when, on which device, how many products, what goes into
the cart: all of it comes from the seed and the card number alone. The panel's purchases decide
two things, and only those made *before* a session began: whether the session is there at all (a
household visits once it has shopped), and which of its products it looks at again. So cutting
the panel off at any instant leaves every event before that instant as it was; a test does so.
There is no checkout, as no order of the panel was placed on the web.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from examples.days import FIRST_DAY, TIME_ZONE

SEED = 20171224
CARDS = 2500  # the panel's households are numbered from 1 to 2500, with 31 gaps
DAYS = 365
WEB_SHARE = 0.6  # of households who ever visit
VISITS_SHAPE, VISITS_SCALE = 0.8, 32.0  # gamma: 26 visits a year on average, a few very many
VISIT_HOURS = (7.0, 20.5, 24.0)  # triangular, New York time, busiest at half past eight at night
SECOND_DEVICE_SHARE = 0.3  # of visits
KNOWN_DEVICE_SHARE = 0.75  # of devices: those on which somebody logs in at all
LOGIN_SHARE = 0.5  # of visits on a known device
MORE_VIEWS = 0.3  # geometric: 3.3 products a visit on average
MOST_VIEWS = 15
CART_SHARE = 0.13  # of products viewed
REMOVED_SHARE = 0.15  # of products in the cart
SEEN_BEFORE_SHARE = 0.7  # of products viewed: bought before; the others are any of the catalogue
GAP_SECONDS = 50.0  # exponential, plus 3
LONGEST_GAP_SECONDS = 1200
ENTRY, LOGIN = -2, -1  # steps of a visit before its first product


def simulate(lines: pd.DataFrame, catalogue: pd.Series) -> pd.DataFrame:
    """Return all events in order of session and time, given the panel's lines and product ids.

    Columns: event_id, occurred_at (naive UTC), event_type, visitor_ref, card, is_logged_in,
    session_ref, product_id (null for page_view and login), and others of the drawing.
    """
    chance = np.random.default_rng(SEED)
    events = draw_events(draw_sessions(chance), chance)
    return show_products(events, lines, catalogue)  # nothing is drawn any more


def draw_sessions(chance: np.random.Generator) -> pd.DataFrame:
    """Return one row per visit, ordered by its start, from the seed alone."""
    visits = chance.gamma(VISITS_SHAPE, VISITS_SCALE, CARDS)
    count = chance.poisson(np.where(chance.random(CARDS) < WEB_SHARE, visits, 0))
    devices = chance.integers(0, 2**48, (CARDS, 2))
    is_known = chance.random((CARDS, 2)) < KNOWN_DEVICE_SHARE
    card = np.repeat(np.arange(1, CARDS + 1), count)
    n = len(card)
    day = pd.to_timedelta(chance.integers(0, DAYS, n), unit="D")
    second = chance.triangular(*VISIT_HOURS, n) * 3600
    local = pd.Timestamp(FIRST_DAY) + day + pd.to_timedelta(second.astype("int64"), unit="s")
    device = (chance.random(n) < SECOND_DEVICE_SHARE).astype("int64")
    sessions = pd.DataFrame(
        {
            "card": card,
            "started_at": local.tz_localize(TIME_ZONE).tz_convert("UTC").tz_localize(None),
            "visitor_ref": [f"v-{number:012x}" for number in devices[card - 1, device]],
            "has_login": is_known[card - 1, device] & (chance.random(n) < LOGIN_SHARE),
            "view_count": np.minimum(chance.geometric(MORE_VIEWS, n), MOST_VIEWS),
        }
    ).sort_values(["started_at", "card"], kind="stable", ignore_index=True)
    return sessions.assign(session_ref=[f"w{number:06d}" for number in sessions.index])


def draw_events(sessions: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Return the steps of every visit with their instants, from the seed alone."""
    views = sessions.loc[sessions.index.repeat(sessions["view_count"])].rename_axis("session")
    views = views.reset_index().assign(event_type="product_view", moment=0)
    n = len(views)
    views["view"] = views.groupby("session").cumcount()
    views["is_seen_before"] = chance.random(n) < SEEN_BEFORE_SHARE
    views["pick"] = chance.random(n)
    added = views[chance.random(n) < CART_SHARE].assign(event_type="cart_add", moment=1)
    removed = added[chance.random(len(added)) < REMOVED_SHARE]
    removed = removed.assign(event_type="cart_remove", moment=2)
    visits = sessions.rename_axis("session").reset_index().assign(moment=0)
    entry = visits.assign(event_type="page_view", view=ENTRY)
    login = visits[visits["has_login"]].assign(event_type="login", view=LOGIN)
    events = pd.concat([entry, login, views, added, removed])
    events = events.sort_values(["session", "view", "moment"], ignore_index=True)
    return _in_time(events, chance)


def _in_time(events: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Number the events of each visit, and let seconds pass between them."""
    number = events.groupby("session").cumcount()
    drawn = np.minimum(3 + chance.exponential(GAP_SECONDS, len(events)), LONGEST_GAP_SECONDS)
    gap = pd.Series(drawn.astype("int64")).where(number > 0, 0)
    passed = pd.to_timedelta(gap.groupby(events["session"]).cumsum(), unit="s")
    return events.assign(
        event_id=events["session_ref"] + "-" + number.astype(str).str.zfill(2),
        occurred_at=events["started_at"] + passed,
        is_logged_in=events["has_login"] & (events["view"] >= LOGIN),
    )


def show_products(events: pd.DataFrame, lines: pd.DataFrame, catalogue: pd.Series) -> pd.DataFrame:
    """Keep the visits of those who had shopped before, and say which products were viewed."""
    bought = lines.sort_values(["household_id", "transaction_timestamp", "product_id"])
    place = _place(bought["household_id"], bought["transaction_timestamp"])
    first = np.searchsorted(place, _place(events["card"], pd.Timestamp(FIRST_DAY)))
    before = np.searchsorted(place, _place(events["card"], events["started_at"])) - first
    pick = events["pick"].fillna(0).to_numpy()
    picked = np.minimum(first + (pick * before).astype("int64"), len(bought) - 1)
    again = bought["product_id"].to_numpy()[picked]
    any_of_all = catalogue.to_numpy()[(pick * len(catalogue)).astype("int64")]
    product = np.where(events["is_seen_before"].eq(True), again, any_of_all)
    shown = pd.Series(product, index=events.index, dtype="Int64").where(events["view"] >= 0)
    return events.assign(product_id=shown)[before > 0]


def _place(card: pd.Series, instants: pd.Series | pd.Timestamp) -> np.ndarray:
    """Return a number by which lines stand in order of household, then second."""
    seconds = (instants - pd.Timestamp(FIRST_DAY)) // pd.Timedelta(seconds=1)
    return np.asarray(card.to_numpy() * 2**32 + np.asarray(seconds))
