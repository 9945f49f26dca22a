"""Airflow's environment, keys and password in a home."""

import json
import os
import secrets
import shlex
from base64 import urlsafe_b64encode
from pathlib import Path

from nocturne import environment as nocturne_environment
from nocturne.home import Home
from nocturne.server import server
from nocturne.server.urls import Urls, sqlalchemy_url
from pipelines.configuration.model import Configuration
from pipelines.configuration.versions import CHECKOUT

DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def environment(
    home: Home, configuration: Configuration, urls: Urls, port: int | None = None
) -> dict[str, str]:
    """Return every variable that Airflow needs to work in this home, and nowhere else.

    A metadata database that is set in the environment already is kept.
    """
    home.create()
    keys = _secrets(home)
    (home.airflow / "plugins").mkdir(mode=0o700, exist_ok=True)
    settings = {
        "CORE__DAGS_FOLDER": CHECKOUT / "dags",
        "CORE__PLUGINS_FOLDER": home.airflow / "plugins",  # empty: ours come by entry point
        "CORE__LOAD_EXAMPLES": False,
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": 2,
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": False,
        "CORE__DEFAULT_TIMEZONE": configuration.business_time_zone,  # a backfill's days are its
        "CORE__FERNET_KEY": keys["fernet"],
        "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": home.airflow / "passwords.json",
        "DATABASE__SQL_ALCHEMY_CONN": os.environ.get(DATABASE) or sqlalchemy_url(urls.airflow),
        "LOGGING__BASE_LOG_FOLDER": home.logs / "airflow",
        "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": home.logs / "airflow/dag_processor",
        "LOGGING__COLORED_CONSOLE_LOG": False,
        "WORKERS__MIN_HEARTBEAT_INTERVAL": 1,  # so late may a slot notice that its task has ended
        "API__HOST": "127.0.0.1",
        "API__WORKERS": 1,
        "API__SECRET_KEY": keys["api"],
        "API_AUTH__JWT_SECRET": keys["jwt"],
    }
    if port:
        settings |= {
            "CORE__LAZY_LOAD_PLUGINS": False,  # each task finds ours imported: 1 s less
            "API__PORT": port,
            "API__BASE_URL": f"http://127.0.0.1:{port}",
            "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        }
    ours = {f"AIRFLOW__{name}": str(value) for name, value in settings.items()}
    return {"AIRFLOW_HOME": str(home.airflow), "SCARF_ANALYTICS": "false", **ours}


def password(home: Home) -> str:
    """Return the password of the web UI's user `admin`."""
    return str(json.loads((home.airflow / "passwords.json").read_text(encoding="utf-8"))["admin"])


def _secrets(home: Home) -> dict[str, str]:
    """Return the keys of this home's Airflow, made once; write the password of its web UI."""
    key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    fresh = {"fernet": key, "api": secrets.token_urlsafe(32), "jwt": secrets.token_urlsafe(48)}
    _keep(home.airflow / "passwords.json", {"admin": secrets.token_urlsafe(12)})
    return _keep(home.airflow / "secrets.json", fresh)


def _keep(path: Path, content: dict[str, str]) -> dict[str, str]:
    """Return what a file keeps, writing it whole and for its owner alone if it is not there."""
    if not path.exists():
        half = path.with_suffix(f".{os.getpid()}.half")
        half.touch(mode=0o600)
        half.write_text(json.dumps(content), encoding="utf-8")
        half.rename(path)
    return dict(json.loads(path.read_text(encoding="utf-8")))


def main() -> None:
    """Print the environment of this home's Airflow, for `eval` in a shell; it holds passwords."""
    home = nocturne_environment.home()
    port = home.airflow / "port"  # that of the web UI, if there has been one
    with nocturne_environment.here() as deployment:
        at = int(port.read_text()) if port.exists() else None
        found = environment(home, deployment.configuration, server.urls(home), at)
    for name, value in found.items():
        print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
