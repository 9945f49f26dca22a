"""What else goes with old nights: ways of staging, export folders, references; also when killed."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from nocturne.server import server
from pipelines.delivery import export
from pipelines.retention import prune
from pipelines.retention.retire import retire
from tests.retention.test_retention import LEFT_OVER, days_with_rows
from tests.support.kill_child import in_child
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import LINE_COLUMNS, Shop


def staged_under(shop):
    """Return the versions that rows are kept under, by table."""
    tables = ("staging.order_lines", "identity.customer_refs", "identity.sightings",
              "quarantine.rows", "ops.batch_states")  # fmt: skip
    return {
        table: {
            row["v"] for row in shop.query(f"select distinct staging_version as v from {table}")
        }
        for table in tables
    }


def restaged(new_shop):
    """A shop staged in two ways, whose three newest nights are of the second."""
    shop = new_shop(retention={"nights": 2, "deliveries": 2})
    shop.configure("destinations", {"destinations": {
        "mail": {"kind": "csv", "path": "exports/mail", "columns": ["order_count"],
                 "consent": "not_asked_internal_use_only"}}})  # fmt: skip
    a_few_weeks(shop)
    shop.write("till/bad.csv", [line("bad", "yesterday")], LINE_COLUMNS)
    shop.night(D - timedelta(days=1))
    shop.configure(
        "settings",
        {
            "business_time_zone": "Europe/Berlin",
            "freshness_days": 20,
            "retention": {"nights": 2, "deliveries": 2},
        },
    )
    for days in range(3):
        shop.night(D + timedelta(days=days))
    return shop


def test_what_is_staged_in_a_way_of_the_past_goes(new_shop, monkeypatch):
    shop = restaged(new_shop)
    deployment = shop.deployment()
    retire(deployment)
    assert {table: len(found) for table, found in staged_under(shop).items()} == {
        "staging.order_lines": 2, "identity.customer_refs": 2, "identity.sightings": 2,
        "quarantine.rows": 2, "ops.batch_states": 2,
    }  # fmt: skip
    monkeypatch.setattr(prune, "NIGHTS_BEFORE_A_VERSION_GOES", 3)
    retire(deployment)
    deployment.warehouse.close()
    [today] = {row["v"] for row in shop.query("select max(staging_version) v from ops.nights "
               "where night_id = 4")}  # fmt: skip
    assert set(map(frozenset, staged_under(shop).values())) == {frozenset({today})}
    shop.configure("settings", {"business_time_zone": "UTC"})  # taken back: staged once more
    assert shop.night(D + timedelta(days=2)) == 5


def test_old_export_folders_go_but_not_what_somebody_put_there(new_shop):
    shop = restaged(new_shop)
    folders = sorted((shop.home / "exports" / "mail").glob("2026-*"))
    assert len(folders) == 4
    (folders[0] / "notes.txt").write_text("ours")
    outside = shop.home.parent / "outside"
    outside.mkdir()
    (outside / "segments.csv").write_text("theirs")
    shop.query(f"update ops.deliveries set path = '{outside}' where delivery_id = 2")
    deployment = shop.deployment()
    retire(deployment)
    retire(deployment)
    held = export.deliver(deployment)
    deployment.warehouse.close()
    assert [path.name for path in folders[0].iterdir()] == ["notes.txt"]
    assert (outside / "segments.csv").exists()
    assert [folder.is_dir() for folder in folders[2:]] == [True, True]
    assert [delivered.outcome for delivered in held] == ["already delivered"]


def test_delivered_attempts_stay_as_long_as_their_folder_even_if_replaced(new_shop):
    shop = restaged(new_shop)
    shop.night(D + timedelta(days=2))
    deployment = shop.deployment()
    retire(deployment)
    deployment.warehouse.close()
    kept = shop.query("select night_id from ops.published where retired_at is null order by 1")
    assert [row["night_id"] for row in kept] == [3, 4, 5]  # 4 was delivered and then replaced


def test_references_of_trainings_that_serve_nothing_go(new_shop):
    shop = new_shop()
    deployment = shop.deployment()
    for training_id, model, champion in ((1, "a", "now()"), (2, "b", "null"), (3, "c", "null")):
        shop.query(
            f"insert into ops.model_versions select {training_id}, '{model}', 'churn', 'x',"
            f" '2026-11-01', 1, '{{}}', '{{}}', 'v', {champion}"
        )
        shop.query(
            f"insert into ops.drift_reference values ({training_id}, 't', 'c', null, null, '{{}}',"
            " '{}', 1)"
        )
        sample = Path(shop.home) / "reports" / "reference" / f"{training_id}.parquet"
        sample.parent.mkdir(parents=True, exist_ok=True)
        sample.touch()
    retire(deployment)
    deployment.warehouse.close()
    kept = shop.query("select training_id from ops.drift_reference order by 1")
    assert [row["training_id"] for row in kept] == [1, 3]  # the champion's and the newest
    assert sorted(path.stem for path in sample.parent.iterdir()) == ["1", "3"]


@pytest.fixture
def copy_of(embedded, tmp_path):
    """Copy a shop, its database and its files, as often as one likes."""
    url = sa.make_url(server.urls(embedded).superuser).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")

    def copy(shop, number):
        base = sa.make_url(shop.url)
        name = f"{base.database}_copy_{number}"
        with engine.connect() as connection:
            connection.execute(
                sa.text(f"create database {name} template {base.database} owner nocturne_owner")
            )
        home = tmp_path / f"copy_{number}"
        shutil.copytree(shop.home, home)
        own = base.set(database=name).render_as_string(hide_password=False)
        made = Shop(home, shop.config, own)
        made.query("update ops.deliveries set path = replace(path, :old, :new)",
                   old=str(shop.home), new=str(home))  # fmt: skip
        return made

    yield copy
    engine.dispose()


def retire_in_it(deployment, _):
    retire(deployment)


def test_killed_at_any_statement_the_next_call_ends_it(new_shop, copy_of):
    shop = restaged(new_shop)
    shop.query(  # as if the first way of staging were of the past already
        "update ops.nights set staging_version = n.staging_version from ops.nights n"
        " where n.night_id = 4 and nights.night_id = 1"
    )
    undisturbed = copy_of(shop, 0)
    _, last = in_child(undisturbed, retire_in_it)
    assert len(staged_under(undisturbed)["identity.sightings"]) == 1
    for kill_at in range(1, last + 1, last // 10):
        killed = copy_of(shop, kill_at)
        assert in_child(killed, retire_in_it, kill_at) is None, f"it outlived statement {kill_at}"
        in_child(killed, retire_in_it)
        assert days_with_rows(killed) == days_with_rows(undisturbed)
        assert killed.query(LEFT_OVER) == [], f"killed at statement {kill_at}"
        assert staged_under(killed) == staged_under(undisturbed)
        folders = [sorted(path.name for path in place.home.glob("exports/mail/*"))
                   for place in (killed, undisturbed)]  # fmt: skip
        assert folders[0] == folders[1]
