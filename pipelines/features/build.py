"""Build the attempt's customer_features: what each person had done by the end of the day.

Computed are the touched people, those of whom something counts differently than for the earlier
night; what the others did is copied from it. Without an earlier night everybody is touched.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from pipelines.attempts.night import Night
from pipelines.configuration.columns import FEATURES, FED_BY, NULL_WITHOUT
from pipelines.configuration.model import ENGAGEMENT_COUNTS, Configuration
from pipelines.warehouse import statements

# Who is computed, each a SELECT below sql/features/, in the order in which one reads another.
TOUCHED = ("recategorised", "touched_records", "touched", "touched_members")
# What is computed of them.
STAGES = (
    "order_days",
    "orders",
    "purchase_features",
    "spend_features",
    "categories",
    "category_features",
    "sessions",
    "web_features",
    "person_counts",
    "engagement",
)


def build_customer_features(tonight: Night) -> int:
    """Write the attempt's customer_features; return how many people it holds."""
    binds = tonight.binds | engagement_binds(tonight.configuration)
    with tonight.step("features") as connection:
        tonight.read(connection, "members")
        tonight.read_previous(connection, "customer_features", "previous_features")
        for sentence in sentences_on_null_columns(tonight.configuration):
            tonight.note(connection, sentence)
        find_touched(connection, tonight)
        for stage in STAGES:
            statements.create_temporary(connection, stage, f"features/{stage}", **binds)
        with statements.view(connection, "all_people", all_people()):
            statements.create_temporary(connection, "rfm_cuts", "features/rfm_cuts", **binds)
            return tonight.store(connection, "customer_features", "features/customer_features")


def all_people() -> sa.SelectBase:
    """Return the SELECT of everybody's features that do not change with the day or with others.

    They are computed of who is touched, and for the rest what the earlier night computed.
    """
    names = [column.name for column in FEATURES if not column.nightly]
    computed = statements.select_of("features/computed_people", names)
    return computed.union_all(statements.select_of("features/copied_people", names))


def find_touched(connection: Connection, tonight: Night) -> None:
    """Build `touched` and `touched_members`, and say how many are computed and why."""
    tonight.read(connection, "regrouped")
    for select in TOUCHED:
        statements.create_temporary(connection, select, f"features/{select}", **tonight.binds)
    found = statements.rows(connection, "features/touched_counts")
    reasons = {row["reason"]: row["people_count"] for row in found}
    if tonight.previous is None:
        sentence = "Everybody computed: no earlier night of this code and these settings to copy."
    else:
        why = ", ".join(f"{reason} {count:,}" for reason, count in reasons.items()) or "nobody"
        sentence = f"Computed anew: {why}; the others copied from {tonight.previous.as_of}."
    tonight.note(connection, sentence)
    figures = {f"touched_{reason.replace(' ', '_')}": n for reason, n in reasons.items()}
    tonight.record(connection, "figures", figures | {"touched": sum(reasons.values())})


def sentences_on_null_columns(configuration: Configuration) -> list[str]:
    """Return a sentence for each entity that no source feeds, naming the columns left null."""
    return [
        f"No source feeds {entity}: {', '.join(columns)} are null."
        for entity, columns in NULL_WITHOUT.items()
        if not configuration.has(entity)
    ]


def engagement_binds(configuration: Configuration) -> dict[str, float | bool]:
    """Return weights, caps and presence of sources as the SELECTs bind them.

    A count of an entity without a source weighs nothing.
    """
    weights = {
        name: configuration.engagement.get(name, (0.0, 1.0))
        if configuration.has("events") or name not in FED_BY["events"]
        else (0.0, 1.0)
        for name in ENGAGEMENT_COUNTS
    }
    binds: dict[str, float | bool] = {
        "has_events": configuration.has("events"),
        "has_products": configuration.has("products"),
        "weight_sum": sum(weight for weight, _ in weights.values()),
    }
    for name, (weight, cap) in weights.items():
        binds[name.replace("_30d", "_weight")] = float(weight)
        binds[name.replace("_30d", "_cap")] = float(cap)
    return binds
