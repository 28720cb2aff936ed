"""Primal, dual point and gap: the certificate, the only stopping rule of every solver.

For a residual r, F is the set of unpenalised columns strictly inside their bounds. The dual point is
``v = r - Proj_F r`` times kappa, with kappa 1 or the largest scale that is feasible (El Ghaoui et al. 2012; Mairal
2010, for the plain lasso). With ``c_j = <x_j, v>`` and ``<v, y> = <v, v> + sum_j c_j w_j``, the gap is

    |Proj_F r|^2 / 2 + (1 - kappa)^2 |v|^2 / 2 + sum_{j not in F} [l1|w| + l2 w^2/2 - kappa c w + h(kappa c)]_j

where every term is >= 0, so that it can be computed to a few units of rounding.
"""

from typing import NamedTuple

import numpy as np
from scipy import linalg

from .kernels import certificate as kernels

_EPS = np.finfo(np.float64).eps


class Certificate(NamedTuple):
    """What is known of a point: objective, gap, dual point, the level below which the gap is rounding, the loss."""

    objective: float
    gap: float
    c: np.ndarray
    kappa: float  # the scale of the dual point that gives the gap
    floor: float
    noise: float = 0.0  # what rounding of the coefficients, as numbers, may bring on top
    hidden: float = 0.0  # how much larger the gap could be, were violations of at most slack counted; 0: rounding
    loss: float = 0.0
    corrected: bool = False  # whether the dual point is another than r - Proj_F r

    @classmethod
    def of(cls, row, c=None):
        """Return the Certificate that ``kernels.certify`` wrote, of the correlations c."""
        objective, gap, *rest = row.tolist()
        return cls(objective, gap, c, *rest)


class FreeBlock:
    """The columns of F, centred, weighted and orthonormalised: projections onto their span, steps within it.

    Rank-revealing: pivoted QR of the columns scaled to unit norm, so duplicates and sums of columns are harmless.
    """

    def __init__(self, problem, which):
        self.which = which
        self.root = np.sqrt(problem.s)
        columns = problem.held[:, which]
        dense = columns.toarray() if problem.is_sparse else columns
        block = (dense - problem.mean[which]) * self.root[:, None]
        self.scale = np.sqrt(problem.norm2[which])
        self.q, upper, pivot = linalg.qr(block / self.scale, mode="economic", pivoting=True)
        diagonal = np.abs(np.diag(upper))
        # The data themselves are rounded to eps of their uncentred size: what is independent only below that is noise.
        rounding = _EPS * np.sqrt(np.max(problem.raw_norm2[which] / problem.norm2[which]))
        rank = int(np.sum(diagonal > max(block.shape) * rounding * diagonal[0]))
        self.q, self.upper, self.pivot = self.q[:, :rank], upper[:rank, :rank], pivot[:rank]

    def project(self, r):
        """Return the coordinates of Proj_F r in an orthonormal basis, and ``s * (r - Proj_F r)``."""
        weighted = self.root * r
        inside = self.q.T @ weighted
        rest = weighted - self.q @ inside
        correction = self.q.T @ rest  # twice is enough: the rest is orthogonal to working precision
        return inside + correction, self.root * (rest - self.q @ correction)

    def reach(self, e):
        """Return ``s * d``, with d the shortest vector in their span whose correlations with the columns are e."""
        e = (e / self.scale)[self.pivot]
        return self.root * (self.q @ linalg.solve_triangular(self.upper, e, trans=1))

    def step(self, inside):
        """Return the change of the coefficients in F that removes Proj_F r from the residual."""
        change = np.zeros(len(self.which))
        change[self.pivot] = linalg.solve_triangular(self.upper, inside)
        return change / self.scale


def certify(problem, penalty, w, r, free, slack, correlate, block=None):
    """Certify w with residual r; ``correlate`` prices the columns that ``penalty``, ``free`` and ``slack`` cover.

    ``block`` is the ``FreeBlock`` of the columns in ``free``, None where that is empty.
    """
    if block is None:
        v, outside = problem.s * r, 0.0
    else:
        inside, v = block.project(r)
        outside = float(inside @ inside)
    return certify_point(problem, penalty, w, correlate(v), float(v @ (problem.inverse_s * v)), free, slack, outside)


def certify_point(problem, penalty, w, c, v2, free, slack, outside=0.0, most=1.0, strict=1.0):
    """Certify w from the correlations c of its dual point v, ``v2 = <v, v>`` and ``outside = |Proj_F r|^2``.

    ``most`` is the largest scale of v that columns which are not among these allow, ``strict`` the largest that takes
    their violations within slack away too.
    """
    out = np.empty(7)
    kernels.certify(w, c, v2, outside, 1.0, tuple(penalty), free, slack, problem.y_norm, most, strict, out)
    return Certificate.of(out, c)


def certify_points(problem, unit, w, c, v2, outside, alphas, free, slack):
    """Certify the rows of w as ``certify_point`` does, each at its own multiple of the penalty ``unit``."""
    out = np.empty((len(w), 7))
    kernels.certify_rows(w, c, v2, outside, alphas, tuple(unit), free, slack, problem.y_norm, out)
    rows = zip(out.tolist(), c, strict=True)
    return [Certificate(objective, gap, c_i, *rest) for (objective, gap, *rest), c_i in rows]


def rounding_share(problem, weight):
    """Return the part of slack that rounding may make a correlation wrong by: 4 eps |x_j| (|y| + sum_i |x_i w_i|).

    The coefficients' own rounding is in it; ``weight`` is the sum of slack times the coefficients' sizes.
    """
    unit = 64 * _EPS * problem.y_norm**2
    return (1.0 + (weight / unit if unit > 0 else 0.0)) / 16


def squared_residual(problem, w, c, target):
    """Return <r, r> = <y, y> - <X'y + c, w> from correlations, and the rounding of the sum on top: it is no less.

    Where coefficients are huge, all of it is rounding: cut off at 0, the gap would be 0 too. Several points are rows.
    """
    parts = (target + c) * w
    if w.ndim == 1:  # plain numbers: 4 us less
        return max(problem.y_norm**2 - float(parts.sum()), 0.0) + 4 * _EPS * float(np.abs(parts).sum())
    return np.maximum(problem.y_norm**2 - parts.sum(axis=-1), 0.0) + 4 * _EPS * np.abs(parts).sum(axis=-1)


def noise(problem):
    """Return the rounding level of the correlations: 64 eps |x_j| |y|, with |x_j| as it enters the sums."""
    return problem.per_target(_noise)


def _noise(problem):
    norm2 = problem.raw_norm2
    if len(problem.ill_centred):
        norm2 = norm2.copy()
        norm2[problem.ill_centred] = problem.norm2[problem.ill_centred]
    return np.sqrt(norm2) * (64 * _EPS * problem.y_norm)


def conclude(problem, penalty, w, certificate):
    """Return the mask of the columns that are 0 in every optimum, and the largest violation of the KKT conditions.

    Zero are those that the safe sphere proves so, or that are out of the problem. The dual objective is strongly
    concave, so its maximum v* is within sqrt(2 gap) of kappa v, and a column that v* correlates with by less than l1 is
    zero (Fercoq, Gramfort and Salmon 2015). A bound of zero closes its side. To the gap comes what it leaves out
    because |z| <= slack counts as zero: shrinking the dual point by the largest excess over l1 makes it feasible
    indeed. Where l1 is 0 nothing can be shrunk: slack times a coefficient of |y| / |x_j| is allowed for, column by
    column.
    """
    proven, unheld = np.empty(problem.p, dtype=np.bool_), 64 * _EPS * problem.y_norm**2
    known = tuple(penalty), problem.norm2, noise(problem), unheld
    sphere = certificate.gap + certificate.floor, certificate.kappa, certificate.objective
    violation, free = kernels.conclude(w, certificate.c, *known, *sphere, proven)
    if free or certificate.corrected:  # the dual point is another than the residual
        r = problem.residual_at(w)
        violation, _ = kernels.conclude(w, problem.correlate(problem.s * r), *known, *sphere, np.empty_like(proven))
        if problem.fit_intercept:
            violation = max(violation, abs(float(problem.s @ r)))
    return proven, violation
