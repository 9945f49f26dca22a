"""Read a file of YAML so that nothing of it is lost, and nothing in it can overwhelm the reader."""

from pathlib import Path
from typing import Any

import yaml

from pipelines.configuration.faults import Faults

DEEPEST = 50  # levels of nesting; a configuration has ten
MOST_VALUES = 100_000  # once every alias is written out


class _Loader(yaml.SafeLoader):
    """YAML that keeps the first of two equal names, and what an alias stands for, in bounds."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Return the next node; refuse nesting that no configuration needs."""
        self.depth += 1
        if self.depth > DEEPEST:
            line = self.line + 1
            raise yaml.YAMLError(f"more than {DEEPEST} levels deep in line {line}")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_document(self) -> yaml.Node | None:
        """Return the root; refuse aliases that stand for themselves or for far too much."""
        root = super().compose_document()
        if root is not None and _size(root, {}) > MOST_VALUES:
            raise yaml.YAMLError(f"its aliases stand for more than {MOST_VALUES:,} values")
        return root

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of a node."""
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, AttributeError):  # a 13th month
            kind = node.tag.rsplit(":", 1)[-1].replace("timestamp", "day or instant")
            line = node.start_mark.line + 1
            raise yaml.YAMLError(f"{str(node.value)[:50]} in line {line} is no {kind}") from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping of a node."""
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
        if repeated:
            line = node.start_mark.line + 1
            raise yaml.YAMLError(f"{', '.join(repeated)} stands twice below line {line}")
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path, name: str, faults: Faults) -> dict[str, Any] | None:
    """Return a file's mapping; None if there is none that can be read, and the fault is noted."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        faults.append(f"{name}: cannot be read as YAML: {' '.join(str(error).split())}.")
        return None
    holds = faults.expect(
        isinstance(content, dict),
        f"{name}: expected names with values, found {type(content).__name__}.",
    )
    return content if holds else None


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Return of how many values a node is, each alias counted as what it stands for."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in sizes:
        sizes[id(node)] = MOST_VALUES + 1  # while it is counted: what holds itself has no end
        flat = [
            each for pair in node.value for each in (pair if isinstance(pair, tuple) else [pair])
        ]
        sizes[id(node)] = 1 + sum(_size(each, sizes) for each in flat)
    return sizes[id(node)]
