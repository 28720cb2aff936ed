"""Streams that go on: after a fit, with other parameters, after divergence, with a drift; warm starts, averages."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from lassofit import Lasso, SGDLasso
from lassofit.testing import certify


def noisy(n=300, p=6, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    return X, X[:, :2] @ [3.0, -2.0] + rng.standard_normal(n) + 5


def test_a_diverging_stream_warns_and_keeps_the_last_good_coefficients():
    X, y = noisy()
    stream = SGDLasso(0.1, learning_rate="constant", eta0=1e-3).partial_fit(X, y)
    good = stream.coef_.copy()
    with pytest.warns(ConvergenceWarning, match="These rows were left out"):
        stream.partial_fit(1e6 * X, y)
    assert_array_equal(stream.coef_, good)


def test_warm_start_goes_on_with_steps_and_penalties():
    X, y = noisy()
    given = {"learning_rate": "invscaling", "eta0": 0.1, "shuffle": False, "tol": None, "fit_intercept": False}
    whole = SGDLasso(0.1, max_iter=6, **given).fit(X, y)
    half = SGDLasso(0.1, max_iter=3, warm_start=True, **given).fit(X, y).fit(X, y)
    assert_array_equal(half.coef_, whole.coef_)
    assert half.t_ == whole.t_ == 1800 and half.eta_ == whole.eta_
    half.set_params(alpha=0.2, max_iter=1).fit(X, y)  # another problem: from coef_
    assert half.t_ == 2100 and np.abs(half.coef_ - whole.coef_).max() < 1


def test_earlier_steps_that_are_taken_back_are_told_of():
    """Their rows are gone: another model than in one call, where they are taken again."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 20)) + 5
    y = X[:, :3].sum(axis=1) + rng.standard_normal(300)
    model = SGDLasso(0.01, eta0=0.01)
    told = []
    for rows in np.array_split(np.arange(300), 300):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.partial_fit(X[rows], y[rows])
        told += [int(str(one.message).split()[2]) for one in caught if "were taken back" in str(one.message)]
    assert told and model.t_ == 300 - sum(told)


@pytest.mark.parametrize("method", ["cumulative", "clipping", "truncated", "naive"])  # the step of 'ftrl' has no end
@pytest.mark.parametrize("random_state", [0, None])
@pytest.mark.parametrize("epochs", [1, 2])
def test_fits_of_an_epoch_get_as_far_as_one_of_many(method, random_state, epochs):
    """Steps are halved from fit to fit too, and a seed does not mean the same order of rows in all of them."""
    X, y = noisy()
    model = SGDLasso(0.1, method=method, max_iter=epochs, tol=None, warm_start=True, random_state=random_state)
    for _ in range(80 // epochs):
        model.fit(X, y)
    exact = Lasso(0.1, tol=1e-12).fit(X, y)
    assert np.abs(model.coef_ - exact.coef_).max() < 0.01
    again = SGDLasso(**model.get_params())
    for _ in range(80 // epochs):
        again.fit(X, y)
    assert random_state is None or np.array_equal(again.coef_, model.coef_)


@pytest.mark.parametrize("method", ["cumulative", "clipping", "truncated", "naive"])
def test_a_warm_start_on_other_data_begins_with_whole_steps(method):
    """With those that three more fits of the old data had halved, it ended far from the least objective."""
    X, y = noisy()
    model = SGDLasso(0.1, method=method, warm_start=True, random_state=0)
    for _ in range(4):
        model.fit(X, y)
    model.fit(X, -y)
    exact = Lasso(0.1, tol=1e-12).fit(X, -y)
    assert model.converged_
    assert np.abs(model.coef_ - exact.coef_).max() < 0.02


@pytest.mark.parametrize(
    ("seed", "size", "method"), [(21, 0.3, "clipping"), (7, 1.0, "clipping"), (44, 0.3, "cumulative")]
)
def test_a_warm_start_on_another_target_begins_with_whole_steps(seed, size, method):
    """Over its own null model it may be as well explained as the one before: then the steps stayed at 1/4096."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.choice([200, 1000])), int(rng.choice([10, 40]))
    X, coef = rng.standard_normal((n, p)), rng.standard_normal(p) * (rng.random(p) < 0.5)
    y = X @ coef + rng.choice([0.1, 1, 3]) * rng.standard_normal(n)
    alpha = np.abs(X.T @ y).max() / n * rng.choice([0.01, 0.05, 0.2])
    rng.choice(2)
    other = y + size * X @ rng.standard_normal(p)
    model = SGDLasso(alpha, method=method, warm_start=True, random_state=0, max_iter=300).fit(X, y).fit(X, other)
    least = certify(Lasso(alpha, tol=1e-10).fit(X, other), X, other).objective
    assert model.converged_ and certify(model, X, other).objective < 1.002 * least


@pytest.mark.parametrize("average", [False, True, 3])
def test_a_warm_start_on_the_same_data_keeps_its_steps(average):
    """Averages too, though the coefficients that the next fit starts from are none."""
    X, y = noisy()
    model = SGDLasso(0.1, average=average, warm_start=True, max_iter=2, tol=None, random_state=0).fit(X, y)
    first = model.eta_
    for _ in range(20):
        model.fit(X, y)
    assert model.eta_ < first / 8


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("method", ["cumulative", "clipping"])
def test_averages_within_bounds_stay_there(method):
    """What they add up from prefix sums was -1e-17 where a coefficient had been at zero."""
    for seed in range(200):
        rng = np.random.default_rng(seed)
        X, y = rng.integers(-3, 4, (2, 2)).astype(float), rng.integers(-3, 4, 2).astype(float)
        model = SGDLasso(1.0, method=method, average=True, positive=True, random_state=0, max_iter=20).fit(X, y)
        assert (model.coef_ >= 0).all(), seed
    X, y = np.array([[0.0, -2.0], [3.0, -3.0]]), np.array([3.0, -1.0])
    model = SGDLasso(1.0, method=method, average=True, positive=True, random_state=0, max_iter=20).fit(X, y)
    assert (model.coef_ >= 0).all() and certify(model, X, y).dual_gap < np.inf


def test_a_stream_goes_on_where_a_fit_has_ended():
    X, y = noisy()
    model = SGDLasso(0.1, random_state=0).fit(X, y)
    before = model.coef_.copy()
    model.partial_fit(X[:5], y[:5])
    assert np.abs(model.coef_ - before).max() < 0.05 and model.score(X, y) > 0.9


def test_averages_from_an_epoch_on():
    X, y = noisy()
    given = {"learning_rate": "constant", "eta0": 0.05, "tol": None, "shuffle": False, "max_iter": 3}
    given["fit_intercept"] = False
    model = SGDLasso(0.1, average=3, **given).fit(X, y)
    stream, path = SGDLasso(0.1, **given).fit(X, y), []
    stream = SGDLasso(0.1, **{**given, "max_iter": 2}).fit(X, y)
    for i in range(300):
        path.append(stream.partial_fit(X[i : i + 1], y[i : i + 1]).coef_.copy())
    assert_allclose(model.coef_, np.mean(path, axis=0), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("changed", [{"alpha": 0.2}, {"method": "clipping"}, {"method": "ftrl"}, {"average": True}])
def test_a_stream_whose_parameters_change_goes_on_from_its_coefficients(changed):
    X, y = noisy()
    stream = SGDLasso(0.1).partial_fit(X, y)
    before, t = stream.coef_.copy(), stream.t_
    stream.set_params(**changed).partial_fit(X[:1], y[:1])
    assert stream.t_ == t + 1 and np.abs(stream.coef_ - before).max() < 0.1


def test_clipping_follows_a_drift_at_any_age_and_the_cumulative_penalty_later_and_later():
    """The rows until the signal's new feature is at two thirds, after it has rested: the table of docs/streams.rst."""
    rows = {}
    for before in (2000, 20_000):
        rng = np.random.default_rng(0)
        X = rng.standard_normal((before + 4000, 20))
        y = 3 * np.r_[X[:before, 0], X[before:, 1]] + rng.standard_normal(before + 4000)
        for method in ("clipping", "cumulative"):
            stream = SGDLasso(0.2, method=method).partial_fit(X[:before], y[:before])
            end = before
            while stream.coef_[1] <= 2:
                stream.partial_fit(X[end : end + 20], y[end : end + 20])
                end += 20
            rows[method, before] = end - before
    assert rows["clipping", 20_000] < 2 * rows["clipping", 2000]
    assert rows["cumulative", 20_000] > 4 * rows["cumulative", 2000] > 4 * rows["clipping", 2000]


def test_under_noise_the_error_of_ftrl_stays_near_that_of_least_squares():
    """By the sum of squared gradients alone it was 5.7 times as large; for 2.2 times a mean's steps, theory has 1.2."""
    errors = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = rng.random(10_000) + 0.5
        y = x + 3 * rng.standard_normal(10_000)
        stream = SGDLasso(0, method="ftrl", fit_intercept=False).partial_fit(x[:, None], y)
        errors.append([stream.coef_[0] - 1, x @ y / (x @ x) - 1])
    descent, least_squares = np.sqrt(np.mean(np.square(errors), axis=0))
    assert descent < 1.3 * least_squares


def test_rows_are_new_to_ftrl_in_the_first_epoch_only():
    """Their curvature shortens the steps of that epoch, and no others: D, the inverse of a step, is less at the end."""
    rng = np.random.default_rng(0)
    X = np.sign(rng.standard_normal((3000, 6)))
    y = X[:, 0] + 5 * rng.standard_normal(3000)
    given = {"method": "ftrl", "shuffle": False, "tol": None}
    states = {n: SGDLasso(0.01, max_iter=n, **given).fit(X, y)._live.state.adaptive for n in (1, 9)}
    D, curvature = (np.array([states[n][:, k] for n in (1, 9)]) for k in (1, 4))
    assert_array_equal(curvature[0], curvature[1])
    assert (D[0] > 0.45 * curvature[0]).all() and (D[1] < 0.6 * D[0]).all()


def test_a_step_of_ftrl_does_not_overshoot_the_target_of_its_row():
    """Rows of 50 features, many of them new: without implicit steps a row's residual changed its sign and grew."""
    rng = np.random.default_rng(0)
    stream = SGDLasso(1e-6, method="ftrl", fit_intercept=False)
    for k in range(100):
        x, y = np.zeros((1, 1000)), rng.standard_normal(1)
        x[0, rng.choice(1000, 50, replace=False)] = 1.0
        before = y[0] - stream.predict(x)[0] if k else y[0]
        stream.partial_fit(x, y)
        after = y[0] - stream.predict(x)[0]
        assert abs(after) <= abs(before) * (1 + 1e-9) and after * before >= 0


def ways():
    """What is the same data for one epoch of many, to a model and a random generator."""
    X, y = noisy()
    ones = np.ones(len(y))
    ones[0] = 0

    def reordered(model, rng, _):
        order = rng.permutation(len(y))
        return model.fit(X[order], y[order])

    def unweighted(model, rng, _):
        return model.fit(X, np.r_[10 * rng.standard_normal(), y[1:]], sample_weight=ones)

    def stored(model, _, turn):
        return model.fit(sparse.csr_array(X) if turn % 2 else X, y)

    return {"reordered": reordered, "a row without weight": unweighted, "sparse by turns": stored}


@pytest.mark.parametrize("average", [False, True])
@pytest.mark.parametrize("way", ["reordered", "a row without weight", "sparse by turns"])
def test_the_same_data_in_another_guise_keeps_its_steps(way, average):
    model = SGDLasso(0.1, average=average, warm_start=True, max_iter=1, tol=None, random_state=0)
    fit, rng = ways()[way], np.random.default_rng(0)
    first = fit(model, rng, 0).eta_
    for turn in range(1, 40):
        fit(model, rng, turn)
    assert model.eta_ < first / 8


def test_other_data_with_rows_of_the_same_size_begins_with_whole_steps():
    """Columns in another order: y, norms and the null model are the same."""
    X, y = noisy()
    X = X / np.linalg.norm(X, axis=1, keepdims=True)
    model = SGDLasso(0.01, warm_start=True, random_state=0)
    for _ in range(8):
        model.fit(X, y)
    B = X[:, ::-1]
    model.fit(B, y)
    fresh = SGDLasso(0.01, random_state=0).fit(B, y)
    assert model.converged_ and model.n_iter_ <= 2 * fresh.n_iter_


@pytest.mark.parametrize("factor", [20, 1000])
def test_steps_are_for_the_rows_of_the_fit(factor):
    """Not for a larger one that an earlier fit had."""
    X, y = noisy()
    outlier = X.copy()
    outlier[0] *= factor
    model = SGDLasso(0.1, warm_start=True, max_iter=5, tol=None, random_state=0).fit(outlier, y)
    model.set_params(tol=1e-3, max_iter=100).fit(X, y)
    assert model.converged_ and certify(model, X, y).relative_gap < 0.02
