"""Read the keys that sources of files have of their own."""

import codecs
from typing import Any

from pipelines.configuration.faults import Faults
from pipelines.configuration.sources.secrets import PLACEHOLDER

# What an object storage is asked with; the rest of its options, where it is none of ours.
STORAGE = ("endpoint", "region", "access_key", "secret_key", "anonymous", "storage_options")
KEYS = ("path", "encoding", "delimiter", "settle_seconds", *STORAGE)


def read(place: str, entry: dict[str, Any], faults: Faults) -> dict[str, Any]:
    """Return where the files are, how they are written and when they are finished."""
    path = entry.get("path")
    faults.expect(isinstance(path, str) and path != "", f"{place}.path is missing: where to look?")
    encoding, delimiter = entry.get("encoding", "utf-8"), entry.get("delimiter", ",")
    settle = entry.get("settle_seconds", 0)
    faults.expect(
        _is_encoding(encoding), f"{place}.encoding is {encoding!r}; expected utf-8, latin-1 …"
    )
    faults.expect(
        isinstance(delimiter, str) and len(delimiter) == 1 and delimiter.isascii()
        and delimiter not in '"\r\n\0',
        f"{place}.delimiter is {delimiter!r}; expected one character, such as ';' or \"\\t\".",
    )  # fmt: skip
    faults.expect(
        isinstance(settle, (int, float)) and not isinstance(settle, bool) and settle >= 0,
        f"{place}.settle_seconds is {settle!r}; expected a number of seconds.",
    )
    _storage(place, entry, faults)
    return {
        "path": path,
        "encoding": encoding,
        "delimiter": delimiter,
        "settle_seconds": settle,
        **{key: entry[key] for key in STORAGE if entry.get(key) is not None},
    }


def _storage(place: str, entry: dict[str, Any], faults: Faults) -> None:
    given = [key for key in STORAGE if entry.get(key) is not None]
    if "://" not in str(entry.get("path")):
        for key in given:
            faults.append(f"{place}.{key} is for a path like s3://bucket/…; this one is local.")
        return
    faults.expect(
        "@" not in str(entry["path"]).split("://", 1)[1].split("/", 1)[0],
        f"{place}.path has something before an @; keys go into access_key and secret_key.",
    )
    for key in ("endpoint", "region", "access_key", "secret_key"):
        value = entry.get(key)
        if value is not None:
            faults.expect(isinstance(value, str), f"{place}.{key} is no text.")
    for key in ("access_key", "secret_key"):
        faults.expect(
            key not in given or bool(PLACEHOLDER.fullmatch(str(entry[key]))),
            f"{place}.{key} stands there in the open; write ${{NAME}}, and set NAME in the "
            "environment or as an Airflow connection.",
        )
    faults.expect(
        ("access_key" in given) == ("secret_key" in given),
        f"{place}: access_key and secret_key belong together.",
    )
    anonymous, options = entry.get("anonymous", False), entry.get("storage_options", {})
    faults.expect(
        isinstance(anonymous, bool), f"{place}.anonymous is {anonymous!r}; expected true or false."
    )
    faults.expect(isinstance(options, dict), f"{place}.storage_options: expected keys and values.")


def _is_encoding(name: Any) -> bool:
    """Return whether Python knows a text encoding of this name, and how to read it in pieces."""
    try:
        found = codecs.lookup(name)
        return isinstance("".encode(name), bytes) and found.incrementaldecoder is not None
    except (LookupError, TypeError, ValueError):
        return False
