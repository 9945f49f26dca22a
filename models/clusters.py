"""Clusters of people by what they buy and when, with names an analyst understands."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it has no stubs

from models.canonical import read_header, to_canonical_json
from models.cluster_choice import Choice, choose, nearest
from models.cluster_names import name_clusters
from models.errors import FeaturesDisagree, TooFewPeople, UnreadableModel
from models.scaling import Standardiser, clipped_log, signed_log

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

DIMENSIONS = ("recency_days", "order_count", "spend_amount", "average_order_amount")
# Below 50 people a cluster of 2 % is one person.
FEWEST_PEOPLE = 50


class Segmenter(ClusterMixin, BaseEstimator):
    """K-Means on standardised ln(1 + max(x, 0)), 3 to 8 clusters, chosen by silhouette.

    Who got back all that he spent, or more, decides neither the scale nor the clusters; he belongs
    to the nearest. Columns without names are no money: their logarithm keeps the sign, and all
    rows decide. So did all of a segmenter of before, which is read back as it was.

    Training makes clusters, names and centroids; a night only assigns. Clusters are ordered by
    spend, highest first, then by the other dimensions, so that an index means the same in every
    fit of the same people.

    Parameters
    ----------
    dimensions : names of the columns, in their order; None takes any columns, with plain names
    fewest_people : int, with fewer a fit is refused

    Attributes
    ----------
    centroids_ : float64 array of shape (k, d), standardised logarithms
    names_ : list of k different names
    profiles_ : float64 array of shape (k, d), medians in the columns' own units
    sizes_ : int array of shape (k,), people of the fit in each cluster
    silhouette_ : float, on at most 10,000 people
    clips_ : bool, whether the logarithm takes what is below 0 for 0
    labels_ : int array of shape (n,), clusters of the people of the fit; not kept in the bytes

    References
    ----------
    .. [1] P. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of
       cluster analysis", J. Comp. Appl. Math. 20, 1987.
    """

    def __init__(
        self,
        dimensions: Sequence[str] | None = DIMENSIONS,
        fewest_people: int = FEWEST_PEOPLE,
    ) -> None:
        self.dimensions = dimensions
        self.fewest_people = fewest_people

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Find the clusters of people with a purchase.

        Parameters
        ----------
        X : float64 array of shape (n, d) without nulls, columns as in `dimensions`, rows in key
            order (the random starts follow the order of rows)
        y : ignored, here for scikit-learn

        Raises
        ------
        TooFewPeople
            If there are fewer than `fewest_people`.
        NoClusterCount
            If each number of clusters leaves one with less than 2 % of the people.
        FeaturesDisagree
            If X has other columns than `dimensions`.
        """
        people = validate_data(self, X, dtype=np.float64, order="C")
        self._require_columns(people.shape[1])
        decides = self._deciding(people)
        if decides.sum() < self.fewest_people:
            raise TooFewPeople(
                f"Clusters need at least {self.fewest_people} people with a purchase; "
                f"there are n_samples = {decides.sum()}"
                f"{'' if decides.all() else ' who did not get all of it back'}."
            )
        self.clips_ = self.dimensions is not None
        logs = self._logs(people)
        self.standardiser_ = Standardiser.fit(logs[decides])
        with threadpool_limits(limits=1):
            chosen = choose(self.standardiser_.apply(logs), decides)
        self._take(chosen, people)
        return self

    def assign(self, X: ArrayLike) -> Indices:
        """Return the nearest centroid of each row, shape (n,), the lowest index among equals.

        A row's cluster depends on that row alone: rows may come in any batches.
        """
        check_is_fitted(self)
        people = validate_data(
            self, X, dtype=np.float64, order="C", ensure_min_samples=0, reset=False
        )
        return nearest(self.standardiser_.apply(self._logs(people)), self.centroids_)

    def predict(self, X: ArrayLike) -> Indices:
        """Do what `assign` does, under scikit-learn's name."""
        return self.assign(X)

    def to_bytes(self) -> bytes:
        """Write the fitted segmenter as canonical JSON."""
        check_is_fitted(self)
        content = {
            "kind": "segmenter",
            "parameters": self.get_params(deep=False),
            "means": self.standardiser_.means.tolist(),
            "scales": self.standardiser_.scales.tolist(),
            "centroids": self.centroids_.tolist(),
            "names": self.names_,
            "profiles": self.profiles_.tolist(),
            "sizes": self.sizes_.tolist(),
            "silhouette": self.silhouette_,
            **({"clips": True} if self.clips_ else {}),
        }
        return to_canonical_json(content)

    @classmethod
    def from_bytes(cls, model_bytes: bytes) -> Self:
        """Read a segmenter that assigns exactly as the one that was written.

        Raises
        ------
        UnreadableModel
            If the bytes are of another kind of model, or damaged.
        """
        content, _ = read_header(model_bytes)
        if content["kind"] != "segmenter":
            raise UnreadableModel(f"The bytes are of kind '{content['kind']}', not 'segmenter'.")
        try:
            segmenter = cls(**content["parameters"])
            segmenter._restore(content)
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableModel("The bytes of the segmenter are damaged.") from error
        return segmenter

    def _take(self, chosen: Choice, people: Floats) -> None:
        """Put the chosen clusters in their order and describe them."""
        order = _canonical_order(chosen.centroids, self.dimensions)
        self.centroids_ = chosen.centroids[order]
        self.silhouette_ = chosen.silhouette
        self.labels_ = nearest(self.standardiser_.apply(self._logs(people)), self.centroids_)
        clusters = range(len(order))
        self.sizes_ = np.bincount(self.labels_, minlength=len(order))
        self.profiles_ = np.array([np.median(people[self.labels_ == c], axis=0) for c in clusters])
        names = self._names_of_columns()
        self.names_ = name_clusters(names, self.centroids_, self.profiles_)

    def _restore(self, content: dict[str, Any]) -> None:
        """Take back what `to_bytes` wrote."""
        self.standardiser_ = Standardiser(np.array(content["means"]), np.array(content["scales"]))
        self.centroids_ = np.array(content["centroids"])
        self.names_ = content["names"]
        self.profiles_ = np.array(content["profiles"])
        self.sizes_ = np.array(content["sizes"])
        self.silhouette_ = content["silhouette"]
        self.clips_ = content.get("clips", False)
        self.n_features_in_ = len(content["means"])

    def _logs(self, people: Floats) -> Floats:
        """Return the logarithms that this segmenter was fitted on."""
        return clipped_log(people) if self.clips_ else signed_log(people)

    def _deciding(self, people: Floats) -> Flags:
        """Return who decides the scale and the clusters: all but net refunders, shape (n,)."""
        if self.dimensions is None or "spend_amount" not in self.dimensions:
            return np.ones(len(people), dtype=bool)
        spend: Floats = people[:, list(self.dimensions).index("spend_amount")]
        return spend > 0

    def _names_of_columns(self) -> Sequence[str]:
        """Return the columns' names, or plain ones."""
        if self.dimensions is not None:
            return self.dimensions
        return [f"column {column + 1}" for column in range(self.n_features_in_)]

    def _require_columns(self, column_count: int) -> None:
        """Raise unless there is one column per dimension."""
        if self.dimensions is not None and column_count != len(self.dimensions):
            raise FeaturesDisagree(
                f"Clusters need the columns {', '.join(self.dimensions)}; "
                f"{column_count} columns came."
            )


def _canonical_order(centroids: Floats, dimensions: Sequence[str] | None) -> Indices:
    """Order clusters by spend, highest first, then by each column, lowest first."""
    names = list(dimensions or ())
    spend = names.index("spend_amount") if "spend_amount" in names else 0
    keys = [*reversed(list(centroids.T)), -centroids[:, spend]]
    return np.lexsort(keys)
