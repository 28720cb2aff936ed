"""Coordinate descent by hand
==========================

Two small problems, worked one coordinate at a time: a quadratic in two variables, then least
squares and the lasso on three rows. Every round is printed, and at the end the same problems are
given to :class:`lassofit.Lasso`.

The functions below use plain Python arithmetic only, so they work with fractions as well as with
floats. Run with fractions, as here, every printed number is exact before it is rounded.
"""

from fractions import Fraction
from itertools import islice
from typing import NamedTuple

# %%
# A quadratic
# -----------
# ``f(x, y) = a x^2 + b x y + c y^2``. With ``y`` held still, ``f`` is a parabola in ``x``, lowest
# where ``2 a x + b y = 0``; and the same for ``y``. A round moves to the one point, then the other.


class QuadraticRound(NamedTuple):
    """One round: the point, the value after each of the two moves, and the sizes of the moves."""

    round: int
    x: Fraction
    y: Fraction
    f_after_x: Fraction
    f_after_y: Fraction
    move_x: Fraction
    move_y: Fraction


def trace_quadratic(a, b, c, x, y):
    """Yield the rounds of coordinate descent on ``a x^2 + b x y + c y^2``, without end."""

    def f(x, y):
        return a * x * x + b * x * y + c * y * y

    number = 0
    while True:
        number += 1
        old_x, old_y = x, y
        x = -b * y / (2 * a)
        after_x = f(x, y)
        y = -b * x / (2 * c)
        yield QuadraticRound(number, x, y, after_x, f(x, y), abs(x - old_x), abs(y - old_y))


# %%
# The lasso
# ---------
# ``F(w) = 1/(2n) ||y - Xw||^2 + alpha ||w||_1``. With all but ``w_j`` held still, the lowest point
# is ``soft_threshold(rho, alpha) / (||x_j||^2 / n)``, where ``rho = x_j'(y - the rest) / n``. It is
# exactly zero whenever ``|rho| <= alpha``: there the slope of the squares is too weak for the kink
# of ``|w_j|`` at zero, whose slopes fill the whole interval from ``-alpha`` to ``alpha``.


def dot(u, v):
    """Return the inner product of two sequences."""
    return sum(a * b for a, b in zip(u, v, strict=True))


def soft_threshold(z, t):
    """Move ``z`` towards zero by ``t``, and stop there."""
    if z > t:
        return z - t
    if z < -t:
        return z + t
    return 0 * z


class LassoUpdate(NamedTuple):
    """One update: which coordinate, what it saw, and the coefficients and the fit after it."""

    sweep: int
    j: int
    rho: Fraction
    coef: tuple
    sse: Fraction
    l1_norm: Fraction


def trace_lasso(columns, y, alpha, coef=None):
    """Yield the updates of cyclic coordinate descent on F, one coordinate at a time, without end.

    ``columns`` are the columns of X (none of them all zero). ``alpha = 0`` is least squares. The
    objective after an update is ``sse / (2 n) + alpha * l1_norm``.
    """
    n = len(y)
    coef = [0 * y[0] for _ in columns] if coef is None else list(coef)
    residual = [y_i - dot(row, coef) for y_i, row in zip(y, zip(*columns, strict=True), strict=True)]
    curvature = [dot(x, x) / n for x in columns]
    sweep = 0
    while True:
        sweep += 1
        for j, x in enumerate(columns):
            rho = dot(x, residual) / n + curvature[j] * coef[j]
            new = soft_threshold(rho, alpha) / curvature[j]
            residual = [r + (coef[j] - new) * x_i for r, x_i in zip(residual, x, strict=True)]
            coef[j] = new
            l1_norm = sum(abs(w) for w in coef)
            yield LassoUpdate(sweep, j, rho, tuple(coef), dot(residual, residual), l1_norm)


def centred(values):
    """Return the values minus their mean, and the mean.

    An intercept is the same as centring: fit the centred data without one, then set it to
    ``mean(y) - sum_j mean(x_j) w_j``.
    """
    mean = sum(values) / len(values)
    return [v - mean for v in values], mean


def alpha_from(loss, lam, n):
    """Return the alpha of F for which ``loss + lam ||w||_1`` has the same solution.

    Leaving a factor 1/n out of the loss changes the problem unless ``lam`` is multiplied by n too.
    """
    return lam / {"SSE": 2 * n, "SSE/2": n, "MSE": 2}[loss]


def slopes_at_zero(columns, y, alpha, coef, j):
    """Return the ends of the subdifferential of F in coordinate j at w_j = 0.

    Zero is the best value of w_j, the others held still, if and only if 0 lies between the ends.
    """
    rest = [0 * w if k == j else w for k, w in enumerate(coef)]
    rows = zip(*columns, strict=True)
    residual = [y_i - dot(row, rest) for y_i, row in zip(y, rows, strict=True)]
    slope = -dot(columns[j], residual) / len(y)
    return slope - alpha, slope + alpha


# %%
# The data of the two problems
# ----------------------------

QUADRATIC = (Fraction(3), Fraction(5), Fraction(10), Fraction(1), Fraction(1))
COLUMNS = tuple(tuple(map(Fraction, x)) for x in ((1, 2, 3), (1, 1, 2)))
Y = (Fraction(2), Fraction(3), Fraction(9, 2))
Y_CORRELATED = (Fraction(2), Fraction(2), Fraction(9, 2))
LAM = Fraction(2)


def print_quadratic():
    """Print the rounds on 3 x^2 + 5 x y + 10 y^2 from (1, 1)."""
    print("Minimise 3 x^2 + 5 x y + 10 y^2 from (1, 1), where it is 18\n")
    print(f"round{'x':>16s}{'y':>16s}{'f after x':>16s}{'f after y':>16s}")
    for r in trace_quadratic(*QUADRATIC):
        values = (r.x, r.y, r.f_after_x, r.f_after_y)
        print(f"{r.round:5d}" + "".join(f"{float(v):16.12f}" for v in values))
        if max(r.move_x, r.move_y) < 1e-4:
            break
    print("\nEvery round multiplies the point by 5/24. In round 8 both moves are below 1e-4.\n")


def print_lasso(title, y, lam, n_sweeps):
    """Print the updates on SSE + lam ||b||_1, both in that scaling and in that of the package."""
    n = len(y)
    alpha = alpha_from("SSE", lam, n)
    print(f"{title}: SSE + {lam} ||b||_1, y = ({', '.join(str(float(v)) for v in y)})")
    print(f"(in this package's scaling alpha = {lam}/(2n) = {alpha})\n")
    print(f"sweep  updated{'b1':>16s}{'b2':>16s}{'SSE + lam |b|':>16s}{'F':>16s}")
    for u in islice(trace_lasso(COLUMNS, y, alpha), n_sweeps * len(COLUMNS)):
        values = (*u.coef, u.sse + lam * u.l1_norm, u.sse / (2 * n) + alpha * u.l1_norm)
        print(f"{u.sweep:5d}  b{u.j + 1:<6d}" + "".join(f"{float(v):16.12f}" for v in values))
    print()


def print_why_zero():
    """Print why the second coefficient is exactly zero, in the scaling SSE + lam ||b||_1."""
    n = len(Y)
    alpha = alpha_from("SSE", LAM, n)
    *_, last = islice(trace_lasso(COLUMNS, Y, alpha), 2)
    low, high = (2 * n * end for end in slopes_at_zero(COLUMNS, Y, alpha, last.coef, 1))
    print(f"At b1 = {last.coef[0]}, b2 = 0 the slopes in b2 are all those from {low} to {high}.")
    print("0 is among them, so b2 = 0 is the best value: an exact zero, not a small number.\n")


def print_intercept():
    """Print the lasso with an intercept, by centring."""
    columns, means = zip(*map(centred, COLUMNS), strict=True)
    y, y_mean = centred(Y)
    *_, last = islice(trace_lasso(columns, y, alpha_from("SSE", LAM, len(y))), len(columns))
    intercept = y_mean - dot(means, last.coef)
    print("Lasso with an intercept, y = (2.0, 3.0, 4.5): one sweep on the centred data gives")
    coef = ", ".join(map(str, last.coef))
    print(f"b = ({coef}) and the intercept {y_mean} - 2 b1 - 4/3 b2 = {intercept}.\n")


def print_lassofit():
    """Print the same problems fitted by lassofit.Lasso."""
    import numpy as np

    import lassofit

    X = np.array(COLUMNS, dtype=float).T
    print("The same by lassofit.Lasso\n")
    print(f"{'problem':40s}{'b1':>16s}{'b2':>16s}{'intercept':>16s}")
    for title, y, loss, fit_intercept in (
        ("SSE + 2 |b|, y = (2, 3, 4.5)", Y, "SSE", False),
        ("SSE + 2 |b|, y = (2, 2, 4.5)", Y_CORRELATED, "SSE", False),
        ("SSE + 2 |b|, y = (2, 3, 4.5), intercept", Y, "SSE", True),
        ("MSE + 2 |b|, y = (2, 3, 4.5)", Y, "MSE", False),
    ):
        alpha = float(alpha_from(loss, LAM, len(y)))
        model = lassofit.Lasso(alpha, fit_intercept=fit_intercept, tol=1e-14, max_iter=10_000)
        model.fit(X, np.array(y, dtype=float))
        values = (*model.coef_, model.intercept_)
        print(f"{title:40s}" + "".join(f"{v:16.12f}" for v in values))
    print("\nMSE + 2 |b| is the problem SSE + 6 |b|: dropping the 1/n multiplies lambda by n = 3.")


def main():
    """Print everything."""
    print_quadratic()
    print_lasso("Least squares", Y, 0 * LAM, 3)
    print("On the way to (1, 5/6): a sweep leaves 27/28 of the error, the columns being so alike.\n")
    print_lasso("Lasso", Y, LAM, 2)
    print_why_zero()
    print_lasso("Lasso, both columns in", Y_CORRELATED, LAM, 3)
    print("On the way to (1, 1/2), value 3.75; again a sweep leaves 27/28 of the error.\n")
    print_intercept()
    print_lassofit()


if __name__ == "__main__":
    main()
