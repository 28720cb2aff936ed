"""Random problems on the edge of what can be solved: every face and solver ends in time, with an honest gap."""

import warnings

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from test_certificates import problems, scale_of

from lassofit import ElasticNet, Lasso, enet_path
from lassofit._engine import layout, stages
from lassofit._engine.active import Face
from lassofit._engine.duality import noise, squared_residual
from lassofit._engine.every_column import AllColumns
from lassofit._engine.penalty import build_penalty
from lassofit._engine.problem import Problem
from lassofit.testing import dual_gap

INF = np.inf


@pytest.fixture(autouse=True)
def _c_order_in_place(monkeypatch):
    """Small C-ordered X is solved in place too, as large X is, lest that way goes untested."""
    monkeypatch.setattr(layout, "COPY_CAP", 0)


@st.composite
def hard_problems(draw):
    """As ``problems``, but on the edge of what can be solved, and a little beyond.

    Near copies, low rank, a target that is a combination of columns, as many coefficients as rows, unpenalised
    columns only, alpha down to a millionth of alpha_max, coefficients to 1e120, and any tol and max_iter.
    """
    X, y, s, _, l1_ratio, kw = draw(problems())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if draw(st.booleans()):
        X = np.hstack([X, rng.standard_normal((len(X), draw(st.integers(1, 60))))])
    (n, p), kind = X.shape, draw(st.sampled_from(["", "", "copies", "near copies", "low rank", "ties", "factor"]))
    if kind == "copies":
        X = np.hstack([X, rng.choice([-1.0, 1.0, 3.0], p) * X])
    elif kind == "near copies":
        X = np.hstack([X, X + 10.0 ** rng.integers(-9, -3) * rng.standard_normal((n, p)) * X.std(0)])
    elif kind == "low rank":
        X = rng.standard_normal((n, 3)) @ rng.standard_normal((3, p))
    elif kind == "ties":
        X = rng.integers(-1, 2, (n, p)).astype(float)
    elif kind == "factor":
        X = X / max(np.abs(X).max(), 1e-9) + rng.standard_normal((n, 1))
    p = X.shape[1]
    if draw(st.booleans()):
        y = X[:, rng.permutation(p)[: draw(st.integers(1, 10))]].sum(1)
    kw["penalty_factor"] = rng.choice(draw(st.sampled_from([[1.0], [0.0], [0.0, 1.0], [1e-6, 1.0], [0.5, INF]])), p)
    X, y = (a * 10.0 ** draw(st.sampled_from([0, 0, 0, -60, -30, 30, 60])) for a in (X, y))
    if "bounds" in kw:
        size = (np.abs(y).max() or 1.0) / (np.abs(X).max() or 1.0)
        kw["bounds"] = (-size * rng.choice([0.0, 0.1, INF], p), size * rng.choice([0.0, 0.1, INF], p))
    largest = np.abs((X - X.mean(0)).T @ (y - y.mean())).max() / n
    alpha = float(largest or 1.0) * 10.0 ** draw(st.sampled_from([0.0, -0.3, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0]))
    limits = {"tol": draw(st.sampled_from([1e-4, 1e-7, 1e-10, 0.0])), "max_iter": draw(st.sampled_from([3, 300, 2000]))}
    return X, y, s, alpha, l1_ratio or 1.0, kw | limits


def solutions(face, X, problem):
    """Of fit, fit_path or enet_path: the alphas, coefficients, intercepts, gaps, flags, iterations."""
    _, y, s, alpha, l1_ratio, kw = problem
    model, alphas = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, **kw), alpha * np.array([2.0, 1.0, 1.0, 0.02])
    if face == "fit":
        model.fit(X, y, sample_weight=s)
        return [(alpha, model.coef_, model.intercept_, model.dual_gap_, model.converged_, model.n_iter_)]
    if face == "fit_path":
        path = model.fit_path(X, y, alphas, sample_weight=s)
        coefs = (path.coefs.toarray() if sparse.issparse(path.coefs) else path.coefs).T
        found = path.alphas, coefs, path.intercepts, path.dual_gaps, path.converged, path.n_iters
        return list(zip(*found, strict=True))
    more = {key: kw[key] for key in ("tol", "max_iter", "positive", "precompute")}
    found = enet_path(X, y, l1_ratio=l1_ratio, alphas=alphas, sample_weight=s, return_n_iter=True, **more)
    good = found[2] <= kw["tol"] * scale_of(problem)
    return list(zip(found[0], found[1].T, np.zeros(4), found[2], good, found[3], strict=True))


@settings(max_examples=300)
@given(
    problem=hard_problems(),
    store=st.sampled_from([np.asfortranarray, np.ascontiguousarray, sparse.csc_array]),
    face=st.sampled_from(["fit", "fit_path", "enet_path"]),
)
def test_hard_problems_end_in_time_with_an_honest_gap(problem, store, face):
    """Finite, within max_iter, converged or warned of; the gap is recomputed in numpy; nothing is written to."""
    X, y, s, _, l1_ratio, kw = problem
    data = store(X)
    parts = [data] if isinstance(data, np.ndarray) else [data.data, data.indices, data.indptr]
    before = [part.copy() for part in (*parts, y)]
    if face == "enet_path":
        kw.update(fit_intercept=False, standardize=False, penalty_factor=None, bounds=None)
    scale = scale_of(problem)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = solutions(face, data, problem)
    assert all(np.array_equal(part, old) for part, old in zip((*parts, y), before, strict=True))
    assert {warning.category for warning in caught} <= {ConvergenceWarning}
    terms = {key: kw.get(key) for key in ("fit_intercept", "standardize", "positive", "penalty_factor", "bounds")}
    weights = (np.ones(len(y)) if s is None else s) / (len(y) if s is None else s.sum())
    for alpha, coef, intercept, gap, converged, n_iter in found:
        assert np.isfinite(coef).all() and np.isfinite(intercept) and gap >= 0 and n_iter <= kw["max_iter"]
        assert converged or caught
        if not scale > 1e-20 * np.mean(y**2):
            continue  # a constant y has no scale
        assert converged == (gap <= kw["tol"] * scale)
        exact = dual_gap(X, y, coef, intercept, alpha=alpha, l1_ratio=l1_ratio, sample_weight=s, **terms)
        if np.isfinite(exact) and np.isfinite(gap):
            noise = rounding_of_a_gap(X, y, weights, coef, alpha * l1_ratio, scale, kw)
            if kw["penalty_factor"] is None or kw["penalty_factor"].all():
                assert exact == pytest.approx(gap, rel=1e-3, abs=noise)
            elif converged:  # of columns that are all but dependent, each has its own projection
                assert exact <= (1 + 1e-3) * kw["tol"] * scale + noise


def rounding_of_a_gap(X, y, weights, coef, l1, scale, kw):
    """How much two computations of a gap may differ.

    The rounding of the residual, eps |w|, meets w once more; and a correlation that exceeds l1_j by what counts as
    zero, 64 eps |x_j| |y|, may shrink the dual point or not, at the price of that share of the objective.
    """
    norm, sd = np.sqrt(weights @ X**2), np.sqrt(weights @ (X - weights @ X) ** 2)
    factor = np.ones(len(norm)) if kw["penalty_factor"] is None else kw["penalty_factor"]
    level = l1 * np.where(factor < INF, factor, 0.0) * (sd if kw["standardize"] else 1.0)
    held = (level > 0) & (norm > 0)
    share = (64 * np.finfo(float).eps * norm[held] * np.sqrt(scale) / level[held]).max(initial=0.0)
    size = np.abs(coef) @ norm / np.sqrt(scale)
    return (1e-11 + 1e-14 * size**2 + 2 * share * (1 + size)) * scale


def monomials(seed, n=20, p=40):
    """Powers of one variable up to 7, each with copies that differ by 1e-5: without end, at alpha_max / 1e8."""
    rng = np.random.default_rng(seed)
    t = rng.standard_normal(n)
    X = np.stack([t ** (j % 8) + (j >= 8) * 1e-5 * rng.standard_normal(n) for j in range(p)], axis=1)
    X /= X.std(0) + 1e-9
    return X, X[:, :20] @ rng.standard_normal(20) + rng.standard_normal(n)


@pytest.mark.parametrize("seed", range(6))
def test_rounds_that_lead_nowhere_end(seed):
    """On columns that nearly depend on each other, rounding can take one in and out for ever."""
    X, y = monomials(seed)
    problem = Problem(np.asfortranarray(X), None, True, y)
    unit = build_penalty(problem, 1.0, 1.0, None, -INF, INF, False)
    face = Face(problem, unit, noise(problem), AllColumns(problem))
    face.start(np.zeros(problem.p))
    face.scale(1e-8 * np.abs(problem.target_correlations()).max())
    assert face.solve(5000) < 500 and np.isfinite(face.w).all()


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_a_start_on_dependent_columns_is_begun_at_zero(seed):
    """A factor of 117 columns in 26 rows is rounding: from it, the first step went to NaN."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((26, 117)) + 5 * rng.standard_normal((26, 1))
    y = X[:, :5].sum(1)
    model = Lasso(1e-4, solver="active_set", tol=1e-9).fit(X, y)
    expected = X @ model.coef_
    model.coef_ = rng.standard_normal(117)
    model.set_params(warm_start=True).fit(X, y)
    assert model.converged_ and 0 < model.n_iter_ < 50
    np.testing.assert_allclose(X @ model.coef_, expected, atol=1e-4)


@pytest.mark.parametrize("seed", [10, 12, 15, 18, 19, 21])
def test_bounded_unpenalised_columns_that_others_span(seed):
    """Each has its own bounds, so a basis does not stand for them all; without sweeps."""
    rng = np.random.default_rng(seed)
    X, y = rng.integers(0, 2, (12, 30)).astype(float), 5 * rng.standard_normal(12)
    bound = rng.choice([0.1, 0.4, INF], 30)
    kw = {"penalty_factor": (np.arange(30) % 3 == 0) * 1.0, "bounds": (-bound, bound)}
    model = Lasso(0.1, solver="active_set", tol=1e-9, **kw).fit(X, y)
    P = naive.problem(X, y, alpha=0.1, **kw)
    least = naive.objective(P, naive.solve_active_set(P))
    assert model.converged_ and model.n_iter_ < 100 and naive.objective(P, model.coef_) <= least + 1e-9 * np.var(y)


def test_least_squares_at_the_end_of_a_path_with_a_gram_matrix():
    """No stages on the way to alpha = 0, which has infinitely many, and a basis of the columns."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 60)), rng.standard_normal(30)
    path = Lasso(precompute=True, tol=1e-9).fit_path(X, y, [0.1, 0.0, 0.0])
    assert path.converged.all() and path.n_iters.max() < 50
    np.testing.assert_allclose(X @ path.coefs[:, 2] + path.intercepts[2], y, atol=1e-6)


def test_the_squared_residual_from_correlations_is_no_less_than_it_is():
    """Where it is all rounding, zero would make the gap zero: coefficients of 1e82 were certified so."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((20, 6)), rng.standard_normal(20)
    X[:, 5] = X[:, 0]
    problem = Problem(np.asfortranarray(X), None, True, y)
    for size in (1.0, 1e6, 1e12, 1e82):
        w = size * np.array([1.0, 0, 0, 0, 0, -1.0])
        c = problem.target_correlations() - problem.full_gram() @ w
        found = squared_residual(problem, w, c, problem.target_correlations())
        assert found >= np.var(y) * (1 - 1e-14) if size == 1.0 else found > 1e-16 * size * np.var(y)


def test_the_best_point_is_returned(monkeypatch):
    """Where rounding carries the last points away, not the last one."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 40)), rng.standard_normal(30)
    plain = stages.solve

    def astray(problem, penalty, solution, control):
        yield from plain(problem, penalty, solution, control._replace(max_iter=20))
        solution.w = 100.0 * solution.w
        for record in plain(problem, penalty, solution, control._replace(max_iter=0)):
            solution.n_iter = 30
            yield record._replace(iteration=30)

    kw = {"solver": "cd", "tol": 1e-14, "max_iter": 30}
    with pytest.warns(ConvergenceWarning):
        best = Lasso(0.01, **kw | {"max_iter": 20}).fit(X, y)
    monkeypatch.setattr(stages, "solve", astray)
    with pytest.warns(ConvergenceWarning):
        model = Lasso(0.01, **kw).fit(X, y)
    np.testing.assert_array_equal(model.coef_, best.coef_)
    assert model.dual_gap_ == best.dual_gap_ == model.history_["dual_gap"][-1] < model.history_["dual_gap"][-2]
    assert model.n_iter_ == 30 == model.history_["iteration"][-1]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("shape", "size"), [((1000, 250), 1e90), ((1500, 600), 1e150), ((1500, 600), 1e-150)])
def test_huge_and_tiny_columns_make_no_warnings_of_their_own(shape, size):
    """Squares of what the choice between ways looks at overflowed, without harm to the result."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal(shape)
    y = X[:, :5].sum(axis=1) + rng.standard_normal(len(X))
    largest = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / len(X)
    assert Lasso(largest * size / 60, tol=1e-6).fit(X * size, y).converged_
