"""How many clusters there are: the best silhouette among those with no cluster too small."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from models.errors import NoClusterCount

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

CLUSTER_COUNTS = range(3, 9)
SMALLEST_SHARE = 0.02
# A silhouette compares all pairs: 10,000 people take about 2 s, ten times as many 200 s.
MOST_COMPARED = 10_000
SEED = 20171223
STARTS = 10


@dataclass(frozen=True)
class Choice:
    """One way to cluster: centroids (k, d), the smallest cluster's share, the silhouette."""

    centroids: Floats
    smallest_share: float
    silhouette: float


def choose(Z: Floats, decides: Flags | None = None) -> Choice:
    """Return the clusters of Z (n, d), standardised, with the best silhouette.

    K-Means starts ten times on at most 10,000 people drawn with a fixed seed, and then refines
    the best of these on everybody. Silhouettes are of the drawn people, sizes of everybody. With
    equal silhouettes the fewer clusters win. Who does not decide (n,) moves no centroid, and is
    counted where he is nearest.

    Raises
    ------
    NoClusterCount
        If each number of clusters leaves one with less than 2 % of the people. The promise of
        2 % is not bent for the least bad: the segmenter trained before goes on serving.
    """
    choices = list(_choices(Z, np.ones(len(Z), bool) if decides is None else decides))
    large_enough = [choice for choice in choices if choice.smallest_share >= SMALLEST_SHARE]
    if not large_enough:
        shares = ", ".join(f"{len(c.centroids)}: {c.smallest_share:.1%}" for c in choices)
        raise NoClusterCount(
            f"Each number of clusters leaves one with less than {SMALLEST_SHARE:.0%} of the "
            f"{len(Z)} people ({shares or 'they are all alike'}), so none is taken."
        )
    return max(large_enough, key=lambda choice: choice.silhouette)


def nearest(Z: Floats, centroids: Floats) -> Indices:
    """Return the nearest of the centroids (k, d) for each row of Z (n, d), lowest among equals.

    Squares are added column by column, so a row's distance is the same in whatever batch.
    """
    distances = np.zeros((len(Z), len(centroids)))
    for column, positions in zip(Z.T, centroids.T, strict=True):
        distances = distances + (column[:, None] - positions[None, :]) ** 2
    return distances.argmin(axis=1)


def _choices(Z: Floats, decides: Flags) -> Iterator[Choice]:
    """Cluster Z in each number of clusters that has enough different people."""
    deciding = np.flatnonzero(decides)
    drawn = deciding[_draw(len(deciding))]
    different = len(np.unique(Z[drawn], axis=0))
    for count in CLUSTER_COUNTS:
        if count >= min(different + 1, len(drawn)):
            return
        started = KMeans(count, n_init=STARTS, random_state=SEED).fit(Z[drawn])
        centroids = started.cluster_centers_
        if len(drawn) < len(deciding):
            centroids = KMeans(count, init=centroids, n_init=1).fit(Z[deciding]).cluster_centers_
        labels = nearest(Z, centroids)
        smallest_share = float(np.bincount(labels, minlength=count).min() / len(Z))
        silhouette = float(silhouette_score(Z[drawn], labels[drawn]))
        yield Choice(centroids, smallest_share, silhouette)


def _draw(people_count: int) -> Indices:
    """Return the rows compared: everybody, or 10,000 drawn without replacement, in row order."""
    if people_count <= MOST_COMPARED:
        return np.arange(people_count)
    rng = np.random.default_rng(SEED)
    return np.sort(rng.choice(people_count, MOST_COMPARED, replace=False))
