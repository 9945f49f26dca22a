"""The embedded PostgreSQL of a home: made once, started, stopped, never found half-made.

Its data is made under a passing name and renamed when whole, so that being killed at any moment
leaves either no database or a good one. Its addresses and passwords are in `postgres/urls.json`.
"""

import contextlib
import fcntl
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from nocturne.home import Home
from nocturne.server import processes, run_as
from nocturne.server import urls as server_urls
from nocturne.server.first_settings import (
    FIRST_SETTINGS,
    PROMISED_SETTINGS,
    ROLES_AND_DATABASES,
)
from nocturne.server.run_as import ServerAccount, ServerError
from nocturne.server.urls import Urls

READY_SECONDS = 30
PORTS_TRIED = 5
TAIL_LINES = 15
LEAST_BYTES = 64 << 20  # a new database takes about as much


@dataclass(frozen=True)
class Status:
    """What the server of a home is doing."""

    state: Literal["absent", "stopped", "starting", "running"]
    port: int | None = None
    pid: int | None = None


def up(home: Home, *, may_unshare: bool = True) -> Urls:
    """Start the server unless it runs, making its databases first if there are none.

    `may_unshare=False` makes root do without user namespaces, as on kernels that forbid them.

    Raises
    ------
    ServerError
        The server does not start; the message ends with its last words.
    """
    home.create()
    with _alone(home) as lock:
        quarters = replace(run_as.quarters(home.postgres, may_unshare), lock=lock)
        data = quarters.data
        if not data.exists():
            _make(home, quarters)
        elif server_urls.read_urls(home) is None:  # lost: who starts the server may open it anew
            processes.stop(data)
            processes.clear_the_way(data)
            server_urls.write_urls(home, _set_passwords(home, quarters, data))
        if not processes.server_process(data):
            processes.clear_the_way(data)
            _start(home, quarters)
        if not processes.wait_until(lambda: processes.is_ready(data), READY_SECONDS):
            raise _failed(home, f"it is not ready after {READY_SECONDS} seconds, but goes on")
        return urls(home)


def down(home: Home) -> bool:
    """Stop the server; true if it was running."""
    if not home.postgres.is_dir():
        return False
    with _alone(home):
        return processes.stop(run_as.data_folder(home.postgres))


def remove(home: Home) -> None:
    """Stop the server and remove the whole home, with what of it lies elsewhere."""
    if home.postgres.is_dir():
        with _alone(home):
            processes.stop(run_as.data_folder(home.postgres), at_once=True)
    room = run_as.data_folder(home.postgres).parent
    for folder in (room, home.path):
        shutil.rmtree(folder, ignore_errors=True)


def urls(home: Home) -> Urls:
    """Return the addresses of a home's databases, whether or not the server runs.

    Raises
    ------
    ServerError
        The home has no database yet.
    """
    found = server_urls.read_urls(home)
    if found is None:
        raise ServerError(f"The home {home.path} has no database yet: run `nocturne up`.")
    return found


def status(home: Home) -> Status:
    """Return what the server of a home is doing, changing nothing."""
    data, found = run_as.data_folder(home.postgres), server_urls.read_urls(home)
    if found is None or not data.is_dir():
        return Status("absent")
    pid = processes.server_process(data)
    if pid is None:
        return Status("stopped", found.port)
    return Status("running" if processes.is_ready(data) else "starting", found.port, pid)


def psql_binary(home: Home) -> Path:
    """Return the bundled client, which anybody may run."""
    return run_as.programs_folder(run_as.package_folder()) / "psql"


def _make(home: Home, quarters: ServerAccount) -> None:
    """Make the data folder under a passing name, and give it its own name when it is whole."""
    for half in quarters.folder.glob("data.making-*"):
        shutil.rmtree(half, ignore_errors=True)
    half = quarters.folder / f"data.making-{secrets.token_hex(4)}"
    password = quarters.write("first-password", secrets.token_urlsafe(24))
    settings = [f"--set={name}={value}" for name, value in FIRST_SETTINGS.items()]
    _run(
        home, quarters, "initdb", f"--pgdata={half}", "--username=postgres", "--auth=scram-sha-256",
        f"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8", *settings,
    )  # fmt: skip
    password.unlink()
    server_urls.write_urls(home, _set_passwords(home, quarters, half, after=ROLES_AND_DATABASES))
    half.rename(quarters.data)
    server_urls.sync(quarters.folder)


def _set_passwords(
    home: Home, quarters: ServerAccount, data: Path, after: Sequence[str] = ()
) -> Urls:
    """Give every role a new password, after other statements, and return the addresses.

    This is done without a server, so that nobody can connect meanwhile.
    """
    passwords = {name: secrets.token_urlsafe(24) for name in server_urls.LOGINS}
    roles = {name: role for name, (role, _) in server_urls.LOGINS.items()}
    given = [f"alter role {roles[name]} password '{passwords[name]}'" for name in roles]
    _run(
        home, quarters, "postgres", "--single", "-D", str(data), "-c", "exit_on_error=on",
        "-c", "log_min_error_statement=panic", "-c", "log_checkpoints=off", "postgres",
        says="".join(f"{statement};\n" for statement in (*after, *given)),
    )  # fmt: skip
    return server_urls.with_passwords(passwords)


def _start(home: Home, quarters: ServerAccount) -> None:
    """Start the server on its remembered port, or on a new one if somebody else has taken that."""
    name = processes.cluster_name(quarters.data)
    for tries_left in reversed(range(PORTS_TRIED)):
        found = urls(home)
        if not server_urls.is_free(found.port):
            found = found.on_port(server_urls.free_port())
            server_urls.write_urls(home, found)
        settings = PROMISED_SETTINGS | {"port": str(found.port), "cluster_name": name}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        try:
            _run(
                home, quarters, "pg_ctl", "start", "--silent", "--wait",
                f"--timeout={READY_SECONDS}",
                "--pgdata", str(quarters.data), "--options", options,
            )  # fmt: skip
            return
        except ServerError as error:
            if "Address already in use" not in str(error) or not tries_left:
                raise


def _run(
    home: Home, quarters: ServerAccount, program: str, *arguments: str, says: str = ""
) -> None:
    """Run a program of PostgreSQL, its output going to the server's log."""
    with _log(home).open("a", encoding="utf-8") as log:
        code = quarters.run(log, program, *arguments, says=says)
    if code != 0:
        raise _failed(home, f"{program} ended with exit code {code}")


def _failed(home: Home, what: str) -> ServerError:
    """Return the error that says what does not work, with the end of the log."""
    if (free := shutil.disk_usage(home.path).free) < LEAST_BYTES:
        return ServerError(
            f"The embedded PostgreSQL of {home.path} does not work: {what}, as the disk has "
            f"{free >> 20} MB left (No space left on device). Make room, then `nocturne up`."
        )
    lines = _log(home).read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    return ServerError(
        f"The embedded PostgreSQL of {home.path} does not work: {what}. "
        f"Its log is {_log(home)}, which ends:\n" + "\n".join(lines)
    )


def _log(home: Home) -> Path:
    return home.logs / "postgres.log"


@contextlib.contextmanager
def _alone(home: Home) -> Iterator[int]:
    """Hold the home's lock, which is free again when its holder and his programs have ended."""
    with (home.postgres / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()
