import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from xgboost import DMatrix

from models import churn
from models.churn import BoostedChurn, LogisticBaseline, RecencyBaseline
from models.errors import FeaturesDisagree, OnlyOneOutcome, UnreadableModel
from models.split import is_held_out

KINDS = list(churn.CLASSIFIERS)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.kind)
def model(request, people):
    fitted = request.param(feature_names=people.names)
    return fitted.fit(people.X, people.y, people.held_out)


# No check is left out. What scikit-learn cannot see is held_out, which it never passes.
@parametrize_with_checks([RecencyBaseline(), LogisticBaseline(), BoostedChurn(max_trees=50)])
def test_scikit_learn_accepts_the_manners(estimator, check):
    check(estimator)


def test_probabilities_do_not_depend_on_the_batches(model, people):
    at_once = model.predict_proba(people.X)
    for size in (1, 7, 256):
        starts = range(0, len(people.X), size)
        parts = [model.predict_proba(people.X[i : i + size]) for i in starts]
        assert np.array_equal(np.vstack(parts), at_once)


def test_contributions_do_not_depend_on_the_batches(model, people):
    at_once = model.contributions(people.X)
    parts = [model.contributions(people.X[i : i + 7]) for i in range(0, len(people.X), 7)]
    assert np.array_equal(np.vstack(parts), at_once)


def test_the_memory_layout_of_the_columns_does_not_matter(model, people):
    turned = np.asfortranarray(people.X)
    assert np.array_equal(model.predict_proba(turned), model.predict_proba(people.X))


def test_bytes_read_back_predict_the_same_floats(model, people):
    again = churn.from_bytes(model.to_bytes())
    assert type(again) is type(model)
    assert again.to_bytes() == model.to_bytes()
    assert np.array_equal(again.predict_proba(people.X), model.predict_proba(people.X))
    assert np.array_equal(again.contributions(people.X), model.contributions(people.X))


def test_fitted_twice_the_bytes_are_the_same(model, people):
    again = type(model)(feature_names=people.names)
    assert again.fit(people.X, people.y, people.held_out).to_bytes() == model.to_bytes()


def test_bytes_of_another_kind_are_refused(model):
    other = RecencyBaseline if not isinstance(model, RecencyBaseline) else LogisticBaseline
    with pytest.raises(UnreadableModel, match=f"kind '{model.kind}', not '{other.kind}'"):
        other.from_bytes(model.to_bytes())


def test_cut_off_bytes_are_refused(model):
    with pytest.raises(UnreadableModel):
        churn.from_bytes(model.to_bytes()[:-9])


def test_contributions_add_up_to_the_log_odds(model, people):
    total = model.contributions(people.X).sum(axis=1) + model.expected_log_odds_
    # XGBoost adds SHAP values in single precision.
    np.testing.assert_allclose(total, model.log_odds(people.X), atol=1e-4)


def test_the_log_odds_are_those_of_the_probability(model, people):
    p = model.predict_proba(people.X)
    np.testing.assert_allclose(np.log(p[:, 1] / p[:, 0]), model.log_odds(people.X), atol=1e-9)


def test_probabilities_are_calibrated_on_people_never_seen(model, others):
    p = model.predict_proba(others.X)[:, 1]
    halves = p > np.median(p)
    for half in (halves, ~halves):
        assert p[half].mean() == pytest.approx(others.y[half].mean(), abs=0.05)


def test_ranking_is_far_better_than_a_coin(model, others):
    assert roc_auc_score(others.y, model.predict_proba(others.X)[:, 1]) > 0.65


def test_held_out_people_do_not_touch_the_fit_of_the_ranking(people):
    turned = np.where(people.held_out, 1 - people.y, people.y)
    a = LogisticBaseline().fit(people.X, people.y, people.held_out)
    b = LogisticBaseline().fit(people.X, turned, people.held_out)
    assert np.array_equal(a.coefficients_, b.coefficients_)
    assert a.calibrator_ != b.calibrator_


def test_nobody_to_score_is_no_error(model, people):
    assert model.predict_proba(people.X[:0]).shape == (0, 2)
    assert model.contributions(people.X[:0]).shape == (0, people.X.shape[1])


def test_more_recency_never_means_less_churn(people):
    model = RecencyBaseline(people.names).fit(people.X, people.y, people.held_out)
    days = np.zeros((400, people.X.shape[1]))
    days[:, 0] = np.arange(400)
    assert (np.diff(model.predict_proba(days)[:, 1]) > 0).all()


def test_recency_is_found_by_its_name(people):
    names = people.names[::-1]
    there = RecencyBaseline(names).fit(people.X[:, ::-1], people.y, people.held_out)
    here = RecencyBaseline(people.names).fit(people.X, people.y, people.held_out)
    assert np.array_equal(there.log_odds(people.X[:, ::-1]), here.log_odds(people.X))
    with pytest.raises(FeaturesDisagree, match="recency_days"):
        RecencyBaseline(["a", "b", "c", "d", "e"]).fit(people.X, people.y)


def test_recency_alone_gives_all_its_reasons_to_recency(people):
    model = RecencyBaseline(people.names).fit(people.X, people.y, people.held_out)
    contributions = model.contributions(people.X)
    assert not contributions[:, 1:].any()
    assert (contributions[people.X[:, 0] > 100, 0] > 0).all()


def test_the_logistic_baseline_is_scikit_learns_pipeline_where_nothing_is_null(people):
    X = people.X[:, [0, 1, 2, 4]]
    kept = ~people.held_out
    pipeline = make_pipeline(
        FunctionTransformer(lambda values: np.sign(values) * np.log(1 + np.abs(values))),
        StandardScaler(),
        LogisticRegression(tol=1e-10, max_iter=5000),
    ).fit(X[kept], people.y[kept])
    model = LogisticBaseline().fit(X, people.y, people.held_out)
    margin = (model.log_odds(X) - model.calibrator_.intercept) / model.calibrator_.slope
    np.testing.assert_allclose(margin, pipeline.decision_function(X), atol=1e-5)


def test_a_null_says_more_than_the_median_it_is_filled_with(people):
    # The invented people who bought once, and so have no interval, leave oftener.
    model = LogisticBaseline(people.names).fit(people.X, people.y, people.held_out)
    person = np.array([[20.0, 3, 60, np.nan, 0], [20.0, 3, 60, 0, 0]])
    person[1, 3] = np.nanmedian(people.X[~people.held_out, 3])
    null, median = model.contributions(person)[:, 3]
    assert null > median


def test_a_column_without_any_value_says_nothing(people):
    X = people.X.copy()
    X[:, 2] = np.nan
    model = LogisticBaseline(people.names).fit(X, people.y, people.held_out)
    assert not model.contributions(X)[:, 2].any()


def test_shap_of_one_stump_is_its_leaf_less_the_mean_leaf(people):
    X = people.X[:, [0, 1]]
    model = BoostedChurn(max_trees=1, max_depth=1).fit(X, people.y)
    tree = model.booster_.trees_to_dataframe().set_index("ID")
    root, leaves = tree.iloc[0], tree[tree["Feature"] == "Leaf"]
    mean_leaf = np.average(leaves["Gain"], weights=leaves["Cover"])
    column = int(root["Feature"][1:])
    is_below = X[:, column].astype(np.float32) < np.float32(root["Split"])
    leaf = np.where(is_below, leaves.loc[root["Yes"], "Gain"], leaves.loc[root["No"], "Gain"])
    expected = model.calibrator_.slope * (leaf - mean_leaf)
    contributions = model.contributions(X)
    np.testing.assert_allclose(contributions[:, column], expected, atol=1e-5)
    assert not contributions[:, 1 - column].any()


def test_boosting_stops_early_on_the_held_out(people):
    model = BoostedChurn().fit(people.X, people.y, people.held_out)
    kept_rounds = model.booster_.num_boosted_rounds()
    assert kept_rounds < model.max_trees
    rows, y = DMatrix(people.X[people.held_out]), people.y[people.held_out]
    losses = [
        log_loss(y, model.booster_.predict(rows, iteration_range=(0, rounds)))
        for rounds in range(1, kept_rounds + 1)
    ]
    assert np.argmin(losses) + 1 == kept_rounds


@pytest.mark.parametrize("kind", KINDS)
def test_held_out_people_of_one_outcome_are_refused(kind, people):
    y = np.where(people.held_out, 0, people.y)
    with pytest.raises(OnlyOneOutcome, match="people held out all have the same outcome"):
        kind().fit(people.X, y, people.held_out)


def test_names_that_are_not_the_columns_are_refused(people):
    with pytest.raises(FeaturesDisagree, match="2 feature names for 5 columns"):
        LogisticBaseline(["a", "b"]).fit(people.X, people.y)


def test_a_mask_of_numbers_is_refused(people):
    with pytest.raises(FeaturesDisagree, match="3000 booleans"):
        LogisticBaseline().fit(people.X, people.y, people.held_out.astype(int))


def test_complete_journey_ranks_as_measured_by_others(purchases, rfm):
    # data.md: XGBoost on five RFM columns, ROC-AUC .848 in cross-validation, 30 days.
    features = rfm("2017-10-01").query("recency_days < 90")
    days = purchases["bought_on"]
    later = purchases[(days > "2017-10-01") & (days <= "2017-10-31")]["household_id"]
    X, y = features.to_numpy(), (~features.index.isin(later)).astype(int)
    assert len(y) == 2314
    assert y.mean() == pytest.approx(0.135, abs=0.003)
    held_out = is_held_out(features.index.to_numpy())
    p = np.empty(len(y))
    for fit, test in StratifiedKFold(5, shuffle=True, random_state=0).split(X, y):
        model = BoostedChurn().fit(X[fit], y[fit], held_out[fit])
        p[test] = model.predict_proba(X[test])[:, 1]
    assert roc_auc_score(y, p) == pytest.approx(0.848, abs=0.015)
