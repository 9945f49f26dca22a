"""Instants and days: what is read, what it is read as, and that everything else is unreadable."""

from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from pipelines.mapping.instant_forms import iso_text
from tests.support.mapped_rows import ROW, configure, landed, receive, staged
from tests.support.receiving import unbalanced
from tests.support.shop import CHECKOUT, Shop, source

READERS = CHECKOUT / "sql/schema/3_staging"


@pytest.fixture
def shop(new_shop) -> Shop:
    return new_shop(reject_limit=1)


@pytest.fixture(scope="module")
def reading(new_database):
    """Read texts by the functions of staging: text, source's zone, business zone."""
    engine = sa.create_engine(
        sa.make_url(new_database()).set(drivername="postgresql+psycopg2"),
        connect_args={"options": "-c timezone=UTC"},
    )
    with engine.begin() as connection:
        connection.exec_driver_sql("create schema staging")
        for path in sorted(READERS.glob("*.function.sql")):
            connection.exec_driver_sql(path.read_text().replace("%", "%%"))

    def read(
        written: str, source_zone: str = "UTC", business_zone: str = "UTC", form: str | None = None
    ) -> str | None:
        text = sa.literal(written)
        text = sa.func.coalesce(iso_text(form, text), text) if form else text
        instant = sa.func.staging.read_instant(text, source_zone, business_zone)
        call = sa.select(sa.cast(instant, sa.Text))
        with engine.connect() as connection:
            return connection.execute(call).scalar()

    yield read
    engine.dispose()


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-26 23:30:00 UTC",
        "2026-11-26 23:30:00UTC",
        "2026-11-26 23:30:00 GMT",
        "2026-11-26T23:30Z",
        "2026-11-26t23:30:00z",
        "2026-11-26 23:30:00+00",
        "2026-11-26 23:30:00.000000+0000",
        "2026-11-27 01:30:00 +02:00",
        "2026-11-26 18:30:00 EST",
        "2026-11-26 18:30:00 America/New_York",
        "2026-11-26 18:30:00 america/new_york",
        "2026-11-26 15:30:00 PST",
        "2026-11-26 16:30:00 PDT",
        "2026-11-27 00:30:00 CET",
        "2026-11-27 00:30:00 Europe/Berlin",
        "2026-11-26 18:30:00 America/Port-au-Prince",
        "2026-11-26 20:30:00.0 America/Argentina/Buenos_Aires",
    ],
)
def test_an_instant_with_its_zone_is_that_instant_wherever_the_source_is(reading, written):
    for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
        assert reading(written, zone, "Europe/Berlin") == "2026-11-26 23:30:00+00", zone


@pytest.mark.parametrize(
    ("written", "in_utc"),
    [
        ("2026-11-26", "2026-11-25 23:00:00+00"),  # a day is one of the business
        ("2026-11-26 9:30", "2026-11-26 14:30:00+00"),
        ("2026-11-26T09:30:15.123456", "2026-11-26 14:30:15.123456+00"),
        ("2026-11-26 09:30:15.123456789", "2026-11-26 14:30:15.123457+00"),
    ],
)
def test_without_a_zone_a_time_is_the_sources_and_a_day_the_business_s(reading, written, in_utc):
    assert reading(written, "America/New_York", "Europe/Berlin") == in_utc


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-26 23:30:00 IST", "2026-11-26 23:30:00 BST", "2026-11-26 23:30:00 XYZ",
        "2026-11-26 23:30:00 Mars/Olympus", "2026-11-26 23:30:00 Foo/Bar+5",
        "2026-11-26 23:30:00 UTC+2", "2026-11-26 23:30:00 GMT-05:00", "2026-11-26 23:30:00 XYZ5",
        "2026-11-26 23:30:00 BC", "2026-11-26 BC", "2026-11-26 AD", "2026-11-26 10:00 PM",
        "2026-11-26 Thu", "2026-11-26 Thursday", "2026-11-26 on", "2026-11-26 allballs",
        "2026-11-26T", "2026-11-26 10", "2026-11-26T1030", "2026-11-26 10:00 10:00",
        "2026-11-26Z", "2026-11-26+02", "2026-11-26 10:00:00+2", "2026-11-26 UTC",
        "2026-11-26T10:00-05:00[America/New_York]", "2026-11-26 EST",
        "infinity", "-infinity", "now", "today", "epoch", "20261126", "2026-1-5", "26-11-2026",
        "12026-11-26", "0000-01-01", "2026-02-30", "2026-13-01", "2026-11-26 25:00", "2026-W48-4",
        "２０２６-11-26", "",
    ],
)  # fmt: skip
def test_everything_else_is_unreadable(reading, written):
    assert reading(written, "America/New_York", "Europe/Berlin") is None


ENDS = [
    ("9999-12-31T23:59:59Z", "UTC", True),
    ("9999-12-31T23:59:59Z", "Europe/Berlin", False),
    ("9999-12-31T22:59:59Z", "Europe/Berlin", True),
    ("9999-12-31 23:59:59", "Europe/Berlin", False),
    ("9999-12-31", "Pacific/Kiritimati", True),
    ("9999-12-30 20:00:00-15:00", "Pacific/Kiritimati", False),
    ("9999-12-31 24:00:00", "UTC", False),
    ("0001-01-01T00:00:00Z", "UTC", True),
    ("0001-01-01T00:00:00Z", "America/New_York", False),
    ("0001-01-01T12:00:00Z", "America/New_York", True),
    ("0001-01-01", "America/New_York", True),
    ("0001-01-01", "Europe/Berlin", True),
    ("0001-01-02 01:00:00+15:00", "Etc/GMT+12", False),
]


@pytest.mark.parametrize(("written", "zone", "is_read"), ENDS)
def test_a_day_that_python_does_not_have_is_unreadable(reading, written, zone, is_read):
    assert (reading(written, "UTC", zone) is not None) == is_read


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_the_ends_of_the_calendar_stop_no_source_of_any_entity(new_shop, zone):
    shop = new_shop(business_time_zone=zone, reject_limit=1)
    texts = [*(written for written, _, _ in ENDS), "2026-11-25 10:00:00 BC", "infinity"]
    columns = {
        "order_lines": ["order_id", "ordered_at", "quantity", "net_amount"],
        "events": ["event_id", "occurred_at", "event_type"],
        "customers": ["customer_ref", "created_at", "updated_at", "birth_date"],
    }
    days = {"ordered_at", "occurred_at", "created_at", "updated_at", "birth_date"}
    prefix = {"order_id": "o", "event_id": "e", "customer_ref": "c"}  # a bare 0 names nothing
    entries = {name: source(name, f"{name}/*", columns[name]) for name in columns}
    shop.configure("sources", {"sources": entries})
    for entity, names in columns.items():
        rows = [
            {name: text if name in days else f"{prefix.get(name, '')}{n}" for name in names}
            for n, text in enumerate([*texts, "2026-11-20"])
        ]
        shop.write(f"{entity}/1.csv", rows)
    receive(shop)
    for entity, count in {"order_lines": 1, "events": 1, "customers": len(texts) + 1}.items():
        staged_rows = shop.query(f"select count(*) as n from staging.{entity}")
        assert staged_rows == [{"n": count}], entity
    assert unbalanced(shop) == []


def test_days_as_excel_counts_them(shop):
    configure(shop, {"ordered_at": {"from": "sold", "format": "excel_days"}}, time_zone="UTC")
    read = {
        "46346": ("2026-11-20", False),
        "46346.0": ("2026-11-20", False),
        "46346.75": ("2026-11-20T18:00:00.000", True),
        "46346.770833333336": ("2026-11-20T18:30:00.000", True),
        "46346.99999999999": ("2026-11-21T00:00:00.000", True),
        "61": ("1900-03-01", False),
        "59": ("1900-02-28", False),
        "1": ("1900-01-01", False),
        "2958465": ("9999-12-31", False),
    }
    unread = ["60", "60.5", "0", "0.75", "-1", "2958466", "4.6e4", "46,346", "46346.5.1"]
    shop.write("till/1.csv", [ROW | {"order": text, "sold": text} for text in [*read, *unread]])
    receive(shop)
    opened = "select content, rules from quarantine.rows order by row_no"
    rejected = {bytes(row["content"]).decode(): row["rules"] for row in shop.query(opened)}
    unreadable = [text for text, rules in rejected.items() if "ordered_at_readable" in rules]
    assert len(unreadable) == len(unread)
    [[made]] = [shop.query(
        "select jsonb_object_agg(x, staging.from_excel_days(x)) as made"
        " from unnest(cast(:texts as text[])) as t (x)", texts=list(read),
    )]  # fmt: skip
    assert made["made"] == {text: iso for text, (iso, _) in read.items()}
    assert staged(shop, "order_id, ordered_on, has_time") == [
        (text, date.fromisoformat(iso[:10]), timed)
        for text, (iso, timed) in read.items()
        if not iso.startswith("9999")
    ]


@pytest.mark.parametrize(
    ("form", "written", "instant"),
    [
        ("epoch_seconds", "1772735400.5", "2026-03-05T18:30:00.500000Z"),
        ("epoch_seconds", "1772735400.0", "2026-03-05T18:30:00Z"),
        ("epoch_ms", "1772735400123", "2026-03-05T18:30:00.123000Z"),
        ("epoch_milliseconds", "1772735400123", "2026-03-05T18:30:00.123000Z"),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-05 13:30:00 EST", "2026-03-05T18:30Z"),
        ("%d.%m.%Y %H:%M:%S%z", "5.3.2026 19:30:00+01:00", "2026-03-05T18:30:00Z"),
        ("%d.%m.%Y %H:%M:%S.%f%z", "05.03.2026 18:30:00.25Z", "2026-03-05T18:30:00.250000Z"),
        ("%m/%d/%Y %I:%M:%S %p", "3/5/2026 12:30:00 AM", "2026-03-05T00:30:00Z"),
        ("%m/%d/%Y %I:%M %p", "03/05/2026 12:30 pm", "2026-03-05T12:30:00Z"),
        ("%d. %B %Y um %H:%M Uhr", "5. March 2026 um 8:05 Uhr", "2026-03-05T08:05:00Z"),
        ("%Y%m%d%H%M", "202603050805", "2026-03-05T08:05:00Z"),
    ],
)  # fmt: skip
def test_a_form_is_read_as_what_it_says(reading, form, written, instant):
    read = reading(written, form=form)
    assert datetime.fromisoformat(read) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("%d %b %Y %H:%M UTC", "05 Mar 2026 18:30 EST"),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-05 13:30:00 IST"),
        ("%m/%d/%Y %I:%M %p", "3/5/2026 13:30 AM"),
        ("%d %b %Y", "05 Mai 2026"),
        ("%d.%m.%Y", "05.03.2026 BC"),
        ("%d.%m.%Y", "31.04.2026"),
        ("%Y%m%d", "202631"),
        ("%d/%m/%Y", "05/03/0000"),
        ("epoch_seconds", "-99999999999"),
        ("epoch_seconds", "253402300800"),
        ("epoch_ms", "1e12"),
    ],
)
def test_a_text_that_is_not_of_its_form_is_unreadable(reading, form, written):
    assert reading(written, form=form) is None


def test_factors_are_multiplied_before_they_are_rounded(shop):
    lines = [("0.33333", "3000"), ("3", "0.00005"), ("1000000", "0.00001"), ("1.5", "2.5")]
    configure(shop, {"unit_price": "price", "net_amount": "amount", "discount_amount": "off"})
    shop.write("till/1.csv", [
        ROW | {"order": f"o{n}", "pieces": pieces, "price": price, "amount": "", "off": "0.00004"}
        for n, (pieces, price) in enumerate(lines)
    ])  # fmt: skip
    receive(shop)
    assert landed(shop, "order_id") == [("o0",), ("o1",), ("o2",), ("o3",)]
    assert staged(shop, "net_amount") == [
        ((Decimal(a) * Decimal(b) - Decimal("0.00004")).quantize(Decimal("0.0001")),)
        for a, b in lines
    ]
