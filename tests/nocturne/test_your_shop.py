"""docs/your-shop.md: its commands, typed in their order by somebody with the page's files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from nocturne.server import server
from pipelines.check_sources import report
from pipelines.first_config import folder
from tests.support.shop import CHECKOUT, Shop

PAGE = (CHECKOUT / "docs" / "your-shop.md").read_text(encoding="utf-8")
_, STEPS = PAGE.split("## 2. Files")  # what stands before installs into the checkout
COMMANDS = "\n".join(re.findall("^    (.*)$", STEPS, re.MULTILINE))


@pytest.fixture
def evening(tmp_path, new_database, embedded):
    """The shell of somebody whose database is there already, which saves the time to make one."""
    url = new_database()
    analyst = sa.make_url(server.urls(embedded).analyst).set(database=sa.make_url(url).database)
    environ = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "NOCTURNE_WAREHOUSE_URL": url,
        "NOCTURNE_ANALYST_URL": analyst.render_as_string(hide_password=False),
    }

    def run(commands):
        return subprocess.run(
            ["bash", "-e", "-c", commands],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
        )

    return run


def test_from_files_to_the_first_night_every_command_of_the_page_does_what_it_says(evening):
    done = evening(COMMANDS)
    assert done.returncode == 0, done.stdout + done.stderr
    for said in (
        "Next:\n    export NOCTURNE_CONFIG=",
        "No faults. Nothing was written",
        "till_2026-03-14.csv: batch 1: 7 new rows.",
        "3 people (3 have bought",
        "{K1}          |           2 |    1280.4000 |            5",
        "{K2}          |           2 |       3.9000 |            1",
        "2026-03-14 holds",
    ):
        assert said in done.stdout


@pytest.mark.parametrize(
    ("written", "mistaken", "fault"),
    [
        ("order_id: Receipt", "order_id: Bon", "maps 'Bon', which the file does not have. It has:"),
        ("%d.%m.%Y", "%m/%d/%Y", "7 of 7 values are not read as %m/%d/%Y"),
        ('Amount, decimal: ","', 'Amount, decimal: "."', "not read with '.' before decimals"),
    ],
)
def test_the_faults_of_the_page_are_told_in_its_words(
    tmp_path, new_database, written, mistaken, fault
):
    subprocess.run(["bash", "-c", COMMANDS[: COMMANDS.index("nocturne")]], cwd=tmp_path, check=True)
    till = tmp_path / "exports" / "till_2026-03-14.csv"
    made = folder.propose({"order_lines": [str(till)]}, "Europe/Berlin")
    files = {name: text.replace(written, mistaken) for name, text in made.files.items()}
    files["sources.yml"] = files["sources.yml"].replace('".", thousands: "."', '"."')
    folder.write(tmp_path / "my-shop", files)
    opened = Shop(tmp_path, tmp_path / "my-shop", new_database()).deployment()
    [seen] = report.look(opened)
    opened.warehouse.close()
    assert fault in "\n".join(seen.faults)
