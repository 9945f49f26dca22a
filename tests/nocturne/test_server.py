"""Claims about the embedded server at work, tried on real servers."""

import json
import time
from pathlib import Path

import psycopg2
import pytest

from nocturne.home import Home
from nocturne.server import processes, run_as, server

LISTEN = "0A"  # the state of a listening socket in /proc/net/tcp


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


def test_a_home_and_its_passwords_are_shut_to_others(made):
    assert made.path.stat().st_mode & 0o066 == 0
    assert (made.postgres / "urls.json").stat().st_mode & 0o777 == 0o600
    assert "postgresql://" not in repr(server.urls(made))


def test_a_database_is_made_and_started_within_seconds(empty_home):
    start = time.monotonic()
    server.up(empty_home)
    assert time.monotonic() - start < 10
    assert server.status(empty_home).state == "running"


def test_nobody_connects_without_the_password(embedded, ask):
    url = server.urls(embedded).owner
    password = url.split(":")[2].split("@")[0]
    for wrong in (url.replace(f":{password}@", "@"), url.replace(password, "wrong")):
        with pytest.raises(psycopg2.OperationalError, match="password"):
            ask(wrong, "select 1")
    assert ask(url, "select 1") == 1


def test_the_server_listens_on_the_loopback_alone_and_on_no_local_socket(embedded, ask):
    assert local_addresses(server.urls(embedded).port) == ["0100007F"]
    assert ask(server.urls(embedded).superuser, "show unix_socket_directories") == ""


def test_no_password_reaches_the_log(embedded):
    log = (embedded.logs / "postgres.log").read_text()
    for url in json.loads((embedded.postgres / "urls.json").read_text()).values():
        assert url.split(":")[2].split("@")[0] not in log


@pytest.mark.parametrize("name", ["owner", "airflow", "mlflow"])
def test_each_role_owns_its_own_database_and_enters_no_other(embedded, name, ask):
    mine = getattr(server.urls(embedded), name)
    assert ask(mine, "create table mine (a int); drop table mine; select 1") == 1
    for other in {"nocturne", "airflow", "mlflow", "postgres"} - {mine.rsplit("/", 1)[1]}:
        with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
            ask(mine.rsplit("/", 1)[0] + "/" + other, "select 1")


def test_the_analyst_reads_and_never_writes(embedded, ask):
    analyst = server.urls(embedded).analyst
    assert ask(analyst, "select current_database()") == "nocturne"
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        ask(analyst, "create table mine (a int)")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(analyst, "set transaction read write; create table public.mine (a int)")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        ask(analyst.rsplit("/", 1)[0] + "/airflow", "select 1")


def test_text_sorts_by_code_point_and_days_are_in_utc(embedded, ask):
    owner = server.urls(embedded).owner
    sort = "select string_agg(a, '' order by a) from (values ('b'), ('a'), ('B'), ('ä')) t (a)"
    assert ask(owner, sort) == "Babä"
    assert ask(owner, "select upper('ä')") == "Ä"  # C.UTF-8 knows letters, C does not
    assert ask(owner, "show timezone") == "UTC"
    assert ask(owner, "show server_encoding") == "UTF8"


def test_up_again_is_harmless(embedded):
    before = server.status(embedded), server.urls(embedded)
    assert server.up(embedded) == before[1]
    assert (server.status(embedded), server.urls(embedded)) == before


def test_two_homes_run_side_by_side_and_know_nothing_of_each_other(embedded, own_home, ask):
    mine, other = server.up(own_home), server.urls(embedded)
    assert mine.port != other.port
    assert ask(mine.owner, "create table here (a int); select 1") == 1
    assert ask(other.owner, "select to_regclass('here') is null") is True
    assert server.down(own_home) is True
    assert ask(other.owner, "select 1") == 1


def test_down_leaves_nothing_running(own_home):
    assert server.down(own_home) is False
    port = server.up(own_home).port
    assert server.down(own_home) is True
    assert not processes._processes(run_as.data_folder(own_home.postgres))
    assert not local_addresses(port)
    assert server.down(own_home) is False


def test_a_removed_home_leaves_nothing_behind(own_home):
    folder = run_as.data_folder(own_home.postgres)
    server.up(own_home)
    server.remove(own_home)
    assert not folder.exists()
    assert not own_home.path.exists()
    assert not processes._processes(folder)
