"""The checks behind the table of features: what a package has to do, on small data, to get a yes.

numpy and scipy alone, so that it runs in any package's own Python. A package is an object whose methods do what their
names say, by that package's interface; where one is missing or raises, or its answer is wrong, the cell is a no.
"""

import sys
import warnings

import numpy as np
from scipy import sparse

ALPHA = 0.3
COEF = np.array([3.0, -2.0, 0.0, 1.0, 0.0, 0.0, 0.5, 0.0])
RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 8)) * np.array([1, 2, 1, 0.5, 1, 1, 3, 1]) + 1.0
Y = X @ COEF + RNG.standard_normal(60) + 5.0
CLASSES = np.where(np.median(Y) < Y, 1, 0)
TARGETS = np.stack([Y, Y[::-1]], axis=1)
COUNTS = RNG.poisson(np.exp(X[:, 0] / 2))
TIMES = np.arange(60) % 3  # how often every row counts
ROWS = np.tile(X - 1, (20, 1)), np.tile(Y, 20)  # a stream
SPARSE = sparse.csc_matrix(np.where(np.abs(X) > 1, X, 0.0))
CLOSE = {"rtol": 0, "atol": 2e-3}  # the packages' tolerances differ; each is asked for a tight one


def objective(coef, intercept, y=Y):
    """The lasso's objective."""
    return np.mean((y - X @ coef - intercept) ** 2) / 2 + ALPHA * np.abs(coef).sum()


def least():
    """The least objective, by plain coordinate descent on centred data."""
    A, r = X - X.mean(axis=0), Y - Y.mean()
    w, squares = np.zeros(8), (A**2).sum(axis=0)
    for j in np.tile(np.arange(8), 2000):
        r += A[:, j] * w[j]
        c = A[:, j] @ r
        w[j] = np.sign(c) * max(abs(c) - 60 * ALPHA, 0) / squares[j]
        r -= A[:, j] * w[j]
    return objective(w, Y.mean() - X.mean(axis=0) @ w)


def pulls(coef, y=Y):
    """Correlations of the centred features with the residual, over n."""
    A = X - X.mean(axis=0)
    return A.T @ (y - y.mean() - A @ coef) / len(y)


def elastic_net(package):
    """The optimality conditions of the elastic net hold."""
    coef, _ = package.lasso(X, Y, l1_ratio=0.5)
    pull = pulls(coef) - ALPHA / 2 * coef
    on = coef != 0
    return np.allclose(pull[on], ALPHA / 2 * np.sign(coef[on]), **CLOSE) and (np.abs(pull) < ALPHA / 2 + 2e-3).all()


def positive(package):
    """No coefficient is negative, and some are positive."""
    coef, _ = package.lasso(X, Y, positive=True)
    return coef.min() >= 0 and coef.max() > 1


def bounds(package):
    """Coefficients stop at the bounds, which are given for each."""
    coef, _ = package.lasso(X, Y, bounds=(np.full(8, -1.5), np.full(8, 2.0)))
    return np.allclose(coef[:2], [2.0, -1.5], **CLOSE)


def weights(package):
    """An integer weight is a repetition."""
    rows = np.repeat(np.arange(60), TIMES)
    weighted, _ = package.lasso(np.asfortranarray(X), Y, weights=TIMES.astype(float))
    return np.allclose(weighted, package.lasso(np.asfortranarray(X[rows]), Y[rows])[0], **CLOSE)


def sparse_weights(package):
    """An integer weight is a repetition, for sparse X."""
    rows = np.repeat(np.arange(60), TIMES)
    weighted, _ = package.lasso(SPARSE, Y, weights=TIMES.astype(float))
    return np.allclose(weighted, package.lasso(sparse.csc_matrix(SPARSE.tocsr()[rows]), Y[rows])[0], **CLOSE)


def factors(package):
    """A factor of 3 triples the penalty of a feature (glmnet's scale is undone)."""
    coef, _ = package.lasso(X, Y, factor=np.array([1, 1, 1, 1, 1, 1, 3, 1.0]))
    return coef[6] == 0 or np.isclose(abs(pulls(coef)[6]), 3 * ALPHA, **CLOSE)


def unpenalised(package):
    """A factor of 0 leaves a feature unpenalised."""
    coef, _ = package.lasso(X, Y, factor=np.array([0, 1, 1, 1, 1, 1, 1, 1.0]))
    return abs(pulls(coef)[0]) < 2e-3


def sparse_intercept(package):
    """Sparse X gives what dense X gives, with an intercept."""
    dense, b = package.lasso(np.asfortranarray(SPARSE.toarray()), Y)
    found, c = package.lasso(SPARSE, Y)
    return np.allclose(found, dense, **CLOSE) and np.isclose(b, c, **CLOSE)


def sparse_scale(package):
    """A penalty on the scale of unit standard deviation, for sparse X that stays sparse."""
    dense = SPARSE.toarray()
    scale = dense.std(axis=0)
    expected, _ = package.lasso(np.asfortranarray(dense / scale), Y)
    found, _ = package.lasso(SPARSE, Y, standardize=True)
    return np.allclose(found, expected / scale, **CLOSE)


def single(package):
    """float32 data give float32 coefficients."""
    coef, _ = package.lasso(np.asfortranarray(X, dtype=np.float32), Y.astype(np.float32))
    return np.asarray(coef).dtype == np.float32


def certificate(package):
    """A loose fit returns a gap that its distance from the optimum does not exceed, and that is of its size."""
    gap, coef, intercept = package.gap(X, Y)
    return 0 <= objective(coef, intercept) - least() <= gap + 1e-9 <= Y.var()


def proven(package):
    """The fit names features that are zero in every optimum, and they are."""
    named = np.asarray(package.proven(X, Y))
    return named.dtype == bool and named.any() and not package.lasso(X, Y)[0][named].any()


def path(package):
    """A path with an intercept in one call: at each alpha the solution of the single fit."""
    coefs, intercepts = package.path(X, Y, np.array([1.0, ALPHA, 0.1]))
    coef, intercept = package.lasso(X, Y)
    return np.allclose(np.asarray(coefs)[:, 1], coef, **CLOSE) and np.isclose(intercepts[1], intercept, **CLOSE)


def between(package):
    """Between two alphas of a path, the exact solution, which is not on the straight line between the two."""
    coef = package.between(X, Y, np.array([1.0, 0.05]), ALPHA)
    return np.allclose(coef, package.lasso(X, Y)[0], **CLOSE)


def cross_validation(package):
    """An alpha by cross-validation, on the versions at hand."""
    return package.cv(X, Y) > 0


def one_se(package):
    """The alpha of the one-standard-error rule, which is larger."""
    least_error, largest = package.one_se(X, Y)
    return largest > least_error > 0


def search(package):
    """A search over 20 alphas, 5 folds, behind a transformer: fitted to a fold's training rows, once for a fold."""
    rows = package.search(X, Y)  # the numbers of rows that the transformer was fitted to, one for each of its fits
    return rows.count(48) == 5 and len(rows) <= 7


def stream(package):
    """Rows in parts: the same model, to rounding, whatever the parts."""
    found = [np.asarray(package.stream(*ROWS, size)) for size in (len(ROWS[1]), 7)]
    return bool(found[0].any() and np.allclose(*found, rtol=0, atol=1e-8))


def partial(package):
    """Rows in parts."""
    return bool(np.asarray(package.stream(*ROWS, 7)).any())


def estimator_checks(package):
    """scikit-learn's check_estimator, for all that the package has of Lasso, ElasticNet and their CV classes."""
    from sklearn.utils.estimator_checks import check_estimator

    failed = [
        f"{type(estimator).__name__} {result['check_name']}"
        for estimator in package.estimators()
        for result in check_estimator(estimator, on_skip=None, on_fail=None)
        if result["status"] == "failed"
    ]
    if failed:
        raise AssertionError(", ".join(failed))
    return True


def compiled(package):
    """A first fit compiles nothing: numba is not loaded by it."""
    return "numba" not in package.modules()


def logistic(package):
    """Classification with an L1 penalty."""
    coef = np.ravel(package.logistic(X, CLASSES))
    return 0 < np.count_nonzero(coef) < 8


def poisson(package):
    """Counts with an L1 penalty."""
    coef = np.ravel(package.poisson(X, COUNTS))
    return 0 < np.count_nonzero(coef) < 8


def groups(package):
    """Features in pairs: both of a pair are zero, or neither."""
    pairs = np.ravel(package.groups(X, Y)).reshape(4, 2) != 0
    return (pairs[:, 0] == pairs[:, 1]).all() and 0 < pairs[:, 0].sum() < 4


def multitask(package):
    """Two targets with one support (the L21 norm)."""
    coef = np.asarray(package.multitask(X, TARGETS)) != 0  # (targets, features)
    return (coef[0] == coef[1]).all() and 0 < coef[0].sum() < 8


def nonconvex(package):
    """A penalty that shrinks large coefficients less (MCP or SCAD)."""
    return abs(np.ravel(package.nonconvex(X, Y))[0]) > abs(package.lasso(X, Y)[0][0])


CHECKS = {
    check.__name__: check
    for check in (
        elastic_net, positive, bounds, factors, unpenalised, weights, sparse_weights, sparse_intercept, sparse_scale,
        single, certificate, proven, path, between, cross_validation, one_se, search, partial, stream, estimator_checks,
        compiled, logistic, poisson, groups, multitask, nonconvex,
    )
}  # fmt: skip


def run(package):
    """The cells of one package: yes or no, and why not."""
    cells = {}
    for name, check in CHECKS.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                cells[name] = {"yes": bool(check(package))}
        except Exception as error:  # a missing method, parameter or class is the usual no
            text = str(error).strip().splitlines()
            cells[name] = {"yes": False, "why": f"{type(error).__name__}: {text[0] if text else ''}"[:300]}
        print(f"{package.name}: {name}: {'yes' if cells[name]['yes'] else 'no'}", file=sys.stderr, flush=True)
    return cells
