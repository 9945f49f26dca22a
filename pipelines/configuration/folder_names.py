"""Names of the files in a configuration folder: a misspelt one would be passed over in silence."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from pipelines.configuration.faults import Faults
from pipelines.errors import ConfigurationFaulty

SUFFIX = ".yml"


def check(folder: Path, names: Sequence[str], faults: Faults) -> None:
    """Note each file whose name is almost one of `names`; refuse a folder that is none.

    Raises
    ------
    ConfigurationFaulty
        If there is no such folder: then nothing of it can be right.
    """
    if not folder.is_dir():
        raise ConfigurationFaulty(
            [f"{folder} is no folder. NOCTURNE_CONFIG names it; expected one with settings.yml."]
        )
    for path in sorted(folder.iterdir()):
        stem = path.name.partition(".")[0].lower()
        meant = get_close_matches(stem, names, n=1, cutoff=0.75)
        is_ours = path.suffix == SUFFIX and path.stem in names
        if path.is_file() and path.suffix.lower() in (SUFFIX, ".yaml") and meant and not is_ours:
            faults.append(f"{path.name} is not read; did you mean {meant[0]}{SUFFIX}?")
