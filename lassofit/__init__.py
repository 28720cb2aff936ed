"""The lasso for Python: certified, scikit-learn compatible L1-regularised linear regression.

Names are loaded on first use (PEP 562): ``import lassofit`` imports neither numba nor scikit-learn.
"""

from importlib import import_module

__version__ = "0.1.0.dev0"

_HOME = {
    "ElasticNet": "_lasso",
    "ElasticNetCV": "_lasso_cv",
    "Lasso": "_lasso",
    "LassoCV": "_lasso_cv",
    "PathSearchCV": "_search",
    "RegularizationPath": "_regularization_path",
    "SGDLasso": "_sgd",
    "enet_path": "_path",
    "lasso_path": "_path",
}

__all__ = [
    "ElasticNet", "ElasticNetCV", "Lasso", "LassoCV", "PathSearchCV", "RegularizationPath", "SGDLasso", "__version__",
    "enet_path", "lasso_path",
]  # fmt: skip


def __getattr__(name):
    """Load a public name from the module it lives in."""
    if name in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    """List the public names, loaded or not."""
    return sorted({*globals(), *_HOME})
