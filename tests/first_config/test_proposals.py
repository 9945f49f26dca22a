"""What is proposed for a column, a file and its name, and what is said of what is not sure."""

import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.configuration.load import read_configuration
from pipelines.first_config import folder
from pipelines.first_config.instants import instant_forms
from pipelines.first_config.numbers import chosen, decimal_of, is_doubtful, number_forms
from tests.support.schema_shops import FILES

# Heads of public data sets, with rows made up in their form.
RETAIL = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,HANGER,6,12/1/2010 8:26,2.55,17850,United Kingdom\n"
    "C536379,D,Discount,-1,12/1/2010 9:41,27.50,14527,United Kingdom\n"
    "536380,22961,JAM SET,24,12/13/2010 9:41,1.45,17809,United Kingdom\n"
)
HOUSEHOLDS = (
    "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,"
    "coupon_match_disc,week,transaction_timestamp\n"
    "900,330,31198570044,1095275,1,0.50,0.00,0.0,0.0,1,2017-01-01 11:53:26\n"
    "900,330,31198570044,9878513,1,0.99,0.10,0.0,0.0,1,2017-01-01 11:53:26\n"
)
DISCS = "customer_id,date,number_of_cds,dollar_value\n1,19970101,1,11.77\n2,19970112,5,77.00\n"
ITEMS = (
    '"order_id","order_item_id","product_id","seller_id","shipping_limit_date","price",'
    '"freight_value"\n"0001",1,"42","48",2017-09-19 09:45:35,58.90,13.29\n'
)
SESSIONS = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
    "2019-10-01 00:00:00 UTC,view,44600062,2103,,shiseido,35.79,541312140,72d76fde\n"
)


def proposed(path, text, entity="order_lines", zone="Europe/Berlin"):
    """Return the source that is proposed for a file, and what its entry says, comments too."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    made = folder.propose({entity: [str(path)]}, zone)
    [entry] = yaml.safe_load(made.files["sources.yml"])["sources"].values()
    return entry, made


def columns_of(tmp_path, text, entity="order_lines"):
    return proposed(tmp_path / "a.csv", text, entity)[0]["columns"]


@pytest.mark.parametrize(
    ("texts", "decimal", "thousands"),
    [
        (["1", "-2"], ".", ""),
        (["12.50", "1.999"], ".", ""),
        (["12,5", "1,999"], ",", "."),
        (["1.234,50", "7,00"], ",", "."),
        (["1,234.50", "7.00"], ".", ","),
        (["1 234,50", "7,00"], ",", " "),
        (["1'234.50", "7.00"], ".", "'"),
        (["€ 12,50", "-3,00 EUR"], ",", "."),
    ],
)
def test_numbers_are_read_with_the_marks_they_are_written_with(texts, decimal, thousands):
    form = chosen(number_forms(texts), None)
    assert (form.decimal, form.thousands) == (decimal, thousands)


def test_what_is_no_number_is_none_and_what_may_be_two_is_settled_by_its_file():
    assert number_forms(["A1", "2"]) == []
    doubtful, sure = number_forms(["1.234", "5.678"]), number_forms(["0,99"])
    assert is_doubtful(doubtful, decimal_of([doubtful]))
    assert not is_doubtful(doubtful, decimal_of([doubtful, sure]))
    assert chosen(doubtful, decimal_of([doubtful, sure])).keys == {"decimal": ",", "thousands": "."}


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2026-11-20", "2026-11-20T18:30:00Z"], "ISO"),
        (["20.11.2026", "1.2.2026"], "%d.%m.%Y"),
        (["20.11.26 18:05"], "%d.%m.%y %H:%M"),
        (["11/20/2026 6:05 PM"], "%m/%d/%Y %I:%M %p"),
        (["20-Nov-2026"], "%d-%b-%Y"),
        (["Nov 20, 2026"], "%b %d, %Y"),
        (["20261120"], "%Y%m%d"),
        (["20261120T180500"], "%Y%m%dT%H%M%S"),
        (["2026/11/20 18:05:01 +0100"], "%Y/%m/%d %H:%M:%S %z"),
        (["1764435000", "1764435007.5"], "epoch_seconds"),
        (["1764435000000"], "epoch_ms"),
        (["1764435000000000"], "epoch_microseconds"),
        (["46346", "46346.75"], "excel_days"),
    ],
)
def test_days_and_instants_are_read_in_the_form_they_are_written_in(texts, form):
    assert [each.form for each in instant_forms(texts, may_count=True)] == [form]


def test_a_number_counts_days_only_where_its_name_says_so():
    assert instant_forms(["46346"], may_count=False) == []


def test_day_or_month_first_is_told_by_another_column_by_the_order_of_rows_or_not_at_all(tmp_path):
    head = "order_id,date,quantity,total,note date\n"
    other = head + "1,01/02/2026,1,5.00,30/01/2026\n"
    assert columns_of(tmp_path, other)["ordered_at"]["format"] == "%d/%m/%Y"
    rows = [f"{n},{month:02}/{day:02}/2026,1,5.00,\n" for n, (month, day) in
            enumerate((m, d) for m in (1, 2, 3) for d in range(1, 12))]  # fmt: skip
    assert columns_of(tmp_path, head + "".join(rows))["ordered_at"]["format"] == "%m/%d/%Y"
    entry, made = proposed(tmp_path / "a.csv", head + "1,01/02/2026,1,5.00,\n")
    assert entry["columns"]["ordered_at"]["format"] == "%d/%m/%Y"
    assert "not sure: may be %m/%d/%Y" in made.files["sources.yml"]
    assert made.doubts == 1


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (
            RETAIL,
            {
                "order_id": "InvoiceNo",
                "ordered_at": {"from": "InvoiceDate", "format": "%m/%d/%Y %H:%M"},
                "customer_ref": "CustomerID",
                "product_ref": "StockCode",
                "quantity": "Quantity",
                "unit_price": "UnitPrice",
            },
        ),
        (
            HOUSEHOLDS,
            {
                "order_id": "basket_id",
                "ordered_at": "transaction_timestamp",
                "customer_ref": "household_id",
                "product_ref": "product_id",
                "quantity": "quantity",
                "net_amount": "sales_value",
            },
        ),
        (
            DISCS,
            {
                "order_id": {"from": ["customer_id", "date"], "join": "/"},
                "ordered_at": {"from": "date", "format": "%Y%m%d"},
                "customer_ref": "customer_id",
                "quantity": "number_of_cds",
                "net_amount": "dollar_value",
            },
        ),
        (
            ITEMS,
            {
                "order_id": "order_id",
                "line_no": "order_item_id",
                "ordered_at": "ordered_at",
                "product_ref": "product_id",
                "quantity": {"constant": 1},
                "unit_price": "price",
            },
        ),
    ],
    ids=["retail", "households", "discs", "items"],
)
def test_public_data_sets_are_mapped_as_a_person_would(tmp_path, text, columns):
    assert columns_of(tmp_path, text) == columns


def test_what_is_not_found_is_said_where_it_is_to_be_filled_in(tmp_path):
    _, made = proposed(tmp_path / "items.csv", ITEMS)
    assert made.not_found == ["items.ordered_at"]
    assert (
        "ordered_at: ordered_at  # NOT FOUND: which of its columns is it? In another file?"
        in (made.files["sources.yml"])
    )
    bad = "order_id,order_date,quantity,total\n1,Freitag,1,5.00\n"
    entry, made = proposed(tmp_path / "items.csv", bad)
    assert entry["columns"]["ordered_at"] == "order_date"
    assert (
        "its values, such as 'Freitag', are in no form that is known" in (made.files["sources.yml"])
    )


def test_files_of_a_schema_that_is_ready_are_said_to_be_so(tmp_path):
    text = FILES.joinpath("shopify.csv").read_bytes()
    entry, _ = proposed(tmp_path / "orders_export_1.csv", text)
    assert entry == {"schema": "shopify", "path": str(tmp_path / "orders_export_1.csv")}
    assert proposed(tmp_path / "a.csv", SESSIONS, "events")[0]["schema"] == "rees46"


def test_a_line_number_that_is_there_twice_is_none(tmp_path):
    head = "order_id,line_no,date,quantity,total\n"
    once = head + "A,1,2026-11-20,1,5.00\nA,2,2026-11-20,1,5.00\n"
    twice = head + "A,1,2026-11-20,1,5.00\nA,1,2026-11-20,1,7.00\n"
    assert columns_of(tmp_path, once)["line_no"] == "line_no"
    entry, made = proposed(tmp_path / "a.csv", twice)
    assert "line_no" not in entry["columns"]
    assert "line_no is no line_no: it is there twice" in made.files["sources.yml"]


def test_what_is_of_something_else_is_not_taken_for_ours(tmp_path):
    text = (
        "order_id,customer_city,date,quantity,discount_pct,shipping_date,freight_value,total\n"
        "1,Köln,2026-11-20,1,10,2026-11-22,4.90,5.00\n"
    )
    expected = {"order_id", "ordered_at", "quantity", "net_amount"}
    assert columns_of(tmp_path, text).keys() == expected


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850", "utf-16", "mac_roman"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
def test_encoding_and_delimiter_are_those_of_the_file(tmp_path, encoding, delimiter):
    rows = [
        ["Kundennr", "Straße", "Ort"],
        ["1", '"Größe 1, links"', "Köln"],
        ["2", '"Über, 2; 3"', "Düren"],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    shown = tmp_path / "kunden.csv"
    shown.write_bytes(text)
    till = tmp_path / "till.csv"
    till.write_text(RETAIL)
    made = folder.propose({"order_lines": [str(till)], "customers": [str(shown)]}, "UTC")
    entry = yaml.safe_load(made.files["sources.yml"])["sources"]["kunden"]
    assert entry.get("encoding", "utf-8") == encoding
    assert entry.get("delimiter", ",") == delimiter
    assert entry["columns"] == {"customer_ref": "Kundennr", "street": "Straße", "city": "Ort"}


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("till.csv", "till.csv"),
        ("till_2.csv", "till_2.csv"),
        ("till_2026-11-28.csv", "till_*.csv"),
        ("20261128-180500 till.csv", "* till.csv"),
        ("till [a].csv", "till [[]a].csv"),
    ],
)
def test_a_name_with_a_day_in_it_stands_for_all_that_are_named_so(tmp_path, name, pattern):
    entry, _ = proposed(tmp_path / "their files" / name, RETAIL)
    assert entry["path"] == str(tmp_path / "their files" / pattern)


def test_files_that_are_shown_together_are_one_source_unless_they_would_take_each_other(tmp_path):
    paths = [str(tmp_path / f"till_{day}.csv") for day in (20261127, 20261128)]
    for path in paths:
        Path(path).write_text(RETAIL)
    made = folder.propose({"order_lines": paths}, "UTC")
    assert list(yaml.safe_load(made.files["sources.yml"])["sources"]) == ["till"]
    Path(paths[1]).write_text("customer_id,email\n17850,a@shop.example\n")
    apart = folder.propose({"order_lines": paths[:1], "customers": paths[1:]}, "UTC")
    read = yaml.safe_load(apart.files["sources.yml"])["sources"]
    assert {name: each["path"] for name, each in read.items()} == {
        "till": paths[0],
        "till_customers": paths[1],
    }


def test_one_currency_is_the_shops_and_of_several_somebody_has_to_choose(tmp_path):
    head = "order_id,date,quantity,total,currency\n"
    text = head + "1,2026-11-20,1,5.00,eur\n"
    assert "\ncurrency: EUR  #" in proposed(tmp_path / "a.csv", text)[1].files["settings.yml"]
    text += "2,2026-11-20,1,5.00,USD\n"
    assert "\n# currency: EUR or USD" in proposed(tmp_path / "a.csv", text)[1].files["settings.yml"]


@pytest.mark.parametrize(("name", "has_end"), [("a.csv", True), ("a.csv.gz", False)])
def test_of_a_long_file_the_last_rows_tell_the_newest_day_and_the_month(tmp_path, name, has_end):
    days = [date(2026, 1, 1) + timedelta(days=n // 8_000) for n in range(120_000)]
    rows = [f"{n},{day:%m/%d/%Y},1,5.00" for n, day in enumerate(days)]
    text = "\n".join(["order_id,date,quantity,total", *rows]).encode()
    entry, made = proposed(tmp_path / name, gzip.compress(text) if name.endswith("gz") else text)
    assert made.newest == (days[-1] if has_end else None)
    assert (entry["columns"]["ordered_at"]["format"] == "%m/%d/%Y") is has_end
    assert "first and last 5" in made.files["sources.yml"] or not has_end


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)
CELLS = st.one_of(WORDS, st.integers().map(str), st.dates().map(str), st.just(""))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(WORDS, CELLS, CELLS), min_size=3, max_size=9, unique_by=lambda c: c[0]))
def test_whatever_the_columns_are_called_the_reader_accepts_what_is_written(columns):
    import csv
    import tempfile

    from pipelines.errors import SourceUnreadable

    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "a.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(zip(*columns, strict=True))
        try:
            made = folder.propose({"order_lines": [str(path)], "customers": [str(path)]}, "UTC")
        except SourceUnreadable:  # a header of numbers, or rows without a value
            return
        folder.write(Path(room) / "config", made.files)
        read = read_configuration(Path(room) / "config", Path(room))
        assert [each.entity for each in read.sources] == ["order_lines", "customers"]
