"""The JSON Schemas of config/: fresh, named by the files themselves, and true of what is read."""

import json
from datetime import date

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from nocturne.cli import main
from nocturne.configure.schema import schemas
from pipelines.configuration.load import FILES
from tests.support.shop import CHECKOUT

CONFIG = CHECKOUT / "config"


def content(path):
    """Return a file as an editor's YAML has it: a day is text."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    return json.loads(json.dumps(read, default=date.isoformat))


def is_valid(name, changed):
    return jsonschema.Draft202012Validator(json.loads(schemas()[f"{name}.json"])).is_valid(changed)


def test_the_schemas_that_come_along_are_those_of_the_models():
    kept = {path.name: path.read_text(encoding="utf-8") for path in CONFIG.glob(".schema/*")}
    assert kept == schemas(), "write them anew: nocturne schema config/.schema"


def test_the_verb_writes_them(tmp_path):
    done = CliRunner().invoke(main, ["schema", str(tmp_path / "to")])
    assert done.exit_code == 0
    assert {path.name: path.read_text() for path in tmp_path.glob("to/*")} == schemas()


@pytest.mark.parametrize("name", FILES)
def test_each_file_names_its_schema_and_is_valid_by_it(name):
    path = CONFIG / f"{name}.yml"
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema=.schema/{name}.json"
    assert is_valid(name, content(path))


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("settings", ["drift"]),
        ("sources", ["sources", "till"]),
        ("sources", ["sources", "till", "columns"]),
        ("segments", ["segments", "new"]),
        ("models", ["churn"]),
        ("destinations", ["destinations", "website"]),
        ("contracts", ["order_lines", "store_named"]),
    ],
)
def test_a_key_that_there_is_not_is_marked(name, place):
    changed = inner = content(CONFIG / f"{name}.yml")
    for key in place:
        inner = inner[key]
    inner["no_such_key"] = "x"
    assert not is_valid(name, changed)


@pytest.mark.parametrize("ready", sorted(CONFIG.glob("schemas/*.yml")), ids=lambda path: path.stem)
def test_what_ready_schemas_write_is_understood(ready):
    sources = content(ready)["sources"]
    assert is_valid("sources", {"sources": {n: s | {"path": "x"} for n, s in sources.items()}})
    assert is_valid("sources", {"sources": {"shop": {"schema": ready.stem, "path": "x"}}})
