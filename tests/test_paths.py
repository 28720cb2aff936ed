"""``lasso_path`` and ``enet_path``: scikit-learn's contract, every alpha certified."""

import warnings

import naive
import numpy as np
import pytest
import sklearn.linear_model as reference
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import lassofit
from lassofit.testing import dual_gap

RNG = np.random.default_rng(0)
TALL = RNG.standard_normal((60, 15)) + 1.0
WIDE = RNG.standard_normal((25, 80))
PAIRS = [("lasso_path", {}), ("enet_path", {}), ("enet_path", {"l1_ratio": 0.9})]


def target(X):
    return X[:, :4] @ [3, -2, 1, 0.5] + 0.3 * np.random.default_rng(1).standard_normal(len(X))


@pytest.mark.parametrize("store", [np.asfortranarray, np.ascontiguousarray, sparse.csc_array, sparse.csr_matrix])
@pytest.mark.parametrize("X", [TALL, WIDE], ids=["tall", "wide"])
@pytest.mark.parametrize(("name", "kw"), PAIRS)
def test_equal_to_sklearn(name, kw, X, store):
    y = target(X)
    kw = {**kw, "alphas": 12, "eps": 1e-2, "tol": 1e-12, "max_iter": 100_000, "return_n_iter": True}
    alphas, coefs, gaps, n_iters = getattr(lassofit, name)(store(X), y, **kw)
    expected = getattr(reference, name)(X, y, **kw)
    assert_allclose(alphas, expected[0], rtol=1e-12)
    assert_allclose(coefs, expected[1], atol=1e-8)
    assert coefs.shape == (X.shape[1], 12) and gaps.shape == (12,)
    assert isinstance(n_iters, list) and len(n_iters) == 12
    assert not coefs[:, 0].any() and n_iters[0] == 0  # the grid starts where all are zero
    assert (gaps <= 1e-12 * np.mean(y**2)).all()


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_alpha_is_certified_and_weights_are_honoured(weighted, positive):
    """Recomputed in numpy; scikit-learn's own lasso_path ignores the weights for dense X."""
    X, y = WIDE, target(WIDE)
    s = np.random.default_rng(2).exponential(size=len(y)) if weighted else None
    alphas, coefs, gaps = lassofit.lasso_path(
        X, y, alphas=20, positive=positive, sample_weight=s, tol=1e-7, max_iter=100_000
    )
    for alpha, coef, gap in zip(alphas, coefs.T, gaps, strict=True):
        kw = {"alpha": alpha, "fit_intercept": False, "positive": positive, "sample_weight": s}
        assert dual_gap(X, y, coef, 0.0, **kw) == pytest.approx(gap, rel=1e-6, abs=1e-11)
    assert alphas[0] == pytest.approx(naive.alpha_max(X, y, s, fit_intercept=False, positive=positive), rel=1e-12)


def test_given_alphas_are_sorted():
    y = target(TALL)
    alphas, coefs, _ = lassofit.lasso_path(TALL, y, alphas=[0.1, 1.0, 0.5], tol=1e-10)
    assert list(alphas) == [1.0, 0.5, 0.1]
    for alpha, coef in zip(alphas, coefs.T, strict=True):
        model = lassofit.Lasso(alpha, fit_intercept=False, tol=1e-10).fit(TALL, y)
        assert_allclose(coef, model.coef_, atol=1e-6)


@pytest.mark.parametrize("precompute", [True, False, "auto", "gram"])
def test_precompute_does_not_change_the_path(precompute):
    y = target(TALL)
    gram = TALL.T @ TALL if precompute == "gram" else precompute
    kw = {"alphas": 8, "eps": 1e-2, "tol": 1e-12, "max_iter": 100_000}
    _, coefs, _ = lassofit.enet_path(TALL, y, precompute=gram, Xy=TALL.T @ y, **kw)
    assert_allclose(coefs, lassofit.enet_path(TALL, y, precompute=False, **kw)[1], atol=1e-8)


def test_coef_init_and_float32():
    y = target(TALL)
    _, coefs, _, n_iters = lassofit.lasso_path(TALL, y, alphas=[0.1], tol=1e-9, return_n_iter=True)
    again = lassofit.lasso_path(TALL, y, alphas=[0.1], coef_init=coefs[:, 0], tol=1e-8, return_n_iter=True)
    assert n_iters[0] > 0 and again[3] == [0]
    assert lassofit.lasso_path(TALL.astype(np.float32), y, alphas=3)[1].dtype == np.float32


def test_deprecations_are_those_of_sklearn():
    y = target(TALL)
    with pytest.warns(FutureWarning, match="'n_alphas' was deprecated in 1.9"):
        assert len(lassofit.lasso_path(TALL, y, n_alphas=5)[0]) == 5
    with pytest.warns(FutureWarning, match="'alphas=None' is deprecated"):
        assert len(lassofit.enet_path(TALL, y, alphas=None)[0]) == 100
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(lassofit.lasso_path(TALL, y)[0]) == 100


def test_a_path_that_falls_short_says_where():
    y = target(WIDE)
    with pytest.warns(ConvergenceWarning, match="number of iterations .at .* of 5 alphas, here alpha=") as caught:
        lassofit.lasso_path(WIDE, y, alphas=5, max_iter=1, tol=1e-10)
    assert len(caught) == 1


def test_verbose(capsys):
    y = target(TALL)
    lassofit.lasso_path(TALL, y, alphas=3, verbose=1)
    assert capsys.readouterr().err.count(".") == 3
    lassofit.lasso_path(TALL, y, alphas=3, verbose=2)
    assert "Path: 003 out of 003" in capsys.readouterr().out
    lassofit.Lasso(0.1, verbose=1).fit(TALL, y)
    out = capsys.readouterr().out
    assert "dual gap" in out and len(out.splitlines()) >= 3


def test_constant_target_has_the_smallest_grid():
    alphas, coefs, gaps = lassofit.lasso_path(TALL, np.zeros(60), alphas=3)
    assert (alphas == np.finfo(float).resolution).all() and not coefs.any() and not gaps.any()


@pytest.mark.parametrize("size", [1e-12, 1e-16, 1e-40])
def test_a_target_in_tiny_units_has_a_grid_of_its_own(size):
    """scikit-learn's are 1e-15, and models of zeros, from an alpha_max of 1e-15 down."""
    X, y = TALL, target(TALL)
    model = lassofit.LassoCV(alphas=20).fit(X, y)
    alphas, alpha, score = model.alphas_, model.alpha_, model.score(X, y)
    model.fit(X, size * y)
    assert_allclose(model.alphas_, size * alphas, rtol=1e-12)
    assert_allclose([model.alpha_ / size, model.score(X, size * y)], [alpha, score], rtol=1e-6)
    assert_allclose(
        lassofit.lasso_path(X, size * y, alphas=5)[0], size * lassofit.lasso_path(X, y, alphas=5)[0], rtol=1e-12
    )


def test_an_orthogonal_target_has_the_smallest_grid():
    X = np.repeat([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]], 5, axis=0)
    for y in (X[:, 0] * X[:, 1], 1e-20 * X[:, 0] * X[:, 1]):
        assert (lassofit.lasso_path(X, y, alphas=3)[0] == 1e-15).all()


def test_path_is_the_function_of_the_class():
    """In scikit-learn, Lasso.path solves an elastic net with l1_ratio 0.5; here it is the lasso's."""
    assert lassofit.Lasso.path is lassofit.lasso_path and lassofit.ElasticNet.path is lassofit.enet_path
