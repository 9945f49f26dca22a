"""Detect files that are still written: by name, age, open writers, and a second look.

A file that is landed half brings half of a day's orders, so in doubt it waits for the next night.
"""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pipelines.errors import SourceUnfinished

SUFFIXES = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
HIDDEN = ("_", ".")


@dataclass(frozen=True)
class FileState:
    """What a file looks like from outside."""

    device: int
    number: int
    size: int
    changed_at: int  # nanoseconds


def look(path: Path) -> FileState:
    """Return what a file looks like now."""
    found = path.stat()
    return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def why(path: Path, name: str, settle_seconds: float, now: datetime | None) -> str | None:
    """Return why a local file is left for another time, its name apart; None if it is not."""
    changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if now and (young := why_young(name, changed_at, settle_seconds, now)):
        return young
    if _is_open_for_writing(path):
        return f"{name} is still being written: a program has it open. Left for the next time."
    return None


def why_by_name(name: str) -> str | None:
    """Return why the name of a file says that it is left; None if it does not."""
    if name.lower().endswith(SUFFIXES):
        return f"{name} is still being written, as its name says. Left for the next time."
    if any(part.startswith(HIDDEN) for part in PurePosixPath(name).parts):
        return (
            f"{name} is hidden, and so perhaps unfinished: its name or a folder's begins with _ "
            "or a dot. To have it landed, rename it or name it in `path:` without a wildcard."
        )
    return None


def why_young(name: str, changed_at: datetime, settle_seconds: float, now: datetime) -> str | None:
    """Return why a file has not settled; None if it has."""
    age = (now - changed_at).total_seconds()
    if not settle_seconds or age >= settle_seconds:
        return None
    return (
        f"{name} was changed {max(age, 0):.0f} seconds ago, and `settle_seconds` is "
        f"{settle_seconds:g}. Left for the next time."
    )


def refuse_if_changed(path: Path, name: str, seen: FileState) -> None:
    """Look again.

    Raises
    ------
    SourceUnfinished
        If the file is not what it was before it was read.
    """
    with suppress(FileNotFoundError):
        if look(path) == seen:
            return
    raise SourceUnfinished(
        f"{name} changed while it was read. Nothing of it was landed; it is read again the next "
        "time."
    )


def _is_open_for_writing(path: Path) -> bool:
    """Return whether a program has a file open for writing; False where nobody can tell.

    Linux gives a read lease only on a file that nobody writes. It must be ours, or we root.
    """
    try:
        import fcntl

        ask, read, none, told_by = fcntl.F_SETLEASE, fcntl.F_RDLCK, fcntl.F_UNLCK, fcntl.F_SETSIG
    except (ImportError, AttributeError):
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # Who opens it in this moment makes the kernel tell us; by SIGIO that would end us.
        fcntl.fcntl(descriptor, told_by, signal.SIGURG)
        fcntl.fcntl(descriptor, ask, read)
        fcntl.fcntl(descriptor, ask, none)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
