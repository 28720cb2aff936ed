"""Linear equations of an active set in any precision, singular ones too: LAPACK has no long double."""

import numpy as np


def _independent(A):
    """Pivoted Cholesky of A, with unit diagonal: the order of the rows, the factor, the rank."""
    A, order, L = A.copy(), np.arange(len(A)), np.zeros_like(A)
    for k in range(len(A)):
        i = k + np.diag(A)[k:].argmax()
        for a in (A, L, A.T):
            a[[k, i]] = a[[i, k]]
        order[[k, i]] = order[[i, k]]
        if A[k, k] <= 1000 * len(A) * np.finfo(A.dtype).eps:
            return order, L[:k, :k], k
        L[k:, k] = A[k:, k] / np.sqrt(A[k, k])
        A[k:, k:] -= np.outer(L[k:, k], L[k:, k])
    return order, L, len(A)


def _cholesky_solve(L, b):
    """Solve L L' x = b by substitution, in the precision given (LAPACK has no long double)."""
    x = b.copy()
    for k in range(len(L)):
        x[k] = (x[k] - L[k, :k] @ x[:k]) / L[k, k]
    for k in reversed(range(len(L))):
        x[k] = (x[k] - L[k + 1 :, k] @ x[k + 1 :]) / L[k, k]
    return x


def newton_step(G, rhs, w):
    """Step from w to a solution of G x = rhs, and whether it goes on for ever (G singular)."""
    d = 1 / np.sqrt(np.diag(G))
    A = G * d * d[:, None]
    order, L, rank = _independent(A)
    inside, rest = order[:rank], order[rank:]
    square, across = A[np.ix_(inside, inside)], A[np.ix_(inside, rest)]
    b, step = d * (rhs - G @ w), 0 * w
    solution = _cholesky_solve(L, b[inside])
    slope = b[rest] - across.T @ solution
    size = abs(b[rest]) + abs(across.T) @ abs(solution)
    if (abs(slope) > 1000 * np.finfo(A.dtype).eps * size).any():
        step[rest] = slope
        step[inside] = -_cholesky_solve(L, across @ slope)
        return d * step, True
    for _ in range(2):
        solution = solution + _cholesky_solve(L, b[inside] - square @ solution)
    step[inside] = solution
    return d * step, False
