"""The addresses of a home's databases: one per role, on one port of this machine alone."""

import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from nocturne.home import Home

ADDRESS = "127.0.0.1"
PORTS = range(20_000, 30_000)  # below those the kernel hands out by itself

# key in urls.json: role, database
LOGINS = {
    "owner": ("nocturne_owner", "nocturne"),
    "analyst": ("nocturne_analyst", "nocturne"),
    "airflow": ("airflow", "airflow"),
    "mlflow": ("mlflow", "mlflow"),
    "superuser": ("postgres", "postgres"),
}


@dataclass(frozen=True)
class Urls:
    """The addresses of the databases, one per role, as libpq and ADBC take them."""

    owner: str = field(repr=False)
    analyst: str = field(repr=False)
    airflow: str = field(repr=False)
    mlflow: str = field(repr=False)
    superuser: str = field(repr=False)

    @property
    def port(self) -> int:
        """The port they all share."""
        return urlsplit(self.owner).port or 0

    def on_port(self, port: int) -> "Urls":
        """Return the same addresses on another port."""
        old, new = f"@{ADDRESS}:{self.port}/", f"@{ADDRESS}:{port}/"
        return Urls(**{name: url.replace(old, new) for name, url in asdict(self).items()})


def sqlalchemy_url(url: str) -> str:
    """Return an address as SQLAlchemy takes it, whose default driver is not the installed one."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg2://{rest}" if scheme in ("postgresql", "postgres") else url


def with_passwords(passwords: Mapping[str, str]) -> Urls:
    """Return the addresses with these passwords, on a port that is free now."""
    port = free_port()
    return Urls(**{
        name: f"postgresql://{role}:{passwords[name]}@{ADDRESS}:{port}/{database}"
        for name, (role, database) in LOGINS.items()
    })  # fmt: skip


def read_urls(home: Home) -> Urls | None:
    """Return the recorded addresses, or None if there are none or they make no sense."""
    try:
        return Urls(**json.loads((home.postgres / "urls.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_urls(home: Home, found: Urls) -> None:
    """Record the addresses, whole or not at all, readable by their owner alone."""
    half = home.postgres / "urls.json.half"
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    with half.open("w", encoding="utf-8") as file:
        json.dump(asdict(found), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    half.rename(home.postgres / "urls.json")
    sync(home.postgres)


def free_port() -> int:
    """Return a port that nobody listens on, below those that the kernel hands out by itself."""
    return next(port for _ in PORTS if is_free(port := secrets.choice(PORTS)))


def is_free(port: int) -> bool:
    """Return whether a server could listen on a port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
        return True


def sync(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def libpq_environment(url: str) -> dict[str, str]:
    """Return libpq's variables for a URL, so that no password stands in the process list."""
    import sqlalchemy as sa

    parts = sa.make_url(url)
    return {
        "PGHOST": parts.host or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username or "",
        "PGPASSWORD": str(parts.password or ""),
        "PGDATABASE": parts.database or "",
    }
