"""A segmenter made by hand, for tests in which one serves."""

from pathlib import Path

import numpy as np

from models.canonical import model_id
from models.clusters import DIMENSIONS, Segmenter
from pipelines.attempts import serving_models


def keep_segmenter(folder: Path, seed: int) -> str:
    """Fit a segmenter to people of all kinds, keep it in a folder of models, return its id."""
    random = np.random.default_rng(seed)
    groups = [(3, 90, 900), (60, 3, 60), (10, 12, 700), (200, 1, 20)]
    X = np.vstack([random.normal([r, n, s, s / n], 0.2, (40, 4)) for r, n, s in groups])
    content = Segmenter().fit(np.abs(X)).to_bytes()
    named = model_id(content, DIMENSIONS)
    serving_models.write_bytes(folder, named, content)
    return named
