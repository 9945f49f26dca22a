"""A delivery's folder: it appears whole or not at all, and `current` points at the newest.

A destination's path holds `<as_of>-<night_id>/` per delivery, each with its data file and
manifest.json, and the link `current`. What is being written is hidden (.partial-…) and moved into
place by one rename, after everything is on disk.
"""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

HIDDEN = ".partial-"
MANIFEST = "manifest.json"
CURRENT = "current"


def begin(root: Path) -> Path:
    """Return a new hidden folder below a destination's path; sweep those of the dead."""
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{HIDDEN}*"):
        left.unlink() if left.is_symlink() else shutil.rmtree(left)
    hidden = root / f"{HIDDEN}{os.getpid()}"
    hidden.mkdir()
    return hidden


def finish(hidden: Path, name: str, manifest: dict[str, Any]) -> Path:
    """Add the manifest and move the folder into place under a free name; return its path."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (hidden / MANIFEST).write_text(text, encoding="utf-8")
    for path in (*hidden.iterdir(), hidden):
        _to_disk(path)
    final = _free(hidden.parent, name)
    hidden.rename(final)
    _to_disk(final.parent)
    return final


def point(final: Path) -> None:
    """Let `current` point at a finished folder, in one rename."""
    link = final.parent / f"{HIDDEN}link-{os.getpid()}"
    link.symlink_to(final.name)
    link.replace(final.parent / CURRENT)
    _to_disk(final.parent)


def remove_delivery(path: Path, kind: str) -> None:
    """Remove a delivery's files, the manifest last, and its folder unless somebody uses it too."""
    for name in (f"segments.{kind}", MANIFEST):
        (path / name).unlink(missing_ok=True)
    if not any(path.iterdir()):
        path.rmdir()


def find_whole(root: Path, name: str, inputs: str) -> Path | None:
    """Return a whole folder made of the same inputs, left by a run that was killed after it."""
    for folder in sorted(root.glob(f"{name}*")):
        manifest = read_manifest(folder)
        if manifest and manifest.get("inputs") == inputs and is_whole(folder):
            return folder
    return None


def is_whole(folder: Path) -> bool:
    """Return whether the files of a folder are those of its manifest."""
    manifest = read_manifest(folder)
    return bool(manifest) and all(
        (folder / name).is_file() and sha256_of(folder / name) == file["sha256"]
        for name, file in manifest["files"].items()
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a folder's manifest; empty where there is none."""
    path = folder / MANIFEST
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def describe(path: Path) -> dict[str, Any]:
    """Return the bytes and checksum of a file, as a manifest holds them."""
    return {"bytes": path.stat().st_size, "sha256": sha256_of(path)}


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _free(root: Path, name: str) -> Path:
    """Return a path that nothing has: a delivery is never written over."""
    names = (name, *(f"{name}-{again}" for again in range(2, 1000)))
    return next(root / each for each in names if not (root / each).exists())


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
