"""A database of an earlier version is brought up to date, keeps its nights and goes on."""

import gzip
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from nocturne.server import server
from pipelines.attempts import claims
from pipelines.attempts.night import KEYS
from pipelines.configuration.columns import DIGITS
from pipelines.errors import CodeChanged, DatabaseInUse, ViewInUse
from pipelines.nights import runner, status
from pipelines.staging import restaging
from pipelines.warehouse import content_hash, migrate, statements
from pipelines.warehouse.connection import Warehouse
from pipelines.warehouse.statements import Table
from tests.support.kill_child import rows_of
from tests.support.orders import D, a_few_weeks, line
from tests.support.shop import CHECKOUT, LINE_COLUMNS, Shop, clock

EARLIER = CHECKOUT / "tests" / "earlier"
FIRST, SECOND, NEXT = (date(2026, 11, day) for day in (20, 21, 22))

OURS = "('ops', 'raw', 'quarantine', 'staging', 'identity', 'attempts', 'features', 'marts')"
CATALOGUE = {  # partitions come and go with nights; their parents are compared
    "column": """
        select c.oid::regclass::text || '.' || a.attname as name,
            concat_ws(' ', c.relkind, c.relpersistence, format_type(a.atttypid, a.atttypmod),
                a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid),
                col_description(c.oid, a.attnum)) as definition
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where not a.attisdropped and not c.relispartition and c.relkind in ('r', 'p', 'v')""",
    "relation": """
        select c.oid::regclass::text as name, concat_ws(' ', c.relkind, obj_description(c.oid),
            pg_get_partkeydef(c.oid),
            case when c.relkind = 'v' then pg_get_viewdef(c.oid) end,
            case when c.relkind in ('i', 'I') then pg_get_indexdef(c.oid) end) as definition
        from pg_class c where not c.relispartition and c.relkind in ('r', 'p', 'v', 'i', 'I')""",
    "constraint": """
        select c.oid::regclass::text || ' ' || k.conname as name,
            pg_get_constraintdef(k.oid) as definition
        from pg_constraint k join pg_class c on c.oid = k.conrelid where not c.relispartition""",
    "function": """
        select c.oid::regprocedure::text as name, pg_get_functiondef(c.oid) as definition
        from (select oid, pronamespace as relnamespace from pg_proc where prokind = 'f') c
        where true""",
    "grant": """
        select c.oid::regclass::text || ' ' || g.grantee::regrole as name,
            string_agg(g.privilege_type, ' ' order by g.privilege_type) as definition
        from pg_class c cross join lateral aclexplode(c.relacl) g
        where not c.relispartition and c.relkind in ('r', 'p', 'v')""",
}


def described(shop):
    """Return what each thing in a database's schemas is like, by kind and name."""
    found = {}
    for kind, query in CATALOGUE.items():
        group = " group by c.oid, g.grantee" if kind == "grant" else ""
        where = f" and c.relnamespace in (select oid from pg_namespace where nspname in {OURS})"
        for row in shop.query(query.replace("%", "%%") + where + group):
            found[f"{kind} {row['name']}"] = row["definition"]
    return found


@pytest.fixture
def earlier(tmp_path, embedded, new_database):
    """The shop of f407eb4, its database restored, not yet brought up to date."""
    shop = Shop(tmp_path / "home", tmp_path / "config", new_database())
    shutil.copytree(EARLIER / "home", shop.home)
    shutil.copytree(EARLIER / "config", shop.config)
    dump = gzip.decompress((EARLIER / "f407eb4.sql.gz").read_bytes())
    psql = [str(server.psql_binary(embedded)), "--quiet", "--set=ON_ERROR_STOP=1", shop.url]
    subprocess.run(psql, input=dump, check=True, capture_output=True)
    return shop


def columns_of(shop):
    """Return the columns that the tables of a shop's nights have now, by table."""
    opened = Warehouse(shop.url, clock)
    with opened.begin() as connection:
        found = {table: statements.columns_of(connection, "features", table) for table in KEYS}
    opened.close()
    return found


def hash_over(connection, night_id, table, columns):
    """Return the content hash of a night's table over some of its columns."""
    names = ", ".join(statements.quote(connection, name) for name in columns)
    rows = f"create view public.some_columns as select {names} from features.{table}_{night_id}"
    connection.execute(sa.text(rows))
    view = Table("public", "some_columns")
    found = content_hash.content_hash(connection, view, KEYS[table], DIGITS.get(table, 4))
    connection.execute(sa.text("drop view public.some_columns"))
    return found


def hashes_of_rows(shop, columns):
    """Return the content hashes of what stands, from the rows' columns, and as recorded."""
    opened = Warehouse(shop.url, clock)
    standing = "select as_of, night_id from ops.published where replaced_at is null order by as_of"
    worked_out = {}
    with opened.begin() as connection:
        for day, night_id in connection.execute(sa.text(standing)).all():
            worked_out[day] = {
                table: hash_over(connection, night_id, table, columns[table]) for table in KEYS
            }
    opened.close()
    return worked_out, {day: rows_of(shop, day) for day in worked_out}


def test_a_migrated_database_is_like_a_fresh_one(earlier, new_shop):
    earlier.deployment().warehouse.close()
    fresh = new_shop()
    fresh.deployment().warehouse.close()
    migrated, made_now = described(earlier), described(fresh)
    assert {name: (migrated.get(name), made_now.get(name))
            for name in migrated.keys() | made_now.keys()
            if migrated.get(name) != made_now.get(name)} == {}  # fmt: skip
    assert len(made_now) > 500


def test_each_migration_is_applied_once_and_a_fresh_database_needs_none(earlier, new_shop):
    names = sorted(path.name for path in (CHECKOUT / "sql" / "schema" / "migrations").glob("*.sql"))
    opened = Warehouse(earlier.url, clock)
    assert migrate.bring_up_to_date(opened) == names
    assert migrate.bring_up_to_date(opened) == []
    opened.close()
    fresh = new_shop()
    assert migrate.bring_up_to_date(fresh.deployment().warehouse) == []
    seen = "select name from ops.migrations where name like '%.sql' order by name"
    assert [row["name"] for row in fresh.query(seen)] == names


def test_nights_of_an_earlier_version_stand_with_the_same_rows(earlier):
    columns = columns_of(earlier)
    before, recorded = hashes_of_rows(earlier, columns)
    assert list(before) == [FIRST, SECOND]
    assert before == recorded
    segments = "select * from marts.customer_segments order by person_id"
    membership = "select * from marts.segment_membership order by 1, 2, 3"
    people, members = earlier.query(segments), earlier.query(membership)
    earlier.deployment().warehouse.close()
    assert hashes_of_rows(earlier, columns) == (before, recorded)
    for seen, query in ((people, segments), (members, membership)):
        now = earlier.query(query)
        assert [{name: row[name] for name in seen[0]} for row in now] == seen


def test_an_earlier_database_goes_on_and_builds_its_old_nights_to_the_same_rows(earlier):
    columns = columns_of(earlier)
    opened = earlier.deployment()
    told = restaging.announce(opened)
    files = list(EARLIER.glob("home/*/*.csv"))
    rows = sum(len(file.read_text().splitlines()) - 1 for file in files)
    assert f"{len(files)} batches, {rows} rows will be staged anew" in told
    assert "how long that takes is not known" in told
    before, _ = hashes_of_rows(earlier, columns)
    earlier.write("till/3.csv", [line("x1", str(NEXT), customer_ref="c2")], LINE_COLUMNS)
    earlier.night(NEXT)
    assert [row["as_of"] for row in status.read_status(opened).published] == [FIRST, SECOND, NEXT]
    assert restaging.announce(opened) is None
    opened.warehouse.close()
    earlier.night(SECOND, known_at=6)
    again, _ = hashes_of_rows(earlier, columns)
    assert again[SECOND] == before[SECOND]


def test_a_view_whose_columns_changed_is_made_anew(new_shop):
    shop = new_shop()
    opened = shop.deployment().warehouse
    shop.query("drop view marts.segment_movement")
    shop.query("create view marts.segment_movement as select 'x' as gone, current_date as as_of")
    shop.query("delete from ops.migrations where name like 'schema %'")
    shop.query("create view public.mine as select gone from marts.segment_movement")
    with pytest.raises(ViewInUse, match=r"view mine depends on view marts\.segment_movement"):
        migrate.bring_up_to_date(opened)
    shop.query("drop view public.mine")
    migrate.bring_up_to_date(opened)
    opened.close()
    assert shop.query("select from_segment, people from marts.segment_movement") == []


def test_a_migration_that_fails_leaves_the_database_as_it_was(earlier, monkeypatch, tmp_path):
    broken = tmp_path / "999_broken.sql"
    broken.write_text("alter table ops.published add column other text; select 1 / 0;")
    written = migrate._migrations()
    monkeypatch.setattr(migrate, "_migrations", lambda: [*written, broken])
    before = described(earlier)
    opened = Warehouse(earlier.url, clock)
    with pytest.raises(sa.exc.DBAPIError, match="division by zero"):
        migrate.bring_up_to_date(opened)
    opened.close()
    assert described(earlier) == before


def idle_in(shop, table):
    """Return a connection that has read a table and not ended its transaction."""
    reader = sa.create_engine(sa.make_url(shop.url).set(drivername="postgresql+psycopg2")).connect()
    reader.execute(sa.text(f"select count(*) from {table}"))
    return reader


def test_an_idle_reader_is_named_and_holds_nobody_else_up(new_shop):
    shop = new_shop()
    opened = shop.deployment().warehouse
    shop.query("delete from ops.migrations where name like 'schema %'")
    reader = idle_in(shop, "marts.customer_segments")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(migrate.bring_up_to_date, opened)
        while not waiting.done():
            second = (
                "set local statement_timeout = '5s'; select count(*) from marts.customer_segments"
            )
            assert shop.query(second) == [{"count": 0}]
        with pytest.raises(DatabaseInUse, match=r"\(process \d+\) holds .*marts.customer_segments"):
            waiting.result()
    reader.close()
    assert migrate.bring_up_to_date(opened) == []
    opened.close()


def test_a_database_is_not_brought_up_to_date_under_a_night_that_is_being_built(new_shop):
    shop = new_shop()
    a_few_weeks(shop)
    opened = shop.deployment()
    runner.receive(opened)
    with claims.process_claim(opened.warehouse, "somebody") as claim:
        claims.open_night(opened, claim, claims.AttemptRequest(D))
        assert migrate.bring_up_to_date(opened.warehouse) == []  # of the same code
        shop.query("delete from ops.migrations where name like 'schema %'")
        with pytest.raises(DatabaseInUse, match=r"somebody .* has been building night 1 \(2026"):
            migrate.bring_up_to_date(opened.warehouse)
        with pytest.raises(CodeChanged, match="night 1 was begun by other code"):
            migrate.refuse_other_code(opened.warehouse, 1)
    migrate.bring_up_to_date(opened.warehouse)  # its builder is gone
    migrate.refuse_other_code(opened.warehouse, 1)
    shop.query("delete from ops.migrations where name like 'schema %'")
    shop.query("update ops.nights set claim_key = null, status = 'building'")
    with pytest.raises(DatabaseInUse):
        migrate.bring_up_to_date(opened.warehouse)
    migrate.bring_up_to_date(opened.warehouse, timedelta(0))  # idle for too long
    opened.warehouse.close()
