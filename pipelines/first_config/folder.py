"""Write a first configuration for the files of a shop, into a folder that has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.errors import UnrecoverableError
from pipelines.first_config import shown as shown_files
from pipelines.first_config import written
from pipelines.first_config.column import Column
from pipelines.first_config.known_schema import schema_of
from pipelines.first_config.recipes import NOT_FOUND, mapping_of
from pipelines.first_config.shown import ShownSource
from pipelines.paths import shipped

NO_DAY = date(2026, 1, 1)  # an example, where no day was read


class FolderTaken(UnrecoverableError):
    """A folder has a configuration already, which is never written over."""


@dataclass(frozen=True)
class FirstConfig:
    """The files of a configuration, the newest day of an order seen, and what was not found.

    `doubts` counts the comments that ask for a look.
    """

    files: dict[str, str]
    newest: date | None
    not_found: list[str]
    doubts: int


def propose(shown: Mapping[str, Sequence[str]], zone: str) -> FirstConfig:
    """Return a configuration for files that are shown, paths and globs by entity.

    Raises
    ------
    NothingThere
        If there is no file at one of the paths.
    SourceUnreadable
        If one cannot be read.
    """
    entries, codes, newest, not_found, doubts = [], [], None, [], 0
    for source in shown_files.sources_of(shown):
        if schema := _schema_of(source):
            entries.append(written.schema_text(source, schema))
            continue
        sample = source.sample
        columns = [Column(name, sample) for name in sample.columns]
        mapping = mapping_of(source.entity, columns)
        entries.append(written.entry_text(source, mapping, zone))
        for ours, recipe in mapping.recipes.items():
            missing = any(NOT_FOUND in each for each in recipe.remarks)
            not_found += [f"{source.name}.{ours}"] if missing else []
            doubts += any("not sure" in each for each in recipe.remarks)
            if ours == "currency" and not missing:
                [column] = (each for each in columns if each.name == recipe.written)
                codes += column.distinct
        if source.entity == "order_lines" and mapping.newest and sample.has_end:
            newest = max(newest or mapping.newest, mapping.newest)
    segments = (shipped("config") / "segments.yml").read_text(encoding="utf-8")
    files = {
        "settings.yml": written.settings_text(
            zone, sorted({each.upper() for each in codes}), str(newest or NO_DAY)
        ),
        "sources.yml": written.sources_text(entries),
        "segments.yml": written.segments_text(segments),
    }
    return FirstConfig(files, newest, not_found, doubts)


def _schema_of(source: ShownSource) -> str | None:
    """Return the ready schema whose columns a CSV has, all of them."""
    if source.form.kind != "csv":
        return None
    return schema_of(source.entity, list(source.sample.columns))


def refuse_taken(folder: Path, names: Sequence[str]) -> None:
    """Refuse a folder that has one of the files already.

    Raises
    ------
    FolderTaken
        Naming them: nothing is written then.
    """
    there = [name for name in names if folder.joinpath(name).exists()]
    if there:
        raise FolderTaken(
            f"{folder} has {' and '.join(there)} already, which init never writes over. Name a "
            "folder that is not there yet."
        )


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a configuration; one that is there is never written over."""
    refuse_taken(folder, list(files))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
