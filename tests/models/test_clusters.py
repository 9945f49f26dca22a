import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from models import cluster_choice
from models.cluster_choice import nearest
from models.clusters import DIMENSIONS, Segmenter
from models.errors import FeaturesDisagree, NoClusterCount, TooFewPeople, UnreadableModel
from models.scaling import signed_log

# recency_days, order_count, spend_amount: champions, fading, gone, new.
GROUPS = [(3, 60, 4000), (40, 12, 400), (300, 2, 30), (2, 1, 20)]


def grouped(sizes, seed=1):
    """Invent people near the groups' centres, and say who is near which."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    centres = np.array(GROUPS, dtype=float)[groups]
    X = centres * rng.lognormal(0, 0.08, centres.shape)
    return np.column_stack([X, X[:, 2] / X[:, 1]]), groups


@pytest.fixture(scope="module")
def planted():
    X, groups = grouped([300, 200, 150, 100])
    return Segmenter().fit(X), X, groups


# No check is left out. Columns and numbers of people are scikit-learn's, so neither is required.
@parametrize_with_checks([Segmenter(dimensions=None, fewest_people=4)])
def test_scikit_learn_accepts_the_manners(estimator, check):
    check(estimator)


def test_groups_that_are_there_are_found(planted):
    segmenter, X, groups = planted
    assert len(segmenter.names_) == 4
    assert adjusted_rand_score(groups, segmenter.assign(X)) == 1


def test_clusters_come_by_spend_highest_first(planted):
    segmenter, _, _ = planted
    assert (np.diff(segmenter.centroids_[:, 2]) < 0).all()
    assert segmenter.sizes_.tolist() == [300, 200, 150, 100]


def test_profiles_are_medians_in_the_columns_own_units(planted):
    segmenter, X, groups = planted
    expected = [np.median(X[groups == group], axis=0) for group in range(4)]
    np.testing.assert_array_equal(segmenter.profiles_, expected)


def test_names_are_what_an_analyst_would_say(planted):
    assert planted[0].names_ == [
        "big regular shoppers",
        "lapsing shoppers",
        "lapsed small occasional shoppers",
        "small occasional shoppers",
    ]


def test_the_number_of_clusters_has_the_best_silhouette(rfm):
    X = rfm("2017-12-23")[list(DIMENSIONS)].to_numpy(dtype=float)
    segmenter = Segmenter().fit(X)
    Z = StandardScaler().fit_transform(np.log1p(X))
    by_count = {
        k: silhouette_score(Z, KMeans(k, n_init=10, random_state=0).fit_predict(Z))
        for k in range(3, 9)
    }
    assert len(segmenter.names_) == max(by_count, key=by_count.get)
    assert segmenter.silhouette_ == pytest.approx(max(by_count.values()), abs=0.002)
    assert segmenter.sizes_.min() >= 0.02 * len(X)
    assert segmenter.sizes_.sum() == len(X)


def test_households_of_the_demo_get_different_names_and_no_numbers(rfm):
    X = rfm("2017-12-23")[list(DIMENSIONS)].to_numpy(dtype=float)
    names = Segmenter().fit(X).names_
    assert len(set(names)) == len(names)
    assert not any(character.isdigit() for character in "".join(names))


def test_the_cluster_of_a_person_does_not_depend_on_the_batch(planted):
    segmenter, X, _ = planted
    at_once = segmenter.assign(X)
    parts = [segmenter.assign(X[i : i + 7]) for i in range(0, len(X), 7)]
    assert np.array_equal(np.concatenate(parts), at_once)
    assert np.array_equal(segmenter.labels_, at_once)
    assert segmenter.assign(X[:0]).shape == (0,)


def test_a_person_between_two_centroids_goes_to_the_lower(planted):
    segmenter, X, _ = planted
    twin = Segmenter.from_bytes(segmenter.to_bytes())
    twin.centroids_ = segmenter.centroids_[[0, 1, 1, 0]]
    assert set(twin.assign(X)) == {0, 1}


def test_bytes_read_back_assign_the_same_and_are_the_same(planted):
    segmenter, X, _ = planted
    again = Segmenter.from_bytes(segmenter.to_bytes())
    assert again.to_bytes() == segmenter.to_bytes()
    assert np.array_equal(again.assign(X), segmenter.assign(X))
    assert again.names_ == segmenter.names_
    np.testing.assert_array_equal(again.profiles_, segmenter.profiles_)


def test_fitted_twice_the_bytes_are_the_same(planted):
    segmenter, X, _ = planted
    assert Segmenter().fit(X).to_bytes() == segmenter.to_bytes()


def test_a_cluster_below_two_percent_is_not_taken(monkeypatch):
    # Four groups separate best, but the fourth is 1 % of the people.
    X, _ = grouped([330, 330, 330, 10])
    assert len(Segmenter().fit(X).names_) == 3
    monkeypatch.setattr(cluster_choice, "SMALLEST_SHARE", 0.01)
    assert len(Segmenter().fit(X).names_) == 4


def test_no_number_of_clusters_bends_the_two_percent():
    X, _ = grouped([988, 6, 0, 6])
    X[:988] = X[0]
    with pytest.raises(NoClusterCount, match="less than 2% of the 1000 people"):
        Segmenter().fit(X)


def test_people_who_are_all_alike_have_no_clusters():
    with pytest.raises(NoClusterCount, match="all alike"):
        Segmenter().fit(np.ones((80, 4)))


def test_too_few_people_are_refused_with_a_sentence():
    with pytest.raises(TooFewPeople, match="at least 50 people with a purchase; there are"):
        Segmenter().fit(np.ones((49, 4)))


def test_other_columns_are_refused_with_their_names():
    with pytest.raises(FeaturesDisagree, match="recency_days, order_count"):
        Segmenter().fit(np.ones((80, 5)))


def test_bytes_of_another_model_are_refused(planted):
    with pytest.raises(UnreadableModel, match="'boosted', not 'segmenter'"):
        Segmenter.from_bytes(b'{"kind":"boosted"}')
    with pytest.raises(UnreadableModel, match="damaged"):
        Segmenter.from_bytes(b'{"kind":"segmenter"}')


def wholesaler(refunder_share, people=3000, seed=1):
    """Invent a wholesaler's buyers; of some, purchases from before its history came back."""
    rng = np.random.default_rng(seed)
    orders = 1 + rng.negative_binomial(0.7, 0.11, people)
    spend = orders * rng.lognormal(5.6, 0.7, people)
    recency = np.minimum(rng.exponential(200, people) * np.where(orders > 5, 0.4, 1.2), 730)
    refunders = rng.random(people) < refunder_share
    spend[refunders] = -rng.lognormal(5, 1.2, refunders.sum())
    orders[refunders] = 1
    return np.column_stack([recency.round(), orders, spend, spend / orders]), refunders


@pytest.mark.parametrize("seed", range(4))
def test_net_refunders_decide_neither_the_scale_nor_the_clusters(seed):
    X, refunders = wholesaler(0.007, seed=seed)
    assert 0.004 < refunders.mean() < 0.011
    segmenter = Segmenter().fit(X)
    without = Segmenter().fit(X[~refunders])
    assert len(segmenter.names_) >= 3
    assert segmenter.sizes_.min() > 0.1 * len(X)
    np.testing.assert_array_equal(segmenter.centroids_, without.centroids_)
    nobody = X[refunders] * [1, 1, 0, 0]  # who got back more than he spent is as who spent nothing
    assert np.array_equal(segmenter.assign(X[refunders]), segmenter.assign(nobody))


def test_where_nearly_everybody_got_all_of_it_back_there_are_too_few():
    X, _ = wholesaler(0.999)
    with pytest.raises(TooFewPeople, match=r"there are n_samples = \d+ who did not get all"):
        Segmenter().fit(X)


def test_a_segmenter_of_before_is_read_back_as_it_was(planted):
    segmenter, X, _ = planted
    content = segmenter.to_bytes().replace(b'"clips":true,', b"")
    before = Segmenter.from_bytes(content)
    assert before.to_bytes() == content
    refund = np.array([[3.0, 2, -4000, -2000]])
    expected = before.standardiser_.apply(signed_log(refund))
    assert before.assign(refund) == nearest(expected, before.centroids_)
    assert np.array_equal(before.assign(X), segmenter.assign(X))
