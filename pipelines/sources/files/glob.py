"""Files of a path or glob: which there are, and what each is called."""

import glob
import itertools
import re
from pathlib import Path

from pipelines.configuration.model import Source
from pipelines.sources.files import still_written
from pipelines.sources.interface import RowStream


def files_matching(pattern: str) -> list[Path]:
    """Return the files of a path or glob, by name."""
    found = glob.glob(pattern, recursive=True)
    return sorted(Path(match) for match in found if Path(match).is_file())


def name_of(pattern: str, path: Path) -> str:
    """Return what a found file is called: its path below the folders that the pattern names."""
    folder = Path(*itertools.takewhile(is_fixed, Path(pattern).parts))
    return path.name if folder == path else str(path.relative_to(folder))


def is_fixed(part: str) -> bool:
    """Return whether a part of a path has no wildcard."""
    return not re.search(r"[*?[]", part)


def why_missing(source: Source) -> str | None:
    """Return the sentence about a source's one file that is not there; None where some may be."""
    place = str(source.options.get("path", "*"))
    if not is_fixed(place):
        return None
    return (
        f"{source.name}: there is no file at {place}. Deliver it, or correct the path in "
        "sources.yml (a name with * takes what comes and misses nothing)."
    )


def why_by_name(source: Source, name: str) -> str | None:
    """Return why a name says that a file is left; one that the path itself names never is."""
    return None if is_fixed(source.options["path"]) else still_written.why_by_name(name)


def nothing_to_read() -> RowStream:
    """Be what an arrival that is left has for a reading: nobody asks for it."""
    raise AssertionError("what is left is not read")
