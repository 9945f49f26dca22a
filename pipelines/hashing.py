"""Short content hashes of data and of code."""

import hashlib
import json
from pathlib import Path
from typing import Any

from pipelines.paths import root_of


def short_hash(content: Any) -> str:
    """Return the first 16 hex digits of the sha256 of canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def code_hash(root: Path, folders: tuple[str, ...]) -> str:
    """Return the first 16 hex digits of the sha256 over source files, names and bytes.

    `folders` may name single files.
    """
    digest = hashlib.sha256()
    for folder in folders:
        base = root_of(folder, root)
        whole = base / folder
        for path in [whole] if whole.is_file() else sorted(whole.rglob("*")):
            if path.suffix in (".py", ".sql") and path.is_file():
                digest.update(str(path.relative_to(base)).encode() + b"\0")
                digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
