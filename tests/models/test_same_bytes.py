"""Models are named by their bytes, so the same people must give the same bytes everywhere."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

FIT = """
import hashlib, sys
import numpy as np
from models import churn
from models.clusters import Segmenter

rng = np.random.default_rng(1)
X = rng.gamma(2, 20, (2500, 12)).round(2)
X[rng.random(X.shape) < 0.05] = np.nan
y = (rng.random(2500) < 1 / (1 + np.exp(2 - 0.03 * np.nan_to_num(X[:, 0])))).astype(int)
held_out = rng.random(2500) < 0.2
digest = hashlib.sha256()
for kind in churn.CLASSIFIERS:
    model = kind().fit(X, y, held_out)
    digest.update(model.to_bytes())
    digest.update(model.predict_proba(X).tobytes())
    digest.update(model.contributions(X).tobytes())
segmenter = Segmenter().fit(np.nan_to_num(X[:, :4]))
digest.update(segmenter.to_bytes())
digest.update(segmenter.labels_.tobytes())
sys.stdout.write(digest.hexdigest())
"""


def fit_in_a_new_process(threads: int) -> str:
    limits = {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    environment = os.environ | limits | {"PYTHONHASHSEED": str(threads)}
    done = subprocess.run(
        [sys.executable, "-c", FIT],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_a_new_process_with_one_thread_or_two_fits_the_same_bytes():
    assert fit_in_a_new_process(1) == fit_in_a_new_process(2)
