"""What a night is made by, as hashes: the code, the settings it reads, the way rows are staged."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.configuration import Configuration, code_hash, short_hash

CHECKOUT = Path(__file__).resolve().parent.parent  # whose code makes the nights
BUILD_CODE = ("sql", "pipelines", "models", "expectations")
STAGE_CODE = (
    "sql/1_raw",
    "sql/2_quarantine",
    "sql/3_staging",
    "expectations",
    "pipelines/stage.py",
    "pipelines/leave_out.py",
    "pipelines/typed.py",
    "pipelines/sightings.py",
    "pipelines/added_columns.py",
)


@dataclass(frozen=True)
class Versions:
    """Three hashes that, with as_of, known_at and the models, decide every row of a night."""

    code: str
    configuration: str
    staging: str

    @property
    def binds(self) -> dict[str, str]:
        """The hashes as columns of ops.nights."""
        return {
            "build_code": self.code,
            "build_configuration": self.configuration,
            "staging_version": self.staging,
        }


@cache
def _code(folders: tuple[str, ...]) -> str:
    return code_hash(CHECKOUT, folders)


def versions_of(configuration: Configuration) -> Versions:
    """Return the versions of this code and configuration."""
    staging = short_hash([_code(STAGE_CODE), configuration.received_meaning])
    return Versions(_code(BUILD_CODE), configuration.build_configuration, staging)
