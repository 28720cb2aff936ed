"""Bad input: a clear ValueError or TypeError that names the parameter."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import lassofit
from lassofit import ElasticNet, Lasso, enet_path, lasso_path

RNG = np.random.default_rng(0)
X = RNG.standard_normal((20, 4))
Y = X[:, 0] - 2 * X[:, 1] + 0.1 * RNG.standard_normal(20)
BAD_PARAMETERS = [
    ("alpha", -1.0, ValueError),
    ("alpha", np.nan, ValueError),
    ("alpha", np.inf, ValueError),
    ("alpha", "1", TypeError),
    ("alpha", None, TypeError),
    ("alpha", True, TypeError),
    ("tol", -1e-4, ValueError),
    ("tol", np.nan, ValueError),
    ("tol", None, TypeError),
    ("max_iter", 0, ValueError),
    ("max_iter", 10.0, TypeError),
    ("fit_intercept", "yes", TypeError),
    ("fit_intercept", 1, TypeError),
    ("positive", 1, TypeError),
    ("standardize", None, TypeError),
    ("warm_start", 0, TypeError),
    ("copy_X", "F", TypeError),
    ("selection", "greedy", ValueError),
    ("solver", "lbfgs", ValueError),
    ("solver", None, ValueError),
    ("precompute", "yes", ValueError),
    ("precompute", None, ValueError),
    ("precompute", np.ones((3, 3)), ValueError),
    ("precompute", np.full((4, 4), np.nan), ValueError),
    ("precompute", np.eye(4), ValueError),
    ("verbose", -1, ValueError),
    ("n_jobs", 0, ValueError),
    ("random_state", "seed", ValueError),
    ("penalty_factor", -1.0, ValueError),
    ("penalty_factor", [1.0, 1.0], ValueError),
    ("penalty_factor", [1.0, 1.0, 1.0, -1.0], ValueError),
    ("penalty_factor", [1.0, 1.0, 1.0, np.nan], ValueError),
    ("penalty_factor", ["a", "b", "c", "d"], TypeError),
    ("penalty_factor", {"x9": 0.0}, ValueError),
    ("bounds", 3.0, ValueError),
    ("bounds", (1.0, 2.0), ValueError),
    ("bounds", (-2.0, -1.0), ValueError),
    ("bounds", (1.0, -1.0), ValueError),
    ("bounds", (np.nan, 1.0), ValueError),
    ("bounds", ([-1.0, -1.0], 1.0), ValueError),
    ("bounds", ("a", "b"), TypeError),
    ("bounds", (-1.0, 0.0, 1.0), ValueError),
]


@pytest.mark.parametrize("estimator", [Lasso, ElasticNet])
@pytest.mark.parametrize(("name", "value", "error"), BAD_PARAMETERS)
def test_bad_parameters(estimator, name, value, error):
    kw = {"fit_intercept": False} if name == "precompute" else {}
    if name == "random_state":
        kw["selection"] = "random"
    model = estimator(**{**kw, name: value})
    message = "Gram matrix|precompute" if name == "precompute" else name if name != "random_state" else "seed"
    with pytest.raises(error, match=message):
        model.fit(X, Y)
    assert not hasattr(model, "coef_")


def test_bad_l1_ratio():
    for value in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="l1_ratio"):
            ElasticNet(l1_ratio=value).fit(X, Y)


def holed(value):
    bad = X.copy()
    bad[3, 2] = value
    return bad


BAD_DATA = {
    "nan": (lambda: (holed(np.nan), Y), ValueError, "X contains NaN"),
    "inf": (lambda: (holed(np.inf), Y), ValueError, "X contains infinity"),
    "nan-sparse": (lambda: (sparse.csc_array(holed(np.nan)), Y), ValueError, "X contains NaN"),
    "nan-C": (lambda: (np.ascontiguousarray(holed(np.nan)), Y), ValueError, "X contains NaN"),
    "nan-float32": (lambda: (holed(np.nan).astype(np.float32), Y), ValueError, "X contains NaN"),
    "nan-y": (lambda: (X, np.where(np.arange(20) == 2, np.nan, Y)), ValueError, "y contains NaN"),
    "overflow": (lambda: (X * 1e200, Y), ValueError, "non-finite parameter values"),
    "lengths": (lambda: (X, Y[:-1]), ValueError, "inconsistent numbers of samples"),
    "one-dimension": (lambda: (X[0], Y), ValueError, "Expected 2D array"),
    "three-dimensions": (lambda: (X[None], Y), ValueError, "dim 3|3 dimensions|Found array with dim"),
    "strings": (lambda: (np.full((20, 4), "a"), Y), ValueError, "could not convert|dtype"),
    "objects": (lambda: (np.array([[object()] * 4] * 20), Y), (TypeError, ValueError), "object"),
    "complex": (lambda: (X + 1j, Y), ValueError, "[Cc]omplex"),
    "complex-y": (lambda: (X, Y + 1j), ValueError, "[Cc]omplex"),
    "no-rows": (lambda: (X[:0], Y[:0]), ValueError, "0 sample"),
    "no-columns": (lambda: (X[:, :0], Y), ValueError, "0 feature"),
    "no-y": (lambda: (X, None), ValueError, "y"),
    "sparse-y": (lambda: (X, sparse.csr_array(Y[:, None])), TypeError, "y must be a dense array"),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data(case):
    make, error, message = BAD_DATA[case]
    with pytest.raises(error, match=message):
        Lasso().fit(*make())


BAD_WEIGHTS = [
    (-np.ones(20), "sample_weight must be >= 0, got -1.0"),
    (np.zeros(20), "sample_weight is zero for every sample"),
    (np.ones(19), r"sample_weight must have shape \(20,\)"),
    (np.ones((20, 1)), r"sample_weight must have shape \(20,\)"),
    (np.full(20, np.nan), "sample_weight contains NaN"),
    (np.full(20, np.inf), "sample_weight contains infinity"),
    (-1.0, "sample_weight must be finite and positive"),
]


@pytest.mark.parametrize(("weights", "message"), BAD_WEIGHTS)
def test_bad_weights(weights, message):
    for data in (X, sparse.csc_array(X)):
        with pytest.raises(ValueError, match=message):
            Lasso().fit(data, Y, sample_weight=weights)


BAD_PATHS = [
    ({"alphas": [1.0, -1.0]}, "alphas"),
    ({"alphas": "auto"}, "alphas"),
    ({"alphas": 0}, "alphas"),
    ({"alphas": [np.nan]}, "alphas"),
    ({"alphas": 5, "eps": 0}, "eps"),
    ({"alphas": 5, "coef_init": np.ones(3)}, "coef_init"),
    ({"alphas": 5, "Xy": np.ones(3)}, "Xy"),
    ({"alphas": 5, "precompute": "no"}, "precompute"),
    ({"alphas": 5, "selection": "greedy"}, "selection"),
    ({"alphas": 5, "tol": -1}, "tol"),
    ({"alphas": 5, "sample_weight": -np.ones(20)}, "sample_weight"),
    ({"alphas": 5, "fit_intercept": True}, "Unexpected parameters in params"),
    ({"alphas": 5, "X_offset": np.ones(4)}, "Unexpected parameters in params"),
]


@pytest.mark.parametrize("path", [lasso_path, enet_path])
@pytest.mark.parametrize(("kw", "message"), BAD_PATHS)
def test_bad_paths(path, kw, message):
    with pytest.raises((ValueError, TypeError), match=message):
        path(X, Y, **kw)


def test_paths_have_one_target():
    with pytest.raises(ValueError, match="MultiTask"):
        lasso_path(X, np.c_[Y, Y], alphas=3)
    with pytest.raises(ValueError, match="l1_ratio=0"):
        enet_path(X, Y, l1_ratio=0, alphas=3)


def test_warm_start_of_another_shape():
    model = Lasso(warm_start=True).fit(X, Y)
    with pytest.raises(ValueError, match="warm_start=True needs a finite coef_ of shape"):
        model.fit(X[:, :3], Y)


def test_unknown_public_name():
    with pytest.raises(AttributeError, match="no attribute 'Ridge'"):
        _ = lassofit.Ridge
    assert {"Lasso", "ElasticNet", "lasso_path", "enet_path"} <= set(dir(lassofit))


def test_unprepared_data_with_check_input_false():
    csr = sparse.random(20, 20, density=0.3, random_state=0, format="csr")
    bad = [csr, X.tolist(), pd.DataFrame(X), X.astype(np.float16), X.astype(np.longdouble), X.astype(int)]
    for data in bad:
        with pytest.raises(TypeError, match="check_input=False takes X as"):
            Lasso().fit(data, Y, check_input=False)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        Lasso().fit(X, Y[:5], check_input=False)


@pytest.mark.parametrize(
    "parameters",
    [
        {"penalty_factor": [1e10, 1, 1, 1]},
        {"standardize": True},
        {"l1_ratio": 0.5, "standardize": True},
        {"l1_ratio": 0.0, "standardize": True},
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_penalty_that_overflows_names_alpha(parameters):
    rng = np.random.default_rng(0)
    A, b = 1e5 * rng.standard_normal((20, 4)), rng.standard_normal(20)
    with pytest.raises(ValueError, match=r"alpha=1e\+308 times penalty_factor.*not finite.*rescale X"):
        ElasticNet(**{"alpha": 1e308, "l1_ratio": 1.0, **parameters}).fit(A, b)


@pytest.mark.parametrize("solver", ["cd", "active_set"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.filterwarnings("error")
def test_the_largest_alpha_of_all_makes_everything_zero(l1_ratio, solver):
    rng = np.random.default_rng(0)
    A, b = rng.standard_normal((20, 4)), rng.standard_normal(20)
    for factor in (None, [np.inf, 1, 1, 1]):
        model = ElasticNet(1e308, l1_ratio=l1_ratio, solver=solver, penalty_factor=factor).fit(A, b)
        assert not model.coef_.any() and model.converged_ and model.dual_gap_ == 0


def test_weights_that_are_words_are_refused():
    with pytest.raises(TypeError, match=r"sample_weight must be an array of numbers.*'balanced'"):
        Lasso().fit(X, Y, sample_weight="balanced")


@pytest.mark.parametrize("wrap", [np.asarray, list, pd.Series, lambda y: np.column_stack([y, y])])
@pytest.mark.parametrize(
    "model", [Lasso(), lassofit.LassoCV(), lassofit.SGDLasso(), lassofit.PathSearchCV(Lasso(), alphas=3)]
)
def test_none_in_y_is_a_missing_value(model, wrap):
    """scikit-learn looks for NaN in an array of objects before None becomes one."""
    y = Y.astype(object)
    y[3] = None
    if np.ndim(wrap(y)) == 2 and not isinstance(model, Lasso):
        return
    with pytest.raises(ValueError, match="Input y contains NaN"):
        model.fit(X, wrap(y))
    if hasattr(model, "partial_fit"):
        with pytest.raises(ValueError, match="Input y contains NaN"):
            model.partial_fit(X, wrap(y))


def test_na_in_y_is_a_missing_value():
    y = pd.Series(Y).astype(object)
    y[3] = pd.NA
    with pytest.raises(TypeError, match="y has missing values"):
        Lasso().fit(X, y)


def test_sparse_x_of_one_dimension():
    with pytest.raises(ValueError, match=r"Expected 2D array, got a sparse X of shape \(20,\)"):
        Lasso().fit(sparse.coo_array(X[:, 0]), Y)


def test_lasso_path_has_no_l1_ratio():
    with pytest.raises(TypeError, match="lasso_path takes no l1_ratio"):
        lasso_path(X, Y, l1_ratio=0.5)
