"""The worked examples: a quadratic and a lasso on three rows, by hand and by the package.

The traced functions run on fractions, so their rounds are compared exactly; everything in floating
point is compared to 12 digits.
"""

import re
from fractions import Fraction as Fr
from itertools import islice, pairwise

import lessons
import naive
import numpy as np
import pytest

from lassofit import Lasso

by_hand, PRINTED = lessons.load("plot_coordinate_descent_by_hand")

COLUMNS = by_hand.COLUMNS
Y = (Fr(2), Fr(3), Fr(9, 2))
Y_CORRELATED = (Fr(2), Fr(2), Fr(9, 2))
X_FLOAT = np.array(COLUMNS, dtype=float).T
THIRD = Fr(1, 3)


def _close(actual, expected):
    """Compare to 12 digits; an expected zero has to be an exact one."""
    actual, expected = np.asarray(actual, dtype=float), np.asarray(expected, dtype=float)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=0)


def _sweeps(columns, y, alpha, n):
    """The last update of each of the first n sweeps."""
    p = len(columns)
    return list(islice(by_hand.trace_lasso(columns, y, alpha), p - 1, n * p, p))


def _objective(X, y, coef, intercept, alpha):
    residual = y - X @ coef - intercept
    return residual @ residual / (2 * len(y)) + alpha * np.abs(coef).sum()


# --- A: the quadratic


QUADRATIC_ROUNDS = [
    (Fr(-5, 6), Fr(5, 24), Fr(95, 12), Fr(475, 288)),
    (Fr(-25, 144), Fr(25, 576), Fr(2375, 6912), Fr(11875, 165888)),
    (Fr(-125, 3456), Fr(125, 13824), None, Fr(296875, 95551488)),
]


def test_quadratic_rounds_are_exact():
    rounds = list(islice(by_hand.trace_quadratic(3, 5, 10, Fr(1), Fr(1)), 3))
    for got, (x, y, after_x, after_y) in zip(rounds, QUADRATIC_ROUNDS, strict=True):
        assert (got.x, got.y, got.f_after_y) == (x, y, after_y)
        assert after_x is None or got.f_after_x == after_x
    assert float(rounds[2].f_after_x) == pytest.approx(0.014913425524, abs=5e-13)
    assert (rounds[0].move_x, rounds[0].move_y) == (Fr(11, 6), Fr(19, 24))
    _close([rounds[1].move_x, rounds[1].move_y], [Fr(95, 144), Fr(95, 576)])


def test_quadratic_in_floats_agrees_to_12_digits():
    rounds = islice(by_hand.trace_quadratic(3.0, 5.0, 10.0, 1.0, 1.0), 3)
    for got, (x, y, _, after_y) in zip(rounds, QUADRATIC_ROUNDS, strict=True):
        _close([got.x, got.y, got.f_after_y], [x, y, after_y])


def test_quadratic_contracts_by_5_24_and_stops_moving_at_round_8():
    rounds = list(islice(by_hand.trace_quadratic(3, 5, 10, Fr(1), Fr(1)), 10))
    for before, after in pairwise(rounds):
        assert (after.x / before.x, after.y / before.y) == (Fr(5, 24), Fr(5, 24))
    small = [r.round for r in rounds if max(r.move_x, r.move_y) < 1e-4]
    assert small[0] == 8


# --- B: three rows, by hand


@pytest.mark.parametrize(
    ("y", "xty", "yty", "ols"),
    [
        (Y, (Fr(43, 2), Fr(14)), Fr(133, 4), (Fr(1), Fr(5, 6))),
        (Y_CORRELATED, (Fr(39, 2), Fr(13)), Fr(113, 4), (Fr(0), Fr(13, 6))),
    ],
)
def test_least_squares(y, xty, yty, ols):
    assert tuple(by_hand.dot(x, y) for x in COLUMNS) == xty
    assert by_hand.dot(y, y) == yty
    # Started at the solution, exact coordinate descent stays there, and only there.
    update = list(islice(by_hand.trace_lasso(COLUMNS, y, Fr(0), coef=ols), 2))[-1]
    assert update.coef == ols
    assert update.sse == Fr(1, 12)
    # From zero it gets there slowly: every sweep leaves 27/28 of the error.
    errors = [[w - o for w, o in zip(u.coef, ols, strict=True)] for u in _sweeps(COLUMNS, y, 0, 4)]
    for before, after in pairwise(errors):
        assert [a / b for a, b in zip(after, before, strict=True)] == [Fr(27, 28)] * 2
    floats = [list(map(float, x)) for x in COLUMNS]
    last = _sweeps(floats, list(map(float, y)), 0.0, 1000)[-1]
    np.testing.assert_allclose(last.coef, np.array(ols, dtype=float), atol=1e-12)


def test_lasso_converges_in_one_sweep():
    first, second = _sweeps(COLUMNS, Y, THIRD, 2)
    assert first.coef == second.coef == (Fr(41, 28), 0)
    assert first.sse + 2 * first.l1_norm == Fr(181, 56)


def test_lasso_second_coefficient_is_exactly_zero_because_zero_is_a_subgradient():
    coef = (Fr(41, 28), Fr(0))
    ends = by_hand.slopes_at_zero(COLUMNS, Y, THIRD, coef, 1)
    # F has 1/(2n) where the hand-worked problem has 1: 2n = 6 times the slopes of F.
    assert tuple(6 * e for e in ends) == (Fr(-51, 14), Fr(5, 14))
    residual = [y - coef[0] * x for y, x in zip(Y, COLUMNS[0], strict=True)]
    certificate = [2 * by_hand.dot(x, residual) for x in COLUMNS]
    assert certificate == [2, Fr(23, 14)]
    # The stationary points of the two smooth pieces: neither lies on its own side of zero.
    curvature = by_hand.dot(COLUMNS[1], COLUMNS[1])
    positive = (certificate[1] - 2) / (2 * curvature)
    negative = (certificate[1] + 2) / (2 * curvature)
    assert float(positive) == pytest.approx(-0.029761904762, abs=5e-13) and positive < 0
    assert float(negative) == pytest.approx(0.303571428571, abs=5e-13) and negative > 0


def test_lasso_with_both_columns_sweep_by_sweep():
    sweeps = _sweeps(COLUMNS, Y_CORRELATED, THIRD, 3)
    assert [s.coef for s in sweeps] == [
        (Fr(37, 28), Fr(1, 56)),
        (Fr(1027, 784), Fr(55, 1568)),
        (Fr(28513, 21952), Fr(2269, 43904)),
    ]
    values = [float(s.sse + 2 * s.l1_norm) for s in sweeps[:2]]
    np.testing.assert_allclose(values, [3.801658163265, 3.798034184975], atol=5e-13)
    errors = [(s.coef[0] - 1, s.coef[1] - Fr(1, 2)) for s in sweeps]
    for before, after in pairwise(errors):
        assert [a / b for a, b in zip(after, before, strict=True)] == [Fr(27, 28)] * 2
    stay = list(islice(by_hand.trace_lasso(COLUMNS, Y_CORRELATED, THIRD, (Fr(1), Fr(1, 2))), 2))
    assert stay[-1].coef == (1, Fr(1, 2))
    assert stay[-1].sse + 2 * stay[-1].l1_norm == Fr(15, 4)
    residual = [y - a - b / 2 for y, a, b in zip(Y_CORRELATED, *COLUMNS, strict=True)]
    assert [2 * by_hand.dot(x, residual) for x in COLUMNS] == [2, 2]


@pytest.mark.parametrize(("y", "intercept"), [(Y, Fr(5, 3)), (Y_CORRELATED, Fr(4, 3))])
def test_lasso_with_intercept_by_centring(y, intercept):
    columns, means = zip(*map(by_hand.centred, COLUMNS), strict=True)
    y_centred, y_mean = by_hand.centred(y)
    first, second = _sweeps(columns, y_centred, THIRD, 2)
    assert first.coef == second.coef == (Fr(3, 4), 0)
    assert y_mean - by_hand.dot(means, first.coef) == intercept


@pytest.mark.parametrize(("y", "first"), [(Y, Fr(37, 28)), (Y_CORRELATED, Fr(33, 28))])
def test_lasso_in_the_mean_squared_error_form(y, first):
    alpha = by_hand.alpha_from("MSE", Fr(2), 3)
    assert alpha == 1
    one, two = _sweeps(COLUMNS, y, alpha, 2)
    assert one.coef == two.coef == (first, 0)
    assert float(one.sse / 3 + 2 * one.l1_norm) == pytest.approx(2.934523809524, abs=5e-13)


def test_scalings_of_the_loss_name_the_same_problem():
    assert by_hand.alpha_from("SSE", Fr(2), 3) == THIRD
    assert by_hand.alpha_from("SSE/2", Fr(1), 3) == THIRD
    assert by_hand.alpha_from("MSE", Fr(2, 3), 3) == THIRD


# --- B: the same by lassofit.Lasso


SOLUTIONS = [
    # y, alpha, fit_intercept, coef, intercept
    (Y, THIRD, False, (Fr(41, 28), 0), 0),
    (Y_CORRELATED, THIRD, False, (1, Fr(1, 2)), 0),
    (Y, THIRD, True, (Fr(3, 4), 0), Fr(5, 3)),
    (Y_CORRELATED, THIRD, True, (Fr(3, 4), 0), Fr(4, 3)),
    (Y, Fr(1), False, (Fr(37, 28), 0), 0),
    (Y_CORRELATED, Fr(1), False, (Fr(33, 28), 0), 0),
]


@pytest.mark.parametrize(("y", "alpha", "fit_intercept", "coef", "intercept"), SOLUTIONS)
def test_naive_solvers_find_the_solution_to_12_digits(y, alpha, fit_intercept, coef, intercept):
    P = naive.problem(X_FLOAT, y, alpha=float(alpha), fit_intercept=fit_intercept)
    for solve in (naive.solve_cd, naive.solve_cd_gram, naive.solve_active_set, naive.solve_enumeration):
        w = solve(P)
        np.testing.assert_allclose(w, np.array(coef, dtype=float), rtol=1e-12, atol=1e-15)
        assert naive.intercept(P, w) == pytest.approx(float(intercept), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("y", [Y, Y_CORRELATED])
def test_naive_sweeps_are_those_by_hand(y):
    P = naive.problem(X_FLOAT, y, alpha=1 / 3, fit_intercept=False)
    w, r = np.zeros(2), P.y
    for update in _sweeps(COLUMNS, y, THIRD, 5):
        w, r = naive.residual_sweep(P, w, r)
        _close(w, update.coef)


@pytest.mark.parametrize("solver", ["auto", "cd"])
@pytest.mark.parametrize("precompute", [False, True])
@pytest.mark.parametrize(("y", "alpha", "fit_intercept", "coef", "intercept"), SOLUTIONS)
def test_lasso_class_finds_the_solution_to_12_digits(y, alpha, fit_intercept, coef, intercept, precompute, solver):
    model = Lasso(
        float(alpha),
        fit_intercept=fit_intercept,
        precompute=precompute,
        solver=solver,
        tol=1e-14,
        max_iter=100_000,
    )
    model.fit(X_FLOAT, np.array(y, dtype=float))
    assert model.converged_
    _close(model.coef_, coef)
    _close(model.intercept_, intercept)


@pytest.mark.parametrize(
    ("y", "alpha", "scale", "value"),
    [
        (Y, 1 / 3, 6, 181 / 56),
        (Y_CORRELATED, 1 / 3, 6, 3.75),
        (Y, 1.0, 2, 2.934523809524),
        (Y_CORRELATED, 1.0, 2, 2.934523809524),
    ],
)
def test_lasso_class_reaches_the_objective(y, alpha, scale, value):
    y = np.array(y, dtype=float)
    model = Lasso(alpha, fit_intercept=False, tol=1e-14, max_iter=100_000).fit(X_FLOAT, y)
    objective = scale * _objective(X_FLOAT, y, model.coef_, 0.0, alpha)
    assert objective == pytest.approx(value, abs=5e-13)


def test_lasso_class_at_an_alpha_scaled_by_n_is_another_problem():
    """Dropping 1/n from the loss multiplies lambda by n: alpha 1/3 and alpha 1 differ."""
    y = np.array(Y, dtype=float)
    coefs = [Lasso(alpha, fit_intercept=False, tol=1e-14).fit(X_FLOAT, y).coef_[0] for alpha in (1 / 3, 1.0)]
    _close(coefs, [41 / 28, 37 / 28])


def test_example_prints_every_part():
    before, lassos = re.split(r"^slopes in b2.*$", PRINTED, flags=re.M)
    for text in ("-0.833333333333", "0.208333333333", "7.916666666667", "1.649305555556", "0.071584442515"):
        assert text in before  # the quadratic
    for text in ("1.464285714286", "3.232142857143", "0.035076530612", "3.798034184975", "0.051680940233"):
        assert text in before
    assert "from -51/14 to 5/14" in PRINTED
    assert "b = (3/4, 0), intercept = 5/3" in lassos
    for text in ("1.464285714286", "0.500000000000", "1.666666666667", "1.321428571429"):
        assert text in lassos
    assert by_hand.one_sweep[-1] == (Fr(41, 28), 0)
    assert by_hand.rounds[-1].round == 8
