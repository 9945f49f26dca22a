"""What tests of exports share: a shop that exports, nights published by hand, what is delivered."""

import json
from datetime import date

import sqlalchemy as sa

from pipelines.attempts import claims
from pipelines.delivery import export
from pipelines.features import build
from pipelines.nights import runner
from pipelines.people import identify
from pipelines.publishing import publish
from tests.support.attempts import fill
from tests.support.shop import LINE_COLUMNS, source

DAY = date(2026, 11, 20)
CRM_COLUMNS = ["customer_ref", "email", "consent_marketing"]
COLUMNS = ["spend_amount", "average_order_amount", "churn_probability", "churn_reasons"]
PEOPLE = {"c1": "true", "c2": "false", "c3": "", "c4": "true"}


def line(ref, order, day=DAY, **more):
    return {"order_id": order, "line_no": "1", "ordered_at": str(day), "customer_ref": ref,
            "quantity": "1", "net_amount": "40.10", **more}  # fmt: skip


def destination(kind, **more):
    return {"kind": kind, "path": f"exports/{kind}", "columns": COLUMNS, **more}


def three_exports(shop):
    """Give a shop a till, a CRM in which c1 and c4 consent, and three kinds of destination."""
    shop.configure(
        "sources",
        {
            "sources": {
                "crm": source("customers", "crm/*.csv", CRM_COLUMNS),
                "till": source("order_lines", "till/*.csv", LINE_COLUMNS),
            }
        },
    )
    shop.configure("segments", {"segments": {"many": {"condition": "order_count > 3"}}})
    configure(shop, **{kind: destination(kind) for kind in ("csv", "jsonl", "parquet")})
    crm(shop, "1", **PEOPLE)
    lines = [line(ref, f"o{ref}") for ref in PEOPLE] + [
        line("", "of-guest", email="guest@x.example")
    ]
    shop.write("till/1.csv", lines, LINE_COLUMNS)
    return shop


def configure(shop, **destinations):
    shop.configure("destinations", {"destinations": destinations})


def crm(shop, name, emails=None, **consents):
    emails = emails or {}
    rows = [
        {"customer_ref": ref, "email": emails.get(ref, ""), "consent_marketing": consent}
        for ref, consent in consents.items()
    ]
    shop.write(f"crm/{name}.csv", rows, CRM_COLUMNS)


def publish_night(shop, as_of=DAY, segments=("loyal", "early"), deliver=True):
    """Receive, build the attempt with scores and segments made by hand, publish it, export."""
    deployment = shop.deployment()
    runner.receive(deployment)
    with claims.process_claim(deployment.warehouse, "test") as claim:
        night = claims.open_night(deployment, claim, claims.AttemptRequest(as_of))
        identify.identify(night)
        build.build_customer_features(night)
        with night.step("by hand") as connection:
            found = sa.text(f"select person_id from attempts.customer_features_{night.night_id}")
            ids = sorted(connection.execute(found).scalars())
            scores = [
                {"person_id": i, "churn_probability": 1 / (3 + n), "churn_reasons": ["a, b", 'c"d']}
                for n, i in enumerate(ids)
            ]
            groups = [
                {"person_id": i, "segments": list(segments), "primary_segment": "x"} for i in ids
            ]
            fill(connection, night, "customer_scores", scores)
            fill(connection, night, "customer_segments", groups)
        publish.publish(night)
        if deliver:
            export.export(night)
    deployment.warehouse.close()
    return night


def deliver(shop, **how):
    deployment = shop.deployment()
    try:
        return export.deliver(deployment, **how)
    finally:
        deployment.warehouse.close()


def current(shop, kind="jsonl"):
    return shop.home / "exports" / kind / "current"


def people(shop):
    text = (current(shop) / "segments.jsonl").read_text()
    return [json.loads(row) for row in text.splitlines()]


def refs(shop):
    return sorted(person["customer_id"] for person in people(shop))


def manifest(shop, kind="jsonl"):
    return json.loads((current(shop, kind) / "manifest.json").read_text())
