"""Both ways down a grid, where they leave the straight course: drift, an end of rounds, goals below rounding."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning
from test_continuation import TIGHT, N, X, Y, assert_is_the_single_fits, followed, path_of

from lassofit import ElasticNet, Lasso
from lassofit._engine import descent_on_gram
from lassofit._engine.active import Face
from lassofit._engine.continuation import Continuation
from lassofit._engine.descent_on_gram import DescentOnGram
from lassofit._engine.duality import Certificate
from lassofit._engine.penalty import Penalty, build_penalty
from lassofit._engine.problem import Problem
from lassofit._engine.solve import Control
from lassofit._engine.trail import Trail

TALL = X[:, :15]
KINDS = {"wide": X, "tall": TALL}
TOP = {name: np.abs((A - A.mean(0)).T @ (Y - Y.mean())).max() / N for name, A in KINDS.items()}
ODD = {
    "plain": {},
    "positive": {"positive": True},
    "bounds": {"bounds": (-0.3, 0.2)},
    "factors": {"penalty_factor": np.r_[0.0, np.linspace(0.5, 2, 16)]},
}
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize("many", [1, 3, 16])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.3])
def test_it_does_not_matter_how_many_alphas_are_certified_at_once(many, l1_ratio, monkeypatch):
    monkeypatch.setattr(descent_on_gram, "_MANY", many)
    monkeypatch.setattr(descent_on_gram, "_MOST", many)
    path = path_of(TALL, Y, alphas=7, l1_ratio=l1_ratio)
    assert path.converged.all() and path.n_full_passes >= 2
    assert_is_the_single_fits(path, TALL, Y, l1_ratio=l1_ratio)


@each_kind
def test_what_has_drifted_is_solved_once_more(kind, monkeypatch):
    """At two alphas the step ends off its solution, and does not know it."""
    alphas = TOP[kind] * np.geomspace(0.5, 0.01, 9)
    plain, step, steps = followed(KINDS[kind], Y, alphas), Trail.step, []

    def drifting(self, alpha):
        step(self, alpha)
        steps.append(alpha)
        if steps.count(alpha) == 1 and alpha in alphas[[2, 5]]:
            self.face.w[:] *= 1.01
            if not self.face.columns.complete:
                self.weighted = self.face.columns.weighted(self.face.w)

    monkeypatch.setattr(Trail, "step", drifting)
    monkeypatch.setattr(Face, "trace", lambda *_: 0)
    found = followed(KINDS[kind], Y, alphas)
    for solution, expected in zip(found, plain, strict=True):
        assert solution.converged and solution.passes is not None
        assert_allclose(solution.w, expected.w, atol=1e-10)
    assert steps.count(alphas[2]) > 0


@each_kind
@pytest.mark.parametrize("many", [1, 16])
def test_max_iter_bounds_every_alpha_whoever_solves_it(kind, many, monkeypatch):
    """Rounds that a trail took before it was lost count."""
    monkeypatch.setattr(descent_on_gram, "_MANY", many)
    monkeypatch.setattr(descent_on_gram, "_MOST", many)
    alphas = TOP[kind] * np.geomspace(0.5, 1e-3, 6)
    for max_iter in (1, 2, 3, 5, 8):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            path = Lasso(tol=1e-12, max_iter=max_iter).fit_path(KINDS[kind], Y, alphas)
        assert (path.n_iters <= max_iter).all() and np.isfinite(path.dual_gaps).all()
    path = Lasso(tol=1e-12, max_iter=1000).fit_path(KINDS[kind], Y, alphas)
    assert path.converged.all() and path.n_full_passes is not None


@each_kind
def test_the_alphas_after_a_lost_one_are_solved_too(kind, monkeypatch):
    """One by one, from what is left."""
    alphas = TOP[kind] * np.geomspace(0.5, 0.01, 9)
    step = Trail.step

    def losing(self, alpha):
        step(self, alpha)
        self.lost = self.lost or alpha == alphas[4]

    monkeypatch.setattr(Trail, "step", losing)
    monkeypatch.setattr(Face, "trace", lambda *_: 0)
    found = followed(KINDS[kind], Y, alphas)
    alone = [solution.passes is None for solution in found]
    assert not any(alone[:4]) and all(alone[5:])
    for alpha, solution in zip(alphas, found, strict=True):
        assert solution.converged
        assert_allclose(solution.w, Lasso(alpha, **TIGHT).fit(KINDS[kind], Y).coef_, atol=1e-9)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("options", ODD.values(), ids=ODD)
def test_alphas_in_one_go_are_those_one_by_one(options, l1_ratio, monkeypatch):
    """With copies among the columns, where steps are out of the ordinary."""
    X = np.column_stack([TALL, TALL[:, 0], -TALL[:, 1]])
    model = ElasticNet(l1_ratio=l1_ratio, **options, **TIGHT)
    together = model.fit_path(X, Y, eps=1e-4)
    calls = []
    monkeypatch.setattr(Face, "trace", lambda self, *_: calls.append(1) or 0)
    alone = model.fit_path(X, Y, eps=1e-4)
    assert calls and together.converged.all()
    assert_allclose(X @ together.coefs, X @ alone.coefs, atol=1e-9)
    assert_allclose(together.deviance_ratio, alone.deviance_ratio, atol=1e-12)


@each_kind
def test_least_squares_at_the_end_begin_without_rounds(kind):
    """What the alpha before took is its own."""
    alphas = TOP[kind] * np.array([0.5, 0.01, 0.0])
    problem = Problem(np.asfortranarray(KINDS[kind]), None, True, Y)
    unit = build_penalty(problem, 1.0, 1.0, None, -np.inf, np.inf, False)
    trail = (DescentOnGram if kind == "tall" else Continuation)(problem, unit, Control(max_iter=1000))
    found = [solution for solution, _ in trail.follow(alphas)]
    assert len(found) == 2 and found[1].n_iter > 0 and trail.rounds == 0


@each_kind
def test_a_goal_below_rounding_does_not_end_the_path(kind):
    with pytest.warns(ConvergenceWarning, match="rounding in float64 leaves no less"):
        path = Lasso(tol=1e-25).fit_path(KINDS[kind], Y, TOP[kind] * np.geomspace(0.5, 0.01, 9))
    assert path.n_full_passes is not None and path.n_iters.max() < 100
    assert (path.dual_gaps < 1e-14 * np.var(Y)).all()


def test_a_target_that_turns_out_to_be_constant_ends_no_path():
    """A fold's target is known from sums, and made when it is asked for: then its norm may be zero."""
    problem = Problem(np.asfortranarray(np.eye(6, 3)), None, True, np.arange(6.0))
    one = np.ones(3)
    unit = Penalty(one, 0 * one, -np.inf * one, np.inf * one)
    trail = DescentOnGram(problem, unit, Control())
    problem.y_norm = 0.0
    solution = trail.solution(0 * one, np.flatnonzero([]), 1.0, Certificate(0.0, 0.0, 0 * one, 1.0, 0.0), False)
    assert solution.converged and solution.relative_gap == 0
