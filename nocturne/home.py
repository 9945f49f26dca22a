"""A home: the folder that holds everything one deployment of Nocturne makes."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import UnrecoverableError


class HomeUnusable(UnrecoverableError):
    """The folder that NOCTURNE_HOME names cannot be a home."""


ELSEWHERE = "Mend that, or set NOCTURNE_HOME to a folder that you may write to."


@dataclass(frozen=True)
class Home:
    """The paths of one home; two homes on a machine know nothing of each other."""

    path: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], checkout: Path) -> "Home":
        """Return the home that NOCTURNE_HOME names, else `.nocturne` in the checkout.

        A relative path counts from the checkout (of a wheel, from the user's home), wherever the
        command is called.
        """
        return cls((checkout / (environ.get("NOCTURNE_HOME") or ".nocturne")).resolve())

    @property
    def postgres(self) -> Path:
        """The embedded server's data and its passwords."""
        return self.path / "postgres"

    @property
    def models(self) -> Path:
        """The bytes of model versions."""
        return self.path / "models"

    @property
    def airflow(self) -> Path:
        """Airflow's own home."""
        return self.path / "airflow"

    @property
    def exports(self) -> Path:
        """What was delivered to files."""
        return self.path / "exports"

    @property
    def reports(self) -> Path:
        """Drift reports, one page per night."""
        return self.path / "reports"

    @property
    def logs(self) -> Path:
        """What servers and commands have written down."""
        return self.path / "logs"

    @property
    def shop(self) -> Path:
        """The demo shop's files, as they arrive."""
        return self.path / "shop"

    def create(self) -> "Home":
        """Make the folders that are missing, each readable by its owner alone.

        Raises
        ------
        HomeUnusable
            The home is no folder, is not to be written to, or its disk is full.
        """
        self.refuse_unusable()
        for folder in (
            self.path, self.postgres, self.models, self.airflow, self.exports,
            self.reports, self.logs, self.shop,
        ):  # fmt: skip
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                why = f"{folder} cannot be made: {error.strerror}."
                raise HomeUnusable(f"{why} {ELSEWHERE}") from error
        if not os.access(self.path, os.W_OK, effective_ids=True):
            raise HomeUnusable(f"The home {self.path} is read-only. {ELSEWHERE}")
        return self

    def refuse_unusable(self) -> None:
        """Refuse a home that is no folder, or that cannot be read.

        Raises
        ------
        HomeUnusable
            With what to do.
        """
        try:
            kind = self.path.stat().st_mode
        except FileNotFoundError:
            return
        except OSError as error:
            raise HomeUnusable(
                f"The home {self.path} cannot be read: {error.strerror}. Set NOCTURNE_HOME to a "
                "folder of your own."
            ) from error
        if not stat.S_ISDIR(kind):
            raise HomeUnusable(
                f"The home {self.path} is a file. Set NOCTURNE_HOME to a folder; one that is not "
                "there is made."
            )
        if not os.access(self.path, os.R_OK | os.X_OK, effective_ids=True):
            raise HomeUnusable(
                f"The home {self.path} belongs to somebody else. Run this as its owner, "
                "or set NOCTURNE_HOME to a folder of your own."
            )
