import numpy as np
import pytest

from models.reason_words import describe
from pipelines.configuration.columns import MODEL_FEATURES
from pipelines.scoring.score import WORDS


def say(column, value, **others):
    names = [column, *others]
    return describe(names, np.array([[value, *others.values()]], dtype=float), 0, WORDS)[0]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("recency_days", 41, "last purchase 41 days ago"),
        ("recency_days", 1, "last purchase 1 day ago"),
        ("recency_days", 0, "last purchase today"),
        ("order_count", 1, "1 purchase ever"),
        ("order_count_30d", 0, "no purchase in the last 30 days"),
        ("order_count_365d", 1200, "1,200 purchases in the last 365 days"),
        ("spend_amount_7d", 12.5, "spent 12.50 in the last 7 days"),
        ("average_order_amount", 1234.5, "1,234.50 spent per purchase"),
        ("interpurchase_days", 6.25, "usually buys every 6.2 days"),
        ("return_share", 0.25, "25 % of spend returned"),
        ("abandoned_cart_count_30d", 2, "2 abandoned carts in the last 30 days"),
        ("rfm_monetary", 5, "spend score 5 of 5"),
        ("shoe_size", 42, "shoe size 42"),
    ],
)
def test_a_value_is_said_in_words(column, value, words):
    assert say(column, value) == words


@pytest.mark.parametrize("column", MODEL_FEATURES)
def test_every_published_column_has_words_of_its_own(column):
    assert say(column, 3) != f"{column.replace('_', ' ')} 3"
    assert "nan" not in say(column, np.nan)


def test_a_null_interval_means_never_came_back():
    assert say("interpurchase_days", np.nan) == "never bought on a second day"


def test_spend_is_down_against_the_persons_own_earlier_pace():
    # 60 in the 60 days before, so 30 in 30 days would be the same as ever.
    assert say("spend_amount_30d", 12.5, spend_amount_90d=72.5) == (
        "spend down: 12.50 in the last 30 days"
    )
    assert say("spend_amount_30d", 50, spend_amount_90d=110) == (
        "spend up: 50.00 in the last 30 days"
    )
    assert say("spend_amount_30d", 31, spend_amount_90d=91) == "spent 31.00 in the last 30 days"


def test_purchases_are_down_too():
    assert say("order_count_7d", 0, order_count_30d=9) == "purchases down: 0 in the last 7 days"


def test_somebody_who_came_lately_is_not_called_up():
    # 10 days before the window, 10 purchases in them: the pace is 1 a day, not 10 in 60 days.
    pace = {"order_count_90d": 38.0, "tenure_days": 39.0}
    assert say("order_count_30d", 28, **pace) == "28 purchases in the last 30 days"
    newcomer = {"order_count_90d": 3.0, "tenure_days": 12.0}
    assert say("order_count_30d", 3, **newcomer) == "3 purchases in the last 30 days"
