"""The look ahead at tall data: by those rows of a sample's Gram matrix that it asks for; no answer depends on it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import ndtr

from lassofit import Lasso
from lassofit._engine import columns, scout
from lassofit._engine.duality import noise
from lassofit._engine.penalty import Penalty
from lassofit._engine.problem import Problem
from lassofit.testing import certify

RNG = np.random.default_rng(0)
N, P = 12_000, 120
X = np.asfortranarray(RNG.standard_normal((N, P)) + 2.0)
Y = X[:, :10] @ np.linspace(1.0, 3.0, 10) + RNG.standard_normal(N)
WEIGHTS = RNG.exponential(size=N)
LARGEST = np.abs((X - X.mean(axis=0)).T @ (Y - Y.mean())).max() / N


@pytest.fixture
def rows(monkeypatch):
    """How many rows of the sample's Gram matrix were made, in every fit; P: all."""
    found, start = [], scout._SampleGram.__init__

    def watched(self, *args):
        start(self, *args)
        found.append(self)

    monkeypatch.setattr(scout._SampleGram, "__init__", watched)
    return lambda: [int(gram.made.sum()) for gram in found]


@pytest.mark.parametrize(
    ("ratio", "expected"), [(1.2, [scout._ROWS]), (3, [2 * scout._ROWS]), (300, [P])], ids=["some", "more", "all"]
)
def test_it_reads_no_more_than_it_needs(ratio, expected, rows):
    model = Lasso(LARGEST / ratio, tol=1e-10).fit(X, Y)
    assert len(rows()) == 1 and scout._ROWS <= rows()[0] <= expected[0]
    assert (rows()[0] == P) == (expected == [P])
    assert model.relative_gap_ <= 1e-10
    assert_allclose(certify(model, X, Y).dual_gap, model.dual_gap_, atol=1e-12)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weights"])
@pytest.mark.parametrize("store", [np.asfortranarray, np.ascontiguousarray, np.float32], ids=["F", "C", "float32"])
def test_its_products_are_those_of_the_sample(store, weights):
    problem, free = Problem(store(X), weights, True, Y), np.full(P, np.inf)
    columns = scout._SampleGram(problem, Penalty(np.ones(P), np.zeros(P), -free, free))
    sample = np.concatenate([np.arange(N)[piece] for piece in columns.pieces])
    centred = (store(X) - problem.mean)[sample]
    share = problem.s[sample]
    expected = (centred * share[:, None]).T @ centred / share.sum()
    some = np.array([3, 50, 119])
    assert_allclose(columns._rows(some), expected[some], atol=1e-6)
    columns._complete()
    assert_allclose(columns.gram, expected, atol=1e-6)
    assert columns.made.all()


@pytest.mark.parametrize("ratio", [1.5, 100])
def test_a_column_that_is_constant_in_the_sample_is_none_the_worse(ratio, rows):
    A, y = X.copy(order="F"), Y.copy()
    columns = scout._SampleGram(Problem(A, None, True, Y), Penalty(*np.ones((4, P))))
    seen = np.zeros(N, dtype=bool)
    for piece in columns.pieces:
        seen[piece] = True
    A[seen, 20] = 1.0
    y += 5.0 * (A[:, 20] - 1.0)
    largest = np.abs((A - A.mean(axis=0)).T @ (y - y.mean())).max() / N
    model = Lasso(largest / ratio, tol=1e-10).fit(A, y)
    assert model.coef_[20] != 0 and model.relative_gap_ <= 1e-10
    assert_allclose(certify(model, A, y).dual_gap, model.dual_gap_, atol=1e-11)


def scout_of(problem, alpha):
    free = np.full(P, np.inf)
    return scout.Scout(problem, Penalty(np.full(P, alpha), np.zeros(P), -free, free), noise(problem))


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weights"])
def test_few_counts_what_chance_adds_to_those_named(weights):
    """From the noise that least squares on them leave, in the sample; all rows are then that much quieter."""
    problem, named = Problem(X, weights, True, Y), np.arange(10)
    s = problem.s
    quiet = np.sqrt((s**2).sum())  # the standard deviation of a correlation with noise of 1
    for level, few in ((0.9, False), (1.0, False), (1.3, True), (3.0, True)):
        share = 2.0 * (1.0 - ndtr(level))
        assert (share <= scout._FEW) == few
        found = scout_of(problem, level * quiet)
        assert found.few(named) == few
        assert not found.few(named[:5])  # what is left of the others counts as noise


def test_there_is_no_stage_on_the_way_to_few_columns():
    """What the sample adds by chance ends its steps at about 1/20 of alpha_max; the target is far below."""
    y = X[:, :3] @ [1.0, -2.0, 3.0] + 0.1 * RNG.standard_normal(N)
    largest = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / N
    model = Lasso(largest / 300, tol=1e-10).fit(X, y)
    assert len(model.history_["dual_gap"]) == 2 and np.count_nonzero(model.coef_) == 3
    assert certify(model, X, y).relative_gap <= 1e-10


@pytest.mark.parametrize(("weights", "expected"), [(None, [True]), (WEIGHTS, [])], ids=["plain", "weights"])
def test_the_named_columns_stay_where_they_are(weights, expected, monkeypatch):
    found, start = [], columns.TallColumns.__init__
    monkeypatch.setattr(columns.TallColumns, "__init__", lambda *args: (found.append(True), start(*args))[1])
    near = X - 1.0
    model = Lasso(LARGEST / 10, tol=1e-10).fit(near, Y, weights)
    assert found == expected and model.relative_gap_ <= 1e-10
    assert_allclose(certify(model, near, Y, weights).dual_gap, model.dual_gap_, atol=1e-12)


def test_at_the_target_it_looks_once_more(monkeypatch):
    """For columns that are too weak to be named from afar."""
    found, look = [], scout.Scout.look

    def watched(self, w, c, ratio, budget):
        found.append((ratio, look(self, w, c, ratio, budget)))
        return found[-1][1]

    monkeypatch.setattr(scout.Scout, "look", watched)
    strong, weak = np.arange(3), np.arange(3, 20)
    y = X[:, strong] @ [1.0, -2.0, 3.0] + 0.02 * X[:, weak].sum(axis=1) + 0.1 * RNG.standard_normal(N)
    largest = np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / N
    model = Lasso(largest / 300, tol=1e-10).fit(X, y)
    (_, first), (ratio, second) = found
    assert ratio == second[0] == 1.0 and first[0] > 1.0
    assert set(first[1]) >= set(strong) and not set(first[1]) >= set(weak)
    assert set(second[1]) >= set(np.flatnonzero(model.coef_)) >= {*strong, *weak}
    assert certify(model, X, y).relative_gap <= 1e-10


@pytest.mark.filterwarnings("error")
def test_a_sample_without_weight_is_of_no_use():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20000, 60))
    y, s = X[:, 0] + rng.standard_normal(20000), np.zeros(20000)
    s[3000:3300] = 1
    assert Lasso(alpha=0.1).fit(X, y, sample_weight=s).converged_
