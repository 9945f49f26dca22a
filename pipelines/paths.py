"""Paths of the code, of what comes with it, and of a deployment's folders.

A checkout has `sql/` and `config/` beside the packages. A wheel has them within `pipelines/`, where
setup.py puts them: what is beside packages belongs to everybody.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

CODE = Path(__file__).resolve().parents[1]  # a checkout, or where a wheel was installed
WITHIN = Path("pipelines", "shipped")


def root_of(name: str, code: Path = CODE) -> Path:
    """Return the folder that a path such as sql/features is in."""
    return code / WITHIN if (code / WITHIN / name).exists() else code


def shipped(name: str) -> Path:
    """Return the folder `sql` or `config` that came with the code."""
    return root_of(name) / name


def counted_from() -> Path:
    """Return where relative paths begin: the checkout, of a wheel the home of its user."""
    if (CODE / WITHIN).exists():
        with suppress(RuntimeError):  # an account that has none
            return Path.home()
    return CODE


def home_of(environ: Mapping[str, str]) -> Path:
    """Return NOCTURNE_HOME, by default .nocturne/ in the checkout or the user's home."""
    return (counted_from() / (environ.get("NOCTURNE_HOME") or ".nocturne")).resolve()


def config_of(environ: Mapping[str, str]) -> Path:
    """Return NOCTURNE_CONFIG, by default the config/ that came with the code."""
    named = environ.get("NOCTURNE_CONFIG")
    return (counted_from() / named).resolve() if named else shipped("config")
