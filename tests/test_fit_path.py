"""``fit_path``: every alpha as ``fit`` has it, on glmnet's grid and with glmnet's statistics; what is asked for."""

import warnings

import naive
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from test_certificates import problems, scale_of
from test_glmnet import CASES, load, parameters, size_of_y, solutions

from lassofit import ElasticNet, Lasso
from lassofit.testing import dual_gap

TIGHT = {"tol": 1e-12, "max_iter": 1_000_000}
RNG = np.random.default_rng(0)
TALL = RNG.standard_normal((50, 12)) * RNG.uniform(0.5, 2, 12) + RNG.uniform(-1, 1, 12)
WIDE = RNG.standard_normal((25, 60)) + 0.5
WEIGHTS = RNG.integers(0, 4, 50).astype(float)
FACTOR = np.r_[0.0, np.inf, RNG.uniform(0.3, 3, 10)]
BOX = (np.r_[-0.5, 0.0, np.full(10, -np.inf)], np.r_[np.inf, np.inf, np.full(9, 0.8), 0.0])
STORES = {
    "F": np.asfortranarray,
    "C": np.ascontiguousarray,
    "csc": sparse.csc_array,
    "csr": sparse.csr_matrix,
    "float32": lambda X: np.asfortranarray(X, dtype=np.float32),
    "csc32": lambda X: sparse.csc_array(X.astype(np.float32)),
}
PROBLEMS = {
    "plain": {},
    "no intercept": {"fit_intercept": False},
    "weights": {"sample_weight": WEIGHTS},
    "factors": {"penalty_factor": FACTOR},
    "bounds": {"bounds": BOX},
    "positive": {"positive": True},
    "standardize": {"standardize": True},
    "elastic net": {"l1_ratio": 0.5},
    "gram": {"precompute": True},
    "active set": {"solver": "active_set"},
    "random": {"selection": "random", "random_state": 0},
    "all": {
        "sample_weight": WEIGHTS, "penalty_factor": FACTOR, "bounds": BOX, "standardize": True, "l1_ratio": 0.7,
        "fit_intercept": False,
    },
}  # fmt: skip


def target(X):
    return X[:, :4] @ [3, -2, 1, 0.5] + 0.3 * np.random.default_rng(1).standard_normal(len(X)) + 2.0


def path_of(X, y, alphas=100, sample_weight=None, eps=1e-3, **kw):
    return ElasticNet(**{"l1_ratio": 1.0, **TIGHT, **kw}).fit_path(X, y, alphas, eps, sample_weight)


def fit_at(alpha, X, y, sample_weight=None, **kw):
    return ElasticNet(alpha, **{"l1_ratio": 1.0, **TIGHT, **kw}).fit(X, y, sample_weight=sample_weight)


@pytest.fixture(scope="module")
def diabetes():
    return load_diabetes(return_X_y=True)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("kind", PROBLEMS)
def test_every_alpha_is_as_fit_has_it(kind, store):
    X, y, kw = STORES[store](TALL), target(TALL), PROBLEMS[kind]
    path = path_of(X, y, alphas=7, eps=1e-2, **kw)
    rtol = 1e-8 if X.dtype == np.float64 else 1e-5
    assert path.coefs.shape == (12, 7) and path.coefs.dtype == path.intercepts.dtype == X.dtype
    assert isinstance(path.coefs, sparse.csc_array) == sparse.issparse(X)
    assert path.converged.all() and path.converged.dtype == bool
    assert (np.diff(path.alphas) < 0).all() and path.alphas[-1] == pytest.approx(1e-2 * path.alphas[0])
    for i, alpha in enumerate(path.alphas):
        model = fit_at(alpha, X, y, **kw)
        coef, intercept = path.coef_at(alpha)
        assert_array_equal(coef, path.coefs.toarray()[:, i] if sparse.issparse(X) else path.coefs[:, i])
        assert intercept == path.intercepts[i]
        assert_allclose(coef, model.coef_, rtol=rtol, atol=rtol * np.abs(model.coef_).max())
        assert_allclose(intercept, model.intercept_, rtol=rtol, atol=rtol * np.abs(y).max())


@pytest.mark.parametrize("store", ["F", "C", "csc", "float32"])
@pytest.mark.parametrize("kind", ["plain", "elastic net", "active set"])
def test_wide_data_too(kind, store):
    X, y, kw = STORES[store](WIDE), target(WIDE), PROBLEMS[kind]
    path = path_of(X, y, alphas=6, eps=5e-2, **kw)
    rtol = 1e-8 if X.dtype == np.float64 else 1e-5
    for alpha in path.alphas:
        coef, _ = path.coef_at(alpha)
        expected = fit_at(alpha, X, y, **kw).coef_
        assert_allclose(coef, expected, rtol=rtol, atol=rtol * np.abs(expected).max())


@settings(max_examples=100)
@given(problem=problems(), store=st.sampled_from([np.asfortranarray, np.ascontiguousarray, sparse.csc_array]))
def test_gaps_are_the_recomputed_ones(problem, store):
    """In numpy, from the coefficients alone, over problems of all kinds."""
    X, y, s, alpha, l1_ratio, kw = problem
    model = ElasticNet(l1_ratio=l1_ratio, tol=1e-6, max_iter=20_000, **kw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        path = model.fit_path(store(X), y, alphas=alpha * np.array([1.0, 0.4, 0.1]), sample_weight=s)
    scale = scale_of(problem)
    terms = {key: kw.get(key) for key in ("penalty_factor", "bounds")}
    terms |= {key: kw[key] for key in ("fit_intercept", "standardize", "positive")} | {"l1_ratio": l1_ratio}
    for i, value in enumerate(path.alphas):
        coef, intercept = path.coef_at(value)
        found = dual_gap(X, y, coef, intercept, alpha=value, sample_weight=s, **terms)
        if np.isfinite(found) and np.isfinite(path.dual_gaps[i]):
            assert found == pytest.approx(path.dual_gaps[i], rel=1e-3, abs=1e-9 * scale)
        assert path.converged[i] == (path.dual_gaps[i] <= 1e-6 * scale or path.dual_gaps[i] == 0)


# glmnet(X, y, ...)$dev.ratio and $df, by R's glmnet 4.1-6 on the data and lambdas of fixtures/make_glmnet.R.
GLMNET = {
    "tall-plain-a1-raw-int": ([3, 9, 10], [0.395827505785506, 0.804104300219059, 0.878770287226062]),
    "tall-plain-a1-raw-noint": ([5, 7, 12], [0.432386675699062, 0.842238928768227, 0.883803818483118]),
    "tall-weights-a0.5-std-noint": ([7, 10, 12], [0.593209529244885, 0.836504130280876, 0.87037325648298]),
    "tall-limits-a1-raw-noint": ([4, 7, 10], [0.120221450702204, 0.324340147440943, 0.358175238139538]),
    "wide-factors-a1-raw-int": ([4, 11], [0.598629932767573, 0.881955487494044]),
    "wide-all-a0.5-std-int": ([13, 25], [0.775035617156559, 0.953783757743468]),
}


def glmnet_path(case):
    X, y, weights = load(case)
    sy = size_of_y(case, y, weights)
    given_parameters = [parameters(case, lam, sy) for lam in case["lambda"]]
    alphas = [given.pop("alpha") for given in given_parameters]
    kind = {"standardize": case["standardize"], "fit_intercept": case["intercept"]}
    model = ElasticNet(**given_parameters[0], **kind, **TIGHT)
    return model.fit_path(X, y, alphas, sample_weight=weights), X, y, weights


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", CASES)
def test_coefficients_df_and_deviance_ratio_are_those_of_glmnets_solution(name):
    case = CASES[name]
    path, X, y, weights = glmnet_path(case)
    s = np.ones(len(y)) if weights is None else weights
    null = s @ (y - (np.average(y, weights=s) if case["intercept"] else 0.0)) ** 2
    for i, (_, coef, intercept) in enumerate(solutions(case)):  # glmnet's lambdas descend, as our alphas
        assert_allclose(path.coefs[:, i], coef, rtol=0, atol=1e-8 * np.abs(coef).max())
        assert path.df[i] == np.count_nonzero(coef)
        residual = s @ (y - X @ coef - intercept) ** 2
        assert path.deviance_ratio[i] == pytest.approx(1 - residual / null, rel=1e-9)


@pytest.mark.parametrize("name", GLMNET)
def test_df_and_deviance_ratio_equal_glmnets_own(name):
    path = glmnet_path(CASES[name])[0]
    assert_array_equal(path.df, GLMNET[name][0])
    assert_allclose(path.deviance_ratio, GLMNET[name][1], rtol=1e-9)


@pytest.mark.parametrize("kind", ["plain", "factors", "positive", "standardize", "elastic net", "all"])
def test_the_grid_starts_where_the_penalised_coefficients_are_zero(kind):
    """And no lower: just below, one of them is not. With one-sided bounds only what pulls to the open side counts."""
    y, kw = target(TALL), PROBLEMS[kind]
    path = path_of(TALL, y, **kw)
    assert len(path.alphas) == 100 and path.alphas[-1] == pytest.approx(1e-3 * path.alphas[0])
    penalised = kw.get("penalty_factor", np.ones(12)) > 0
    assert not path.coefs[penalised, 0].any() and path.coef_at(0.999 * path.alphas[0])[0][penalised].any()
    if kind not in ("positive", "all"):
        assert path.alphas[0] == pytest.approx(naive.alpha_max(TALL, y, **kw), rel=1e-9)


def test_given_alphas_are_sorted_and_repetitions_and_zero_stay(diabetes):
    X, y = diabetes
    path = path_of(X, y, alphas=[0.5, 0, 2, 0.5])
    assert_array_equal(path.alphas, [2, 0.5, 0.5, 0])
    assert_array_equal(path.coefs[:, 1], path.coefs[:, 2])
    A = np.column_stack([np.ones(len(y)), X])
    assert_allclose(np.r_[path.intercepts[3], path.coefs[:, 3]], np.linalg.lstsq(A, y, rcond=None)[0], rtol=1e-8)
    assert path_of(X, y, alphas=np.int64(3)).alphas.shape == (3,)
    assert path_of(X, y, alphas=1).alphas.shape == (1,)


@pytest.mark.parametrize("fitted", [False, True])
def test_the_estimator_stays_as_it_is(fitted, diabetes):
    X, y = diabetes
    model = Lasso(alpha=3.0, penalty_factor=np.ones(10), random_state=0)
    if fitted:
        model.fit(pd.DataFrame(X, columns=list("abcdefghij")), y)
    before = dict(vars(model))
    model.fit_path(X, y, alphas=3)
    assert vars(model).keys() == before.keys()
    assert all(vars(model)[name] is before[name] for name in before)


def test_names_of_an_earlier_fit_are_not_taken_over(diabetes):
    X, y = diabetes
    model = Lasso().fit(pd.DataFrame(X, columns=list("abcdefghij")), y)
    assert not hasattr(model.fit_path(X, y, alphas=3), "feature_names_in_")


@pytest.mark.parametrize("setting", [{"alpha": 0}, {"alpha": "nonsense"}, {"warm_start": True}])
def test_alpha_and_warm_start_play_no_part(diabetes, setting):
    X, y = diabetes
    model = Lasso(**TIGHT).fit(X, y).set_params(**setting)
    expected = Lasso(**TIGHT).fit_path(X, y, alphas=4)
    path = model.fit_path(X, y, alphas=4)
    assert_array_equal(path.coefs, expected.coefs)
    assert_array_equal(path.n_iters, expected.n_iters)


def test_penalty_factors_by_name(diabetes):
    X, y = diabetes
    frame = pd.DataFrame(X, columns=list("abcdefghij"))
    path = Lasso(penalty_factor={"c": 0.0}, **TIGHT).fit_path(frame, y, alphas=3)
    assert path.df[0] == 1 and path.coefs[2, 0] != 0
    expected = Lasso(penalty_factor=(np.arange(10) != 2).astype(float), **TIGHT).fit_path(X, y, alphas=3)
    assert_array_equal(path.coefs, expected.coefs)


def test_targets(diabetes):
    X, y = diabetes
    assert_array_equal(path_of(X, y[:, None], alphas=3).coefs, path_of(X, y, alphas=3).coefs)
    with pytest.raises(ValueError, match=r"^y must have one column, got shape \(442, 2\).*fit_path on each column"):
        path_of(X, np.column_stack([y, y]), alphas=3)
    flat = path_of(X, np.full(442, 3.0), alphas=3)
    assert not flat.coefs.any() and not flat.deviance_ratio.any()
    assert_allclose(flat.intercepts, 3.0, rtol=1e-15)


BAD = [
    ({"alphas": 0}, ValueError, "^alphas must be at least 1"),
    ({"alphas": -3}, ValueError, "^alphas must be at least 1"),
    ({"alphas": None}, TypeError, "^alphas must be an integer or a sequence"),
    ({"alphas": "warn"}, TypeError, "^alphas must be an integer or a sequence"),
    ({"alphas": True}, TypeError, "^alphas must be an integer or a sequence"),
    ({"alphas": 0.5}, ValueError, "^alphas must be an integer or a sequence"),
    ({"alphas": []}, ValueError, "^alphas must be an integer or a sequence"),
    ({"alphas": [[0.1]]}, ValueError, "^alphas must be an integer or a sequence"),
    ({"alphas": [0.1, -1.0]}, ValueError, "^alphas must be a sequence of numbers >= 0"),
    ({"alphas": [0.1, np.nan]}, ValueError, "alphas contains NaN"),
    ({"alphas": [0.1, np.inf]}, ValueError, "alphas contains infinity"),
    ({"eps": 0.0}, ValueError, "^eps must be above 0 and at most 1"),
    ({"eps": 1.1}, ValueError, "^eps must be above 0 and at most 1"),
    ({"eps": "a"}, TypeError, "^eps must be a real number"),
    ({"sample_weight": [1.0]}, ValueError, "^sample_weight must have shape"),
    ({"tol": -1.0}, ValueError, "^tol must be"),
    ({"l1_ratio": 0}, ValueError, "grid generation is not supported for l1_ratio=0"),
    ({"penalty_factor": [1.0]}, ValueError, "^penalty_factor must have shape"),
    ({"bounds": (1.0, 2.0)}, ValueError, "^bounds must satisfy"),
]


@pytest.mark.parametrize(("kw", "error", "message"), BAD)
def test_bad_input_is_named(kw, error, message, diabetes):
    with pytest.raises(error, match=message):
        path_of(*diabetes, **kw)


def test_bad_data_is_named(diabetes):
    X, y = diabetes
    with pytest.raises(ValueError, match="Input X contains NaN"):
        path_of(np.where(np.arange(10) == 3, np.nan, X), y)
    with pytest.raises(ValueError, match="Input y contains NaN"):
        path_of(X, np.where(y == y[0], np.nan, y))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        path_of(X, y[:-1])
    with pytest.raises(ValueError, match="not finite in float32"):
        path_of(np.asfortranarray(X * 1e-3, dtype=np.float32), y * 1e37, alphas=3)


def test_ridge_regression_on_given_alphas(diabetes):
    X, y = diabetes
    path = path_of(X, y, alphas=[1e-2, 1e-3], l1_ratio=0.0)
    centred = X - X.mean(0)
    for i, alpha in enumerate(path.alphas):
        exact = np.linalg.solve(centred.T @ centred + 442 * alpha * np.eye(10), centred.T @ (y - y.mean()))
        assert_allclose(path.coefs[:, i], exact, rtol=1e-8)


def test_one_warning_for_a_path_that_falls_short():
    y = target(WIDE)
    model = Lasso(max_iter=1, tol=1e-10, solver="cd")
    with pytest.warns(ConvergenceWarning, match="number of iterations .at .* of 5 alphas, here alpha=") as caught:
        path = model.fit_path(WIDE, y, alphas=5)
    assert len(caught) == 1 and caught[0].filename == __file__
    assert not path.converged.all() and path.converged[0]
    assert_array_equal(path.converged, path.dual_gaps <= 1e-10 * np.var(y))


def test_verbose_is_that_of_fit(diabetes, capsys):
    Lasso(verbose=1).fit_path(*diabetes, alphas=3)
    assert "dual gap" in capsys.readouterr().out
    Lasso().fit_path(*diabetes, alphas=3)
    assert capsys.readouterr().out == ""
