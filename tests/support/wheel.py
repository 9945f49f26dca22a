"""A wheel of what is here, in an environment that has what the tests' has, and none of our code."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.shop import CHECKOUT

NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".nocturne", "__pycache__", "*.egg-info", "build", "tests", ".*_cache"
)
BUILD = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"


def built(folder: Path) -> Path:
    """Build the wheel from a copy, so that nothing is left in the checkout; return its path."""
    copy = folder / "copy"
    shutil.copytree(CHECKOUT, copy, ignore=NOT_COPIED)
    command = [sys.executable, "-c", BUILD, str(folder)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True)
    shutil.rmtree(copy)
    return folder / done.stdout.split()[-1]


def installed(wheel: Path, folder: Path) -> Path:
    """Install a wheel into a new environment; return its folder of programs.

    A .pth file shows it the packages of this one, but not their .pth files: an editable install
    of the checkout stays unseen.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    programs = folder / "bin"
    of_tests = sysconfig.get_paths()["purelib"]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (folder / "lib" / version / "site-packages" / "of_tests.pth").write_text(of_tests)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    pip += ["--python", str(programs / "python"), "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--ignore-installed", str(wheel)], check=True)
    return programs
