"""What `nocturne schema` does: write a JSON Schema of every file of config/, for editors."""

import json
import os
from pathlib import Path

import click

from pipelines.configuration.load import FILES
from pipelines.paths import config_of


def show(folder: Path | None) -> None:
    """Write the schemas, by default beside the configuration, and say how a file names its own."""
    folder = folder or config_of(os.environ) / ".schema"
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        folder.joinpath(name).write_text(schema, encoding="utf-8")
    click.echo(
        f"{len(FILES)} schemas are in {folder}. A file whose first line is "
        "`# yaml-language-server: $schema=.schema/settings.json` is completed by editors."
    )


def schemas() -> dict[str, str]:
    """Return the JSON Schemas of the files of config/, by the names they are written under."""
    return {
        f"{name}.json": json.dumps(model.model_json_schema(), indent=1, ensure_ascii=False) + "\n"
        for name, model in FILES.items()
    }
