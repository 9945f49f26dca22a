"""Fit the clusters that nights assign people to, and describe them for the record."""

from models.canonical import model_id
from models.clusters import DIMENSIONS, Segmenter
from pipelines.attempts.serving_models import Version
from pipelines.training.candidates import Examples


def fit_segmenter(people: Examples) -> Version:
    """Return a segmenter of people with a purchase, in key order, ready to serve.

    Raises
    ------
    models.errors.TooFewPeople
    models.errors.NoClusterCount
    """
    fitted = Segmenter().fit(people.columns(DIMENSIONS))
    clusters = [
        {"name": name, "people_count": int(size), **dict(zip(DIMENSIONS, profile, strict=True))}
        for name, size, profile in zip(
            fitted.names_, fitted.sizes_, fitted.profiles_.tolist(), strict=True
        )
    ]
    content = fitted.to_bytes()
    return Version(
        model_id=model_id(content, DIMENSIONS),
        kind="segmenter",
        name="k-means",
        features=list(DIMENSIONS),
        metrics={
            "silhouette": fitted.silhouette_,
            "people_count": len(people.ids),
            "clusters": clusters,
        },
        verdict=f"{len(clusters)} clusters, silhouette {fitted.silhouette_:.3f}. Clusters have no "
        "test: the newest serve.",
        is_promoted=True,
        content=content,
    )
