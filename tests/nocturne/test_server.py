"""Claims about the embedded server, tried on real servers in homes of their own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from nocturne import postmaster, server, unprivileged
from nocturne.home import Home

CHECKOUT = Path(__file__).parents[2]
LISTEN = "0A"  # the state of a listening socket in /proc/net/tcp


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home whose server runs, for claims that leave it as it was."""
    shared = Home(tmp_path_factory.mktemp("shared") / "a home")
    server.up(shared)
    yield shared
    server.down(shared)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a database whose server is stopped, to copy from."""
    stopped = Home(tmp_path_factory.mktemp("made") / "home")
    server.up(stopped)
    server.down(stopped)
    return stopped


@pytest.fixture
def own_home(tmp_path: Path, made: Home) -> Iterator[Home]:
    """A home with a database, for claims that start, kill or break its server."""
    mine = Home(tmp_path / "own")
    shutil.copytree(made.path, mine.path)
    yield mine
    server.down(mine)


@pytest.fixture
def empty_home(tmp_path: Path) -> Iterator[Home]:
    """A home without a database, for claims about making one."""
    mine = Home(tmp_path / "empty")
    yield mine
    server.down(mine)


def data(home: Home) -> Path:
    return unprivileged.data_folder(home.postgres)


def ask(url: str, query: str) -> object:
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def kill(home: Home) -> None:
    pid = server.status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert postmaster.wait_until(lambda: server.status(home).pid != pid, 5)


def up_in_a_process(home: Home) -> subprocess.Popen:
    program = (
        f"from nocturne import home, server; server.up(home.Home(home.Path({str(home.path)!r})))"
    )
    return subprocess.Popen([sys.executable, "-c", program], cwd=CHECKOUT)


def local_addresses(port: int) -> list[str]:
    lines = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text().splitlines()[1:]
    ]
    addresses = [words[1].split(":") for words in lines if words[3] == LISTEN]
    return [host for host, its_port in addresses if int(its_port, 16) == port]


def test_a_home_is_named_by_the_environment_or_lies_in_the_checkout(tmp_path):
    assert Home.from_environment({}, tmp_path).path == tmp_path / ".nocturne"
    assert Home.from_environment({"NOCTURNE_HOME": "/srv/night"}, tmp_path).path == Path(
        "/srv/night"
    )
    assert Home.from_environment({"NOCTURNE_HOME": "b"}, tmp_path).path == tmp_path / "b"


def test_a_home_and_its_passwords_are_shut_to_others(home):
    assert home.path.stat().st_mode & 0o777 == 0o700
    assert (home.postgres / "urls.json").stat().st_mode & 0o777 == 0o600
    assert "postgresql://" not in repr(server.urls(home))


def test_a_database_is_made_and_started_within_seconds(empty_home):
    start = time.monotonic()
    server.up(empty_home)
    assert time.monotonic() - start < 10
    assert server.status(empty_home).state == "running"


def test_nobody_connects_without_the_password(home):
    url = server.urls(home).owner
    password = url.split(":")[2].split("@")[0]
    for wrong in (url.replace(f":{password}@", "@"), url.replace(password, "wrong")):
        with pytest.raises(psycopg2.OperationalError, match="password"):
            ask(wrong, "select 1")
    assert ask(url, "select 1") == 1


def test_the_server_listens_on_the_loopback_alone_and_on_no_local_socket(home):
    assert local_addresses(server.urls(home).port) == ["0100007F"]
    assert ask(server.urls(home).superuser, "show unix_socket_directories") == ""


def test_no_password_reaches_the_log(home):
    log = (home.logs / "postgres.log").read_text()
    for url in json.loads((home.postgres / "urls.json").read_text()).values():
        assert url.split(":")[2].split("@")[0] not in log


@pytest.mark.parametrize("name", ["owner", "airflow", "mlflow"])
def test_each_role_owns_its_own_database_and_enters_no_other(home, name):
    mine = getattr(server.urls(home), name)
    assert ask(mine, "create table mine (a int); drop table mine; select 1") == 1
    for other in {"nocturne", "airflow", "mlflow", "postgres"} - {mine.rsplit("/", 1)[1]}:
        with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
            ask(mine.rsplit("/", 1)[0] + "/" + other, "select 1")


def test_the_analyst_reads_and_never_writes(home):
    analyst = server.urls(home).analyst
    assert ask(analyst, "select current_database()") == "nocturne"
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        ask(analyst, "create table mine (a int)")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(analyst, "set transaction read write; create table public.mine (a int)")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        ask(analyst.rsplit("/", 1)[0] + "/airflow", "select 1")


def test_text_sorts_by_code_point_and_days_are_in_utc(home):
    owner = server.urls(home).owner
    sort = "select string_agg(a, '' order by a) from (values ('b'), ('a'), ('B'), ('ä')) t (a)"
    assert ask(owner, sort) == "Babä"
    assert ask(owner, "select upper('ä')") == "Ä"  # C.UTF-8 knows letters, C does not
    assert ask(owner, "show timezone") == "UTC"
    assert ask(owner, "show server_encoding") == "UTF8"


def test_up_again_is_harmless(home):
    before = server.status(home), server.urls(home)
    assert server.up(home) == before[1]
    assert (server.status(home), server.urls(home)) == before


def test_two_at_once_make_one_server(empty_home):
    processes = [up_in_a_process(empty_home) for _ in range(2)]
    assert [process.wait(30) for process in processes] == [0, 0]
    assert ask(server.urls(empty_home).owner, "select 1") == 1
    assert [is_parent for _, is_parent in postmaster._processes(data(empty_home))].count(True) == 1


def test_two_homes_run_side_by_side_and_know_nothing_of_each_other(home, own_home):
    mine, other = server.up(own_home), server.urls(home)
    assert mine.port != other.port
    assert ask(mine.owner, "create table here (a int); select 1") == 1
    assert ask(other.owner, "select to_regclass('here') is null") is True
    assert server.down(own_home) is True
    assert ask(other.owner, "select 1") == 1


def test_committed_rows_outlive_a_killed_server_with_a_query_at_work(own_home):
    owner = server.up(own_home).owner
    ask(owner, "create table kept as select 42 as a")
    busy = psycopg2.connect(owner, async_=True)
    assert postmaster.wait_until(lambda: busy.poll() == 0, 5)
    busy.cursor().execute("select count(*) from generate_series(1, 10000000000)")
    kill(own_home)
    assert server.status(own_home).state == "stopped"
    assert ask(server.up(own_home).owner, "select a from kept") == 42


def test_killed_at_any_moment_up_makes_it_whole_the_next_time(empty_home):
    for milliseconds in (250, 450, 650, 850):
        process = up_in_a_process(empty_home)
        time.sleep(milliseconds / 1000)  # the moment of the kill, not a wait for anything
        process.kill()
        process.wait()
    assert ask(server.up(empty_home).mlflow, "select 1") == 1
    assert not list(empty_home.postgres.glob("data.making-*"))


def test_a_half_made_data_folder_is_made_anew(empty_home):
    empty_home.create()
    half = empty_home.postgres / "data.making-0123abcd"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert server.status(empty_home).state == "absent"
    assert ask(server.up(empty_home).owner, "select 1") == 1
    assert not half.exists()


def test_a_note_of_a_dead_server_with_the_number_of_a_living_process_is_no_obstacle(own_home):
    server.up(own_home)
    kill(own_home)
    note = data(own_home) / "postmaster.pid"
    note.write_text(note.read_text().replace(note.read_text().split()[0], str(os.getpid()), 1))
    assert ask(server.up(own_home).owner, "select 1") == 1


def test_a_taken_port_is_exchanged_for_a_free_one_and_remembered(own_home):
    first = server.up(own_home)
    server.down(own_home)
    with socket.create_server(("127.0.0.1", first.port)):
        second = server.up(own_home)
    assert second.port != first.port
    server.down(own_home)
    assert server.up(own_home) == second


def test_lost_passwords_are_made_anew_and_rows_stay(own_home):
    ask(server.up(own_home).owner, "create table kept as select 42 as a")
    (own_home.postgres / "urls.json").unlink()
    assert ask(server.up(own_home).owner, "select a from kept") == 42


def test_a_server_that_cannot_start_says_why_and_where_its_log_is(own_home):
    server.up(own_home)
    server.down(own_home)
    (data(own_home) / "PG_VERSION").write_text("12\n")
    with pytest.raises(server.ServerError, match="initialized by PostgreSQL version 12") as failure:
        server.up(own_home)
    assert str(own_home.logs / "postgres.log") in str(failure.value)


def test_down_leaves_nothing_running(own_home):
    assert server.down(own_home) is False
    port = server.up(own_home).port
    assert server.down(own_home) is True
    assert not postmaster._processes(data(own_home))
    assert not local_addresses(port)
    assert server.down(own_home) is False


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
@pytest.mark.parametrize("is_reachable", [True, False])
def test_root_does_without_user_namespaces(is_reachable, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        top = Path(folder)
        top.chmod(0o755)
        (top / "shut").mkdir(mode=0o755 if is_reachable else 0o700)
        monkeypatch.setattr(unprivileged, "ROOMS", top / "rooms")
        home = Home(top / "shut" / "home")
        try:
            ask(server.up(home, may_unshare=False).owner, "create table kept as select 42 as a")
            kill(home)
            assert ask(server.up(home).owner, "select a from kept") == 42  # remembers how
            assert data(home).stat().st_uid != 0
            assert data(home).is_relative_to(home.path) == is_reachable
        finally:
            server.down(home)
