"""A search by PathSearchCV, and GridSearchCV over the same cells; what must be alike in the two."""

import warnings

from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV

from lassofit import ElasticNet, Lasso, PathSearchCV

X, Y = (part[:120] for part in load_diabetes(return_X_y=True))
ALPHAS = [3.0, 1.0, 0.3, 0.05]
EXACT = Lasso(tol=1e-12, max_iter=100_000)
EXACT_NET = ElasticNet(tol=1e-12, max_iter=100_000)


def both(estimator, name, X=X, y=Y, alphas=ALPHAS, param_grid=None, fit_params=None, **options):
    """Return the fitted PathSearchCV and the fitted GridSearchCV; ``name`` is alpha's."""
    grids = [{}] if param_grid is None else [param_grid] if isinstance(param_grid, dict) else param_grid
    theirs = GridSearchCV(estimator, [{**grid, name: alphas} for grid in grids], **options)
    ours = PathSearchCV(estimator, alphas=alphas, param_grid=param_grid, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ours.fit(X, y, **(fit_params or {})), theirs.fit(X, y, **(fit_params or {}))


def assert_alike(ours, theirs):
    """Assert that all results of two searches agree, scores to 1e-8."""
    assert list(ours.cv_results_) == list(theirs.cv_results_)
    for key, expected in theirs.cv_results_.items():
        found = ours.cv_results_[key]
        if key == "params":
            assert repr(found) == repr(expected)
        elif key.startswith("param_"):
            assert found.dtype == expected.dtype
            assert_array_equal(found.mask, expected.mask)
            assert repr(list(found)) == repr(list(expected))
        elif not key.endswith("_time"):
            assert found.dtype == expected.dtype
            assert_allclose(found, expected, rtol=1e-8, atol=1e-8, err_msg=key)
    for name in ("best_index_", "n_splits_", "multimetric_", "best_score_", "best_params_", "n_features_in_"):
        assert hasattr(ours, name) == hasattr(theirs, name), name
        if name == "best_score_" and hasattr(theirs, name):
            assert_allclose(ours.best_score_, theirs.best_score_, rtol=1e-8)
        elif hasattr(theirs, name):
            assert getattr(ours, name) == getattr(theirs, name), name


def assert_same(estimator, name, **options):
    """Assert that both searches agree; return ours."""
    ours, theirs = both(estimator, name, **options)
    assert_alike(ours, theirs)
    return ours
