"""Recognise files that one of the schemas ready to use describes, by the names of their columns."""

from collections.abc import Collection

from pipelines.configuration.faults import Faults
from pipelines.configuration.sources.file_source import FileSource
from pipelines.configuration.sources.ready_schemas import READY
from pipelines.configuration.yaml_files import read_yaml


def schema_of(entity: str, columns: Collection[str]) -> str | None:
    """Return the schema of CSV files that has all its columns in these, and feeds the entity."""
    for path in sorted(READY.glob("*.yml")):
        content = read_yaml(path, path.name, Faults()) or {}
        sources = [
            FileSource.model_validate(entry | {"path": "*"})
            for entry in content["sources"].values()
            if entry.get("kind") == "csv"
        ]
        read = {name for each in sources for rule in each.columns.values() for name in rule.cells}
        if any(each.entity == entity for each in sources) and read <= {*columns}:
            return path.stem
    return None
