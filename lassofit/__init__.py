"""The lasso for Python: certified, scikit-learn compatible L1-regularised linear regression.

Names are loaded on first use (PEP 562): ``import lassofit`` imports neither numba nor scikit-learn.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for type checkers, to which __getattr__ says nothing
    from ._compare import compare
    from ._displays.comparison import Comparison
    from ._displays.convergence import ConvergenceDisplay
    from ._displays.cv import CVDisplay
    from ._displays.path import PathDisplay
    from ._displays.support import SupportDisplay
    from ._lasso import ElasticNet, Lasso
    from ._lasso_cv import ElasticNetCV, LassoCV
    from ._path import enet_path, lasso_path
    from ._regularization_path import RegularizationPath
    from ._search import PathSearchCV
    from ._sgd import SGDLasso

__version__ = "0.1.0.dev0"

_HOME = {
    "CVDisplay": "_displays.cv",
    "Comparison": "_displays.comparison",
    "ConvergenceDisplay": "_displays.convergence",
    "ElasticNet": "_lasso",
    "ElasticNetCV": "_lasso_cv",
    "Lasso": "_lasso",
    "LassoCV": "_lasso_cv",
    "PathDisplay": "_displays.path",
    "PathSearchCV": "_search",
    "RegularizationPath": "_regularization_path",
    "SGDLasso": "_sgd",
    "SupportDisplay": "_displays.support",
    "compare": "_compare",
    "enet_path": "_path",
    "lasso_path": "_path",
}

_MODULES = ("testing",)  # public ones: ``import lassofit`` is enough to use them

__all__ = [
    "CVDisplay", "Comparison", "ConvergenceDisplay", "ElasticNet", "ElasticNetCV", "Lasso", "LassoCV", "PathDisplay",
    "PathSearchCV", "RegularizationPath", "SGDLasso", "SupportDisplay", "__version__", "compare", "enet_path",
    "lasso_path",
]  # fmt: skip


if not TYPE_CHECKING:  # else any name would be taken for one that exists

    def __getattr__(name):
        """Load a public name from the module it lives in."""
        if name in _HOME:
            value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
            globals()[name] = value
            return value
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *_HOME, *_MODULES})
