"""lassofit behind celer's signatures: positional order, defaults and names of parameters, and celer's counting.

``weights`` become penalty factors. ``p0``, ``prune`` and ``verbose`` steer celer's solver and are dropped.
``max_iter`` rounds of at most ``max_epochs`` epochs become ``max_iter * max_epochs`` sweeps. celer counts the
certificate of the start as an iteration, lassofit does not: 1 is added. Parameters are got and set under lassofit's
names: celer's tests set ``alpha`` alone.
"""

import lassofit

__all__ = ["ElasticNet", "Lasso", "celer_path"]


class _Face:
    """What both classes share: celer's ``weights`` and its count of iterations."""

    @property
    def weights(self):
        return self.penalty_factor

    @weights.setter
    def weights(self, value):
        self.penalty_factor = value

    def fit(self, X, y):
        super().fit(X, y)
        self.n_iter_ += 1
        return self


class Lasso(_Face, lassofit.Lasso):
    """``lassofit.Lasso`` with the signature of ``celer.Lasso``."""

    def __init__(
        self,
        alpha=1.0,
        max_iter=100,
        max_epochs=50000,
        p0=10,
        verbose=0,
        tol=1e-4,
        prune=True,
        fit_intercept=True,
        weights=None,
        warm_start=False,
        positive=False,
    ):
        super().__init__(
            alpha=alpha,
            max_iter=max_iter * max_epochs,
            tol=tol,
            fit_intercept=fit_intercept,
            penalty_factor=weights,
            warm_start=warm_start,
            positive=positive,
        )

    @classmethod
    def _get_param_names(cls):
        return lassofit.Lasso._get_param_names()


class ElasticNet(_Face, lassofit.ElasticNet):
    """``lassofit.ElasticNet`` with the signature of ``celer.ElasticNet``."""

    def __init__(
        self,
        alpha=1.0,
        l1_ratio=1.0,
        max_iter=100,
        max_epochs=50000,
        p0=10,
        verbose=0,
        tol=1e-4,
        prune=True,
        fit_intercept=True,
        weights=None,
        warm_start=False,
        positive=False,
    ):
        super().__init__(
            alpha=alpha,
            l1_ratio=l1_ratio,
            max_iter=max_iter * max_epochs,
            tol=tol,
            fit_intercept=fit_intercept,
            penalty_factor=weights,
            warm_start=warm_start,
            positive=positive,
        )

    @classmethod
    def _get_param_names(cls):
        return lassofit.ElasticNet._get_param_names()


def celer_path(
    X,
    y,
    pb,
    eps=1e-3,
    n_alphas=100,
    alphas=None,
    l1_ratio=1.0,
    coef_init=None,
    max_iter=20,
    max_epochs=50000,
    p0=10,
    verbose=0,
    tol=1e-6,
    prune=0,
    return_thetas=False,
    return_n_iter=False,
    positive=False,
):
    """``lassofit.enet_path`` with the signature of ``celer.celer_path``, but for what it does not have.

    The dual points are not returned by lassofit: None stands in their place.
    """
    if pb != "lasso":
        raise NotImplementedError(f"lassofit has no {pb}")
    alphas, coefs, gaps, n_iters = lassofit.enet_path(
        X,
        y,
        l1_ratio=l1_ratio,
        eps=eps,
        alphas=n_alphas if alphas is None else alphas,
        coef_init=coef_init,
        max_iter=max_iter * max_epochs,
        tol=tol,
        positive=positive,
        return_n_iter=True,
    )
    result = (alphas, coefs, gaps)
    if return_thetas:
        result += (None,)
    if return_n_iter:
        result += ([n_iter + 1 for n_iter in n_iters],)
    return result
