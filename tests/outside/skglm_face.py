"""lassofit with skglm's limit on the work, positional ``l1_ratio`` and ``WeightedLasso``; parameters that only steer
skglm's solver, which its tests of these classes leave alone, are left out.
"""

import lassofit

__all__ = ["ElasticNet", "Lasso", "WeightedLasso"]

SWEEPS = 50 * 50_000  # skglm's default: 50 rounds of at most 50 000 epochs


class Lasso(lassofit.Lasso):
    """``lassofit.Lasso`` with skglm's default limit."""

    def __init__(
        self,
        alpha=1.0,
        *,
        max_iter=SWEEPS,
        tol=1e-4,
        positive=False,
        fit_intercept=True,
        warm_start=False,
    ):
        super().__init__(
            alpha=alpha,
            max_iter=max_iter,
            tol=tol,
            positive=positive,
            fit_intercept=fit_intercept,
            warm_start=warm_start,
        )


class WeightedLasso(lassofit.Lasso):
    """``lassofit.Lasso`` whose ``penalty_factor`` goes by the name of ``weights``, as in skglm and celer."""

    def __init__(
        self,
        alpha=1.0,
        weights=None,
        *,
        max_iter=SWEEPS,
        tol=1e-4,
        positive=False,
        fit_intercept=True,
        warm_start=False,
    ):
        super().__init__(
            alpha=alpha,
            penalty_factor=weights,
            max_iter=max_iter,
            tol=tol,
            positive=positive,
            fit_intercept=fit_intercept,
            warm_start=warm_start,
        )

    @property
    def weights(self):
        """The penalty factors."""
        return self.penalty_factor

    @weights.setter
    def weights(self, value):
        self.penalty_factor = value


class ElasticNet(lassofit.ElasticNet):
    """``lassofit.ElasticNet`` with skglm's default limit, whose ``l1_ratio`` may be passed by position."""

    def __init__(
        self,
        alpha=1.0,
        l1_ratio=0.5,
        *,
        max_iter=SWEEPS,
        tol=1e-4,
        positive=False,
        fit_intercept=True,
        warm_start=False,
    ):
        super().__init__(
            alpha=alpha,
            l1_ratio=l1_ratio,
            max_iter=max_iter,
            tol=tol,
            positive=positive,
            fit_intercept=fit_intercept,
            warm_start=warm_start,
        )
