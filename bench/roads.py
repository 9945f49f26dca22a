"""The other roads to a night's rows: training before it, verifying it, filling many anew."""

from datetime import date
from pathlib import Path
from typing import Any

from bench import place, walk
from bench.watch import Watch
from pipelines import backfill, claims, train, verify
from pipelines.backfill import Asked
from pipelines.span import Span

Figures = dict[str, Any]


def train_models(folder: Path, as_of: date) -> Figures:
    """Train what scores the nights; return what serves."""
    opened = place.reopen(folder)
    with claims.process_claim(opened.warehouse, "bench") as claim:
        trained = train.train(opened, claim, as_of)
    opened.warehouse.close()
    return {"serving": trained.serving, "sentences": trained.sentences}


def verify_night(folder: Path, as_of: date) -> Figures:
    """Prove a published night; return seconds, memory and whether it holds."""
    walk.warm()
    opened = place.reopen(folder)
    with (
        claims.process_claim(opened.warehouse, "bench") as claim,
        Watch(place.server_pid(folder)) as watch,
    ):
        proof = verify.verify(opened, claim, as_of)
    opened.warehouse.close()
    return _told(watch) | {"holds": proof.holds}


def fill_nights(folder: Path, first: date, last: date) -> Figures:
    """Backfill a range of nights; return seconds, memory and how many were built."""
    walk.warm()
    opened = place.reopen(folder)
    asked = Asked(Span(first, last), reason="benchmark")
    with (
        claims.process_claim(opened.warehouse, "bench") as claim,
        Watch(place.server_pid(folder)) as watch,
    ):
        filled = backfill.backfill(opened, claim, asked)
    opened.warehouse.close()
    return _told(watch) | {"nights": len(filled.built)}


def _told(watch: Watch) -> Figures:
    return {"seconds": watch.seconds, "own": watch.own, "backend": watch.backend}
