"""Equal to R's glmnet, on the numbers that ``fixtures/make_glmnet.R`` put into ``glmnet.json``.

What glmnet 4.1-6 solves, for its ``lambda`` and its ``alpha``, here ``lam`` and ``a``.  With S the
sum of the weights s (all sums and means below are weighted by s/S), it scales y to unit size sy and
column j to unit size sd_j, and penalises the coefficients u_j = sd_j w_j / sy of the scaled problem
with lam / sy::

    1/2 mean (y/sy - ...)^2 + lam/sy * sum_j g_j (a |u_j| + (1 - a) u_j^2 / 2)

Times sy^2 this is, in the coefficients w of the data as given::

    1/2 mean (y - X w - b)^2 + lam sum_j g_j (a sd_j |w_j| + (1 - a)/sy sd_j^2 w_j^2 / 2)

against lassofit's penalty ``alpha sum_j f_j (rho sd_j |w_j| + (1 - rho) sd_j^2 w_j^2 / 2)``.  So::

    alpha rho f_j = lam a g_j    and    alpha (1 - rho) f_j = lam (1 - a) g_j / sy,

that is, where f = g, ``alpha = lam (a + (1 - a)/sy)`` and ``rho = a / (a + (1 - a)/sy)``, and

- sy is the standard deviation of y (1/n, weighted) with an intercept; without one it is the root
  mean square of y, not centred (a lasso, a = 1, does not feel sy at all);
- sd_j is 1 with ``standardize=FALSE``, otherwise the standard deviation of column j (1/n,
  weighted), centred without an intercept too, unlike sy;
- g = p f / sum(f) is glmnet's rescaling of ``penalty.factor`` f, in which an excluded column
  (factor Inf, or named in ``exclude``) counts with a factor of 1.  It is undone in alpha: f goes to
  lassofit as it is, and alpha is multiplied by p / sum(f);
- limits are on the scale of the data as given, whatever ``standardize`` says.

Each of these was found by experiment; ``test_fixtures_tell_the_rules_apart`` shows that the
fixtures decide them.  glmnet drops a constant column always; lassofit keeps it where there is
neither an intercept nor standardisation (it is a column like any other there): no fixture has that.

How close glmnet itself is: it stops when no squared change of a coefficient exceeds ``thresh``,
which says less than a duality gap.  With the ``thresh`` of 1e-26 used here its coefficients are
within 2e-11 of the largest one of the exact solutions (the linear system on the support, refined in
extended precision), with 1e-20 only within 2e-8.

How close lassofit is: the lasso at tol = 1e-12 was seen within 1e-10.  With an L2 part the gap is
quadratic in the error, so 1e-12 in the gap is about 1e-6 in the coefficients, which is what was
seen (up to 6e-6); ``test_distance_is_within_the_gap`` holds it to what the certificate promises.
With tol = 0, which stops at the rounding floor of the certificate and says so in a warning, the
elastic net too was seen within 1e-10.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from lassofit import ElasticNet, Lasso

must_converge = pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
may_stop_at_floor = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

FIXTURES = json.loads((Path(__file__).parent / "fixtures" / "glmnet.json").read_text())
CASES = {case["name"]: case for case in FIXTURES["cases"]}
LIMIT = 1_000_000  # of iterations
CLOSE = 1e-8


def numbers(values, default, p):
    """The listed numbers ("inf" is one) as an array of p, or p times the default."""
    return np.full(p, default) if values is None else np.array([float(v) for v in values])


def load(case):
    """X, y and the weights (None where the case has none)."""
    data = FIXTURES["data"][case["data"]]
    X, y = np.array(data["X"]), np.array(data["y"])
    if case["constant_column"] is not None:
        X[:, case["constant_column"]] = 1.5
    return X, y, np.array(data["weights"]) if case["weighted"] else None


def size_of_y(case, y, weights, centred=None):
    """The sy of the module's docstring."""
    centred = case["intercept"] if centred is None else centred
    middle = np.average(y, weights=weights) if centred else 0.0
    return np.sqrt(np.average((y - middle) ** 2, weights=weights))


def parameters(case, lam, sy, excluded_count=1.0):
    """What lassofit takes for glmnet's lam and a: alpha, l1_ratio, penalty_factor and bounds."""
    p = len(case["coefs"][0])
    factor = numbers(case["penalty_factor"], 1.0, p)
    factor[case["exclude"] or []] = np.inf
    total = np.where(np.isinf(factor), excluded_count, factor).sum()
    a, ridge = case["a"], (1 - case["a"]) / sy
    return {
        "alpha": lam * (a + ridge) * p / total,
        "l1_ratio": a / (a + ridge),
        "penalty_factor": factor,
        "bounds": (numbers(case["lower"], -np.inf, p), numbers(case["upper"], np.inf, p)),
    }


def at(coef, bound):
    """Where coef is on the bound, which glmnet, scaling there and back, misses by a rounding."""
    return np.isclose(coef, bound, rtol=1e-14, atol=0)


def kkt_residual(case, X, y, weights, given, coef, intercept, centred=True):
    """The largest violation of lassofit's optimality conditions, in the units of alpha."""
    s = np.full(len(y), 1 / len(y)) if weights is None else weights / weights.sum()
    middle = s @ X if centred else 0.0
    sd = np.sqrt(s @ (X - middle) ** 2) if case["standardize"] else np.ones(len(coef))
    lower, upper = given["bounds"]
    out = np.isinf(given["penalty_factor"]) | (sd == 0) | (lower == upper)
    factor = np.where(out, 1.0, given["penalty_factor"])
    l1 = given["alpha"] * given["l1_ratio"] * factor * sd
    l2 = given["alpha"] * (1 - given["l1_ratio"]) * factor * sd**2
    r = y - X @ coef - intercept
    slope = X.T @ (s * r) - l2 * coef
    # slope must lie in [least, most]: the subdifferential of l1 |w|, infinite beyond a bound.
    least = np.where(coef > 0, l1, -l1)
    most = np.where(coef < 0, -l1, l1)
    least[at(coef, lower)] = -np.inf
    most[at(coef, upper)] = np.inf
    assert (at(coef, lower) | (coef > lower)).all() and (at(coef, upper) | (coef < upper)).all()
    far = np.maximum(np.maximum(least - slope, slope - most), 0.0)
    far[out] = 0.0
    assert not coef[out].any()
    return max(far.max(), abs(s @ r) if case["intercept"] else 0.0)


def solutions(case):
    """(lambda, coefficients, intercept) as glmnet gave them, one by one."""
    return zip(case["lambda"], np.array(case["coefs"]), case["intercepts"], strict=True)


def assert_close(model, coef, intercept):
    """Coefficients and intercept agree to CLOSE of the largest of them, and the zeros exactly."""
    scale = np.abs(coef).max()
    np.testing.assert_allclose(model.coef_, coef, rtol=0, atol=CLOSE * scale)
    np.testing.assert_array_equal(model.coef_ == 0, coef == 0)
    np.testing.assert_allclose(model.intercept_, intercept, rtol=CLOSE, atol=CLOSE * scale)


def fitted(estimator, case, lam, **more):
    """The estimator with glmnet's problem, fitted."""
    X, y, weights = load(case)
    given = parameters(case, lam, size_of_y(case, y, weights))
    if estimator is Lasso:
        assert given.pop("l1_ratio") == 1
    given |= {"standardize": case["standardize"], "fit_intercept": case["intercept"]}
    return estimator(**given, max_iter=LIMIT, **more).fit(X, y, sample_weight=weights)


@must_converge
@pytest.mark.parametrize("name", [name for name in CASES if CASES[name]["a"] == 1])
def test_lasso_equals_glmnet(name):
    """At tol 1e-12 lassofit.Lasso gives glmnet's coefficients, zeros and intercept."""
    case = CASES[name]
    for lam, coef, intercept in solutions(case):
        assert_close(fitted(Lasso, case, lam, tol=1e-12), coef, intercept)


@must_converge
@pytest.mark.parametrize("name", [name for name in CASES if "a1-std-int" in name])
def test_elastic_net_with_l1_ratio_1_equals_glmnet(name):
    """At tol 1e-12 lassofit.ElasticNet, too, gives glmnet's lasso."""
    case = CASES[name]
    for lam, coef, intercept in solutions(case):
        assert_close(fitted(ElasticNet, case, lam, tol=1e-12), coef, intercept)


@may_stop_at_floor
@pytest.mark.parametrize("name", [name for name in CASES if CASES[name]["a"] < 1])
def test_elastic_net_equals_glmnet(name):
    """At tol 0 lassofit.ElasticNet gives glmnet's coefficients, zeros and intercept."""
    case = CASES[name]
    for lam, coef, intercept in solutions(case):
        assert_close(fitted(ElasticNet, case, lam, tol=1e-12), coef, intercept)


@must_converge
@pytest.mark.parametrize("tol", [1e-4, 1e-8, 1e-12])
@pytest.mark.parametrize("name", CASES)
def test_distance_is_within_the_gap(name, tol):
    """Half the squared distance to glmnet, in the metric of X'X/n + L2, is within ``dual_gap_``."""
    case = CASES[name]
    X, y, weights = load(case)
    s = np.full(len(y), 1 / len(y)) if weights is None else weights / weights.sum()
    sd = np.sqrt(s @ (X - s @ X) ** 2) if case["standardize"] else 1.0
    centred = X - s @ X if case["intercept"] else X
    for lam, coef, _ in solutions(case):
        given = parameters(case, lam, size_of_y(case, y, weights))
        factor = np.where(np.isinf(given["penalty_factor"]), 0.0, given["penalty_factor"])
        l2 = given["alpha"] * (1 - given["l1_ratio"]) * factor * sd**2
        model = fitted(ElasticNet, case, lam, tol=tol)
        d = model.coef_ - coef
        rounding = 64 * np.finfo(float).eps * (s @ y**2)
        assert (s @ (centred @ d) ** 2 + l2 @ d**2) / 2 <= model.dual_gap_ + rounding


@pytest.mark.parametrize("name", CASES)
def test_glmnet_solves_our_problem(name):
    """glmnet's numbers meet the optimality conditions of the mapped problem; no solver of ours."""
    case = CASES[name]
    X, y, weights = load(case)
    for lam, coef, intercept in solutions(case):
        given = parameters(case, lam, size_of_y(case, y, weights))
        assert kkt_residual(case, X, y, weights, given, coef, intercept) < 1e-10


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("tall-plain-a0.5-raw-int", "sy = 1"),
        ("tall-weights-a0.5-raw-int", "sy unweighted"),
        ("tall-plain-a0.5-raw-noint", "sy centred without intercept"),
        ("tall-plain-a1-std-noint", "sd_j not centred without intercept"),
        ("tall-factors_inf-a1-raw-int", "excluded columns not counted"),
        ("tall-exclude-a1-raw-int", "excluded columns not counted"),
    ],
)
def test_fixtures_tell_the_rules_apart(name, wrong):
    """With a rule replaced by one it is easily taken for, the conditions are clearly violated."""
    case = CASES[name]
    X, y, weights = load(case)
    sy = size_of_y(case, y, weights)
    if wrong == "sy = 1":
        sy = 1.0
    elif wrong == "sy unweighted":
        sy = size_of_y(case, y, None)
    elif wrong == "sy centred without intercept":
        sy = size_of_y(case, y, weights, centred=True)
    count = 0.0 if wrong == "excluded columns not counted" else 1.0
    centred = wrong != "sd_j not centred without intercept"
    for lam, coef, intercept in solutions(case):
        given = parameters(case, lam, sy, excluded_count=count)
        assert kkt_residual(case, X, y, weights, given, coef, intercept, centred) > 1e-4


@pytest.mark.parametrize("data", ["tall", "wide"])
@pytest.mark.parametrize("scale", ["raw", "std"])
def test_limits_bite(data, scale):
    """The cases with limits have coefficients on nonzero bounds, upper and lower."""
    case = CASES[f"{data}-limits-a1-{scale}-int"]
    coefs = np.array(case["coefs"])
    given = parameters(case, 1.0, 1.0)
    for bound in given["bounds"]:
        assert (at(coefs, bound) & (coefs != 0)).any()
