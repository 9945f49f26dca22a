"""Files read through one SELECT: rows of several, nothing beyond them, the same each time."""

import gzip
import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import pytest

from pipelines.errors import SourceUnavailable, SourceUnreadable
from pipelines.sources.query import engine, select
from tests.support.drawn_rows import a_source, asked, draw
from tests.support.shop import CHECKOUT
from tests.support.source_entries import read_source

JOINED = (
    "select h.*, l.sku, l.pieces::int * 2 as doubled from heads as h join lines as l using (no)"
)


@pytest.fixture
def read(tmp_path):
    """Read files below the home through a query, all of them or as `files` says."""

    def reading(query, **files):
        files = files or {"heads": "heads*.csv", "lines": "lines*.csv"}
        options, faults = read_source("query", files=files, query=query)
        assert faults == []
        for file in options["files"].values():
            file["path"] = file["path"].replace("/home", str(tmp_path))
        return select.arrivals(a_source("query", options), asked(tmp_path))

    def rows(query, **files):
        [extract] = reading(query, **files)
        return [{k: v for k, v in r.items() if k != "row_no"} for r in draw(extract).rows]

    rows.arrivals = reading
    return rows


@pytest.fixture
def two(tmp_path):
    (tmp_path / "heads_1.csv").write_text("no,sold\nA,2026-11-20\nB,2026-11-21\n")
    (tmp_path / "lines_1.csv").write_text("no,sku,pieces\nA,x,1\nA,y,2\nB,x,3\n")
    return tmp_path


def test_heads_and_lines_in_two_files_are_rows_together(read, two):
    assert read(f"{JOINED} order by 1, 3") == [
        {"no": "A", "sold": "2026-11-20", "sku": "x", "doubled": "2"},
        {"no": "A", "sold": "2026-11-20", "sku": "y", "doubled": "4"},
        {"no": "B", "sold": "2026-11-21", "sku": "x", "doubled": "6"},
    ]


def test_every_kind_and_form_of_file_is_a_table_of_text(read, tmp_path):
    (tmp_path / "a.txt").write_bytes("Kunde;Ort\n007;Köln\n".encode("cp1252"))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"id": "007", "to": {"k": 1.5}}\n'))
    arrow_parquet.write_table(pa.table({"id": ["007"], "n": [1]}), tmp_path / "c.parquet")
    found = read(
        "select a.Kunde, a.Ort, b.line ->> '$.to.k' as k, c.n from a "
        "join b on b.line ->> '$.id' = a.Kunde join c on c.id = a.Kunde",
        a={"path": "a.txt", "delimiter": ";", "encoding": "cp1252"}, b="b.jsonl.gz", c="c.parquet",
    )  # fmt: skip
    assert found == [{"Kunde": "007", "Ort": "Köln", "k": "1.5", "n": "1"}]


def test_files_of_one_table_may_have_other_columns_and_come_by_name(read, tmp_path):
    (tmp_path / "t2.csv").write_text("b,c\n2,3\n")
    (tmp_path / "t1.csv").write_text("a,b\n1,\n")
    assert read("from t", t="t*.csv") == [
        {"a": "1", "b": None, "c": None},
        {"a": None, "b": "2", "c": "3"},
    ]


def test_values_of_every_type_are_text_as_staging_reads_it(read, two):
    query = (
        "select 1.50::decimal(9, 2) as money, 12345678901234567890 as large, true as yes, "
        "date '2026-11-20' as day, timestamp '2026-11-20 18:30' as local, "
        "timestamptz '2026-11-20 18:30+01' as instant, [1, 2] as listed, '' as empty, "
        "null as none, sum(pieces::int) as pieces, avg(pieces::int) as mean from lines"
    )
    [row] = read(query)
    assert row == {
        "money": "1.50", "large": "12345678901234567890", "yes": "true", "day": "2026-11-20",
        "local": "2026-11-20 18:30:00.000000", "instant": "2026-11-20 17:30:00.000000Z",
        "listed": "[1,2]", "empty": None, "none": None, "pieces": "6", "mean": "2",
    }  # fmt: skip


def test_rows_that_cannot_be_read_are_set_aside_with_their_table_and_the_others_go_on(read, two):
    (two / "lines_1.csv").write_text("no,sku,pieces\nA,x,1\nA,y,2,cut\nB,x,3\n")
    (two / "more.jsonl").write_text('{"no": "A"}\nno json\n')
    [extract] = read.arrivals(
        "select lines.* from lines where no in (select line ->> '$.no' from more)",
        lines="lines*.csv", more="more.jsonl",
    )  # fmt: skip
    drawn = draw(extract)
    assert [(row["row_no"], row["sku"]) for row in drawn.rows] == [(3, "x")]
    aside = [(each.row_no, each.rule, each.sentence) for each in drawn.reading.unreadable]
    assert aside[0][:2] == (1, "ragged_row")
    assert aside[0][2].startswith("lines, lines_1.csv: row 2 has 4 values, the header 3")
    assert aside[1] == (2, "not_json", "more, more.jsonl: line 2 is no JSON.")
    assert drawn.reading.unreadable[1].content == b"no json"


def test_it_is_new_when_a_file_or_the_query_is_and_only_then(read, two):
    def digest(query=JOINED):
        [extract] = read.arrivals(query)
        return extract.digest

    first = digest()
    assert digest() == first
    assert digest(f"{JOINED} where sku = 'x'") != first
    (two / "lines_2.csv").write_text("no,sku,pieces\nB,y,1\n")
    more = digest()
    assert more != first
    (two / "lines_2.csv").write_text("no,sku,pieces\nB,y,2\n")
    assert digest() not in (first, more)
    (two / "lines_2.csv").unlink()
    assert digest() == first


def test_a_file_that_is_not_there_or_not_finished_is_waited_for(read, two):
    with pytest.raises(SourceUnavailable, match=r"no file at .*/names.csv, which .* as names"):
        list(read.arrivals("select * from names", names="names.csv"))
    [extract] = read.arrivals("select * from names", names="names_*.csv")
    assert extract.left.startswith("there is no file yet for names (")
    (two / "lines_2.csv.part").write_text("no,sku,pieces\n")
    [extract] = read.arrivals(JOINED, heads="heads*", lines="lines*")
    assert extract.left.startswith("lines_2.csv.part is still being written")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("select nope from heads", 'column "nope" not found'),
        ("select no from heads join lines using (no, sold)", "sold"),
        ("select no::int from heads", "Could not convert string 'A' to INT32"),
        ("select no, no from heads", "has the column no twice: name them apart with `as`"),
        ("select chr(0) as c from heads", "c of the query has a NUL in it"),
        ("select * from heads where no = $1", "the query cannot be run"),
    ],
)
def test_a_query_that_does_not_fit_the_files_is_a_sentence_with_what_they_have(
    read, two, query, sentence
):
    [extract] = read.arrivals(query)
    with pytest.raises(SourceUnreadable) as raised:
        draw(extract)
    said = str(raised.value)
    assert said.startswith("shop: ")
    assert sentence in said
    if "cannot be run" in said:
        assert "heads has no, sold; lines has no, sku, pieces. Correct `query` in" in said
    assert not engine.folder_of(two, "shop").exists()


def test_columns_that_differ_by_capitals_alone_are_refused(read, tmp_path):
    (tmp_path / "t.csv").write_text("Id,ID\n1,2\n")
    [extract] = read.arrivals("select * from t", t="t.csv")
    with pytest.raises(SourceUnreadable, match="column ID, which a query cannot tell from Id of t"):
        extract.read()


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("selec 1", 'query is not one SELECT: syntax error at or near "selec".'),
        ("select 1; select 2", "query is not one SELECT: it is 2 statements."),
        ("drop table heads", "query is not one SELECT: it is another statement."),
        ("copy heads to 'x.csv'", "query is not one SELECT: it is another statement."),
        ("describe heads", "query is not one SELECT: it describes what there is."),
        ("select * from head", "query reads head, which is none of its files. There are: heads, "
         "lines. Is heads meant?"),
        ("select * from '/etc/passwd'", "query reads /etc/passwd, which is none of its files."),
        ("select * from read_csv('/etc/passwd')", "query reads with read_csv(); name what it"),
        ("select *, now() from heads", "query asks now: the same files would give other rows"),
        ("select *, current_date from heads", "query asks current_date: the same files would"),
        ("select * from (select * from heads using sample 10%)", "query asks a sample: the same"),
        ("select * from heads where random() < 0.5", "query asks random: the same files would"),
    ],
)  # fmt: skip
def test_a_query_that_could_not_be_the_same_twice_is_a_fault_of_the_configuration(query, fault):
    _, [said] = read_source("query", files={"heads": "h.csv", "lines": "l.csv"}, query=query)
    assert said.startswith(f"sources.yml: shop.{fault}")


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"files": {}, "query": "select 1"}, "shop.files is {}; expected names of tables"),
        ({"files": {"a": "s3://b/c"}, "query": "from a"}, "is not local: a query reads files of"),
        ({"files": {"A b": "c"}, "query": "select 1"}, "files"),
        ({"files": {"a": {"path": "x", "delimeter": ";"}}, "query": "from a"}, "delimeter"),
        ({"files": {"a": "x"}}, "shop.query is missing; expected one SELECT over the tables"),
        ({"files": {"a": "x"}, "query": "from a", "path": "x"}, "shop.path is not understood"),
    ],
)
def test_what_is_wrong_with_its_keys_is_said_with_their_place(entry, fault):
    _, faults = read_source("query", **entry)
    assert fault in "\n".join(faults)


# What a query might try all the same, past the look at its text: DuckDB itself refuses it.
REACHES = """
import sys
from pathlib import Path
from pipelines.sources.query import engine
secret = "a variable of Python"
with engine.opened(Path(sys.argv[1])) as connection:
    for statement in sys.stdin.read().splitlines():
        try:
            connection.sql(statement)
            connection.execute(statement).fetchall()
        except Exception as error:
            print("refused:", str(error).splitlines()[0])
        else:
            print("LET", statement)
"""
ATTEMPTS = """
select * from read_text('/etc/passwd')
select * from read_csv('/etc/passwd')
select * from '/etc/passwd'
select * from glob('/etc/*')
select * from secret
copy (select 1) to '{room}/out.csv'
attach '{room}/out.db'
export database '{room}/out'
install httpfs
load httpfs
install spatial from community
select * from read_csv('http://127.0.0.1:1/a.csv')
set enable_external_access = true
set lock_configuration = false
set memory_limit = '99GB'
set temp_directory = '/tmp'
pragma enable_profiling
select getenv('HOME')
"""


def test_the_database_reaches_no_file_no_network_no_extension_and_no_setting(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", REACHES, str(tmp_path / "spill")], cwd=CHECKOUT, check=True,
        input=ATTEMPTS.strip().format(room=tmp_path), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    said = done.stdout.splitlines()
    assert len(said) == len(ATTEMPTS.strip().splitlines())
    assert [line for line in said if not line.startswith("refused:")] == []
    assert list(tmp_path.iterdir()) == []


MEMORY = """
import json, sys
from pathlib import Path
from pipelines.sources.query import select
from tests.support.drawn_rows import a_source, asked
from tests.support.peak_memory import peak_mebibytes
options = json.loads(sys.argv[2])
[extract] = select.arrivals(a_source("query", options), asked(Path(sys.argv[1])))
print(sum(batch.num_rows for batch in extract.read().batches))
print(peak_mebibytes())
"""


def test_a_join_larger_than_its_memory_goes_by_way_of_the_disk(tmp_path, monkeypatch):
    count = 400_000
    pad = "x" * 60
    for table in ("heads", "lines"):
        with (tmp_path / f"{table}.csv").open("w") as file:
            file.write(f"no,{table}_text\n")
            file.writelines(f"{n * 7919 % count},{pad}{n}\n" for n in range(count))
    options, _ = read_source(
        "query", files={"heads": f"{tmp_path}/heads.csv", "lines": f"{tmp_path}/lines.csv"},
        query="select h.no, heads_text, lines_text from heads as h join lines as l on h.no = l.no "
        "order by lines_text",
    )  # fmt: skip
    child = MEMORY.replace("import json", "from pipelines.sources.query import engine\n"
                           "engine.SETTINGS['memory_limit'] = '64MB'\nimport json")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", child, str(tmp_path), json.dumps(options)], cwd=CHECKOUT,
        capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    rows, mebibytes = map(int, done.stdout.split())
    assert rows == count
    assert mebibytes < 450, f"{mebibytes} MiB for two tables of {count:,} rows"
    assert not (tmp_path / "sources" / "query-shop").exists()
