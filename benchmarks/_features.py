"""The packages of the table of features that live in this Python: lassofit, scikit-learn, celer, skglm."""

import subprocess
import sys
from importlib import import_module

import numpy as np
from _feature_checks import ALPHA
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

ALPHAS = np.geomspace(1, 0.01, 20)
TIGHT = {"tol": 1e-10, "max_iter": 10_000}


class Counter(TransformerMixin, BaseEstimator):
    """A transformer that changes nothing and keeps the number of rows of each of its fits."""

    rows = ()

    def fit(self, X, y=None):
        Counter.rows.append(len(X))
        return self

    def transform(self, X):
        return X


class Package:
    """A package with scikit-learn's class names; what it does not take raises a TypeError."""

    module = None
    factor = "penalty_factor"  # the name of that parameter

    @property
    def name(self):
        return self.module

    def get(self, name):
        """One of the package's own names."""
        return getattr(import_module(self.module), name)

    def lasso(self, X, y, weights=None, l1_ratio=None, **given):
        if "factor" in given:
            given[self.factor] = given.pop("factor")
        given = {**TIGHT, **({"tol": 1e-5} if X.dtype == np.float32 else {}), **given}
        if l1_ratio is not None:
            model = self.get("ElasticNet")(alpha=ALPHA, l1_ratio=l1_ratio, **given)
        else:
            model = self.get("Lasso")(alpha=ALPHA, **given)
        model.fit(X, y, **({} if weights is None else {"sample_weight": weights}))
        return model.coef_, model.intercept_

    def gap(self, X, y):
        model = self.get("Lasso")(alpha=ALPHA, tol=1e-2).fit(X, y)
        return float(model.dual_gap_), model.coef_, model.intercept_

    def proven(self, X, y):
        model = self.get("Lasso")(alpha=ALPHA, **TIGHT).fit(X, y)
        found = [v for v in vars(model).values() if isinstance(v, np.ndarray) and v.dtype == bool]
        return found[0]  # whatever its name

    def path(self, X, y, alphas):
        model = self.get("Lasso")(**TIGHT)
        found = model.fit_path(X, y, alphas)
        return found.coefs, found.intercepts

    def between(self, X, y, alphas, alpha):
        return self.get("Lasso")(**TIGHT).fit_path(X, y, alphas).coef_at(alpha)[0]

    def cv(self, X, y):
        return self.get("LassoCV")(cv=5).fit(X, y).alpha_

    def one_se(self, X, y):
        return tuple(self.get("LassoCV")(cv=5, alpha_rule=rule).fit(X, y).alpha_ for rule in ("min", "1se"))

    def search(self, X, y):
        Counter.rows = []
        pipe = make_pipeline(Counter(), self.get("Lasso")())
        GridSearchCV(pipe, {"lasso__alpha": ALPHAS}, cv=5, error_score="raise").fit(X, y)
        return Counter.rows

    def stream(self, X, y, size):
        model = self.get("SGDLasso")(alpha=ALPHA)
        for start in range(0, len(y), size):
            model.partial_fit(X[start : start + size], y[start : start + size])
        return model.coef_

    def estimators(self):
        return [self.get(name)() for name in ("Lasso", "ElasticNet", "LassoCV", "ElasticNetCV")]

    def modules(self):
        fit = f"from {self.module} import Lasso; Lasso().fit(np.eye(3), np.arange(3.0))"
        code = f"import sys, numpy as np; {fit}; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.split()

    def logistic(self, X, y):
        return self.get("LogisticRegression")(C=0.1).fit(X, y).coef_

    def groups(self, X, y):
        return self.get("GroupLasso")(groups=2, alpha=1.0).fit(X, y).coef_

    def multitask(self, X, y):
        return self.get("MultiTaskLasso")(alpha=0.5).fit(X, y).coef_

    def poisson(self, X, y):
        return self.get("PoissonRegressor")(alpha=0.3, penalty="l1").fit(X, y).coef_

    def nonconvex(self, X, y):
        return self.get("MCPRegression")(alpha=ALPHA).fit(X, y).coef_


class Lassofit(Package):
    module = "lassofit"

    def search(self, X, y):
        Counter.rows = []
        self.get("PathSearchCV")(make_pipeline(Counter(), self.get("Lasso")()), alphas=ALPHAS, cv=5).fit(X, y)
        return Counter.rows


class Sklearn(Package):
    module = "sklearn.linear_model"
    name = "scikit-learn"

    def path(self, X, y, alphas):
        _, coefs, _ = self.get("lasso_path")(X, y, alphas=alphas, tol=1e-10, max_iter=10_000)
        return coefs, np.zeros(len(alphas))  # it has no intercept

    def stream(self, X, y, size):
        model = self.get("SGDRegressor")(penalty="l1", alpha=ALPHA, eta0=0.01, shuffle=False)
        for start in range(0, len(y), size):
            model.partial_fit(X[start : start + size], y[start : start + size])
        return model.coef_

    def logistic(self, X, y):
        return self.get("LogisticRegression")(l1_ratio=1, solver="liblinear", C=0.1).fit(X, y).coef_


class Celer(Package):
    module = "celer"
    factor = "weights"

    def path(self, X, y, alphas):
        _, coefs, _ = self.get("celer_path")(X, y, "lasso", alphas=alphas, tol=1e-10)
        return coefs, np.zeros(len(alphas))  # it has no intercept


class Skglm(Package):
    module = "skglm"

    def lasso(self, X, y, weights=None, factor=None, **given):
        if factor is not None:
            model = self.get("WeightedLasso")(alpha=ALPHA, weights=factor, **TIGHT, **given).fit(X, y)
        elif weights is not None:
            from skglm.datafits import WeightedQuadratic
            from skglm.penalties import L1
            from skglm.solvers import AndersonCD

            solver = AndersonCD(tol=1e-10, fit_intercept=True)
            model = self.get("GeneralizedLinearEstimator")(WeightedQuadratic(weights), L1(ALPHA), solver).fit(X, y)
        else:
            return super().lasso(X, y, **given)
        return model.coef_, model.intercept_

    def path(self, X, y, alphas):
        found = self.get("Lasso")(**TIGHT).path(X, y, alphas)[1]
        return found[:8], found[8]

    def cv(self, X, y):
        from skglm.datafits import Quadratic
        from skglm.penalties import L1
        from skglm.solvers import AndersonCD

        return self.get("GeneralizedLinearEstimatorCV")(Quadratic(), L1(1.0), AndersonCD(), cv=5).fit(X, y).alpha_

    def estimators(self):
        return [self.get(name)() for name in ("Lasso", "ElasticNet")]  # the CV class has no default parameters

    def logistic(self, X, y):
        return self.get("SparseLogisticRegression")(alpha=0.1).fit(X, y).coef_

    def poisson(self, X, y):
        from skglm.datafits import Poisson
        from skglm.penalties import L1
        from skglm.solvers import ProxNewton

        solver = ProxNewton(fit_intercept=True)
        return self.get("GeneralizedLinearEstimator")(Poisson(), L1(0.3), solver).fit(X, y.astype(float)).coef_


PACKAGES = (Lassofit(), Sklearn(), Celer(), Skglm())
