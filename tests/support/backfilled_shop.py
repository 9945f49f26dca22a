"""What tests of plans, backfills and repairs share: a shop of four nights, and late rows."""

from contextlib import contextmanager
from datetime import date, timedelta

from pipelines.attempts import claims
from pipelines.backfills import backfill, plan
from pipelines.backfills.backfill import BackfillRequest
from pipelines.backfills.date_range import DateRange
from pipelines.configuration.load import read_configuration
from pipelines.landing import land as landing
from tests.support.orders import D, a_few_weeks, line
from tests.support.segmenters import keep_segmenter
from tests.support.shop import LINE_COLUMNS, Shop

DAYS = [D - timedelta(days=n) for n in (3, 2, 1, 0)]
SPAN = DateRange(DAYS[0], DAYS[-1])
PAST = DateRange(DAYS[0], DAYS[2])
SEGMENTS = {
    "often": {"condition": "order_count >= 4"},
    "lately": {"condition": "recency_days <= 5"},
}
SEEN = (
    "features.members", "features.customer_features", "features.customer_scores",
    "features.customer_segments", "ops.published", "ops.segment_ledger", "ops.segment_counts",
    "ops.segment_movements", "ops.deliveries", "marts.customer_segments",
)  # fmt: skip


def four_nights(shop: Shop, days: list[date] = DAYS) -> Shop:
    """Give a shop two segments, some months of orders, and nights."""
    shop.configure("segments", {"segments": SEGMENTS})
    a_few_weeks(shop)
    for day in days:
        shop.night(day)
    return shop


def late(shop: Shop, name: str = "late", **more: str) -> None:
    """Land an order of three weeks ago."""
    plain = {"customer_ref": "c3", "net_amount": "400.00", **more}
    order = line(name, str(D - timedelta(days=21)), **plain)
    shop.write(f"till/{name}.csv", [order], LINE_COLUMNS)
    with opened(shop) as (deployment, _):
        landing.land(deployment)


@contextmanager
def opened(shop: Shop):
    """Open a shop's deployment and claim as this process."""
    deployment = shop.deployment()
    try:
        with claims.process_claim(deployment.warehouse, "test") as claim:
            yield deployment, claim
    finally:
        deployment.warehouse.close()


def make_plan(shop: Shop, span: DateRange = SPAN, folder=None) -> plan.Plan:
    """Plan a range."""
    with opened(shop) as (deployment, claim):
        previewed = read_configuration(folder, shop.home) if folder else None
        return plan.plan(deployment, claim, plan.PlanRequest(span, previewed=previewed))


def carry_out(shop: Shop, plan_id=None, span: DateRange = SPAN, **more) -> backfill.BackfillResult:
    """Backfill a range."""
    with opened(shop) as (deployment, claim):
        return backfill.backfill(deployment, claim, BackfillRequest(span, plan_id, **more))


def state(shop: Shop, tables=SEEN) -> dict[str, str]:
    """Return a hash of everything that people can see."""
    return {
        table: shop.query(f"select md5(string_agg(t::text, '|' order by t::text)) from {table} t")[
            0
        ]["md5"]
        for table in tables
    }


def left_in_attempts(shop: Shop) -> list[str]:
    """Return the tables of attempts that are still there."""
    rows = shop.query(
        "select relname from pg_class where relkind = 'r'"
        " and relnamespace = to_regnamespace('attempts') and relname ~ '_[0-9]+$'"
    )
    return [row["relname"] for row in rows]


def backfills(shop: Shop) -> list[dict]:
    """Return every backfill, in the order in which they were begun."""
    return shop.query("select * from ops.backfills order by backfill_id")


def serve(shop: Shop, seed: int, trained_as_of: date) -> str:
    """Promote a segmenter as if trained as of a day; return its id."""
    named = keep_segmenter(shop.home / "models", seed)
    shop.query(
        "insert into ops.model_versions (training_id, model_id, kind, name, trained_as_of,"
        " known_at, features, metrics, verdict, champion_since)"
        " values (:t, :m, 'segmenter', 'k-means', :d, 1, '{}', '{}', '', now())",
        t=seed, m=named, d=trained_as_of,
    )  # fmt: skip
    return named


def models_and_notes(shop: Shop) -> dict[date, tuple[str | None, bool]]:
    """Return which segmenter each published night had, and whether a note warns of it, by day."""
    rows = shop.query(
        "select n.as_of, n.models ->> 'segmenter' as model, n.notes::text ~ 'Not out of time: the"
        " segmenter model was trained on what 2026-11-19 knew' as warned"
        " from ops.nights n join ops.published p using (night_id) where p.replaced_at is null"
    )
    return {row["as_of"]: (row["model"], row["warned"]) for row in rows}
