"""The other roads to a night's rows: training before it, verifying it, filling many anew."""

from datetime import date
from pathlib import Path
from typing import Any

from bench import temporary_home, timed_steps
from bench.memory_watch import Watch
from pipelines.attempts import claims
from pipelines.backfills import backfill, verify
from pipelines.backfills.backfill import BackfillRequest
from pipelines.backfills.date_range import DateRange
from pipelines.training import train

Figures = dict[str, Any]


def train_models(folder: Path, as_of: date) -> Figures:
    """Train what scores the nights; return what serves."""
    opened = temporary_home.reopen(folder)
    with claims.process_claim(opened.warehouse, "bench") as claim:
        trained = train.train(opened, claim, train.TrainingRequest(as_of))
    opened.warehouse.close()
    return {"serving": trained.serving, "sentences": trained.sentences}


def verify_night(folder: Path, as_of: date) -> Figures:
    """Prove a published night; return seconds, memory and whether it holds."""
    timed_steps.warm()
    opened = temporary_home.reopen(folder)
    with (
        claims.process_claim(opened.warehouse, "bench") as claim,
        Watch(temporary_home.server_pid(folder)) as watch,
    ):
        proof = verify.verify(opened, claim, verify.ProofRequest(as_of))
    opened.warehouse.close()
    return _told(watch) | {"holds": proof.holds}


def fill_nights(folder: Path, first: date, last: date) -> Figures:
    """Backfill a range of nights; return seconds, memory and how many were built."""
    timed_steps.warm()
    opened = temporary_home.reopen(folder)
    asked = BackfillRequest(DateRange(first, last), reason="benchmark")
    with (
        claims.process_claim(opened.warehouse, "bench") as claim,
        Watch(temporary_home.server_pid(folder)) as watch,
    ):
        filled = backfill.backfill(opened, claim, asked)
    opened.warehouse.close()
    return _told(watch) | {"nights": len(filled.built)}


def _told(watch: Watch) -> Figures:
    return {"seconds": watch.seconds, "own": watch.own, "backend": watch.backend}
