"""Single entries of sources.yml, read without a folder around them."""

from pathlib import Path
from typing import Any

from pipelines.configuration.faults import Faults, read_entry
from pipelines.configuration.sources.sources_file import SourcesFile
from tests.support.shop import LINE_COLUMNS, source


def read_source(kind: str, **entry: Any) -> tuple[dict[str, Any], list[str]]:
    """Return the options of a source of order lines called `shop`, and its faults."""
    lines = {"entity": "order_lines", "columns": source("", "", LINE_COLUMNS)["columns"]}
    content = {"sources": {"shop": lines | {"kind": kind} | entry}}
    read = read_entry(SourcesFile, content, "sources.yml")
    if isinstance(read, Faults):
        return {}, list(read)
    assert isinstance(read, SourcesFile)
    return read.sources["shop"].source("shop", Path("/home")).options, []
