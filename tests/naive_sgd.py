"""Slow, obvious twins of stochastic descent: plain numpy, dense rows, every step of every method on all features.

All return the coefficients after every step, as the rows of an array. `l1` is a number or an array of shape (p,).
"""

import numpy as np


def soft_threshold(z, t):
    """z moved by t towards 0, and 0 where that would pass it."""
    return np.sign(z) * np.maximum(np.abs(z) - t, 0)


def gradients(X, y, s, batches):
    """Functions that return the mean gradient of the loss over each mini-batch at w."""

    def one(rows):
        return lambda w: X[rows].T @ (s[rows] * (X[rows] @ w - y[rows])) / len(rows)

    return [one(rows) for rows in batches]


def naive(steps, etas, p, l1, l2=0.0, lo=-np.inf):
    """Subgradient descent: the sign of 0 is 0."""
    w, path = np.zeros(p), []
    for gradient, eta in zip(steps, etas, strict=True):
        w = np.maximum(w - eta * (gradient(w) + l1 * np.sign(w) + l2 * w), lo)
        path.append(w)
    return np.array(path)


def clipping(steps, etas, p, l1, l2=0.0, lo=-np.inf):
    """Proximal gradient: gradient step, soft threshold, shrinkage of the L2 part, bound."""
    w, path = np.zeros(p), []
    for gradient, eta in zip(steps, etas, strict=True):
        w = np.maximum(soft_threshold(w - eta * gradient(w), eta * l1) / (1 + eta * l2), lo)
        path.append(w)
    return np.array(path)


def truncated(steps, etas, p, l1, l2=0.0, lo=-np.inf, every=10, threshold=np.inf):
    """Gradient steps, and every so many of them the penalty of all of these for what is not above the threshold.

    The L2 part is taken at every step, and shrinks what the penalty has come to as it shrinks w.
    """
    w, path, owed = np.zeros(p), [], 0.0
    for t, (gradient, eta) in enumerate(zip(steps, etas, strict=True), 1):
        w, owed = w - eta * gradient(w), owed + eta
        if t % every == 0:
            w = np.where(np.abs(w) <= threshold, soft_threshold(w, owed * l1), w)
            owed = 0.0
        w, owed = np.maximum(w / (1 + eta * l2), lo), owed / (1 + eta * l2)
        path.append(w)
    last = np.where(np.abs(w) <= threshold, soft_threshold(w, owed * l1), w)  # nothing stays unpaid at the end
    return np.array([*path[:-1], last])


def cumulative(steps, etas, p, l1, l2=0.0, lo=-np.inf):
    """The sum of the gradients, thresholded by the sum of the penalties; the L2 part shrinks both."""
    G, u, path = np.zeros(p), 0.0, []
    w = np.zeros(p)
    for gradient, eta in zip(steps, etas, strict=True):
        G, u = (G - eta * gradient(w)) / (1 + eta * l2), (u + eta) / (1 + eta * l2)
        w = np.maximum(soft_threshold(G, u * l1), lo)
        path.append(w)
    return np.array(path)


def textbook_cumulative(steps, etas, p, l1):
    """The recursion as Tsuruoka, Tsujii and Ananiadou (2009) print it: u is owed, q_j was paid."""
    w, u, q, path = np.zeros(p), 0.0, np.zeros(p), []
    for gradient, eta in zip(steps, etas, strict=True):
        half, u = w - eta * gradient(w), u + eta * l1
        w = half.copy()
        for j in range(p):
            if half[j] > 0:
                w[j] = max(0.0, half[j] - (u + q[j]))
            elif half[j] < 0:
                w[j] = min(0.0, half[j] + (u - q[j]))
            q[j] += w[j] - half[j]
        path.append(w)
    return np.array(path)


def adaptive_weights(z, D, paid, l1, l2):
    """The minimum of ``z w + paid (l1 |w| + l2 w^2 / 2) + D w^2 / 2``; 0 where D is."""
    return np.where(D > 0, soft_threshold(-z, paid * l1) / np.where(D > 0, D + paid * l2, 1), 0)


def ftrl(X, y, s, batches, eta, l1, l2=0.0, lo=-np.inf, fit_intercept=False):
    """FTRL-Proximal (McMahan et al. 2013), implicit: of every step a part, of its penalty too; the package's units."""
    p = X.shape[1]
    z, squares, D, largest, curvature, w, path = *np.zeros((6, p)), []
    seen, size, paid, unexplained = np.array([]), 0.0, 0.0, 0.0
    for rows in batches:
        seen, r = np.append(seen, y[rows]), np.zeros(len(rows))
        for i, row in enumerate(X[rows]):
            far = (np.abs(row) > 2 * largest) & (np.abs(row) < 1e3 * largest)  # a new feature's steps were too long
            far &= curvature < 4 * largest**2
            D = D * np.divide(row, largest, out=np.ones(p), where=far) ** 2
            w = np.where(far, np.maximum(adaptive_weights(z, D, paid, l1, l2), lo), w)
            r[i] = row @ w - y[rows[i]]
            largest = np.where(far, np.abs(row), largest)
        for row in X[rows]:
            largest = np.maximum(largest, np.abs(row))
            size += np.sum(np.divide(row, largest, out=np.zeros(p), where=largest > 0) ** 2)
        spread = np.sum((seen - seen.mean() * fit_intercept) ** 2)
        unexplained += r @ r
        heed = 0.5 * min(1.0, unexplained / spread)  # so much of the curvature of the rows so far bounds a step
        g = X[rows].T @ (s[rows] * r) / len(rows)
        squares = squares + g**2
        unit = eta * np.sqrt(spread / max(size, 1.0))
        first = np.sqrt(spread / len(seen)) * largest / len(rows)  # of a gradient, as beta = 1 in the paper
        new = np.maximum((first + np.sqrt(squares)) * largest / unit, heed * curvature)
        new = np.where(g != 0, new, D)
        move = np.divide(g, new, out=np.zeros(p), where=g != 0)  # of which an implicit step takes a part
        slope, bend = g @ move, np.sum(s[rows] * (X[rows] @ move) ** 2) / len(rows)
        part = slope / (slope + bend) if slope > 0 else 1.0
        curvature = curvature + part * (s[rows] @ X[rows] ** 2) / len(rows)
        z, D, paid = z + part * g - (new - D) * w, new, paid + part
        w = np.maximum(adaptive_weights(z, D, paid, l1, l2), lo)
        path.append(w)
    return np.array(path)
