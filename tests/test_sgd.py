"""SGDLasso as a whole: the tables of why plain descent gives no zeros, accuracy of the defaults, stopping, streams."""

import warnings

import naive_sgd
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit import Lasso, SGDLasso
from lassofit.testing import certify

FULL = {"learning_rate": "constant", "batch_size": "full", "tol": None, "fit_intercept": False}


def teaching_data(seed=5):
    """The data of the experiment: 100 x 10, uniform, four true features, no noise."""
    rng = np.random.RandomState(seed)
    X = rng.rand(100, 10).astype(np.float32)
    return X.astype(np.float64), (X @ np.array([10, 10, -10, -10] + 6 * [0])).astype(np.float64)


def noisy(n=300, p=6, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    return X, X[:, :2] @ [3.0, -2.0] + rng.standard_normal(n) + 5


def objective(model, X, y, alpha):
    r = y - X @ model.coef_ - model.intercept_
    return 0.5 * np.mean(r**2) + alpha * np.abs(model.coef_).sum()


def excess(model, X, y):
    """How far the objective is above that of the exact lasso, relative to it, and the exact lasso."""
    exact = Lasso(model.alpha, fit_intercept=model.fit_intercept, tol=1e-12).fit(X, y)
    least = objective(exact, X, y, model.alpha)
    return objective(model, X, y, model.alpha) / least - 1, exact


@pytest.mark.parametrize(
    ("method", "zeros", "least", "most"),
    [
        ("naive", 0, 2e-3, 2e-2),  # at no end: it jumps about zero by eta alpha = .01
        ("clipping", 6, 0, 1e-10),
        ("cumulative", 6, 0, 1e-10),
        ("truncated", 6, 5.3e-2, 5.4e-2),  # biased
    ],
)
def test_full_batch_descent(method, zeros, least, most):
    X, y = teaching_data()
    model = SGDLasso(0.1, method=method, eta0=0.1, max_iter=5000, **FULL).fit(X, y)
    exact = Lasso(0.1, fit_intercept=False, tol=1e-14).fit(X, y)
    assert np.sum(model.coef_[4:] == 0) == zeros
    assert least <= np.abs(model.coef_ - exact.coef_).max() <= most


@pytest.mark.parametrize(("method", "least", "most"), [("naive", 0, 0), ("clipping", 0, 1), ("cumulative", 6, 6)])
def test_one_row_at_a_time_only_the_cumulative_penalty_gives_the_zeros(method, least, most):
    X, y = teaching_data()
    given = {"learning_rate": "constant", "eta0": 0.01, "tol": None, "fit_intercept": False, "max_iter": 1000}
    zeros = [
        np.sum(SGDLasso(0.1, method=method, random_state=seed, **given).fit(X, y).coef_[4:] == 0) for seed in range(10)
    ]
    assert least <= np.mean(zeros) <= most
    if method == "cumulative":
        assert min(zeros) == 6


def test_full_batch_clipping_is_ista():
    X, y = teaching_data()
    model = SGDLasso(0.1, method="clipping", eta0=0.1, max_iter=200, **FULL).fit(X, y)
    w = np.zeros(10)
    for _ in range(200):
        w = naive_sgd.soft_threshold(w - 0.1 * X.T @ (X @ w - y) / 100, 0.01)
    assert_allclose(model.coef_, w, rtol=1e-14, atol=1e-14)


def test_full_batch_with_weights_and_intercept_goes_to_the_lasso():
    X, y = noisy()
    s = np.random.default_rng(1).random(300)
    exact = Lasso(0.1, tol=1e-14).fit(X, y, sample_weight=s)
    for data in (X, sparse.csr_array(X)):
        model = SGDLasso(0.1, method="clipping", eta0=0.3, max_iter=400, **{**FULL, "fit_intercept": True})
        model.fit(data, y, sample_weight=s)
        assert_allclose(model.coef_, exact.coef_, atol=1e-10)
        assert model.intercept_ == pytest.approx(exact.intercept_, abs=1e-10)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("alpha", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("seed", [5, 6])
def test_defaults_come_within_a_thousandth_in_12_epochs(fit_intercept, alpha, seed):
    X, y = teaching_data(seed)
    model = SGDLasso(alpha, fit_intercept=fit_intercept, random_state=0).fit(X, y)
    gap, exact = excess(model, X, y)
    least = objective(exact, X, y, alpha)
    assert gap <= 3e-4
    assert model.history_["objective"][:12].min() <= least * (1 + 1e-3)
    assert_array_equal(model.coef_ != 0, exact.coef_ != 0)


@pytest.mark.parametrize("method", ["clipping", "truncated", "ftrl", "naive"])
def test_the_other_methods_solve_the_same_problem(method):
    X, y = teaching_data()
    gap, _ = excess(SGDLasso(0.1, method=method, random_state=0).fit(X, y), X, y)
    assert gap <= 2e-3


@pytest.mark.parametrize("method", ["clipping", "cumulative", "ftrl"])
def test_an_l2_part(method):
    X, y = noisy()
    model = SGDLasso(0.3, method=method, l1_ratio=0.5, tol=1e-6, max_iter=500, random_state=0).fit(X, y)
    assert certify(model, X, y).relative_gap <= 2e-3


def test_data_far_from_zero():
    X, y = noisy()
    near, far = (SGDLasso(0.1, random_state=0).fit(data, y) for data in (X, X + 1000))
    assert_allclose(far.coef_, near.coef_, atol=1e-8)
    assert far.intercept_ == pytest.approx(np.mean(y - (X + 1000) @ far.coef_), rel=1e-12)


@pytest.mark.parametrize("scale", [1e-3, 30.0, 1e3])
@pytest.mark.parametrize("method", ["cumulative", "clipping", "ftrl"])
def test_scaled_columns(scale, method):
    X, y = noisy()
    alpha = 0.1 * scale
    model = SGDLasso(alpha, method=method, random_state=0).fit(X * scale, y)
    stream = SGDLasso(alpha, method=method).partial_fit(X * scale, y)
    assert model.score(X * scale, y) > 0.9 and stream.score(X * scale, y) > 0.85


@pytest.mark.parametrize("method", ["cumulative", "clipping", "truncated", "ftrl", "naive"])
def test_y_in_other_units(method):
    X, y = noisy()
    one = SGDLasso(0.1, method=method, random_state=0).fit(X, y)
    two = SGDLasso(0.1 * 1024, method=method, random_state=0).fit(X, 1024 * y)
    assert_allclose(two.coef_, 1024 * one.coef_, rtol=1e-10)


def test_divergence_ends_at_shorter_steps():
    X, y = noisy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = SGDLasso(0.1, learning_rate="constant", eta0=3.0, random_state=0).fit(X, y)
    assert model.eta_ < 3.0 and model.score(X, y) > 0.8


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_divergence_is_not_silent_and_never_worse_than_the_mean(form):
    X, y = noisy()
    given = {"learning_rate": "constant", "eta0": 1e9, "random_state": 0}
    with pytest.warns(ConvergenceWarning, match="diverged, with steps down to"):
        model = SGDLasso(0.1, **given).fit(form(X), y)
    assert_array_equal(model.coef_, 0)
    assert model.intercept_ == pytest.approx(y.mean()) and not model.converged_
    start = Lasso(0.1).fit(X, y).coef_
    with pytest.warns(ConvergenceWarning, match="diverged"):
        model = SGDLasso(0.1, **given).fit(form(X), y, coef_init=start)
    assert_allclose(model.coef_, start)


def test_a_target_that_no_model_beats_gives_zeros():
    X, _ = noisy()
    y = np.random.default_rng(9).standard_normal(300)
    model = SGDLasso(10.0, method="naive", tol=None, max_iter=5, random_state=0).fit(X, y)
    assert_array_equal(model.coef_, 0)
    assert model.intercept_ == pytest.approx(y.mean())


@pytest.mark.parametrize("method", ["cumulative", "clipping", "truncated", "ftrl", "naive"])
def test_the_scale_of_weights_does_not_matter_and_zero_drops_a_row(method):
    X, y = noisy()
    s = np.random.default_rng(1).integers(0, 3, 300).astype(float)
    fitted = [SGDLasso(0.1, method=method, random_state=0).fit(X, y, sample_weight=c * s).coef_ for c in (1, 1024)]
    assert_array_equal(*fitted)
    kept = s > 0
    dropped = SGDLasso(0.1, method=method, random_state=0).fit(X[kept], y[kept], sample_weight=s[kept])
    assert_allclose(dropped.coef_, fitted[0], rtol=1e-9, atol=1e-12)


def test_a_seed_gives_a_model_bit_by_bit():
    X, y = noisy(5000)
    first, second, other = (SGDLasso(0.1, random_state=seed).fit(X, y).coef_ for seed in (0, 0, 1))
    assert_array_equal(first, second)
    assert (first != other).any()


def test_shuffling_in_blocks_takes_every_row_once():
    from lassofit._engine import epochs

    descent = object.__new__(epochs.Descent)
    for n in (10, 4095, 4096, 5001):
        descent.rows = type("Rows", (), {"which": np.arange(1, n + 1)})
        descent.control = epochs.Control(1, None, 1, 1, np.random.RandomState(0), "auto", 0)
        order = descent._order()
        assert_array_equal(np.sort(order), np.arange(1, n + 1))
        assert (order != np.arange(1, n + 1)).any()


def test_tol_none_runs_all_epochs_and_returns_the_last():
    X, y = noisy()
    model = SGDLasso(0.1, tol=None, max_iter=7, learning_rate="constant", eta0=0.05, random_state=0).fit(X, y)
    assert model.n_iter_ == len(model.history_["objective"]) == 7 and not model.converged_
    assert objective(model, X, y, 0.1) == pytest.approx(model.history_["objective"][-1], rel=1e-12)
    assert model.t_ == 7 * 300


def test_with_tol_the_best_epoch_is_returned():
    X, y = noisy()
    model = SGDLasso(0.1, learning_rate="constant", eta0=0.05, random_state=0).fit(X, y)
    assert model.converged_ and objective(model, X, y, 0.1) == pytest.approx(model.history_["objective"].min())


def test_max_iter_before_tol_warns():
    X, y = noisy()
    with pytest.warns(ConvergenceWarning, match=r"Increase max_iter \(now 2\)"):
        assert not SGDLasso(0.1, max_iter=2, random_state=0).fit(X, y).converged_


def test_adaptive_steps_fall_by_a_fifth():
    X, y = noisy()
    given = {"learning_rate": "adaptive", "eta0": 0.05, "random_state": 0, "max_iter": 300}
    steps = SGDLasso(0.1, **given).fit(X, y).history_["step"]
    ratios = steps[1:] / steps[:-1]
    assert_allclose(ratios[ratios < 1], 0.2)
    assert (ratios < 1).sum() >= 8


def test_early_stopping_holds_rows_out_and_restores_the_best():
    X, y = noisy(200, 40)
    given = {"early_stopping": True, "validation_fraction": 0.25, "random_state": 0}
    model = SGDLasso(0.001, **given).fit(X, y)
    scores = model.history_["validation_score"]
    held = np.sort(np.random.RandomState(0).permutation(200)[:50])
    assert model.score(X[held], y[held]) == pytest.approx(scores.max(), abs=1e-10)
    assert model.t_ <= 150 * model.n_iter_


def test_history_and_the_dual_gap_on_request(capsys):
    X, y = noisy()
    model = SGDLasso(0.1, random_state=0, verbose=2).fit(X, y)
    history = model.history_
    assert set(history) == {
        "iteration", "objective", "loss", "support_size", "step", "validation_score", "dual_gap", "seconds",
    }  # fmt: skip
    best = np.argmin(history["objective"])
    assert certify(model, X, y).dual_gap == pytest.approx(history["dual_gap"][best], rel=1e-6)
    assert history["support_size"][best] == np.count_nonzero(model.coef_)
    assert len(capsys.readouterr().out.splitlines()) == model.n_iter_ + 1
    assert np.isnan(SGDLasso(0.1, random_state=0).fit(X, y).history_["dual_gap"]).all()


def test_starting_points():
    X, y = noisy()
    exact = Lasso(0.1, tol=1e-12).fit(X, y)
    model = SGDLasso(0.1, max_iter=1, tol=None, eta0=1e-9, random_state=0).fit(X, y, coef_init=exact.coef_)
    assert_allclose(model.coef_, exact.coef_, atol=1e-5)
    given = {"max_iter": 1, "tol": None, "random_state": 0}
    first, other = (
        SGDLasso(0.1, **given).fit(sparse.csr_array(X), y, intercept_init=b).coef_ for b in (y.mean(), 50.0)
    )
    assert_allclose(first, SGDLasso(0.1, **given).fit(sparse.csr_array(X), y).coef_)
    assert np.abs(first - other).max() > 0.1


def test_callbacks_see_epochs():
    callback = pytest.importorskip("sklearn.callback", reason="callbacks came with scikit-learn 1.9")
    X, y = noisy()
    monitor = callback.ScoringMonitor(scoring="r2")
    model = SGDLasso(0.1, random_state=0).set_callbacks(monitor).fit(X, y)
    scores = [row["r2"] for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(scores) == model.n_iter_ and max(scores) > 0.9


def test_in_a_pipeline_and_a_search_over_alpha_and_method():
    X, y = noisy()
    pipe = make_pipeline(StandardScaler(), SGDLasso(random_state=0))
    grid = {"sgdlasso__alpha": [1e-3, 1.0], "sgdlasso__method": ["cumulative", "clipping", "ftrl"]}
    search = GridSearchCV(pipe, grid, cv=3, error_score="raise").fit(X, y)
    assert search.best_params_["sgdlasso__alpha"] == 1e-3 and search.best_score_ > 0.9


def test_the_step_is_halved_where_noise_is_more_than_what_an_epoch_gains():
    X, y = noisy()
    plain = SGDLasso(0.1, batch_size="full", max_iter=60, tol=None).fit(X, y)
    assert len(set(plain.history_["step"])) == 1  # no noise: never, though epochs gain less and less
    noise = SGDLasso(0.1, max_iter=60, tol=None, random_state=0).fit(X, y)
    assert noise.history_["step"][-1] <= noise.history_["step"][0] / 16
    assert excess(noise, X, y)[0] <= 1e-6


def test_where_many_features_count_the_step_stays_as_long_as_it_helps():
    """500 x 500: with the step halved where an epoch gains little it ended 8e-4 above the least."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((500, 500))
    y = X[:, ::20] @ rng.choice([-1.0, 1.0], 25)
    y += rng.standard_normal(500) * y.std() / 3
    model = SGDLasso(np.abs(X.T @ (y - y.mean())).max() / 500 / 10, random_state=0).fit(X, y)
    assert model.converged_ and excess(model, X, y)[0] <= 3e-4
