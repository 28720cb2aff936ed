"""A program of a user who has a type checker: mypy passes on it, and it runs (``tests/test_typing.py``)."""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

from lassofit import ElasticNetCV, Lasso, LassoCV, PathSearchCV, RegularizationPath, SGDLasso, lasso_path
from lassofit.testing import Certificate, certify, dual_gap

rng = np.random.default_rng(0)
X = rng.standard_normal((60, 4))
y = X @ np.array([2.0, 0.0, -1.0, 0.0]) + 0.1 * rng.standard_normal(60)

model = Lasso(alpha=0.1, solver="cd", penalty_factor=[1, 1, 1, 0], bounds=(-3, [3, 3, 3, 3])).fit(X, y)
assert_type(model, Lasso)
assert_type(model.coef_, NDArray[Any])
assert_type(model.predict(X), NDArray[Any])

path = model.fit_path(X, y, alphas=[0.5, 0.1])
assert_type(path, RegularizationPath)
coef, intercept = path.coef_at(0.2)
assert_type(coef, NDArray[Any])
print(float(intercept), path.predict(X, path.alphas).shape)

chosen = LassoCV(alpha_rule="1se", cv=5).fit(X, y)
assert_type(chosen, LassoCV)
assert_type(chosen.alpha_, float)
mixed = ElasticNetCV(l1_ratio=[0.5, 1.0], alphas=10, max_iter=2000).fit(X, y)
print(mixed.cv_mean_.shape)

search = PathSearchCV(Lasso(tol=1e-8), alphas=20, refit=True).fit(X, y)
assert_type(search, PathSearchCV)
stream = SGDLasso(alpha=0.1, method="ftrl", random_state=0).partial_fit(X, y)
assert_type(stream, SGDLasso)
assert_type(stream.fit(X, y).history_, dict[str, NDArray[Any]])

alphas, coefs, gaps = lasso_path(X, y, alphas=5)
assert_type(certify(model, X, y), Certificate)
print(dual_gap(X, y, model.coef_, alpha=0.1) >= 0)

# What a checker has to object to: with warn_unused_ignores it says so if it does not.
wrong = Lasso  # never called
if len(alphas) > 5:
    wrong(solver="newton")  # type: ignore[arg-type]
    wrong(tolerance=1e-4)  # type: ignore[call-arg]
