"""Which problem a fitted estimator has solved: what of it ``certify`` reads, follows, refuses and warns of."""

import re
import warnings

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils import check_array

# Estimators with alpha and coef_ that are no lasso: by package and class, so that none is imported, and what differs.
_PENALTY, _LOSS = "its penalty is another one", "its loss is not the squared error"
_OTHERS = {
    "sklearn": {
        **dict.fromkeys(["Ridge", "RidgeCV"], "it has no L1 penalty"),
        **dict.fromkeys(["BayesianRidge", "ARDRegression"], "its alpha_ is the precision of the noise"),
        **dict.fromkeys(["HuberRegressor", "QuantileRegressor"], _LOSS),
        **dict.fromkeys(["PoissonRegressor", "GammaRegressor", "TweedieRegressor"], _LOSS),
    },
    "celer": dict.fromkeys(["GroupLasso", "GroupLassoCV"], _PENALTY),
    "skglm": {
        **dict.fromkeys(["MCPRegression", "GroupLasso"], _PENALTY),
        **dict.fromkeys(["CoxEstimator", "SqrtLasso", "SmoothQuantileRegressor"], _LOSS),
    },
}
_SQUARED = {"squared_error", "squared_loss"}
_PARTS = {"datafit": {"Quadratic"}, "penalty": {"L1", "L1_plus_L2"}}  # skglm's, of its GeneralizedLinearEstimator
_FAR = 1e-2  # the relative gap of what has converged in its own opinion, but to no lasso


def followed(estimator, y):
    """Return the estimator that solved a problem, and its y: those within fitted TransformedTargetRegressors."""
    within = ""
    while hasattr(estimator, "regressor_") and hasattr(estimator, "transformer_"):
        y, estimator = transformed(estimator.transformer_, y), estimator.regressor_
        within = " within, of its regressor_, and y as transformer_ transforms it"
    name = type(estimator).__name__
    if isinstance(estimator, type):
        raise TypeError(f"certify judges a fitted model: give an instance of {estimator.__name__}, not the class")
    if hasattr(estimator, "coef_at"):
        raise TypeError(
            f"certify judges one model, not a {name}: take dual_gap(X, y, *path.coef_at(alpha), alpha=alpha) for the "
            "path of a Lasso, with l1_ratio and the other parameters that it has"
        )
    if hasattr(estimator, "best_estimator_"):
        raise TypeError(f"certify judges one model, not a {name}: give its best_estimator_")
    if hasattr(estimator, "steps"):
        raise TypeError(
            f"certify judges an estimator, not a {name}: give its last step{within}, such as pipe[-1], and X as the "
            "steps before it leave it, such as pipe[:-1].transform(X)"
        )
    return estimator, y


def transformed(transformer, y):
    """Return y as a TransformedTargetRegressor gives it to its regressor."""
    y = check_array(y, ensure_2d=False, allow_nd=True, dtype="numeric", input_name="y")
    found = np.asarray(transformer.transform(y.reshape(-1, 1) if y.ndim == 1 else y))
    return found[:, 0] if y.ndim == 1 and found.ndim == 2 and found.shape[1] == 1 else found


def check_solved(estimator):
    """Raise for what is not fitted, and for what is known to solve another problem than a lasso or an elastic net."""
    name = type(estimator).__name__
    if name.startswith("MultiTask"):
        raise TypeError("a multi-task estimator has another penalty: certify cannot judge it")
    for kind in type(estimator).__mro__:
        package = kind.__module__.partition(".")[0]
        why = _OTHERS.get(package, {}).get(kind.__name__)
        if why:
            raise _other(f"{kind.__name__} of {package}", why)
    if not hasattr(estimator, "coef_"):
        raise NotFittedError(f"this {name} has no coef_: call fit first")
    if hasattr(estimator, "classes_"):
        raise _other(name, "it is a classifier")
    for part, known in _PARTS.items():
        kind = type(getattr(estimator, part, None)).__name__
        if hasattr(estimator, "datafit") and kind not in {*known, "NoneType"}:
            raise _other(name, f"its {part} is {kind}")
        if hasattr(estimator, "datafit") and getattr(getattr(estimator, part, None), "positive", False):
            raise _other(name, f"its {part} has positive=True")


def l1_share(estimator):
    """Return the share of the L1 penalty: by ``penalty``, where there is one as in SGDRegressor, and ``l1_ratio``."""
    penalty, loss = getattr(estimator, "penalty", "elasticnet"), getattr(estimator, "loss", "squared_error")
    if penalty is None and hasattr(estimator, "datafit"):
        penalty = "elasticnet"
    if isinstance(loss, str) and loss not in _SQUARED:
        raise _other(type(estimator).__name__, f"its loss is {loss!r}")
    if penalty is None or (isinstance(penalty, str) and penalty not in ("l1", "elasticnet")):
        raise _other(type(estimator).__name__, f"its penalty is {penalty!r}, not 'l1' or 'elasticnet'")
    if isinstance(penalty, str) and penalty == "l1":
        return 1.0
    ratios = [getattr(estimator, name, None) for name in ("l1_ratio_", "l1_ratio")]
    ratios.append(getattr(penalty, "l1_ratio", None))  # skglm's L1_plus_L2
    return next((ratio for ratio in ratios if ratio is not None), 1.0)


def warn_of_another(estimator, gap):
    """Warn where the gap is large, and nothing about an estimator says that it is a lasso."""
    named = any(re.search("lasso|elastic", kind.__name__, re.IGNORECASE) for kind in type(estimator).__mro__)
    told = any(hasattr(estimator, name) for name in ("l1_ratio", "l1_ratio_", "penalty"))
    if gap > _FAR and not named and not told and hasattr(estimator, "get_params"):
        warnings.warn(
            f"{type(estimator).__name__} is at a relative gap of {gap:.2g} as a lasso, and has neither the name of one "
            "nor an l1_ratio: it may solve another problem.",
            UserWarning,
            stacklevel=3,
        )


def _other(name, why):
    """Return the error on what solves another problem."""
    return TypeError(f"{name} solves another problem than the lasso or the elastic net: {why}. certify cannot judge it")
