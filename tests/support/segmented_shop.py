"""What tests of segments share: a till, a CRM, a night with features, what an attempt holds."""

from contextlib import contextmanager
from datetime import timedelta

from pipelines.attempts import claims
from pipelines.features import build
from pipelines.nights import runner
from pipelines.people import identify
from pipelines.warehouse import attempt_tables
from tests.support.attempts import fill
from tests.support.orders import D, line
from tests.support.shop import LINE_COLUMNS, source


def rules(**conditions):
    """Return the content of a segments.yml."""
    return {"segments": {name: {"condition": text} for name, text in conditions.items()}}


def a_till(shop, people):
    """Write `n` orders of each person, one a day, the last of them on D."""
    rows = [
        line(f"{who}-{n}", str(D - timedelta(days=n)), customer_ref=who)
        for who, orders in people.items()
        for n in range(orders)
    ]
    shop.write("till/1.csv", rows, LINE_COLUMNS)


def with_a_crm(shop, consents):
    """Give the shop a CRM whose records say who may be profiled."""
    columns = ["customer_ref", "consent_profiling"]
    crm = source("customers", "crm/*.csv", columns)
    till = source("order_lines", "till/*.csv", LINE_COLUMNS)
    shop.configure("sources", {"sources": {"crm": crm, "till": till}})
    rows = [{"customer_ref": ref, "consent_profiling": said} for ref, said in consents.items()]
    shop.write("crm/1.csv", rows, columns)


@contextmanager
def featured(shop):
    """Open the night of D, with features; scores stay to be filled."""
    opened = shop.deployment()
    runner.receive(opened)
    with claims.process_claim(opened.warehouse, "test") as claim:
        tonight = claims.open_night(opened, claim, claims.AttemptRequest(D))
        identify.identify(tonight)
        build.build_customer_features(tonight)
        fill_scores(tonight, {})
        yield tonight
        claims.drop_night(opened, tonight.night_id)
    opened.warehouse.close()


def fill_scores(tonight, probabilities):
    with tonight.step("score") as connection:
        rows = [{"person_id": p, "churn_probability": x} for p, x in probabilities.items()]
        fill(connection, tonight, "customer_scores", rows)


def people_of(shop):
    found = shop.query("select distinct customer_ref, person_id from identity.customer_refs")
    return {row["customer_ref"]: row["person_id"] for row in found}


def held_by(shop, tonight):
    """Return what the attempt says of each person."""
    name = attempt_tables.attempt_table("customer_segments", tonight.night_id)
    names = {person: ref for ref, person in people_of(shop).items()}
    found = shop.query(f"select * from attempts.{name} order by person_id")
    return {names[row["person_id"]]: row for row in found}


def notes_of(shop, tonight):
    [row] = shop.query("select notes from ops.nights where night_id = :n", n=tonight.night_id)
    return row["notes"]
