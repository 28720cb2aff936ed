"""``lasso_path`` and ``enet_path``, with scikit-learn's contract."""

import sys
import warnings
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.utils import check_array, check_random_state

from ._engine.grams import choose_gram
from ._engine.paths import alpha_grid, alpha_max, follow_path
from ._engine.penalty import build_penalty
from ._engine.problem import Problem
from ._engine.progress import warn_not_converged
from ._engine.solve import Control
from ._engine.validation import (
    check_parameters,
    check_weights,
    raise_not_finite,
    solver_ready,
)

_DEPRECATED = (
    "'n_alphas' was deprecated in 1.9 and will be removed in 1.11. 'alphas' now accepts an integer value which "
    "removes the need to pass 'n_alphas'. The default value of 'alphas' will change from None to 100 in 1.11. "
    "Pass an explicit value to 'alphas' and leave 'n_alphas' to its default value to silence this warning."
)
_ALPHAS_NONE = (
    "'alphas=None' is deprecated and will be removed in 1.11, at which point the default value will be set to "
    "100. Set 'alphas=100' to silence this warning."
)


def lasso_path(
    X,
    y,
    *,
    eps=1e-3,
    n_alphas="deprecated",
    alphas="warn",
    precompute="auto",
    Xy=None,
    copy_X=True,
    coef_init=None,
    verbose=False,
    return_n_iter=False,
    positive=False,
    **params,
):
    """Compute the lasso path: coefficients on a grid of alphas, each with its dual gap.

    Minimises ``1 / (2 S) * sum_i s_i (y_i - x_i w)^2 + alpha * ||w||_1`` for every alpha in turn, from the largest
    down, each started from the one before; S is the sum of the weights s, all 1 by default. There is no intercept,
    as in scikit-learn: centre X and y first, or use :class:`Lasso`.

    Parameters
    ----------
    X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
        Data, float64 or float32 (other types are converted). Never written to.
    y : array-like of shape (n_samples,)
        Target values.
    eps : float, default=1e-3
        ``alphas[-1] / alphas[0]`` of a grid that is made here.
    n_alphas : int
        Deprecated as in scikit-learn 1.9: give ``alphas`` an integer.
    alphas : int or array-like, default=100
        The number of alphas of the grid from alpha_max down, or the alphas themselves (sorted in descending order).
    precompute : bool, 'auto' or array-like of shape (n_features, n_features), default='auto'
        Whether to sweep on a Gram matrix. 'auto': where n_samples > n_features. It never changes the problem.
    Xy : array-like of shape (n_features,), default=None
        ``X.T @ y``; used for the grid where ``precompute`` is a Gram matrix. The solver computes its own.
    copy_X : bool, default=True
        Compatibility with scikit-learn; no effect, since X is never written to.
    coef_init : array-like of shape (n_features,), default=None
        Start of the first solve.
    verbose : bool or int, default=False
        1: a dot for every alpha, on stderr; 2: a line for every alpha; 3: a line for every certificate.
    return_n_iter : bool, default=False
        Whether to return the number of iterations too.
    positive : bool, default=False
        Whether to force coefficients to be >= 0.
    **params : dict
        ``tol`` (1e-4), ``max_iter`` (1000), ``selection`` ('cyclic'), ``random_state``, ``sample_weight``
        (honoured for dense and sparse X alike), and ``do_screening``, which is accepted for compatibility: working
        sets do the screening, and the answer does not depend on it.

    Returns
    -------
    alphas : ndarray of shape (n_alphas,), float64
        In descending order.
    coefs : ndarray of shape (n_features, n_alphas), dtype of X
        Coefficients.
    dual_gaps : ndarray of shape (n_alphas,), float64
        Dual gaps, in the units of the objective above.
    n_iters : list of int
        Sweeps for every alpha; only with ``return_n_iter=True``.

    Raises
    ------
    ValueError, TypeError
        On bad input, naming the parameter; for a y of two dimensions (that is MultiTaskLasso's problem).

    Warns
    -----
    ConvergenceWarning
        Where some alpha was not solved to ``tol``.

    Examples
    --------
    >>> import numpy as np
    >>> from lassofit import lasso_path
    >>> X = np.array([[1, 2, 3.1], [2.3, 5.4, 4.3]]).T
    >>> y = np.array([1, 2, 3.1])
    >>> alphas, coefs, gaps = lasso_path(X, y, alphas=[5.0, 1.0, 0.5], tol=1e-12)
    >>> print(coefs.round(4))
    [[0.     0.     0.4692]
     [0.2159 0.4425 0.2367]]
    """
    return enet_path(
        X,
        y,
        l1_ratio=1.0,
        eps=eps,
        n_alphas=n_alphas,
        alphas=alphas,
        precompute=precompute,
        Xy=Xy,
        copy_X=copy_X,
        coef_init=coef_init,
        verbose=verbose,
        return_n_iter=return_n_iter,
        positive=positive,
        **params,
    )


def enet_path(
    X,
    y,
    *,
    l1_ratio=0.5,
    eps=1e-3,
    n_alphas="deprecated",
    alphas="warn",
    precompute="auto",
    Xy=None,
    copy_X=True,
    coef_init=None,
    verbose=False,
    return_n_iter=False,
    positive=False,
    check_input=True,
    **params,
):
    """Compute the elastic net path: coefficients on a grid of alphas, each with its dual gap.

    Minimises ``1 / (2 S) * sum_i s_i (y_i - x_i w)^2 + alpha * l1_ratio * ||w||_1
    + alpha * (1 - l1_ratio) / 2 * ||w||_2^2`` as :func:`lasso_path` does.

    Parameters
    ----------
    X : {array-like, sparse matrix or array} of shape (n_samples, n_features)
        Data.
    y : array-like of shape (n_samples,)
        Target values.
    l1_ratio : float in [0, 1], default=0.5
        Share of the L1 penalty. 0 needs explicit ``alphas``.
    eps, n_alphas, alphas, precompute, Xy, copy_X, coef_init, verbose, return_n_iter, positive
        As in :func:`lasso_path`.
    check_input : bool, default=True
        False skips the checks of X and y: they must be float64 or float32 arrays, or CSC, already.
    **params : dict
        As in :func:`lasso_path`.

    Returns
    -------
    alphas, coefs, dual_gaps, n_iters
        As in :func:`lasso_path`.

    Raises
    ------
    ValueError, TypeError
        On bad input, naming the parameter.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import enet_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, gaps = enet_path(X, y - y.mean(), alphas=5)
    >>> coefs.shape
    (10, 5)
    """
    count_or_alphas = _requested_alphas(n_alphas, alphas)
    options, weights = _solver_options(params)
    check_parameters(
        {
            "l1_ratio": l1_ratio,
            "eps": 1e-3 if eps is None else eps,
            "precompute": precompute,
            "copy_X": copy_X,
            "verbose": verbose,
            "return_n_iter": return_n_iter,
            "positive": positive,
            "check_input": check_input,
            "tol": options["tol"],
            "max_iter": options["max_iter"],
            "selection": options["selection"],
        }
    )
    X, y = _path_data(X, y, check_input)
    n, p = X.shape
    problem = Problem(X, check_weights(weights, n), fit_intercept=False)
    if not problem.finite:
        raise_not_finite(X)
    problem = problem.with_target(y)
    lower = 0.0 if positive else -np.inf
    unit = build_penalty(problem, 1.0, l1_ratio, None, lower, np.inf, False)
    grid = _grid(problem, unit, count_or_alphas, l1_ratio, eps, Xy if _is_gram(precompute) else None)
    shuffle = check_random_state(options["random_state"]) if options["selection"] == "random" else None
    limit = sys.maxsize if options["max_iter"] is None else options["max_iter"]
    control = Control(options["tol"], limit, shuffle, choose_gram(problem, precompute))
    start = _start(coef_init, p)
    coefs = np.empty((p, len(grid)), dtype=X.dtype)
    gaps, n_iters, failed = np.empty(len(grid)), [], []
    for i, solution, _ in follow_path(problem, unit, grid, start, control, verbose > 2):
        coefs[:, i] = solution.w
        gaps[i] = solution.certificate.gap
        n_iters.append(solution.n_iter)
        if not solution.converged:
            failed.append((i, solution))
        _say(verbose, i, len(grid), grid[i], solution)
    if failed:
        i, worst = max(failed, key=lambda pair: pair[1].certificate.gap)
        where = f" (at {len(failed)} of {len(grid)} alphas, here alpha={grid[i]:.6g})"
        warn_not_converged(worst, control, where)
    return (grid, coefs, gaps, n_iters) if return_n_iter else (grid, coefs, gaps)


def _requested_alphas(n_alphas, alphas):
    """Return the number of alphas or the alphas, with scikit-learn 1.9's deprecations."""
    asked = 100
    if not isinstance(n_alphas, str):
        warnings.warn(_DEPRECATED, FutureWarning, stacklevel=3)
        asked = n_alphas
    if alphas is None:
        warnings.warn(_ALPHAS_NONE, FutureWarning, stacklevel=3)
    elif not isinstance(alphas, str):
        asked = alphas
    elif alphas != "warn":
        raise ValueError(f"alphas must be an integer or an array of alphas, got {alphas!r}.")
    if isinstance(asked, Integral):
        if asked < 1:
            raise ValueError(f"alphas must be at least 1, got {asked}.")
        return int(asked)
    values = check_array(asked, ensure_2d=False, dtype=np.float64, input_name="alphas")
    if values.ndim != 1 or (values < 0).any():
        raise ValueError(f"alphas must be a sequence of numbers >= 0, got {asked!r}.")
    return np.sort(values)[::-1]


def _solver_options(params):
    """Return the solver's options and the sample weights out of ``**params``."""
    params = dict(params)
    params.pop("do_screening", None)
    options = {
        "tol": params.pop("tol", 1e-4),
        "max_iter": params.pop("max_iter", 1000),
        "selection": params.pop("selection", "cyclic"),
        "random_state": params.pop("random_state", None),
    }
    weights = params.pop("sample_weight", None)
    if params:
        raise ValueError("Unexpected parameters in params", params.keys())
    return options, weights


def _path_data(X, y, check_input):
    """Return X and y, checked, with X as the solver takes it."""
    if check_input:
        X = check_array(X, accept_sparse="csc", dtype=[np.float64, np.float32], input_name="X")
        if sparse.issparse(y):
            raise TypeError("y must be a dense array, got a sparse one. Use y.toarray().")
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
    if y.ndim != 1:
        raise ValueError(
            f"y must have one dimension, got shape {y.shape}: a path over several targets is MultiTaskLasso's "
            "problem (one L21 penalty for all targets), which is not here. Fit the targets one by one, or use Lasso."
        )
    if len(y) != X.shape[0]:
        raise ValueError(f"X and y have inconsistent numbers of samples: {X.shape[0]} and {len(y)}.")
    return solver_ready(X), y


def _is_gram(precompute):
    return not isinstance(precompute, bool | np.bool_ | str)


def _grid(problem, unit, asked, l1_ratio, eps, Xy):
    """Return the alphas in descending order."""
    if not isinstance(asked, int):
        return asked
    if l1_ratio == 0:
        raise ValueError(
            "Automatic alpha grid generation is not supported for l1_ratio=0. Please supply a grid by providing "
            "your estimator with the appropriate `alphas=` argument."
        )
    if eps is None or not eps > 0:
        raise ValueError(f"eps must be > 0, got {eps!r}.")
    if Xy is not None:
        c = check_array(Xy, ensure_2d=False, dtype=np.float64, input_name="Xy")
        if c.shape != (problem.p,):
            raise ValueError(f"Xy must have shape ({problem.p},), got {c.shape}.")
        pull = c if (unit.lo == 0).all() else np.abs(c)
        return alpha_grid(max(0.0, pull.max()) / (problem.n * l1_ratio), asked, eps)
    return alpha_grid(alpha_max(problem, unit), asked, eps)


def _start(coef_init, p):
    """Return the start of the first solve, or None."""
    if coef_init is None:
        return None
    start = check_array(coef_init, ensure_2d=False, dtype=np.float64, input_name="coef_init")
    if start.shape != (p,):
        raise ValueError(f"coef_init must have shape ({p},), got {start.shape}.")
    return start


def _say(verbose, i, n_alphas, alpha, solution):
    """Report one alpha: a dot on stderr, or a line."""
    if verbose == 2:
        gap, support = solution.certificate.gap, np.count_nonzero(solution.w)
        print(f"Path: {i + 1:03d} out of {n_alphas:03d}  alpha {alpha:.4e}  support {support}  gap {gap:.2e}")
    elif verbose == 1:
        sys.stderr.write(".")
