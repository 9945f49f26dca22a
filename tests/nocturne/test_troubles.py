"""Claims: every trouble of database, home and configuration is one sentence with what to do."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from nocturne.cli import main
from nocturne.server import server
from nocturne.server.urls import free_port
from pipelines.errors import WarehouseRefused
from pipelines.warehouse import requirements
from tests.support.shop import CHECKOUT, LINE_COLUMNS, environment, source

D = "2026-11-20"
VERBS = {
    "up": (),
    "psql": ("--owner", "-c", "select 1"),
    "grant": (),
    "check-sources": (),
    "land": (),
    "replay": (),
    "night": ("--as-of", D),
    "status": ("--json",),
    "train": ("--as-of", "newest"),
    "export": ("--dry-run",),
    "verify": ("--as-of", D),
    "plan": ("--from", D, "--to", D),
    "backfill": ("--from", D, "--to", D),
}
NEXT = re.compile(r"`nocturne \w+`|NOCTURNE_HOME|run the same command again|Try again|sources\.yml")
PASSWORD = "open/sesame@home"


@pytest.fixture
def typed(new_shop, monkeypatch):
    shop = new_shop()
    for name, value in environment(shop).items():
        monkeypatch.setenv(name, value)

    def run(verb, *words):
        return CliRunner().invoke(main, [verb, *words])

    run.shop = shop
    return run


def told(done, code=1):
    """Return the one sentence of a verb that failed, which names what to do next."""
    assert done.exit_code == code, done.output
    said = done.stderr
    assert done.stdout == ""
    assert said.startswith("nocturne: ")
    assert "Traceback" not in said
    assert "sesame" not in said
    assert len(said.strip().splitlines()) == 1
    return said


def url(shop, **parts):
    return sa.make_url(shop.url).set(**parts).render_as_string(hide_password=False)


def database(embedded, how):
    """Make a database that is not as ours are; return its name."""
    name = f"odd_{re.sub('[^a-z0-9]', '', how.lower())[:30]}"
    base = sa.make_url(server.urls(embedded).superuser).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(base, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if name not in connection.execute(sa.text("select datname from pg_database")).scalars():
            connection.execute(sa.text(f"create database {name} template template0 {how}"))
            connection.execute(sa.text(f"grant connect on database {name} to nocturne_owner"))
    engine.dispose()
    return name


LATIN = "owner nocturne_owner encoding 'LATIN1' locale_provider libc locale 'C'"
TROUBLES = {
    "closed port": (lambda shop, home: url(shop, port=free_port()), "nothing listens there"),
    "wrong password": (
        lambda shop, home: url(shop, password=PASSWORD),
        "does not accept that role with that password",
    ),
    "wrong role": (
        lambda shop, home: url(shop, username="nobody_here", password=PASSWORD),
        "does not accept that role",
    ),
    "wrong database": (lambda shop, home: url(shop, database="nowhere"), "has no such database"),
    "wrong host": (lambda shop, home: url(shop, host="nowhere.invalid"), "there is no such host"),
    "no URL": (lambda shop, home: f"warehouse:{PASSWORD}", "is no URL of a PostgreSQL"),
    "another product": (lambda shop, home: f"mysql://a:{PASSWORD}@b/c", "no URL of a PostgreSQL"),
    "a port that is a word": (lambda shop, home: f"postgresql://a:{PASSWORD}@h:p/c", "no URL of"),
    "an option that is none": (lambda shop, home: url(shop, query={"colour": "blue"}), "an option"),
    "LATIN1": (lambda shop, home: url(shop, database=database(home, LATIN)), "encoding LATIN1"),
    "too few rights": (
        lambda shop, home: url(shop, database=database(home, "encoding 'UTF8' locale 'C'")),
        "does not let its role do this",
    ),
    "read-only": (
        lambda shop, home: url(
            shop, query={"options": "-c x.y=1"}, database=read_only(home)
        ),
        "is read-only",
    ),
}  # fmt: skip


def read_only(home):
    name = database(home, "owner nocturne_owner encoding 'UTF8' locale 'C' connection limit 90")
    base = sa.make_url(server.urls(home).superuser).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(base, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"alter database {name} set default_transaction_read_only = on"))
    engine.dispose()
    return name


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_trouble_with_the_database_is_one_sentence_whatever_the_verb(
    typed, embedded, monkeypatch, trouble
):
    make, words = TROUBLES[trouble]
    monkeypatch.setenv("NOCTURNE_WAREHOUSE_URL", make(typed.shop, embedded))
    opens = ("LATIN1", "too few rights", "read-only")  # psql may look at such a database
    for verb, arguments in VERBS.items():
        if verb == "psql" and trouble in opens:
            continue
        said = told(typed(verb, *arguments))
        assert words in said, (verb, said)
        assert NEXT.search(said), (verb, said)


def test_a_server_older_than_16_is_refused_with_what_to_do():
    with pytest.raises(WarehouseRefused, match=r"PostgreSQL 15; .* 16 or newer.*`nocturne up`"):
        requirements.refuse(150_004, "UTF8", "C", True)
    requirements.refuse(160_000, "UTF8", "C", True)


def test_a_collation_that_sorts_otherwise_is_refused_with_what_to_make_instead():
    with pytest.raises(WarehouseRefused, match=r"collation de_DE.utf8; .* C or C.UTF-8.*createdb"):
        requirements.refuse(180_000, "UTF8", "de_DE.utf8", False)


def test_a_host_that_never_answers_is_told_and_not_waited_for(typed, monkeypatch):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        monkeypatch.setattr("pipelines.warehouse.connection.CONNECT_SECONDS", 2)
        address = url(typed.shop, port=deaf.getsockname()[1])
        monkeypatch.setenv("NOCTURNE_WAREHOUSE_URL", address)
        assert "it does not answer" in told(typed("status"))


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "up"])
def test_an_embedded_database_that_does_not_run_is_one_command_away(
    typed, tmp_path, monkeypatch, verb
):
    monkeypatch.delenv("NOCTURNE_WAREHOUSE_URL")
    assert "run `nocturne up`" in told(typed(verb, *VERBS[verb]))
    monkeypatch.setenv("NOCTURNE_HOME", str(stopped_home(tmp_path)))
    said = told(typed(verb, *VERBS[verb]))
    assert "is not running: `nocturne up` starts it" in said


def stopped_home(folder: Path) -> Path:
    """Return a home that looks like one whose server was stopped."""
    home = folder / "stopped"
    (home / "postgres" / "data").mkdir(parents=True)
    address = f"postgresql://r:{'x' * 9}@127.0.0.1:{free_port()}/nocturne"
    names = ("owner", "analyst", "airflow", "mlflow", "superuser")
    content = ", ".join(f'"{name}": "{address}"' for name in names)
    (home / "postgres" / "urls.json").write_text(f"{{{content}}}")
    return home


@pytest.mark.parametrize("verb", ["up", "down", "status", "night"])
def test_a_home_that_is_a_file_is_one_sentence(typed, tmp_path, monkeypatch, verb):
    (tmp_path / "file").write_text("")
    monkeypatch.delenv("NOCTURNE_WAREHOUSE_URL")
    for place in ("file", "file/below"):
        monkeypatch.setenv("NOCTURNE_HOME", str(tmp_path / place))
        said = told(typed(verb, *VERBS.get(verb, ())))
        assert "is a file" in said or "Not a directory" in said
        assert "NOCTURNE_HOME" in said


def up_without_privileges(home: Path, before: str) -> subprocess.CompletedProcess[str]:
    """Type `nocturne up` in a user namespace of its own, where root is nobody special.

    `before` is a shell's command, run with the privileges of that namespace's root.
    """
    mapped = ("--map-root-user", "--mount") if before else ("--map-user=1000", "--map-group=1000")
    script = f"{before or 'true'} && exec {sys.executable} -m nocturne.cli up"
    environ = {name: v for name, v in os.environ.items() if not name.startswith("NOCTURNE")}
    return subprocess.run(
        ["unshare", "--user", *mapped, "sh", "-c", script],
        env={**environ, "NOCTURNE_HOME": str(home)},
        cwd=CHECKOUT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("mode", "words"), [(0o000, "somebody else"), (0o555, "cannot be made")])
def test_a_home_that_may_not_be_read_or_written_is_one_sentence(tmp_path, mode, words):
    home = tmp_path / "shut"
    home.mkdir(mode=mode)
    home.chmod(mode)
    try:
        done = up_without_privileges(home, "")
        assert done.returncode == 1, done.stderr
        assert words in done.stderr
        assert "NOCTURNE_HOME" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    finally:
        home.chmod(0o700)


@pytest.mark.parametrize(
    ("options", "words"),
    [("ro,size=1m", "Read-only file system"), ("size=64k", "No space left on device")],
)
def test_a_home_on_a_disk_that_is_read_only_or_full_is_one_sentence(tmp_path, options, words):
    home = tmp_path / "disk"
    home.mkdir()
    done = up_without_privileges(home, f"mount -t tmpfs -o {options} tmpfs {home}")
    assert done.returncode == 1, done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_fault_of_ours_is_one_sentence_a_log_and_exit_code_70(typed, monkeypatch):
    from nocturne.show import status

    def fail(*_, **__):
        raise ZeroDivisionError(f"with {PASSWORD} and {typed.shop.url}")

    monkeypatch.setenv("TILL_SECRET", PASSWORD)
    monkeypatch.setattr(status, "show", fail)
    said = told(typed("status"), code=70)
    assert "a fault of Nocturne's own (ZeroDivisionError)" in said
    path = Path(re.search(r"traceback is in (\S+):", said)[1])
    assert path.parent == typed.shop.home / "logs"
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text()
    assert "ZeroDivisionError" in text
    assert "def invoke" not in text
    assert "test_troubles.py" in text
    assert "sesame" not in text
    assert str(sa.make_url(typed.shop.url).password) not in text


def test_without_a_home_the_log_lies_among_the_temporary_files(typed, monkeypatch, tmp_path):
    from nocturne.verbs import database

    def fail(*_):
        raise KeyError("nothing")

    monkeypatch.setenv("NOCTURNE_HOME", str(tmp_path / "none"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(database.environment, "url", fail)
    said = told(typed("url"), code=70)
    assert f"{tmp_path}/fault-" in said


def test_a_configuration_folder_with_a_misspelt_file_says_which_is_meant(typed):
    shop = typed.shop
    (shop.config / "settings.yml").rename(shop.config / "setings.yml")
    (shop.config / "segments.yaml").write_text("segments: {}")
    done = typed("status")
    assert done.exit_code == 1
    assert "setings.yml is not read; did you mean settings.yml?" in done.stderr
    assert "segments.yaml is not read; did you mean segments.yml?" in done.stderr


def test_a_configuration_folder_that_is_none_is_one_fault(typed, monkeypatch, tmp_path):
    monkeypatch.setenv("NOCTURNE_CONFIG", str(tmp_path / "none"))
    done = typed("status")
    assert done.exit_code == 1
    assert f"{tmp_path / 'none'} is no folder" in done.stderr
    assert "NOCTURNE_CONFIG" in done.stderr


@pytest.mark.parametrize(
    "value", ["2026-13-01", "2026-02-30", "2026-11-20 25:00:00", "!!python/object:os.system x"]
)
def test_a_value_that_yaml_cannot_read_is_one_fault_of_its_file(typed, value):
    (typed.shop.config / "settings.yml").write_text(f"opened_on: {value}\n")
    done = typed("status")
    assert done.exit_code == 1
    assert "settings.yml: cannot be read as YAML" in done.stderr
    assert "Traceback" not in done.output


def test_a_literal_path_that_is_not_there_fails_with_exit_code_1(typed):
    path = str(typed.shop.home / "till" / "lines.csv")
    typed.shop.configure(
        "sources", {"sources": {"till": source("order_lines", path, LINE_COLUMNS)}}
    )
    for verb in ("land", "night", "check-sources"):
        done = typed(verb, *VERBS[verb])
        assert done.exit_code == 1, (verb, done.output)
        assert "lines.csv" in done.output
