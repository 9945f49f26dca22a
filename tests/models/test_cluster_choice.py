import numpy as np
import pytest

from models import cluster_choice
from models.cluster_choice import choose, nearest


def test_the_nearest_is_the_one_a_dull_loop_finds():
    rng = np.random.default_rng(1)
    Z, centroids = rng.normal(size=(100, 4)), rng.normal(size=(5, 4))
    expected = [min(range(5), key=lambda c, z=z: np.linalg.norm(z - centroids[c])) for z in Z]
    assert nearest(Z, centroids).tolist() == expected


def test_among_equals_the_lowest_index_is_nearest():
    assert nearest(np.array([[0.0], [3.0]]), np.array([[1.0], [-1.0], [1.0]])).tolist() == [0, 0]


def test_more_people_than_are_compared_change_the_work_and_not_the_clusters(monkeypatch):
    rng = np.random.default_rng(1)
    Z = np.repeat([[-2.0, 0], [0, 2], [2, 0]], 200, axis=0) + rng.normal(0, 0.1, (600, 2))
    of_everybody = choose(Z)
    monkeypatch.setattr(cluster_choice, "MOST_COMPARED", 150)
    of_some = choose(Z)
    found = [np.sort(choice.centroids, axis=0) for choice in (of_everybody, of_some)]
    np.testing.assert_allclose(found[0], found[1], atol=1e-9)
    assert of_some.smallest_share == pytest.approx(1 / 3)
    assert of_some.silhouette == pytest.approx(of_everybody.silhouette, abs=0.02)
