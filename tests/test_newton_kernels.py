"""The active-set kernels against plain numpy: the factor as it grows and shrinks, what enters, what leaves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from lassofit._engine.factor import enter as enter_block
from lassofit._engine.kernels import newton


def gram_of(p, seed=0, n=None):
    X = np.random.default_rng(seed).standard_normal((n or 3 * p, p))
    return X.T @ X / len(X)


def factored(gram, which, l2=0.0):
    """The factor of the columns in ``which``, grown one by one, in arrays with room to spare."""
    room = len(gram) + 3
    factor, order, table = np.full((room, room), np.nan), np.zeros(room, dtype=np.int64), np.zeros((11, len(gram)))
    table[newton.L2] = l2
    for k, j in enumerate(which):
        enter(gram, factor, order, table, k, j)
    return factor, order, table


def enter(gram, factor, order, table, k, j):
    order[k] = j
    newton.grow(gram, factor, order, table, k, k + 1)


def matrix_of(factor, k):
    upper = np.triu(factor[:k, :k])
    return upper.T @ upper


def test_append_and_solve():
    gram, which = gram_of(8), [5, 0, 7, 2, 3]
    factor, order, _ = factored(gram, which, l2=0.3)
    block = gram[np.ix_(which, which)] + 0.3 * np.eye(5)
    assert list(order[:5]) == which
    assert_allclose(matrix_of(factor, 5), block, atol=1e-14)
    x = np.arange(1.0, 6.0)
    solution = x.copy()
    newton.solve(factor, 5, solution)
    assert_allclose(solution, np.linalg.solve(block, x), rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-12, 11), min_size=1, max_size=60))
def test_any_sequence_of_entries_and_exits(moves):
    """A number >= 0 enters if it is out; a negative one takes a place out of the order."""
    gram, active = gram_of(12), []
    factor, order, table = factored(gram, [])
    for move in moves:
        if move >= 0 and move not in active:
            enter(gram, factor, order, table, len(active), move)
            active.append(move)
        elif move < 0 and active:
            q = -move % len(active)
            newton.remove(factor, order, len(active), q)
            del active[q]
    k = len(active)
    assert list(order[:k]) == active
    assert_allclose(matrix_of(factor, k), gram[np.ix_(active, active)], atol=1e-12)


def test_grow_makes_the_factor_anew():
    gram, which = gram_of(6), [4, 1, 5]
    factor, order, table = factored(gram, which)
    table[newton.L2] = 0.2
    newton.grow(gram, factor, order, table, 0, 3)
    assert_allclose(matrix_of(factor, 3), gram[np.ix_(which, which)] + 0.2 * np.eye(3), atol=1e-14)


def test_a_dependent_column_gets_a_small_pivot_not_a_nan():
    X = np.random.default_rng(0).standard_normal((30, 3))
    X = np.column_stack([X, X[:, 0] + X[:, 1]])
    gram = X.T @ X
    factor, _, table = factored(gram, range(4))
    raised = table[newton.RAISED]
    assert np.isfinite(np.triu(factor[:4, :4])).all() and 0 < factor[3, 3] <= 1e-5 * np.sqrt(gram[3, 3])
    assert_allclose(matrix_of(factor, 4), gram + np.diag(raised[:4]), atol=1e-13)
    assert raised[3] > 0 and not raised[:3].any()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-5, 5), max_size=30), st.integers(1, 10))
def test_threshold(scores, size):
    """Some positive score lies above the bar if there is one, and no more than ``size`` but for near ties."""
    scores = np.array(scores, dtype=float)
    above = int((scores > newton.threshold(scores, size)).sum())
    positive = scores[scores > 0]
    assert (above > 0) == (len(positive) > 0)
    if len(positive) <= size:
        assert above == len(positive)
    elif len(positive):
        bar = np.sort(positive)[-size]
        assert above >= size and (scores[scores > newton.threshold(scores, size)] >= bar - 1e-5).all()


def table_of(gram, c, alpha, l2=0.0):
    table = np.zeros((11, len(c)))
    table[newton.C], table[newton.L1], table[newton.L2] = c, alpha, l2
    table[newton.LO], table[newton.HI] = -np.inf, np.inf
    table[newton.NORM], table[newton.SLACK] = np.sqrt(np.diag(gram)), 1e-13
    return table


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_settle_and_admit_end_at_the_optimality_conditions(l2):
    rng = np.random.default_rng(3)
    p, alpha = 25, 0.05
    X, y = rng.standard_normal((40, p)), rng.standard_normal(40)
    gram, target = X.T @ X / 40, X.T @ y / 40
    table, order, factor = table_of(gram, target, alpha, l2), np.zeros(p, dtype=np.int64), np.empty((p, p))
    k, rounds = newton.admit(order, table, 0, 4), 0
    assert 0 < k <= 4
    newton.grow(gram, factor, order, table, 0, k)
    while True:
        k, moved, large = newton.settle(gram, factor, order, table, k, 1.0)
        assert moved and not large
        grown = newton.admit(order, table, k, 4)
        rounds += 1
        if grown == k:
            break
        newton.grow(gram, factor, order, table, k, grown)
        k = grown
    w, c, active = table[newton.W], table[newton.C], table[newton.ACTIVE] > 0
    assert 1 < rounds < 20
    assert_allclose(c, target - gram @ w, atol=1e-13)
    assert set(order[:k]) == set(np.flatnonzero(active)) == set(np.flatnonzero(w))
    t = c - l2 * w
    assert_allclose(t[active], alpha * np.sign(w[active]), atol=1e-13)
    assert (np.abs(t[~active]) <= alpha * (1 + 1e-9)).all()


def test_a_settled_face_stays():
    gram, c = gram_of(5), np.zeros(5)
    table, order = table_of(gram, c, 0.1), np.zeros(5, dtype=np.int64)
    assert newton.settle(gram, np.empty((5, 5)), order, table, 0, 1.0) == (0, False, False)
    assert newton.admit(order, table, 0, 8) == 0


@pytest.mark.parametrize("dependent", [False, True])
@pytest.mark.parametrize("l2", [0.0, 0.2])
def test_a_block_enters_as_its_columns_would_one_by_one(l2, dependent):
    gram = gram_of(360, n=400)
    if dependent:
        gram[359], gram[:, 359] = gram[5], gram[:, 5]  # two equal columns
        gram[359, 359] = gram[359, 5] = gram[5, 359] = gram[5, 5]
    factor, order, table = factored(gram, [])
    table[newton.L2] = l2
    order[:360] = np.arange(360)
    newton.grow(gram, factor, order, table, 0, 300)
    expected, other = factor.copy(), table.copy()
    newton.grow(gram, expected, order, other, 300, 360)
    enter_block(gram, factor, order, table, 300, 360)
    assert_allclose(np.triu(factor[:360, :360]), np.triu(expected[:360, :360]), atol=1e-10)
    assert_allclose(table[newton.RAISED], other[newton.RAISED], atol=1e-16)
