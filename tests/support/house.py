"""The checkout as its rules see it: modules, imports, rooms, and which statements are read."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.support.shop import CHECKOUT

CODE = ("pipelines", "models", "expectations", "nocturne", "plugins", "dags")
MODULES = {
    ".".join(path.relative_to(CHECKOUT).with_suffix("").parts): path
    for top in CODE
    for path in sorted((CHECKOUT / top).rglob("*.py"))
    if path.name != "__init__.py"
}
STATEMENTS = {
    path.relative_to(CHECKOUT / "sql").as_posix().removesuffix(".sql"): path
    for path in sorted((CHECKOUT / "sql").rglob("*.sql"))
}
SQL_ROOMS = {name.split("/")[0] for name in STATEMENTS} - {"schema"}
NAMED = re.compile(r"""f?["']([a-z_]+)/(?:[a-z_{][a-z_{}().]*)["']""")


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports_of(module: str) -> frozenset[str]:
    """Return the modules of ours that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found |= {name for name in names if name in MODULES}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in MODULES}
    return frozenset(found)


def room_of(module: str) -> str:
    """Return the room of a module: the folder below pipelines/, else the top level."""
    top, *rest = module.split(".")
    return rest[0] if top == "pipelines" and len(rest) > 1 else top


def reached(starts: Iterable[str]) -> set[str]:
    """Return the modules that some reach by their imports, themselves among them."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += imports_of(module)
    return seen


def sql_rooms_read(module: str) -> set[str]:
    """Return the folders of sql/ of the statements that a module names."""
    found = {name.split("/")[0] for name in NAMED.findall(MODULES[module].read_text("utf-8"))}
    return found & SQL_ROOMS


def circle(graph: dict[str, Iterable[str]]) -> list[str] | None:
    """Return the nodes of a circle of a graph, None if there is none."""
    state: dict[str, int] = {}

    def visit(node: str, path: list[str]) -> list[str] | None:
        state[node] = 1
        for after in graph.get(node, ()):
            if state.get(after) == 1:
                return [*path, node, after]
            if after not in state and (found := visit(after, [*path, node])):
                return found
        state[node] = 2
        return None

    return next((found for node in graph if node not in state and (found := visit(node, []))), None)


def inner_imports(path: Path) -> set[str]:
    """Return the modules that are imported inside functions of a file."""
    found = set()
    for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(outer):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                if isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module)
    return found
