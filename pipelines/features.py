"""Compute what each person had done by the end of the night's day."""

from pipelines import warehouse
from pipelines.configuration import ENGAGEMENT_COUNTS, Configuration
from pipelines.entities import FED_BY
from pipelines.night import Night

# In the order in which one reads another; each is a SELECT below sql/5_features/.
STAGES = (
    "lines",
    "purchases",
    "purchase_features",
    "spend_features",
    "category_features",
    "sessions",
    "web_features",
    "rfm",
    "counts",
    "engagement",
)


def build_customer_features(tonight: Night) -> int:
    """Write the attempt's customer_features; return how many people it holds."""
    binds = tonight.binds | engagement_binds(tonight.configuration)
    with tonight.step("features") as connection:
        tonight.read(connection, "members")
        for sentence in left_out(tonight.configuration):
            tonight.note(connection, sentence)
        for stage in STAGES:
            warehouse.create_temporary(connection, stage, f"5_features/{stage}", **binds)
        return tonight.store(connection, "customer_features", "5_features/customer_features")


def left_out(configuration: Configuration) -> list[str]:
    """Return a sentence for each entity that no source feeds, naming the columns left null."""
    return [
        f"No source feeds {entity}: {', '.join(columns)} are null."
        for entity, columns in FED_BY.items()
        if not configuration.has(entity)
    ]


def engagement_binds(configuration: Configuration) -> dict[str, float | bool]:
    """Return weights, caps and presence of sources as the SELECTs bind them."""
    weights = {name: configuration.engagement.get(name, (0.0, 1.0)) for name in ENGAGEMENT_COUNTS}
    binds: dict[str, float | bool] = {
        "has_events": configuration.has("events"),
        "has_products": configuration.has("products"),
        "weight_sum": sum(weight for weight, _ in weights.values()),
    }
    for name, (weight, cap) in weights.items():
        binds[name.replace("_30d", "_weight")] = float(weight)
        binds[name.replace("_30d", "_cap")] = float(cap)
    return binds
