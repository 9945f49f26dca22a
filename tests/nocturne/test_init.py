"""`nocturne init`: what it writes, what it says to do next, and one sentence where it cannot."""

import gzip
import re

import pytest
from click.testing import CliRunner

from nocturne import environment
from nocturne.cli import main
from pipelines.configuration.load import read_configuration
from tests.support.unknown_shops import LAST, german_till

TILL = "order_id;date;quantity;total\n1;20.11.2026;1;5,00\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    def run_with(*words):
        done = CliRunner().invoke(main, ["init", *map(str, words)])
        return done.exit_code, done.output

    monkeypatch.chdir(tmp_path)
    return run_with


def test_it_writes_a_configuration_and_the_commands_that_try_it(run, tmp_path):
    shown = german_till(tmp_path)
    code, said = run(
        "my shop", "--order-lines", *shown["order_lines"], "--customers", *shown["customers"],
        "--time-zone", "Europe/Berlin",
    )  # fmt: skip
    assert code == 0, said
    config = tmp_path / "my shop"
    assert f"export NOCTURNE_CONFIG='{config}'\n" in said
    assert said.endswith(f"nocturne night --as-of {LAST}\n")
    read = read_configuration(config, tmp_path)
    assert [each.name for each in read.sources] == ["kasse", "kunden"]
    assert len(read.segments) == 8
    for file in config.glob("*.yml"):
        first, *_ = file.read_text().splitlines()
        assert config.joinpath(re.split("=", first)[-1]).exists()
        assert "seen:" not in file.read_text()


def test_it_never_writes_over_anything(run, tmp_path):
    (tmp_path / "till.csv").write_text(TILL)
    there = tmp_path / "shop" / "segments.yml"
    there.parent.mkdir()
    there.write_text("mine")
    code, said = run("shop", "--order-lines", "till.csv")
    assert code == 1
    assert "has segments.yml already, which init never writes over" in said
    assert [path.name for path in there.parent.iterdir()] == ["segments.yml"]
    assert there.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gone.csv", None, "there is no file at gone.csv"),
        ("none*.csv", None, "there is no file at none*.csv"),
        ("till.csv", b"", "till.csv is empty"),
        ("till.csv", b"order_id,date,quantity,total\n", "till.csv has no rows to look at"),
        ("till.csv", bytes(range(256)) * 9, "till.csv is no text: it has NUL bytes"),
        ("till.xlsx", b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "an Excel workbook"),
        ("till.csv", b"sep=;\na;b;c\n1;2;3\n", "Excel's `sep=;`, not its header"),
        ("till.csv", b"1,2026-11-20,1,5.00\n2,2026-11-20,1,5.00\n", "till.csv has no header"),
        ("till.txt", b"a b c\n1 2 3\n", "till.txt has one column only, 'a b c'"),
        ("till.csv", b"a,a,b\n1,2,3\n", "till.csv has the column a twice"),
        ("till.json", b'[{"a": 1}]', "till.json is one JSON array"),
        ("till.parquet", b"PAR1 and no more", "till.parquet cannot be read as Parquet"),
        ("till.csv.gz", gzip.compress(TILL.encode() * 99, mtime=0)[:-20], "till.csv.gz is damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_looked_at_is_one_sentence_and_exit_code_1(
    run, tmp_path, name, content, sentence
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, said = run("shop", "--order-lines", name)
    assert code == 1
    assert said.startswith("nocturne: ")
    assert sentence in said
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "shop").exists()


def test_order_lines_and_a_zone_that_there_is_are_needed(run, tmp_path):
    assert run("shop")[0] == 2
    (tmp_path / "till.csv").write_text(TILL)
    code, said = run("shop", "--order-lines", "till.csv", "--time-zone", "Europe/Colon")
    assert code == 2
    assert "'Europe/Colon' is no time zone; expected one such as Europe/Berlin." in said


def test_without_one_the_zone_is_this_machines(monkeypatch):
    monkeypatch.setenv("TZ", ":Asia/Tokyo")
    assert environment.time_zone() == "Asia/Tokyo"
    monkeypatch.setenv("TZ", "nowhere")
    assert environment.time_zone() in ("UTC", "Etc/UTC") or "/" in environment.time_zone()
