"""Read config/*.yml into a Configuration; every fault of every file is reported at once."""

from pathlib import Path
from typing import Any

from pipelines.configuration import folder_names
from pipelines.configuration.contracts import ContractsFile
from pipelines.configuration.destinations import DestinationsFile
from pipelines.configuration.faults import Entry, Faults, read_entry
from pipelines.configuration.model import Configuration
from pipelines.configuration.segments.segments_file import SegmentsFile
from pipelines.configuration.settings import Models, Settings
from pipelines.configuration.sources.ready_schemas import expand
from pipelines.configuration.sources.sources_file import SourcesFile
from pipelines.configuration.yaml_files import read_yaml
from pipelines.errors import ConfigurationFaulty

FILES: dict[str, type[Entry]] = {
    "settings": Settings,
    "sources": SourcesFile,
    "segments": SegmentsFile,
    "models": Models,
    "destinations": DestinationsFile,
    "contracts": ContractsFile,
}
NEEDED = ("settings", "sources")


def read_configuration(folder: Path, home: Path) -> Configuration:
    """Return the configuration of a folder.

    Raises
    ------
    ConfigurationFaulty
        With one sentence per fault of all files.
    """
    faults = Faults()
    folder_names.check(folder, list(FILES), faults)
    content = {name: _content(folder / f"{name}.yml", faults) for name in FILES}
    content["sources"] = expand(content["sources"], folder, faults)
    segments = (content["segments"] or {}).get("segments")
    context = {"home": home, "segments": list(segments) if isinstance(segments, dict) else []}
    read: dict[str, Any] = {
        name: read_entry(model, content[name], f"{name}.yml", context)
        for name, model in FILES.items()
        if content[name] is not None
    }
    faults += [fault for each in read.values() if isinstance(each, Faults) for fault in each]
    if faults:
        raise ConfigurationFaulty(list(faults))
    return Configuration(
        **read["settings"].flat,
        models=read["models"].model_dump(),
        sources=[each.source(name, home) for name, each in read["sources"].sources.items()],
        segments=[each.segment(name) for name, each in read["segments"].segments.items()],
        destinations=[
            each.destination(name, home) for name, each in read["destinations"].destinations.items()
        ],
        contracts={
            table: tuple(each.rule(name) for name, each in rules.items())
            for table, rules in read["contracts"]
            if table in (content["contracts"] or {})
        },
    )


def _content(path: Path, faults: Faults) -> dict[str, Any] | None:
    """Return a file's mapping, empty if it need not be there; None if it cannot be read."""
    if path.exists():
        return read_yaml(path, path.name, faults)
    faults.expect(path.stem not in NEEDED, f"{path.name}: not in {path.parent}.")
    return None if path.stem in NEEDED else {}
