"""How often a path reads the whole of X, what is counted, and what puts an end to following a path."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning
from test_continuation import RNG, STORES, P, X, Y, followed, path_of

from lassofit._engine import active, columns, layout
from lassofit._engine.problem import Problem
from lassofit.testing import dual_gap


@pytest.fixture(autouse=True)
def _c_order_in_place(monkeypatch):
    """Small C-ordered X is solved in place too, as large X is, lest that way goes untested."""
    monkeypatch.setattr(layout, "COPY_CAP", 0)


@pytest.fixture
def correlate_calls(monkeypatch):
    """A list that grows by one at every pass over all of X."""
    calls, plain = [], Problem.correlate
    monkeypatch.setattr(Problem, "correlate", lambda self, v: calls.append(1) or plain(self, v))
    return calls


def test_passes_are_those_over_all_of_x(correlate_calls):
    """Beside the one for the moments."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((100, 1000))
    y = A[:, :8].sum(1) + rng.standard_normal(100)
    top = np.abs((A - A.mean(0)).T @ (y - y.mean())).max() / 100
    solutions = followed(A, y, np.geomspace(top, 0.01 * top, 100))
    assert sum(solution.passes for solution in solutions) == len(correlate_calls)
    assert len(correlate_calls) <= 20  # for 100 alphas
    counts = [solution.passes for solution in solutions]
    assert counts[0] == 0 and max(counts) <= 3
    del correlate_calls[:]
    path = path_of(A, y, alphas=100)
    assert path.n_full_passes == 1 + len(correlate_calls) == 1 + sum(counts)


def test_tall_data_are_read_twice(correlate_calls):
    """For the moments and for the Gram matrix."""
    path = path_of(np.tile(X[:, :15], (4, 1)), np.tile(Y, 4), alphas=50)
    assert path.n_full_passes == 2 and not correlate_calls and type(path.n_full_passes) is int


UNCOUNTED = {
    "cd": {"solver": "cd"},
    "random": {"selection": "random", "random_state": 0},
    "unpenalised": {"penalty_factor": np.r_[0.0, np.ones(P - 1)]},
    "one alpha": {"alphas": [0.1]},
    "least squares": {"alphas": [0.1, 0.0]},
}


@pytest.mark.parametrize("kind", UNCOUNTED)
def test_passes_are_not_counted_where_an_alpha_was_solved_by_itself(kind):
    path = path_of(X, Y, **{"alphas": 3, **UNCOUNTED[kind], "tol": 1e-6})
    assert path.n_full_passes is None and "pass" not in repr(path)


def test_passes_are_in_the_repr_and_in_a_pickle():
    path = path_of(X, Y)
    assert repr(path).splitlines()[0].endswith(f"all converged, {path.n_full_passes} full passes over X")
    assert pickle.loads(pickle.dumps(path)).n_full_passes == path.n_full_passes
    flat = path_of(X, Y, alphas=[1e6, 1e5])
    assert repr(flat).splitlines()[0].endswith("all converged, 1 full pass over X")


@pytest.mark.parametrize("store", STORES)
def test_a_path_that_outgrows_its_memory_goes_on_alpha_by_alpha(store, monkeypatch):
    A = STORES[store](X)
    expected = path_of(A, Y)
    monkeypatch.setattr(columns, "GATHERED", 0)
    monkeypatch.setattr(columns, "SHARE_OF_X", 0.3)
    path = path_of(A, Y)
    assert path.n_full_passes is None and path.converged.all() and path.df.max() > 10
    difference = abs(path.coefs - expected.coefs).max()
    assert difference <= (1e-6 if store == "float32" else 1e-7)


def test_a_path_that_is_out_of_rounds_says_so():
    A = X @ np.diag(np.geomspace(1, 1e-2, P)) @ RNG.standard_normal((P, P))
    with pytest.warns(ConvergenceWarning, match="^Objective did not converge"):
        path = path_of(A, Y, eps=1e-4, max_iter=3)
    assert path.n_full_passes is None and (path.n_iters <= 3).all() and not path.converged.all()
    for i in range(8):
        found = dual_gap(A, Y, path.coefs[:, i], path.intercepts[i], alpha=path.alphas[i])
        assert path.dual_gaps[i] == pytest.approx(found, rel=1e-6, abs=1e-11)
        assert path.converged[i] == (path.dual_gaps[i] <= 1e-12 * np.var(Y))


def test_a_path_that_rounding_carries_away_goes_on_alpha_by_alpha(monkeypatch):
    expected, plain, calls = path_of(X, Y), active.Face.solve, []

    def solve(self, budget):
        calls.append(1)
        rounds = plain(self, budget)
        if len(calls) == 6:
            self.w[:] = np.nan
        return rounds

    monkeypatch.setattr(active.Face, "solve", solve)
    path = path_of(X, Y)
    assert path.n_full_passes is None and path.converged.all()
    assert_allclose(path.coefs, expected.coefs, atol=1e-9)
