import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.cluster_names import name_clusters
from models.clusters import DIMENSIONS


@pytest.mark.parametrize(
    ("centroid", "name"),
    [
        ([-0.8, 0.9, 0.9, 0.3], "big regular shoppers"),
        ([0.0, 0.0, 0.0, 0.0], "typical shoppers"),
        ([0.5, -0.3, 0.1, 0.8], "lapsing large-basket shoppers"),
        ([1.4, -0.1, -1.7, -0.8], "lapsed small spenders"),
        ([-1.0, -1.5, 0.9, 2.0], "big occasional shoppers"),
    ],
)
def test_a_name_says_where_the_centroid_stands(centroid, name):
    assert name_clusters(DIMENSIONS, np.array([centroid])) == [name]


@pytest.mark.parametrize(
    ("orders", "name"),
    [(60, "big regular shoppers"), (4, "big regular shoppers"), (3, "big repeat shoppers"),
     (2, "big repeat shoppers"), (1, "big spenders")],
)  # fmt: skip
def test_nobody_is_regular_with_two_purchases_or_repeats_with_one(orders, name):
    """Where 97 % buy once, who bought twice stands out far."""
    centroid, profile = [0.0, 5.0, 1.5, 0.2], [100.0, orders, 90.0, 45.0]
    assert name_clusters(DIMENSIONS, np.array([centroid]), np.array([profile])) == [name]


def test_two_of_one_name_are_told_apart_by_what_differs_most():
    centroids = np.array([[0.0, 0.9, 0.9, 0.9], [0.1, 0.8, 1.0, -0.3]])
    assert name_clusters(DIMENSIONS, centroids) == [
        "big regular shoppers, larger baskets",
        "big regular shoppers, smaller baskets",
    ]


def test_a_name_does_not_depend_on_the_order_of_the_clusters():
    centroids = np.random.default_rng(1).normal(0, 0.7, (8, 4))
    names = name_clusters(DIMENSIONS, centroids)
    assert name_clusters(DIMENSIONS, centroids[::-1]) == names[::-1]


@settings(max_examples=150, deadline=None)
@given(arrays(float, (8, 4), elements=st.sampled_from([-1.5, -0.2, 0.0, 0.1, 0.3, 1.5])))
def test_different_centroids_always_have_different_names(centroids):
    centroids = np.unique(centroids, axis=0)
    assert len(set(name_clusters(DIMENSIONS, centroids))) == len(centroids)


def test_a_column_nobody_named_still_sets_names_apart():
    names = name_clusters(["column 1"], np.array([[-0.1], [0.1]]))
    assert names == ["typical shoppers, lower column 1", "typical shoppers, higher column 1"]
