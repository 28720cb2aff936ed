"""``lasso_path`` and ``enet_path``, with scikit-learn's contract. The engine is imported on the first call."""

from __future__ import annotations

import sys
from typing import Any, Literal

import numpy as np
from sklearn.utils import check_random_state

from ._engine.threads import sparing  # does not import numba
from ._typing import ArrayLike, Data, Gram


def lasso_path(
    X: Data,
    y: ArrayLike,
    *,
    eps: float = 1e-3,
    n_alphas: int | Literal["deprecated"] = "deprecated",
    alphas: ArrayLike | Literal["warn"] | None = "warn",
    precompute: Gram = "auto",
    Xy: ArrayLike | None = None,
    copy_X: bool = True,
    coef_init: ArrayLike | None = None,
    verbose: int = False,
    return_n_iter: bool = False,
    positive: bool = False,
    **params: Any,
) -> tuple[Any, ...]:
    """Compute the lasso path: coefficients on a grid of alphas, each with its dual gap.

    Minimises ``1 / (2 S) * sum_i s_i (y_i - x_i w)^2 + alpha * ||w||_1`` for every alpha in turn, from the largest
    down, each started from the one before; S is the sum of the weights s, all 1 by default. There is no intercept,
    as in scikit-learn: centre X and y first, or use :meth:`Lasso.fit_path`, whose problem is that of ``Lasso.fit``.

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
        Whether to work on the Gram matrix of all columns: see :class:`Lasso`. It never changes the problem.
    Xy : array-like of shape (n_features,), default=None
        ``X.T @ y``; used for the grid where ``precompute`` is a Gram matrix. The solver computes its own.
    copy_X : bool, default=True
        Compatibility with scikit-learn; no effect, since X is never written to.
    coef_init : array-like of shape (n_features,), default=None
        Start of the first solve, at the largest alpha.
    verbose : bool or int, default=False
        1: a dot for every alpha, on stderr; 2: a line for every alpha; 3: a line for every certificate.
    return_n_iter : bool, default=False
        Whether to return the number of iterations too.
    positive : bool, default=False
        Whether to force coefficients to be >= 0.
    **params : dict
        ``tol`` (1e-4), ``max_iter`` (1000), ``selection`` ('cyclic'), ``random_state``, ``sample_weight``
        (honoured for dense and sparse X alike), and ``do_screening``, which is accepted for compatibility and has no
        effect. ``max_iter`` is per alpha; ``selection='random'`` takes sweeps of coordinate descent.

    Returns
    -------
    alphas : ndarray of shape (n_alphas,), float64
        In descending order.
    coefs : ndarray of shape (n_features, n_alphas), dtype of X
        Coefficients.
    dual_gaps : ndarray of shape (n_alphas,), float64
        Dual gaps, in the units of the objective above.
    n_iters : list of int
        Rounds of the active set plus sweeps at every alpha; only with ``return_n_iter=True``.

    Raises
    ------
    ValueError, TypeError
        On bad input, naming the parameter; for a y of two dimensions (that is MultiTaskLasso's problem).

    Warns
    -----
    ConvergenceWarning
        Where some alpha was not solved to ``tol``.

    References
    ----------
    .. [1] R. Tibshirani, "Regression shrinkage and selection via the lasso", Journal of the Royal Statistical Society
       B 58(1), 1996.
    .. [2] J. Friedman, T. Hastie, R. Tibshirani, "Regularization paths for generalized linear models via coordinate
       descent", Journal of Statistical Software 33(1), 2010: a path of warm starts, section 2.5.

    Examples
    --------
    >>> import numpy as np
    >>> from lassofit import lasso_path
    >>> X = np.array([[1, 2, 3.1], [2.3, 5.4, 4.3]]).T
    >>> y = np.array([1, 2, 3.1])
    >>> alphas, coefs, gaps = lasso_path(X, y, alphas=[5.0, 1.0, 0.5], tol=1e-12)
    >>> print(coefs.round(4))
    [[0.     0.     0.4692]
     [0.2159 0.4426 0.2367]]
    """
    if "l1_ratio" in params:
        raise TypeError("lasso_path takes no l1_ratio, which is 1 here. Use enet_path.")
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


@sparing
def enet_path(
    X: Data,
    y: ArrayLike,
    *,
    l1_ratio: float = 0.5,
    eps: float = 1e-3,
    n_alphas: int | Literal["deprecated"] = "deprecated",
    alphas: ArrayLike | Literal["warn"] | None = "warn",
    precompute: Gram = "auto",
    Xy: ArrayLike | None = None,
    copy_X: bool = True,
    coef_init: ArrayLike | None = None,
    verbose: int = False,
    return_n_iter: bool = False,
    positive: bool = False,
    check_input: bool = True,
    **params: Any,
) -> tuple[Any, ...]:
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
    eps : float, default=1e-3
        As in :func:`lasso_path`, like all the others up to ``positive``.
    n_alphas : int
        Deprecated.
    alphas : int or array-like, default=100
        The number of alphas, or the alphas.
    precompute : bool, 'auto' or array-like of shape (n_features, n_features), default='auto'
        Whether to work on the Gram matrix.
    Xy : array-like of shape (n_features,), default=None
        ``X.T @ y``, for the grid.
    copy_X : bool, default=True
        No effect.
    coef_init : array-like of shape (n_features,), default=None
        Start of the first solve.
    verbose : bool or int, default=False
        What to report, on stderr or stdout.
    return_n_iter : bool, default=False
        Whether to return the number of iterations too.
    positive : bool, default=False
        Whether to force coefficients to be >= 0.
    check_input : bool, default=True
        False skips the checks of X and y: they must be float64 or float32 arrays, or CSC, already.
    **params : dict
        As in :func:`lasso_path`.

    Returns
    -------
    alphas : ndarray of shape (n_alphas,), float64
        In descending order.
    coefs : ndarray of shape (n_features, n_alphas), dtype of X
        Coefficients.
    dual_gaps : ndarray of shape (n_alphas,), float64
        Dual gaps, in the units of the objective above.
    n_iters : list of int
        As in :func:`lasso_path`.

    Raises
    ------
    ValueError, TypeError
        On bad input, naming the parameter.

    Warns
    -----
    ConvergenceWarning
        Where some alpha was not solved to ``tol``.

    References
    ----------
    .. [1] J. Friedman, T. Hastie, R. Tibshirani, "Regularization paths for generalized linear models via coordinate
       descent", Journal of Statistical Software 33(1), 2010: equations (1) to (3) are the objective.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from lassofit import enet_path
    >>> X, y = load_diabetes(return_X_y=True)
    >>> alphas, coefs, gaps = enet_path(X, y - y.mean(), alphas=5)
    >>> coefs.shape
    (10, 5)
    """
    from ._engine import grams, paths, penalty, problem, progress, request, solve, validation

    asked = request.requested_alphas(n_alphas, alphas)
    options, weights = request.solver_options(params)
    validation.check_parameters(
        {
            "l1_ratio": l1_ratio,
            "eps": 1e-3 if eps is None else eps,
            "precompute": precompute,
            "copy_X": copy_X,
            "verbose": verbose,
            "return_n_iter": return_n_iter,
            "positive": positive,
            "check_input": check_input,
            **options,
        }
    )
    X, y = request.path_data(X, y, check_input)
    n, p = X.shape
    start, Xy = (request.for_features(name, each, p) for name, each in (("coef_init", coef_init), ("Xy", Xy)))
    y = np.asarray(y, dtype=np.float64)
    data = problem.Problem(X, validation.check_weights(weights, n), fit_intercept=False, y=y)
    validation.check_moments(data)
    unit = penalty.build_penalty(data, 1.0, l1_ratio, None, 0.0 if positive else -np.inf, np.inf, False)
    grid = request.grid_of(data, unit, asked, l1_ratio, eps, None if isinstance(precompute, bool | str) else Xy)
    control = solve.Control(
        options["tol"],
        sys.maxsize if options["max_iter"] is None else options["max_iter"],
        check_random_state(options["random_state"]) if options["selection"] == "random" else None,
        solver="auto",
        gram=grams.choose_gram(data, precompute, solve.takes_sweeps("auto", options["selection"] == "random")),
    )
    coefs = np.empty((p, len(grid)), dtype=X.dtype)
    gaps, n_iters, failed = np.empty(len(grid)), [], []
    for i, solution, _ in paths.follow_path(data, unit, grid, start, control, verbose > 2):
        coefs[:, i] = solution.w
        gaps[i] = solution.certificate.gap
        n_iters.append(solution.n_iter)
        if not solution.converged:
            failed.append((i, solution))
        _say(verbose, i, len(grid), grid[i], solution)
    if failed:
        i, worst = max(failed, key=lambda pair: pair[1].certificate.gap)
        where = f" (at {len(failed)} of {len(grid)} alphas, here alpha={grid[i]:.6g})"
        progress.warn_not_converged(worst, control, where)
    return (grid, coefs, gaps, n_iters) if return_n_iter else (grid, coefs, gaps)


def _say(verbose, i, n_alphas, alpha, solution):
    """Report one alpha: a dot on stderr, or a line."""
    if verbose == 2:
        gap, support = solution.certificate.gap, np.count_nonzero(solution.w)
        print(f"Path: {i + 1:03d} out of {n_alphas:03d}  alpha {alpha:.4e}  support {support}  gap {gap:.2e}")
    elif verbose == 1:
        sys.stderr.write(".")
