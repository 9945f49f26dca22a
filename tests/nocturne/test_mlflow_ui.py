"""Claims: `nocturne mlflow` opens the record of trainings on this machine alone, and says where."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from nocturne import mlflow_ui
from nocturne.server.processes import wait_until
from nocturne.server.urls import free_port
from pipelines.errors import NothingThere
from pipelines.training import mlflow_run
from tests.support.shop import CHECKOUT


def test_the_password_is_in_the_environment_and_in_no_command_line():
    store = mlflow_ui.store_of("postgresql://a:sesame@127.0.0.1:1/mlflow")
    assert mlflow_ui.server_environment(store)["MLFLOW_BACKEND_STORE_URI"] == store
    assert "sesame" in store
    assert not any("sesame" in word for word in mlflow_ui.command(5000))
    assert mlflow_ui.command(5000)[-4:] == ["--host", "127.0.0.1", "--port", "5000"]


@pytest.mark.parametrize("url", [None, "http://mlflow.example"])
def test_without_a_database_of_trainings_it_says_what_to_do(url):
    with pytest.raises(NothingThere, match="MLFLOW_TRACKING_URI"):
        mlflow_ui.store_of(url)


def test_it_opens_the_runs_at_the_experiment_of_training(new_database, tmp_path):
    url = new_database()
    client = mlflow_run._client(url)
    number = client.create_experiment(mlflow_run.EXPERIMENT, artifact_location=tmp_path.as_uri())
    port = free_port()
    command = [sys.executable, "-m", "nocturne.cli", "mlflow", "--port", str(port)]
    environ = {**os.environ, "MLFLOW_TRACKING_URI": url}
    with subprocess.Popen(
        command, env=environ, cwd=CHECKOUT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as served:  # fmt: skip
        try:
            place = re.search(r"http://\S+", served.stdout.readline())[0]
            assert place == f"http://127.0.0.1:{port}/#/experiments/{number}/runs"
            assert wait_until(lambda: experiment(port) == number, 180)
        finally:
            os.killpg(served.pid, signal.SIGINT)


def experiment(port: int) -> str | None:
    """Return the number of the experiment that a server shows; None while it does not answer."""
    name = mlflow_run.EXPERIMENT.replace(" ", "%20")
    path = f"/api/2.0/mlflow/experiments/get-by-name?experiment_name={name}"
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return json.load(answer)["experiment"]["experiment_id"]
    except OSError:
        return None
