"""`make run`: a year of groceries, eight nights through Airflow, a summary; again: the proof."""

import functools
import sys
import time
from datetime import date

from rich.console import Console

from examples import shop
from nocturne import environment, troubles
from nocturne.server import server
from nocturne.show import summary
from nocturne.show.train import train
from pipelines.attempts import claims, serving_models
from pipelines.backfills import verify
from pipelines.deployment import Deployment
from pipelines.nights import runner, status
from pipelines.retention import retire

console = Console(highlight=False, soft_wrap=True)


class Stopwatch:
    """Tells what is done and how long it took."""

    def __init__(self) -> None:
        self.began = self.last = time.monotonic()

    def listener(self, sentence: str) -> None:
        """Print a sentence with the seconds since the one before."""
        now = time.monotonic()
        console.print(f"[dim]{now - self.last:6.1f} s[/]  {sentence}")
        self.last = now


def main() -> int:
    """Run the demo; return the exit code."""
    watch = Stopwatch()
    home = environment.home().create()
    server.up(home)
    with environment.here() as deployment:
        watch.listener(f"PostgreSQL is up, on 127.0.0.1, in {home.path}.")
        published = {row["as_of"] for row in status.read_status(deployment).published}
        if published >= set(shop.NIGHTS):
            build_again(deployment, watch)
        else:
            build_first(deployment, published, watch)
        retire.retire(deployment)
        summary.show(deployment, shop.NIGHTS[-1])
        watch.listener(f"done: {time.monotonic() - watch.began:.0f} s in all.")
    return 0


def build_first(deployment: Deployment, published: set[date], watch: Stopwatch) -> None:
    """Make the shop's files, land its history, train, and run the nights through Airflow."""
    from nocturne.airflow import run_dag

    files = deployment.home / "shop"
    shop.write_history(files)
    watch.listener("The demo shop has handed over its files: Complete Journey, 2017.")
    runner.receive(deployment)
    watch.listener("Its history has landed, is checked and staged.")
    with deployment.warehouse.begin() as connection:
        champions = serving_models.models_for(connection, shop.TRAINED_AS_OF)
    if not champions:
        train(deployment, shop.TRAINED_AS_OF)
        watch.listener(f"Models are trained on what {shop.TRAINED_AS_OF} knew.")
    home = environment.home()
    run_dag.prepare(home, deployment.configuration, server.urls(home))
    watch.listener("Airflow is ready; each night now runs through its DAG.")
    nights = [run_dag.NightRun(day) for day in shop.NIGHTS if day not in published]
    arrive = functools.partial(shop.arrive, files)
    for day, night_id in run_dag.run_nights(deployment, nights, arrive):
        watch.listener(f"Night of {day} is published (night {night_id}).")


def build_again(deployment: Deployment, watch: Stopwatch) -> None:
    """Build each night again in full from its record, and compare every row."""
    console.print(
        "All nights are there; each copied most people from the night before. Each is built again "
        "in full from its recorded inputs and compared row by row:"
    )
    different = []
    for day in shop.NIGHTS:
        with claims.process_claim(deployment.warehouse, "make run") as claim:
            proof = verify.verify(deployment, claim, verify.ProofRequest(day))
        different += [] if proof.holds else [day]
        equal = "the same rows" if proof.holds else "[red]OTHER ROWS[/]"
        digest = proof.night["content_hashes"]["customer_features"][:12]
        watch.listener(f"Night of {day} at batch {proof.known_at}: {equal} (features {digest}…).")
    if different:
        console.print("[red]These nights are not what they were; please report it.[/]")
        sys.exit(1)
    show_outdated(deployment)


def show_outdated(deployment: Deployment) -> None:
    """Name the nights that today's knowledge would change, and why."""
    outdated = status.read_status(deployment).outdated
    if outdated:
        console.print("\nWhat came later would change:")
    for row in outdated:
        console.print(
            f"  {row['as_of']}: at most {row['people_at_most']:,} people, for "
            f"{row['row_count']:,} rows dated up to it came later from {row['sources']}."
        )


if __name__ == "__main__":
    sys.exit(troubles.exit_code_of(main))
