"""Train: fit challengers on what was known of a day, compare out of time, promote or keep.

Cut-off features come from attempts built as of the cut-off, so nothing dated after it can enter
them. Nothing is promoted before all is there: bytes first, then every row in one transaction.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from models import churn
from models.errors import ModelError
from pipelines.attempts import claims, recorded, serving_models
from pipelines.attempts.claims import AttemptRequest, Claim
from pipelines.attempts.night import Inputs, Night
from pipelines.attempts.serving_models import Version
from pipelines.deployment import Deployment
from pipelines.drift import measure
from pipelines.errors import NothingThere, UnrecoverableError
from pipelines.features import build
from pipelines.people import identify
from pipelines.progress import Listener, silent
from pipelines.scoring import score
from pipelines.segments import segment
from pipelines.training import candidates as training_candidates
from pipelines.training import examples, mlflow_run, segmenter
from pipelines.training.candidates import Candidate
from pipelines.training.examples import TrainingData
from pipelines.training.remarks import Remarks


class TooLittleHistory(UnrecoverableError):
    """There are not enough people or days to train anything."""


@dataclass(frozen=True)
class TrainingRequest:
    """The training to do.

    Without `known_at` everything staged counts. With a `tracking_url` the training is also
    recorded in that MLflow database; a training never fails for that.
    """

    as_of: date
    known_at: int | None = None
    tracking_url: str | None = None


@dataclass(frozen=True)
class TrainingResult:
    """What a training came to; `serving` holds the ids of what serves now, by kind."""

    training_id: int
    as_of: date
    known_at: int
    versions: list[Version]
    serving: dict[str, str]
    sentences: list[str]


@dataclass(frozen=True)
class Churn:
    """The churn side of a training: its training data, its candidates, and each one's record."""

    data: TrainingData
    candidates: list[Candidate]
    versions: list[Version]


def train(
    deployment: Deployment,
    claim: Claim,
    request: TrainingRequest,
    listener: Listener = silent,
) -> TrainingResult:
    """Train churn models and a segmenter as of a day; the same training again changes nothing.

    Raises
    ------
    NightTooStale
        If the data does not reach `as_of`.
    TooLittleHistory
        If neither a churn model nor clusters can be made.
    WarehouseBusy
        While somebody else builds.
    """
    known_at = _known_at(deployment) if request.known_at is None else request.known_at
    try:
        trained, learned = _learn(deployment, claim, Inputs(request.as_of, known_at), listener)
    finally:
        claims.drop_kept(deployment, claim)
    if request.tracking_url and learned.candidates:
        trained.sentences.append(_track(deployment, request.tracking_url, trained, learned))
        listener("tracking", trained.sentences[-1])
    return trained


def _learn(
    deployment: Deployment, claim: Claim, inputs: Inputs, listener: Listener
) -> tuple[TrainingResult, Churn]:
    """Build the cut-offs and the training's own day, fit on them, and record what came of it."""
    data = examples.gather(deployment, claim, inputs, listener)
    remarks = Remarks(list(data.sentences))
    learned = _fit_churn(deployment, inputs.as_of, data, remarks)
    listener("churn", [version.name for version in learned.versions])
    request = AttemptRequest(inputs.as_of, inputs.known_at, "train")
    tonight = claims.open_night(deployment, claim, request)
    try:
        identify.identify(tonight)
        build.build_customer_features(tonight)
        made = [*learned.versions, *_fit_segmenter(tonight, remarks)]
        listener("segmenter", [version.verdict for version in made if version.kind == "segmenter"])
        training_id = _record(deployment, inputs, made, remarks)
        serving = _keep_reference(tonight, training_id)
        listener("reference", serving)
    finally:
        claims.drop_night(deployment, tonight.night_id)
    return TrainingResult(training_id, *inputs, made, serving, remarks.sentences), learned


def _known_at(deployment: Deployment) -> int:
    staging = deployment.versions.staging
    with deployment.warehouse.begin() as connection:
        return recorded.newest_known_at(connection, staging)


def _fit_churn(deployment: Deployment, as_of: date, data: TrainingData, remarks: Remarks) -> Churn:
    """Fit and compare; without enough history there is no churn model, and a sentence says why."""
    if not data.is_enough or data.test is None:
        why = "No churn model: there is no cut-off to learn from and one to test on"
        remarks.lack("churn", f"{why} ({' '.join(data.sentences).rstrip('.')}).")
        return Churn(data, [], [])
    try:
        candidates = training_candidates.fit_candidates(data.all_training, data.test)
    except ModelError as error:
        remarks.lack("churn", f"No churn model: {error}")
        return Churn(data, [], [])
    y = data.test.y
    best, verdicts = training_candidates.select(y, candidates)
    serving = _serving(deployment, as_of, data, remarks.sentences)
    is_promoted, why = training_candidates.replaces(y, best, serving)
    verdicts[best.name] += f" {why}"
    shared = _about(data, deployment)
    simulated = training_candidates.simulated_columns(deployment.configuration)
    made = [
        Version(
            model_id=candidate.model_id,
            kind="churn",
            name=candidate.name,
            features=candidate.features,
            metrics=shared | candidate.metrics(simulated),
            verdict=verdicts[candidate.name],
            is_promoted=is_promoted and candidate is best,
            content=candidate.content,
        )
        for candidate in candidates
    ]
    return Churn(data, candidates, made)


def _serving(
    deployment: Deployment, as_of: date, data: TrainingData, sentences: list[str]
) -> Candidate | None:
    """Return the churn model that serves, tested on the same people, or None."""
    with deployment.warehouse.begin() as connection:
        row = serving_models.champions(connection, as_of).get("churn")
    if row is None or data.test is None:
        return None
    try:
        model = churn.from_bytes(serving_models.read_bytes(deployment.models, row["model_id"]))
    except (NothingThere, ModelError) as error:
        sentences.append(f"What served before cannot be compared: {error}")
        return None
    name = f"{row['name']} of {row['trained_as_of']}"
    return training_candidates.evaluate(name, model, data.test)


def _about(data: TrainingData, deployment: Deployment) -> dict[str, Any]:
    """Return what all candidates of a training share, ready for JSON."""
    return {
        **deployment.configuration.models["churn"],
        "test_cutoff": str(data.test_on),
        "training_cutoffs": {str(day): len(part.ids) for day, part in data.training.items()},
        "left_out": data.sentences,
    }


def _fit_segmenter(tonight: Night, remarks: Remarks) -> list[Version]:
    """Fit clusters on everybody with a purchase; none, and a sentence, if there are too few."""
    try:
        return [segmenter.fit_segmenter(examples.read_people(tonight, None))]
    except ModelError as error:
        remarks.lack("segmenter", f"No clusters: {error}")
        return []


def _record(deployment: Deployment, inputs: Inputs, made: list[Version], remarks: Remarks) -> int:
    """Keep the bytes, then all rows in one transaction; return the number of the training.

    What could not be made is kept as well, with its reason, even if that is everything.
    """
    remarks.keep(deployment, inputs)
    if not made:
        raise TooLittleHistory(
            f"as of {inputs.as_of} nothing can be trained: {' '.join(remarks.sentences)}"
        )
    for version in made:
        serving_models.write_bytes(deployment.models, version.model_id, version.content)
    with deployment.warehouse.begin() as connection:
        same = serving_models.same_training(connection, inputs, made)
        if same is not None:
            remarks.sentences.append(
                f"Training {same} knew the same and made the same: nothing is new."
            )
            return same
        return serving_models.record_training(
            connection, inputs, made, deployment.warehouse.clock()
        )


def _keep_reference(tonight: Night, training_id: int) -> dict[str, str]:
    """Score and segment the training's day with what serves now, and keep it for drift."""
    with tonight.deployment.warehouse.begin() as connection:
        champions = serving_models.champions(connection, tonight.as_of)
    serving = {kind: str(row["model_id"]) for kind, row in champions.items()}
    whole = replace(tonight, models=serving)
    score.score(whole)
    segment.segment(whole)
    measure.keep_reference(whole, training_id)
    return serving


def _track(deployment: Deployment, url: str, trained: TrainingResult, learned: Churn) -> str:
    """Hand what MLflow is to keep to the tracking room; return its sentence."""
    test = learned.data.test
    assert test is not None, "there are candidates"
    about = _about(learned.data, deployment) | {
        "as_of": trained.as_of,
        "known_at": trained.known_at,
    }
    run = mlflow_run.TrainingRun(
        training_id=trained.training_id,
        params={key: str(value) for key, value in about.items()},
        serving=trained.serving,
        verdicts={version.name: version.verdict for version in learned.versions},
        test=test,
        candidates=learned.candidates,
    )
    return mlflow_run.record(url, deployment.home / "mlflow", run)
