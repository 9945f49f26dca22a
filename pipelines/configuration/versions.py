"""The versions of code, settings and staging that decide the rows of a night, as hashes."""

from dataclasses import dataclass
from functools import cache

from pipelines.configuration.model import Configuration
from pipelines.hashing import code_hash, short_hash
from pipelines.paths import CODE

CHECKOUT = CODE  # whose code makes the nights
# Whose files decide the rows of a staging version and of a night: the rooms that the steps of
# receive (landing apart: what was received is an input) and of build reach by their imports, and
# the statements that these read. tests/test_house.py derives both lists anew.
_GROUND = (
    "expectations",
    "pipelines/configuration",
    "pipelines/contracts",
    "pipelines/deployment.py",
    "pipelines/errors.py",
    "pipelines/hashing.py",
    "pipelines/paths.py",
    "pipelines/warehouse",
    "sql/contracts",
    "sql/schema/3_staging",
)
STAGE_CODE = (
    *_GROUND,
    "pipelines/checking",
    "pipelines/faults.py",
    "pipelines/mapping",
    "pipelines/staging",
    "sql/checking",
    "sql/mapping",
    "sql/staging",
    "sql/schema/1_raw",
    "sql/schema/2_quarantine",
)
BUILD_CODE = (
    *_GROUND,
    "models",
    "pipelines/attempts",
    "pipelines/drift",
    "pipelines/features",
    "pipelines/people",
    "pipelines/publishing",
    "pipelines/scoring",
    "pipelines/segments",
    "sql/attempts",
    "sql/drift",
    "sql/features",
    "sql/people",
    "sql/publishing",
    "sql/scoring",
    "sql/segments",
    "sql/warehouse",
    "sql/schema/4_identity",
    "sql/schema/5_features",
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
