"""Backup and restore by the commands of docs/backup.md, typed as they stand there."""

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg2
import pytest

from models.canonical import model_id
from models.clusters import DIMENSIONS, Segmenter
from nocturne.home import Home
from nocturne.server import server
from pipelines.attempts import serving_models
from pipelines.attempts.night import Inputs
from pipelines.attempts.serving_models import Version
from tests.support.kill_child import rows_of
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import CHECKOUT, LINE_COLUMNS, Shop

PAGE = (CHECKOUT / "docs" / "backup.md").read_text()
BACK_UP, RESTORE = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def checkout(tmp_path):
    """A folder that looks like a checkout, and its two homes; their servers are removed."""
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    (tmp_path / "config").mkdir()
    yield tmp_path
    for name in ("home", "restored"):
        server.remove(Home(tmp_path / name))


def typed(checkout, script, home="home"):
    """Type a script into a shell that stops at the first failure; return what it printed."""
    environ = {**os.environ, "NOCTURNE_CONFIG": str(checkout / "config")}
    environ.pop("NOCTURNE_WAREHOUSE_URL", None)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=checkout, capture_output=True, text=True,
        env=environ | {"NOCTURNE_HOME": str(checkout / home)}, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def segmenter_for(shop):
    """Let a segmenter serve from the first day on; return its id."""
    chance = np.random.default_rng(1)
    groups = [(3, 90, 900), (60, 3, 60), (10, 12, 700), (200, 1, 20)]
    X = np.vstack([chance.normal([r, n, s, s / n], 0.2, (40, 4)) for r, n, s in groups])
    content = Segmenter().fit(np.abs(X)).to_bytes()
    named = model_id(content, DIMENSIONS)
    serving_models.write_bytes(shop.home / "models", named, content)
    version = Version(
        named, "segmenter", "k-means", list(DIMENSIONS), {}, "only one", True, content
    )
    opened = shop.deployment()
    with opened.warehouse.begin() as connection:
        inputs = Inputs(D - timedelta(days=30), 0)
        serving_models.record_training(connection, inputs, [version], datetime.now(UTC))
    opened.warehouse.close()
    return named


def test_a_warehouse_restored_by_the_page_proves_its_nights_and_goes_on(checkout):
    home = Home(checkout / "home")
    shop = Shop(home.path, checkout / "config", server.up(home).owner)
    shop.configure("settings", {"business_time_zone": "UTC", "schedule": {"start": D, "end": D}})
    shop.configure("segments", {"segments": {"any": {"condition": "order_count > 0"}}})
    till = {"entity": "order_lines", "kind": "csv", "path": "till/*.csv",
            "columns": {name: name for name in LINE_COLUMNS}}  # fmt: skip
    shop.configure("sources", {"sources": {"till": till}})
    a_few_weeks(shop)
    named = segmenter_for(shop)
    shop.night(D - timedelta(days=1))
    shop.night(D)
    before = {day: rows_of(shop, day) for day in (D - timedelta(days=1), D)}
    ledger = shop.query("select * from ops.segment_ledger order by 1, 2, 3")

    typed(checkout, BACK_UP)
    server.remove(home)  # all that is left is the backup
    typed(checkout, "cp backup/config/*.yml config/ && " + RESTORE)

    urls = server.urls(Home(checkout / "restored"))
    restored = Shop(checkout / "restored", checkout / "config", urls.owner)
    assert {day: rows_of(restored, day) for day in before} == before
    assert restored.query("select * from ops.segment_ledger order by 1, 2, 3") == ledger
    assert "holds" in typed(checkout, f".venv/bin/nocturne verify --as-of {D}", "restored")
    seen = seen_by(urls.analyst, "select count(*) from marts.customer_features")
    assert seen == 12 + 13  # the guest came on D
    restored.write("till/new.csv", [line("n", "2026-11-21", customer_ref="c99")], LINE_COLUMNS)
    summary = typed(checkout, ".venv/bin/nocturne night --as-of 2026-11-21", "restored")
    assert "14 people" in summary
    [night] = restored.query(
        "select models, night_id from ops.nights order by night_id desc limit 1"
    )
    assert night["models"] == {"segmenter": named}
    assert restored.query("select max(as_of) as d from ops.published") == [
        {"d": date(2026, 11, 21)}
    ]


def seen_by(url, query):
    """Return the one cell of a query's answer."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]
    finally:
        connection.close()
