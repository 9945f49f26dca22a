"""Group the files that `nocturne init` is shown into sources: a path and first rows of each."""

import glob
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipelines.errors import NothingThere
from pipelines.first_config.file_form import FileForm, form_of
from pipelines.first_config.sample import Sample, sample_of
from pipelines.first_config.words import tokens_of
from pipelines.sources.files.glob import files_matching, is_fixed

DAY_DIGITS = 4  # so many digits in a name are a day or a count: the next file has others


@dataclass(frozen=True)
class ShownSource:
    """Files of one entity that are written alike: where they and those to come are."""

    name: str
    entity: str
    pattern: str
    files: tuple[Path, ...]
    form: FileForm
    sample: Sample


@dataclass(frozen=True)
class _Place:
    entity: str
    pattern: str
    files: tuple[Path, ...]


def sources_of(shown: Mapping[str, Sequence[str]]) -> list[ShownSource]:
    """Return the sources that paths and globs per entity are, in the order they are shown.

    Raises
    ------
    NothingThere
        If there is no file at one of them.
    SourceUnreadable
        If one cannot be read.
    """
    places: list[_Place] = []
    for entity, paths in shown.items():
        for path in paths:
            files = _files(path)
            if not any(_takes(each, entity, files) for each in places):
                places.append(_Place(entity, _pattern(path), files))
    sources: list[ShownSource] = []
    for place in _apart(places):
        names = {each.name for each in sources}
        form = form_of(place.files[-1])
        sample = sample_of(list(place.files), form)
        name = _name(place, names)
        sources.append(ShownSource(name, place.entity, place.pattern, place.files, form, sample))
    return sources


def _is_glob(path: str) -> bool:
    return not is_fixed(path) and not Path(path).expanduser().exists()


def _files(path: str) -> tuple[Path, ...]:
    whole = Path(path).expanduser().absolute()
    found = files_matching(str(whole)) if _is_glob(path) else [whole]
    if not found or not found[0].exists():
        raise NothingThere(f"there is no file at {path}: name one that is there, or a glob.")
    if not found[0].is_file():
        raise NothingThere(f"{path} is a folder: name a file in it, or a glob such as '{path}/*'.")
    return tuple(found)


def _pattern(path: str) -> str:
    """Return the path of a source: a name with a day or a number in it stands for all such."""
    whole = Path(path).expanduser().absolute()
    if _is_glob(path):
        return str(whole)
    numbers = re.compile("[0-9]+(?:[-_.T]?[0-9]+)*")
    name = numbers.sub(
        lambda found: "*" if sum(map(str.isdigit, found[0])) >= DAY_DIGITS else found[0],
        glob.escape(whole.name),
    )
    return str(Path(glob.escape(str(whole.parent))) / name)


def _takes(place: _Place, entity: str, files: Sequence[Path]) -> bool:
    return place.entity == entity and all(fnmatchcase(str(f), place.pattern) for f in files)


def _apart(places: list[_Place]) -> list[_Place]:
    """Return places that do not take each other's files: those that would name their own alone."""
    apart = []
    for place in places:
        others = [file for each in places if each is not place for file in each.files]
        if any(fnmatchcase(str(file), place.pattern) for file in others):
            place = _Place(place.entity, glob.escape(str(place.files[0])), place.files[:1])
        apart.append(place)
    return apart


def _name(place: _Place, taken: set[str]) -> str:
    """Return what a source is called: its file's name without numbers, else its entity."""
    stem = place.files[-1].name.partition(".")[0]
    words = [each for each in tokens_of(stem) if not each.isdigit()]
    name = "_".join(words) or place.entity
    return next(
        each
        for each in (name, f"{name}_{place.entity}", *(f"{name}_{n}" for n in range(2, 999)))
        if each not in taken
    )
