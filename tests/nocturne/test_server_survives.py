"""Claims about the embedded server when something kills, breaks or forbids it."""

import os
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

from nocturne.home import Home
from nocturne.server import processes as server_processes
from nocturne.server import run_as, server

CHECKOUT = Path(__file__).parents[2]
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")


def data(home: Home) -> Path:
    return run_as.data_folder(home.postgres)


def kill(home: Home) -> None:
    pid = server.status(home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert server_processes.wait_until(lambda: server.status(home).pid != pid, 5)


def up_in_a_process(home: Home) -> subprocess.Popen:
    program = (
        "from nocturne import home; from nocturne.server import server; "
        f"server.up(home.Home(home.Path({str(home.path)!r})))"
    )
    return subprocess.Popen([sys.executable, "-c", program], cwd=CHECKOUT)


def test_two_at_once_make_one_server(empty_home, ask):
    processes = [up_in_a_process(empty_home) for _ in range(2)]
    assert [process.wait(30) for process in processes] == [0, 0]
    assert ask(server.urls(empty_home).owner, "select 1") == 1
    assert [is_parent for _, is_parent in server_processes._processes(data(empty_home))].count(
        True
    ) == 1


def test_committed_rows_outlive_a_killed_server_with_a_query_at_work(own_home, ask):
    owner = server.up(own_home).owner
    ask(owner, "create table kept as select 42 as a")
    busy = psycopg2.connect(owner, async_=True)
    assert server_processes.wait_until(lambda: busy.poll() == 0, 5)
    busy.cursor().execute("select count(*) from generate_series(1, 10000000000)")
    kill(own_home)
    assert server.status(own_home).state == "stopped"
    assert ask(server.up(own_home).owner, "select a from kept") == 42


def test_killed_at_any_moment_up_makes_it_whole_the_next_time(empty_home, ask):
    for milliseconds in (300, 550, 800):
        process = up_in_a_process(empty_home)
        time.sleep(milliseconds / 1000)  # the moment of the kill, not a wait for anything
        process.kill()
        process.wait()
    assert ask(server.up(empty_home).mlflow, "select 1") == 1
    assert not list(empty_home.postgres.glob("data.making-*"))


def test_a_half_made_data_folder_is_made_anew(empty_home, ask):
    empty_home.create()
    half = run_as.quarters(empty_home.postgres).folder / "data.making-0123abcd"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert server.status(empty_home).state == "absent"
    assert ask(server.up(empty_home).owner, "select 1") == 1
    assert not half.exists()


def test_a_note_of_a_dead_server_with_the_number_of_a_living_process_is_no_obstacle(own_home, ask):
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


def test_lost_passwords_are_made_anew_and_rows_stay(own_home, ask):
    ask(server.up(own_home).owner, "create table kept as select 42 as a")
    (own_home.postgres / "urls.json").unlink()
    assert ask(server.up(own_home).owner, "select a from kept") == 42


def test_a_server_that_cannot_start_says_why_and_where_its_log_is(own_home):
    server.up(own_home)
    server.down(own_home)
    (data(own_home) / "PG_VERSION").write_text("12\n")
    with pytest.raises(run_as.ServerError, match="initialized by PostgreSQL version 12") as failure:
        server.up(own_home)
    assert str(own_home.logs / "postgres.log") in str(failure.value)


@pytest.fixture
def passable() -> Iterator[Path]:
    """A folder through which every user may pass, unlike pytest's own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@only_root
def test_root_does_without_user_namespaces(passable, monkeypatch, ask):
    monkeypatch.setattr(run_as, "ROOMS", passable / "rooms")
    (passable / "shut").mkdir(mode=0o700)
    home = Home(passable / "shut" / "home")
    try:
        ask(server.up(home, may_unshare=False).owner, "create table kept as select 42 as a")
        kill(home)
        assert ask(server.up(home).owner, "select a from kept") == 42  # remembers how
        assert data(home).stat().st_uid != 0
        assert data(home).is_relative_to(passable / "rooms")
    finally:
        server.down(home)


@only_root
def test_data_that_the_lesser_user_can_reach_stays_in_the_home(passable):
    home = Home(passable / "home").create()
    room = run_as.quarters(home.postgres, may_unshare=False)
    assert room.folder.is_relative_to(home.path)
    assert room.folder.stat().st_uid == room.user != 0
    assert home.path.stat().st_mode & 0o777 == 0o711  # passable, but not readable
    assert home.models.stat().st_mode & 0o777 == 0o700
