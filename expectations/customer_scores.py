"""The contract of an attempt's customer_scores; its balance: sql/publishing/balance.sql."""

from expectations.checks import Between
from expectations.rule import CRITICAL, Rule, Shop, once


def rules(shop: Shop) -> tuple[Rule, ...]:
    """Return what every person's scores must keep."""
    return (
        once("person_id", CRITICAL, "people are scored twice."),
        Rule(
            "churn_probability_0_to_1",
            CRITICAL,
            Between("churn_probability", 0, 1),
            "churn_probability lies outside 0 to 1: the model or its calibration is broken.",
        ),
        *(
            Rule(
                f"{column}_not_negative",
                CRITICAL,
                Between(column, 0, None),
                f"{column} is negative.",
            )
            for column in ("expected_purchases", "expected_spend")
        ),
    )


def balance(shop: Shop) -> tuple[Rule, ...]:
    """Return what must hold between scores and features."""
    return (
        Rule(
            "only_people_scored",
            CRITICAL,
            Between("scores_without_features", 0, 0),
            "{value} people are scored who have no features.",
        ),
    )
