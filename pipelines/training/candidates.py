"""Fit every churn candidate on the same examples, test on the same people, select one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import churn, evaluation
from models.split import is_held_out
from pipelines.configuration.columns import FED_BY, NULL_WITHOUT
from pipelines.configuration.model import Configuration

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Examples:
    """People at one or more cut-offs: ids (n,), features (n, k) in the order of names, outcomes."""

    names: tuple[str, ...]
    ids: NDArray[np.int64]
    X: Floats
    y: NDArray[np.int_]

    def columns(self, names: Sequence[str]) -> Floats:
        """Return the named columns side by side; one that is not there is all null."""
        nothing = np.full(len(self.ids), np.nan)
        places = {name: self.X[:, i] for i, name in enumerate(self.names)}
        return np.column_stack([places.get(name, nothing) for name in names])

    def has_values(self, name: str) -> bool:
        """Return whether a column is anything but null."""
        return not np.isnan(self.X[:, self.names.index(name)]).all()


def together(parts: Sequence[Examples]) -> Examples:
    """Return the examples of several cut-offs, one below the other."""
    return Examples(
        parts[0].names,
        np.concatenate([part.ids for part in parts]),
        np.vstack([part.X for part in parts]),
        np.concatenate([part.y for part in parts]),
    )


@dataclass(frozen=True)
class Candidate:
    """A fitted model, what it said about the people of the test, and how good that was."""

    name: str
    model: churn.ChurnClassifier = field(repr=False)
    features: list[str] = field(repr=False)
    probabilities: Floats = field(repr=False)
    scores: evaluation.Scores

    @property
    def content(self) -> bytes:
        """The model's canonical bytes."""
        return self.model.to_bytes()

    @property
    def model_id(self) -> str:
        """The model's name, from its bytes and feature list."""
        return churn.model_id(self.content, self.features)

    @property
    def simplicity(self) -> tuple[int, int]:
        """Lower is simpler: recency, logistic, boosted; then fewer features."""
        kinds = [classifier.kind for classifier in churn.CLASSIFIERS]
        return kinds.index(self.model.kind), len(self.features)

    def metrics(self, simulated: Sequence[str]) -> dict[str, Any]:
        """Return the out-of-time figures and which features are simulated, ready for JSON."""
        scores = asdict(self.scores)
        scores["base_rate"] = self.scores.churned_count / self.scores.people_count
        scores["simulated_features"] = [name for name in self.features if name in simulated]
        return scores


def evaluate(name: str, model: churn.ChurnClassifier, test: Examples) -> Candidate:
    """Return a fitted model as a candidate, with its figures on the test."""
    features = list(model.feature_names or ())
    p = model.predict_proba(test.columns(features))[:, 1]
    return Candidate(name, model, features, p, evaluation.evaluate(test.y, p))


def fit_candidates(training: Examples, test: Examples) -> list[Candidate]:
    """Fit recency, logistic regression and boosted trees, the simplest first.

    The latter two come twice where there are web columns: without them, and with all. Columns
    without a single value are left out. A fifth of the people calibrates and stops the fit.

    Raises
    ------
    models.errors.OnlyOneOutcome
        If those to learn from, those held out, or those of the test all did the same.
    """
    every = [name for name in training.names if training.has_values(name)]
    web = FED_BY["events"] if set(NULL_WITHOUT["events"]) & set(every) else ()
    without_web = [name for name in every if name not in web]
    expected: list[tuple[str, type[churn.ChurnClassifier], list[str]]] = [
        ("recency", churn.RecencyBaseline, ["recency_days"])
    ]
    for kind, classifier in (("logistic", churn.LogisticBaseline), ("boosted", churn.BoostedChurn)):
        if without_web != every:
            expected.append((f"{kind}_without_web", classifier, without_web))
        expected.append((kind, classifier, every))
    held_out = is_held_out(training.ids)
    return [
        evaluate(
            name,
            classifier(feature_names=names).fit(training.columns(names), training.y, held_out),
            test,
        )
        for name, classifier, names in expected
    ]


def select(
    y: NDArray[np.int_], candidates: Sequence[Candidate]
) -> tuple[Candidate, dict[str, str]]:
    """Return the simplest candidate that no later one beats, and the verdict on each by name."""
    best, *others = candidates
    verdicts = {best.name: "The simplest: what every other has to beat."}
    for candidate in others:
        names = evaluation.Names(candidate.name, best.name)
        verdict = evaluation.beats(y, candidate.probabilities, best.probabilities, names)
        verdicts[candidate.name] = verdict.sentence
        best = candidate if verdict.is_better else best
    return best, verdicts


def replaces(y: NDArray[np.int_], best: Candidate, serving: Candidate | None) -> tuple[bool, str]:
    """Return whether the best candidate is to serve, and why: of two, the simpler unless beaten."""
    if serving is None:
        return True, "Nothing served before: it serves."
    if best.model_id == serving.model_id:
        return False, "It is what serves already."
    is_simpler = best.simplicity < serving.simplicity
    later, earlier = (serving, best) if is_simpler else (best, serving)
    names = evaluation.Names(later.name, earlier.name)
    verdict = evaluation.beats(y, later.probabilities, earlier.probabilities, names)
    is_promoted = verdict.is_better != is_simpler
    outcome = "It serves from now on." if is_promoted else "What served before goes on serving."
    return is_promoted, f"{verdict.sentence} {outcome}"


def simulated_columns(configuration: Configuration) -> list[str]:
    """Return the columns that are computed from a source which sources.yml calls simulated."""
    fed = {source.entity for source in configuration.sources if source.simulated}
    return [column for entity in FED_BY if entity in fed for column in FED_BY[entity]]
