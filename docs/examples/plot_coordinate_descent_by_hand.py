"""
Coordinate descent by hand
==========================

Two small problems, worked one coordinate at a time: a quadratic in two variables, then least squares and the lasso on
three rows. Every round is printed and drawn, and at the end the same problems are given to :class:`lassofit.Lasso`.

The functions below use plain Python arithmetic only, so they work with fractions as well as with floats. Run with
fractions, as here, every printed number is exact before it is rounded.
"""

from fractions import Fraction
from itertools import islice
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np

import lassofit

# %%
# A quadratic
# -----------
# :math:`f(x, y) = a x^2 + b x y + c y^2`. With y held still, f is a parabola in x, lowest where
# :math:`2 a x + b y = 0`; and the same for y. A round moves to the one point, then to the other.


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


QUADRATIC = (Fraction(3), Fraction(5), Fraction(10), Fraction(1), Fraction(1))

# %%
# On :math:`3 x^2 + 5 x y + 10 y^2` from (1, 1), where it is 18, each round multiplies the point by 5/24: the first
# gives (-5/6, 5/24), with f = 95/12 after the move in x and 475/288 after that in y. In round 8 both moves are below
# 1e-4.

rounds = list(islice(trace_quadratic(*QUADRATIC), 8))
print(f"round{'x':>16s}{'y':>16s}{'f after x':>16s}{'f after y':>16s}{'largest move':>16s}")
for r in rounds:
    values = (r.x, r.y, r.f_after_x, r.f_after_y, max(r.move_x, r.move_y))
    print(f"{r.round:5d}" + "".join(f"{float(v):16.12f}" for v in values))

# %%
# Drawn: every move ends where it touches a contour line, since it goes to the lowest point of its line.


def draw_descent(ax, f, points, best, centre, reach):
    """Draw the contour lines of f around a point, a polyline of points, and the minimum."""
    u, v = (np.linspace(c - reach, c + reach, 200) for c in centre)
    U, V = np.meshgrid(u, v)
    values = f(U, V)
    ax.contour(U, V, np.sqrt(values - values.min()), 14, colors="0.75", linewidths=0.8)
    ax.plot(*np.array(points, dtype=float).T, "o-", color="#0072B2", markersize=4, label="moves")
    ax.plot(*best, "*", color="#D55E00", markersize=14, label="minimum")
    ax.legend()


corners = [(1, 1)] + [
    corner for i, r in enumerate(rounds) for corner in ((r.x, rounds[i - 1].y if i else 1), (r.x, r.y))
]
figure, ax = plt.subplots(figsize=(5, 4.4), layout="constrained")
draw_descent(ax, lambda x, y: 3 * x**2 + 5 * x * y + 10 * y**2, corners, (0, 0), (0.1, 0.3), 1.1)
ax.set(xlabel="x", ylabel="y", title="Coordinate descent on a quadratic")

# %%
# The lasso
# ---------
# :math:`F(w) = \frac{1}{2n} \|y - Xw\|^2 + \alpha \|w\|_1`. With all but :math:`w_j` held still, the lowest point is
# the soft threshold of :math:`\rho = x_j'(y - \text{the rest}) / n` by :math:`\alpha`, over :math:`\|x_j\|^2 / n`. It
# is exactly zero whenever :math:`|\rho| \leq \alpha`: there the slope of the squares is too weak for the kink of
# :math:`|w_j|` at zero, whose slopes fill the whole interval from :math:`-\alpha` to :math:`\alpha`.


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
# Three rows
# ----------
# Many texts write the loss as the sum of squares, :math:`\mathrm{SSE} + \lambda \|b\|_1`. That is F with :math:`\alpha
# = \lambda / (2n)`, so :math:`\lambda = 2` on three rows is :math:`\alpha = 1/3`. There is no intercept yet.

COLUMNS = tuple(tuple(map(Fraction, x)) for x in ((1, 2, 3), (1, 1, 2)))
Y = (Fraction(2), Fraction(3), Fraction(9, 2))
Y_CORRELATED = (Fraction(2), Fraction(2), Fraction(9, 2))
LAM = Fraction(2)


def print_lasso(y, lam, n_sweeps):
    """Print the updates on SSE + lam ||b||_1; return the points, from zero on."""
    alpha = alpha_from("SSE", lam, len(y))
    points = [(0, 0)]
    print(f"sweep  updated{'b1':>16s}{'b2':>16s}{'SSE + lam |b|':>16s}")
    for u in islice(trace_lasso(COLUMNS, y, alpha), n_sweeps * len(COLUMNS)):
        values = (*u.coef, u.sse + lam * u.l1_norm)
        print(f"{u.sweep:5d}  b{u.j + 1:<6d}" + "".join(f"{float(v):16.12f}" for v in values))
        points.append(u.coef)
    return points


# %%
# Least squares first, :math:`\lambda = 0`. The solution is (1, 5/6), with an SSE of 1/12, but the two columns are so
# alike that a sweep leaves 27/28 of the error: after three sweeps the point is still far away.

least_squares = print_lasso(Y, 0 * LAM, 3)

# %%
# The lasso, :math:`\lambda = 2`. The first sweep gives (41/28, 0), the value 181/56, and the second changes nothing.

one_sweep = print_lasso(Y, LAM, 2)

# %%
# With y = (2, 2, 4.5) both columns stay in. The solution is (1, 1/2), the value 3.75, and again a sweep leaves 27/28 of
# the error. An active-set method, the default here, gets there in a few steps instead.

both_in = print_lasso(Y_CORRELATED, LAM, 3)

# %%
# All three, drawn:


def value(y, lam):
    """SSE + lam ||b||_1 as a function of arrays b1 and b2."""
    rows = [(float(a), float(b), float(t)) for a, b, t in zip(*COLUMNS, y, strict=True)]
    return lambda u, v: sum((t - a * u - b * v) ** 2 for a, b, t in rows) + lam * (abs(u) + abs(v))


figure, axes = plt.subplots(1, 3, figsize=(11, 3.9), layout="constrained")
draw_descent(axes[0], value(Y, 0), least_squares, (1, 5 / 6), (0.8, 0.6), 1.2)
draw_descent(axes[1], value(Y, 2), one_sweep, (41 / 28, 0), (0.8, 0.2), 1.2)
draw_descent(axes[2], value(Y_CORRELATED, 2), both_in, (1, 0.5), (0.8, 0.4), 1.2)
for ax, title in zip(axes, ("least squares", "lasso, one sweep", "lasso, both columns in"), strict=True):
    ax.set(xlabel="b1", ylabel="b2", title=title)

# %%
# Why the second coefficient is exactly zero
# ------------------------------------------
# At b1 = 41/28 the slopes of :math:`\mathrm{SSE} + 2 \|b\|_1` in b2, at b2 = 0, are all those from -51/14 to 5/14:
# those of lines through the kink that stay below the curve. Zero is among them, so b2 = 0 is the lowest point: an exact
# zero, not a small number. In other words, :math:`|2 x_2'r| = 23/14` is at most :math:`\lambda = 2`. Where the two
# smooth pieces, if continued, would have their minimum, each is on the wrong side: b2 = -0.0298 (which should be above
# 0) and b2 = 0.3036 (which should be below).

B1 = Fraction(41, 28)
low, high = (6 * end for end in slopes_at_zero(COLUMNS, Y, alpha_from("SSE", LAM, 3), (B1, Fraction(0)), 1))
print(f"slopes in b2 at b2 = 0: from {low} to {high}")

b2 = np.linspace(-0.6, 0.6, 241)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
left.plot(b2, value(Y, 2)(float(B1), b2), color="#0072B2", label="SSE + 2 |b|")
for slope in np.linspace(float(low), float(high), 5):
    left.plot(b2, 181 / 56 + slope * b2, color="#E69F00", linewidth=0.9)
left.plot(b2, 181 / 56 + 0 * b2, color="#D55E00", label="slope 0")
left.set(xlabel="b2", title="Lines below the curve, through its kink", ylim=(2.4, 6.4))
left.legend()
curvature = 2 * float(dot(COLUMNS[1], COLUMNS[1]))
for side, end in ((-1, low), (1, high)):
    half = b2[np.sign(b2) == side]
    right.plot(half, float(end) + curvature * half, color="#0072B2")
right.vlines(0, float(low), float(high), color="#E69F00", linewidth=3, label="subgradients at 0: [-51/14, 5/14]")
right.axhline(0, color="#D55E00", linewidth=1)
right.set(xlabel="b2", title="The slope, an interval at 0")
right.legend()

# %%
# An intercept
# ------------
# is the same as centring. One sweep on the centred data gives b = (3/4, 0), and the intercept follows from the means.

columns, means = zip(*map(centred, COLUMNS), strict=True)
y_centred, y_mean = centred(Y)
*_, last = islice(trace_lasso(columns, y_centred, alpha_from("SSE", LAM, 3)), 2)
print(f"b = ({', '.join(map(str, last.coef))}), intercept = {y_mean - dot(means, last.coef)}")

# %%
# The same by lassofit
# --------------------
# To twelve digits. :math:`\mathrm{MSE} + 2 \|b\|_1`, the mean of the squares instead of their sum, is the problem
# :math:`\mathrm{SSE} + 6 \|b\|_1`: to drop the 1/n is to multiply :math:`\lambda` by n = 3.

X = np.array(COLUMNS, dtype=float).T
print(f"{'problem':40s}{'b1':>16s}{'b2':>16s}{'intercept':>16s}")
for title, y, loss, fit_intercept in (
    ("SSE + 2 |b|, y = (2, 3, 4.5)", Y, "SSE", False),
    ("SSE + 2 |b|, y = (2, 2, 4.5)", Y_CORRELATED, "SSE", False),
    ("SSE + 2 |b|, y = (2, 3, 4.5), intercept", Y, "SSE", True),
    ("MSE + 2 |b|, y = (2, 3, 4.5)", Y, "MSE", False),
):
    alpha = float(alpha_from(loss, LAM, len(y)))
    model = lassofit.Lasso(alpha, fit_intercept=fit_intercept, tol=1e-14).fit(X, np.array(y, dtype=float))
    print(f"{title:40s}" + "".join(f"{v:16.12f}" for v in (*model.coef_, model.intercept_)))

plt.show()
