"""scikit-learn's estimator checks, for every class and its main variants, none expected to fail."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from lassofit import ElasticNet, ElasticNetCV, Lasso, LassoCV

# Away from the defaults tol is tight: two equivalent problems (weights or repeated rows) then agree in every digit
# that the checks compare, where tol=1e-4 leaves both right to 1e-4 only.
ESTIMATORS = [
    Lasso(),
    Lasso(alpha=0.01, standardize=True, tol=1e-12, max_iter=100_000),
    Lasso(alpha=0.01, bounds=(-2.0, 0.5), selection="random", random_state=0, tol=1e-12, max_iter=100_000),
    Lasso(alpha=0.01, positive=True, precompute=True, tol=1e-12, max_iter=100_000),
    ElasticNet(),
    ElasticNet(alpha=0.01, l1_ratio=0.0, fit_intercept=False, tol=1e-15, max_iter=100_000),
    ElasticNet(alpha=0.01, precompute="auto", warm_start=True, tol=1e-12, max_iter=100_000),
    LassoCV(cv=3),
    LassoCV(alphas=8, cv=3, alpha_rule="1se", scoring="r2", standardize=True, tol=1e-12, max_iter=100_000),
    ElasticNetCV(cv=3),
    ElasticNetCV(l1_ratio=[0.3, 0.9], alphas=6, cv=3, store_cv_results=True, tol=1e-12, max_iter=100_000),
]


@parametrize_with_checks(ESTIMATORS)
def test_estimator_checks(estimator, check):
    check(estimator)
