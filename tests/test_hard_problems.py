"""Random problems on the edge of what can be solved: every face and solver ends in time, with an honest gap."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from test_certificates import problems, scale_of

from lassofit import ElasticNet, enet_path
from lassofit._engine import validation
from lassofit.testing import dual_gap

INF = np.inf


@pytest.fixture(autouse=True)
def _c_order_in_place(monkeypatch):
    """Small C-ordered X is solved in place too, as large X is, lest that way goes untested."""
    monkeypatch.setattr(validation, "COPY_CAP", 0)


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
