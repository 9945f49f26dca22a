"""The wheel: what is in it is what is here, and a night runs from it where no checkout is."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from nocturne.home import Home
from nocturne.server import server
from pipelines.configuration.versions import BUILD_CODE, CHECKOUT, STAGE_CODE
from pipelines.hashing import code_hash
from tests.support import wheel
from tests.support.unknown_shops import LAST, german_till

HASHES = """
from pipelines.configuration.versions import BUILD_CODE, CHECKOUT, STAGE_CODE
from pipelines.hashing import code_hash
print(CHECKOUT, code_hash(CHECKOUT, BUILD_CODE), code_hash(CHECKOUT, STAGE_CODE))
"""
DAGS = """
import sys
from airflow.dag_processing.dagbag import DagBag
for folder in sys.argv[1:]:
    bag = DagBag(dag_folder=folder)
    print(bag.import_errors, {name: len(dag.tasks) for name, dag in bag.dags.items()})
"""
# Of docs/airflow.md.
ONE_LINE = "import dags.nightly_segmentation  # a DAG of Airflow's, which says so here"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A wheel of what is here, and the programs of an environment that has it and no checkout."""
    room = tmp_path_factory.mktemp("wheel")
    built = wheel.built(room)
    return built, wheel.installed(built, room / "environment")


@pytest.fixture
def typed(made, tmp_path):
    """Type commands as somebody with a home directory, the wheel and nothing else."""
    _, programs = made
    account = tmp_path / "account"
    account.mkdir()
    environ = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
    environ |= {"HOME": str(account), "PATH": f"{programs}:/usr/bin:/bin"}
    environ |= {"AIRFLOW_HOME": str(account / "airflow"), "TZ": "Europe/Berlin"}

    def run(*words, **more):
        done = subprocess.run(
            words, cwd=account, env=environ | more, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    yield run
    server.remove(Home(account / ".nocturne"))


def test_it_holds_every_statement_and_the_default_configuration_and_no_tests(made):
    names = set(zipfile.ZipFile(made[0]).namelist())
    for top, kinds in (("sql", ["**/*.sql"]), ("config", ["*.yml", "*/*.yml", ".schema/*.json"])):
        here = {path for kind in kinds for path in (CHECKOUT / top).glob(kind)}
        expected = {f"pipelines/shipped/{path.relative_to(CHECKOUT)}" for path in here}
        assert {name for name in names if name.startswith(f"pipelines/shipped/{top}/")} == expected
    code = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert code == {"dags", "expectations", "models", "nocturne", "pipelines", "plugins"}


def test_its_nights_are_of_the_same_code_as_the_checkouts(made, typed):
    where, *hashes = typed("python", "-c", HASHES).split()
    assert Path(where).is_relative_to(made[1].parent)
    assert hashes == [code_hash(CHECKOUT, BUILD_CODE), code_hash(CHECKOUT, STAGE_CODE)]


def test_a_database_and_a_night_come_up_from_it_in_the_home_of_who_has_it(typed, tmp_path):
    typed("nocturne", "up")
    assert (tmp_path / "account" / ".nocturne" / "postgres").is_dir()
    assert "sources" in typed("nocturne", "check-sources", "--json")  # of the default configuration
    [till], [crm] = german_till(tmp_path).values()
    typed("nocturne", "init", "shop", "--order-lines", till, "--customers", crm)
    said = typed("nocturne", "night", "--as-of", str(LAST), NOCTURNE_CONFIG="shop")
    assert "13 people (13 have bought" in said
    assert f"\nnocturne train --as-of {LAST}\n" in said
    typed("nocturne", "verify", "--as-of", "newest", NOCTURNE_CONFIG="shop")


def test_an_airflow_that_is_there_finds_the_dag_as_a_bundle_and_by_a_line_of_its_own(
    made, typed, tmp_path
):
    theirs = tmp_path / "dags of theirs"
    theirs.mkdir()
    (theirs / "nocturne_night.py").write_text(f"{ONE_LINE}\n")
    ours = typed("python", "-c", "import dags; print(*dags.__path__)").strip()
    page = (CHECKOUT / "docs" / "airflow.md").read_text(encoding="utf-8")
    assert ONE_LINE in page
    for folder in (ours, str(theirs)):
        assert (
            typed("python", "-c", DAGS, folder).splitlines()[-1]
            == "{} {'nightly_segmentation': 14}"
        )
