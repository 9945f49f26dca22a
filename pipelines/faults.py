"""Faults of Nocturne's own that one batch brings out: a sentence for it, the traceback in a log."""

import errno
import hashlib
import re
import traceback
from pathlib import Path

from pipelines.deployment import Deployment
from pipelines.errors import NocturneError, in_a_sentence

# What would hold up every batch alike; of the database's errors, those of the values at hand.
OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE}
OF_THE_DATABASE = {"OperationalError", "InterfaceError"}
OF_VALUES = ("22", "54")  # classes of SQLSTATE: data exceptions, limits of a program
QUOTES_ROWS = re.compile(r"^\W*(DETAIL|CONTEXT|LINE \d|\[parameters).*$", re.MULTILINE)


def is_of_batch(error: Exception) -> bool:
    """Return whether an error may be one batch's: not a sentence of ours, a lost database, a disk.

    What it returns false for would meet the next batch as well.
    """
    if isinstance(error, NocturneError):
        return False
    if isinstance(error, OSError):
        return error.errno not in OF_THE_MACHINE
    cause = getattr(error, "orig", None) or error
    state = getattr(cause, "pgcode", None) or getattr(cause, "sqlstate", None) or ""
    is_of_values = str(state).startswith(OF_VALUES)
    return is_of_values or not OF_THE_DATABASE & {each.__name__ for each in type(cause).__mro__}


def report(deployment: Deployment, error: Exception, place: str) -> str:
    """Write the traceback to a log below the home; return the sentence on what it stopped."""
    text = "".join(traceback.format_exception(error))
    text = re.sub(r"//[^/\s@]*@", "//…@", QUOTES_ROWS.sub("", text))
    name = f"fault-{hashlib.sha256(text.encode()).hexdigest()[:12]}.log"
    message = (
        f"{place} cannot be received: this is a fault of Nocturne's own ({in_a_sentence(error)}), "
        "not of your data. Other sources go on, and it comes again with the next landing."
    )
    path = _write(deployment.home / "logs" / name, text)
    return f"{message} Please report it with {path}." if path else message


def _write(path: Path, text: str) -> Path | None:
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return None
    return path
