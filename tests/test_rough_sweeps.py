"""Sweeps in single precision, for a loose tol on dense X: certified in double, or as if they had not been."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning

from lassofit import ElasticNet, Lasso, enet_path
from lassofit._engine import layout, outlook, rough, single, stages, whole
from lassofit._engine.duality import noise
from lassofit._engine.penalty import Penalty
from lassofit._engine.problem import Problem
from lassofit.testing import certify

RNG = np.random.default_rng(0)
X = np.asfortranarray(RNG.standard_normal((150, 100)) + 0.3)
Y = X @ RNG.standard_normal(100) + RNG.standard_normal(150)
WEIGHTS = RNG.exponential(size=150) * (RNG.random(150) < 0.9)
KINDS = {
    "plain": {},
    "no intercept": {"fit_intercept": False},
    "weights": {"sample_weight": WEIGHTS},
    "elastic net": {"l1_ratio": 0.5},
    "positive": {"positive": True},
    "bounds": {"bounds": (-0.5, 1.0)},
    "standardize": {"standardize": True},
    "factors": {"penalty_factor": np.arange(100) % 3 + 0.5},
    "fixed columns": {"bounds": ([-1.0] * 99 + [0.0], [1.0] * 99 + [0.0])},
}


@pytest.fixture
def sweeps(monkeypatch):
    """How many fits were swept to their end; small problems count as large ones."""
    found, sweep = [], rough.sweep

    def watched(problem, penalty, solution, *args):
        yield from sweep(problem, penalty, solution, *args)
        found.append(solution.converged)

    monkeypatch.setattr(rough, "sweep", watched)
    monkeypatch.setattr(rough, "_DEAR", 0)
    monkeypatch.setattr(rough, "_GRAM", 20.0)  # patience
    monkeypatch.setattr(rough, "_PER_SPREAD", 0)  # and hope
    for name, value in {"_CHEAP": 0, "_FAIR": 0, "DEEP": 0, "_PULLED": -1}.items():
        monkeypatch.setattr(whole, name, value)
    return found


def fit(alpha=0.01, tol=1e-4, A=X, y=Y, sample_weight=None, l1_ratio=1.0, **options):
    return ElasticNet(alpha, l1_ratio=l1_ratio, tol=tol, **options).fit(A, y, sample_weight=sample_weight)


@pytest.mark.parametrize("kind", KINDS)
def test_the_certificate_is_that_of_x(kind, sweeps):
    model, exact = (fit(tol=tol, **KINDS[kind]) for tol in (1e-4, 1e-10))
    assert sweeps == [True]  # the second is not for them
    found = certify(model, X, Y, KINDS[kind].get("sample_weight"))
    assert model.converged_ and found.relative_gap <= 1e-4
    assert_allclose(model.dual_gap_, found.dual_gap, rtol=1e-6, atol=1e-12)
    assert_allclose(model.predict(X), exact.predict(X), atol=0.2 * Y.std())
    assert (exact.coef_[model.proven_zero_] == 0).all()
    assert len(model.history_["dual_gap"]) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_stays_where_it_is(kind, sweeps, monkeypatch):
    """X in float32 and F order is swept as it lies there, with its means in the algebra: to the same solution."""
    A, copied, lines = X.astype(np.float32), [], single._lines
    monkeypatch.setattr(single, "_lines", lambda *given: copied.append(True) or lines(*given))
    model = fit(tol=1e-5, A=A, **KINDS[kind])
    assert sweeps == [True]
    assert bool(copied) == (kind in ("weights", "fixed columns"))
    assert certify(model, A, Y, KINDS[kind].get("sample_weight")).relative_gap <= 1.1e-5  # float32 coefficients
    exact = fit(tol=1e-10, A=A.astype(np.float64), **KINDS[kind])
    assert_allclose(model.coef_, exact.coef_, atol=0.02 * np.abs(exact.coef_).max())


@pytest.mark.parametrize("seed", range(5))
def test_coefficients_at_a_bound_are_that_bound(seed, sweeps):
    """Sweeps are in other units: an ulp beside the bound, its multiplier would count as a violation."""
    hi = 0.3 * np.exp(np.random.default_rng(seed).standard_normal(100))
    model = fit(bounds=(-hi, hi), tol=1e-5)
    assert sweeps == [True]
    assert ((-hi <= model.coef_) & (model.coef_ <= hi)).all() and (np.abs(model.coef_) == hi).any()
    assert model.kkt_residual_ == pytest.approx(certify(model, X, Y).kkt_residual, rel=1e-6)
    assert model.kkt_residual_ < 1e-3


def test_what_does_not_get_there_leaves_nothing_behind(sweeps, monkeypatch):
    monkeypatch.setattr(rough, "_worth", lambda *_: 1e-9)
    model = fit(1e-4)
    assert sweeps == [False]
    monkeypatch.setattr(rough, "worth_sweeping", lambda *_: 0)
    alone = fit(1e-4)
    assert_array_equal(model.coef_, alone.coef_)
    assert model.n_iter_ == alone.n_iter_ + 5
    assert_array_equal(model.history_["dual_gap"], alone.history_["dual_gap"])


def test_a_point_that_x_does_not_certify_is_not_taken(sweeps, monkeypatch):
    """As if rounding X had cost more than is left to tol."""
    coefficients = single.Single.coefficients
    monkeypatch.setattr(single.Single, "coefficients", lambda self: 1.05 * coefficients(self))
    monkeypatch.setattr(single, "certify_point", lambda *_: SimpleNamespace(gap=1e-9))
    model = fit()
    assert sweeps == [False] and model.converged_ and certify(model, X, Y).relative_gap <= 1e-4


def test_a_low_max_iter_is_left_to_steps(sweeps):
    with pytest.warns(ConvergenceWarning):
        assert fit(1e-4, max_iter=3).n_iter_ == 3
    assert sweeps == []


@pytest.mark.parametrize(
    ("A", "tol"),
    [
        (X, 9e-8),  # steps are better
        (np.ascontiguousarray(np.hstack([X, X])), 1e-4),  # fewer rows than columns
        (np.asfortranarray(X[:, :60]), 1e-4),  # the copy would be larger than the Gram matrix, and than what is allowed
        (X * 1e20, 1e-4),  # single precision overflows
        (X * np.where(np.arange(100) == 3, 1e-20, 1.0), 1e-4),
    ],
)
def test_where_they_are_not_for(A, tol, sweeps, monkeypatch):
    monkeypatch.setattr(rough, "_COPY", 0)
    assert fit(0.01 * np.abs(A).max() / np.abs(X).max(), tol, np.asfortranarray(A)).converged_
    assert sweeps == []


@pytest.mark.parametrize("given", [True, "matrix"])
def test_they_are_not_for_those_who_have_a_gram_matrix(given, sweeps):
    centred = X - X.mean(axis=0)
    gram = given if given is True else centred.T @ centred
    assert fit(A=centred, precompute=gram).converged_ and sweeps == []


def test_the_active_set_can_be_asked_for(sweeps):
    assert Lasso(0.01, solver="active_set").fit(X, Y).converged_ and sweeps == []
    assert stages.rough is rough


@pytest.mark.parametrize(
    "bounds", [None, (np.where(np.arange(100) < 5, 0.0, -np.inf), np.where(np.arange(100) < 5, 0.0, np.inf))]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("store", [np.asfortranarray, np.ascontiguousarray])
def test_they_solve_data_of_any_kind(store, dtype, bounds, sweeps, monkeypatch):
    """Some columns left out as well; of C order, without a copy in F order."""
    monkeypatch.setattr(layout, "COPY_CAP", 0)
    monkeypatch.setattr(single, "_BATCH", 40)
    A = store(X.astype(dtype))
    model = fit(A=A, bounds=bounds)
    assert sweeps == [True] and certify(model, A, Y).relative_gap <= 1.001e-4


def swept(n, p, noise, ratio, rho=0.0):
    """Data whose columns have a factor in common, and an alpha."""
    rng = np.random.default_rng(n + p)
    A = np.asfortranarray(rng.standard_normal((n, p)) + rho * rng.standard_normal((n, 1)) + 1.0)
    y = A @ rng.standard_normal(p) + noise * rng.standard_normal(n)
    alpha = np.abs((A - A.mean(0)).T @ (y - y.mean())).max() / n / ratio
    return A, y, alpha


def test_they_are_given_up_where_steps_are_sooner_done(sweeps, monkeypatch):
    """Columns that have most in common need hundreds of sweeps: those that are spent are no more than some tens."""
    monkeypatch.setattr(rough, "_GRAM", 0.2)
    A, y, alpha = swept(300, 150, 1.0, 300, rho=10.0)
    model = fit(alpha, A=A, y=y)
    assert sweeps == [False] and model.converged_
    A, y, alpha = swept(300, 150, 1.0, 300)
    assert fit(alpha, A=A, y=y).converged_ and sweeps == [False, True]


@pytest.mark.parametrize("shared", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("n", [100, 5000])
def test_the_spread_of_the_eigenvalues_is_seen_in_a_sample(n, shared):
    """Columns that correlate by r with each other: one eigenvalue of 1 + (p - 1) r, the others of 1 - r."""
    rng = np.random.default_rng(n)
    A = np.asfortranarray(rng.standard_normal((n, 200)) + shared * rng.standard_normal((n, 1)) + 3.0)
    A[:, 7] = 2.0
    r = shared**2 / (1 + shared**2)
    assert outlook.spread(Problem(A, None)) == pytest.approx(199 * r**2, rel=0.3, abs=0.3)


def test_they_are_not_tried_where_they_would_be_many(sweeps, monkeypatch):
    monkeypatch.setattr(rough, "_PER_SPREAD", 20)
    for rho in (0.0, 10.0):
        A, y, alpha = swept(300, 150, 1.0, 100, rho)
        monkeypatch.setattr(rough, "_GRAM", 0.05)
        assert fit(alpha, A=A, y=y).converged_
        assert sweeps == [True]


def test_the_copy_then_makes_the_gram_matrix(sweeps, monkeypatch):
    """As exact as the one that is made without it."""
    A, y, alpha = swept(300, 150, 1.0, 300, rho=10.0)
    made, rough_gram = [], Problem.rough_gram
    monkeypatch.setattr(
        Problem, "rough_gram", lambda self, *lines: made.append((self, lines)) or rough_gram(self, *lines)
    )
    for name in ("DEAR", "_FEW", "_FEW_COPIED"):
        monkeypatch.setattr(whole, name, 0)
    monkeypatch.setattr(rough, "_GRAM", 0)
    model = fit(alpha, A=A, y=y)
    problem, lines = made[0]
    assert sweeps == [False] and len(lines) == 1 and model.converged_
    assert problem.rough_gram() is made[1][0].rough_gram()  # the one that the steps took
    norm = np.sqrt(problem.norm2)
    assert_allclose(problem.rough_gram() / np.outer(norm, norm), problem.full_gram() / np.outer(norm, norm), atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("weights", [WEIGHTS, np.ones(150)], ids=["weights", "alike"])
@pytest.mark.parametrize("intercept", [True, False])
def test_sweeps_are_those_of_the_textbook(dtype, weights, intercept):
    """Against numpy in double, for as long as rounding allows; all kinds of penalties."""
    A = X.astype(dtype)
    problem = Problem(A, weights if weights is WEIGHTS else None, intercept, Y)
    penalty = Penalty(
        *(np.array(values) for values in ([0.01, 0.3] * 50, [0.0, 0.2] * 50, [-np.inf, -0.2] * 50, [np.inf, 0.5] * 50))
    )
    state, w = single.Single(problem, penalty, np.zeros(100)), np.zeros(100)
    assert state.in_place == (dtype == np.float32 and weights is not WEIGHTS)
    centred = A - intercept * np.average(A, axis=0, weights=weights)
    r = Y - intercept * np.average(Y, weights=weights)
    for k in range(5):
        for j in range(100) if k in (0, 3) else np.flatnonzero(w):
            step = 1.0 / problem.norm2[j]
            z = w[j] + step * (problem.s @ (centred[:, j] * r))
            z = np.sign(z) * max(abs(z) - step * penalty.l1[j], 0.0) / (1.0 + step * penalty.l2[j])
            new = np.clip(z, penalty.lo[j], penalty.hi[j])
            r, w[j] = r - (new - w[j]) * centred[:, j], new
    state.turn()
    assert_allclose(state.coefficients(), w, atol=1e-5)
    root = 1.0 if state.in_place else np.sqrt(problem.s)
    assert_allclose((state.v + state.offset) * problem.y_norm, root * r, atol=1e-4 if state.in_place else 1e-5)
    objective = 0.5 * problem.s @ r**2 + penalty.value(w)
    gap = state.gap(noise(problem))
    for _ in range(40):
        state.turn()
    least = 0.5 * problem.s @ problem.residual(problem.columns(np.arange(100)), state.coefficients()) ** 2
    assert objective - least - penalty.value(state.coefficients()) <= gap + 1e-5


@pytest.mark.parametrize("steady", [np.inf, 0.0])  # by the residuals of the last iterates, and made anew
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_leaps_take_the_residual_along(dtype, steady, monkeypatch):
    """Before and after the residual was made anew; where no part of the way lowers the objective, nothing moves."""
    monkeypatch.setattr(single, "_STEADY", steady)
    problem = Problem(X.astype(dtype), None, True, Y)
    penalty = Penalty(np.full(100, 0.01), np.zeros(100), np.full(100, -np.inf), np.full(100, np.inf))
    state, moved = single.Single(problem, penalty, np.zeros(100)), 0
    for k in range(20):
        state.turn()
        before = state.w.copy()
        value = state._objective(state.w, state.v)
        state.leap(blindly=k == 19)
        moved += not np.array_equal(state.w, before)
        assert k == 19 or state._objective(state.w, state.v) <= value
        r = problem.residual(problem.columns(np.arange(100)), problem.y_norm * state.w) / problem.y_norm
        root = 1.0 if state.in_place else np.sqrt(problem.s)
        assert_allclose(state.v + state.offset, root * r, atol=3e-5 if state.in_place else 3e-6)
        if k % 7 == 3:
            state.take(problem.y_norm * r)
    assert moved > 5


@pytest.fixture
def doubled(sweeps, monkeypatch):
    """How many sweeps in double came after those in single precision, at every fit."""
    found, finish = [], rough._finish

    def watched(problem, penalty, solution, *args):
        found.append(-solution.n_iter)
        yield from finish(problem, penalty, solution, *args)
        found[-1] += solution.n_iter

    monkeypatch.setattr(rough, "_finish", watched)
    return found


@pytest.mark.parametrize("dtype", ["float64", "float32"])  # a copy, and in place with the means in the algebra
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"elastic net"}))
def test_a_small_tol_is_reached_from_residuals_made_anew(kind, dtype, sweeps, doubled):
    A = X.astype(dtype, order="F")
    model, exact = fit(tol=1e-6, A=A, **KINDS[kind]), fit(tol=1e-12, A=A.astype(float), **KINDS[kind])
    assert sweeps == [True] and doubled == []
    assert model.relative_gap_ <= 1e-6 and certify(model, A, Y, KINDS[kind].get("sample_weight")).relative_gap < 3e-6
    assert_allclose(model.coef_, exact.coef_, atol=0.01 * np.abs(exact.coef_).max())


def test_where_single_precision_is_too_coarse_double_goes_on(sweeps, doubled, monkeypatch):
    """An elastic net waits for small steps, which are double's too."""
    monkeypatch.setattr(single, "_ROUNDS", 1.0)
    assert fit(tol=1e-6).converged_ and len(doubled) == 1
    monkeypatch.setattr(single, "_ROUNDS", 0.0)
    assert fit(tol=1e-6, l1_ratio=0.5).converged_ and len(doubled) == 2
    monkeypatch.setattr(rough, "_REFINED", 0.0)  # as if the gap did not fall
    assert fit(tol=2e-7).converged_ and len(doubled) == 3
    assert sweeps == [True, True, True]


@pytest.mark.parametrize("tol", [1e-3, 1e-4])
def test_a_gap_that_is_close_to_tol_has_a_turn_more(tol, sweeps, monkeypatch):
    """As scikit-learn's sweeps wait for small steps too, which leave most gaps below tol."""
    after = fit(tol=tol)
    monkeypatch.setattr(rough, "_CLOSE", 1.0)
    before = fit(tol=tol)
    assert sweeps == [True, True] and after.n_iter_ == before.n_iter_ + 5
    assert after.relative_gap_ < before.relative_gap_ <= tol
    monkeypatch.setattr(rough, "_CLOSE", 0.0)
    monkeypatch.setattr(rough, "_SHARE", 1.0)
    assert fit(tol=tol, max_iter=before.n_iter_ + 4).n_iter_ == before.n_iter_  # no more than may be


def test_gaps_that_were_not_looked_at():
    gaps = []
    rough._note(gaps, 0.25, 2, 4.0)
    assert gaps == [1.0, 0.25]
    rough._note(gaps, 0.03125, 3, 4.0)
    assert_allclose(gaps, [1.0, 0.25, 0.125, 0.0625, 0.03125])
    rough._note(gaps, 0.5, 2, 4.0)  # it has risen
    assert gaps[-2:] == [0.5, 0.5]
    assert rough._turns_left([1.0, 0.25], 0.25 / 16) == 2.0
    for other in ([0.25], [0.25, 0.25], [0.25, 0.5], [0.25, np.nan], [0.25, 0.01]):
        assert rough._turns_left(other, 0.02) == 1.0
    assert [rough._unseen(turns, 1000) for turns in (0.5, 3.0, 3.4, 100.0)] == [1, 1, 2, 3]
    assert rough._unseen(100.0, 10) == 1  # of 2 that there may be


def test_turns_are_as_short_as_the_rate_allows():
    assert rough._sweeps_left([1e-5, 1e-6], 4e-7) == 4  # 5 log(2 / .4) / log(10) = 3.5
    assert rough._sweeps_left([1e-5, 1e-6], 9e-7) == 2
    for gaps in ([1e-6], [1e-6, 1e-6], [1e-5, np.nan], [1e-5, 9e-6]):
        assert rough._sweeps_left(gaps, 1e-9) == 5


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("max_iter", [21, 25])
def test_a_path_counts_what_was_spent_before(max_iter):
    """Where a path has spent max_iter on steps, sweeps for the alpha alone come too late."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((200, 400)) @ (np.eye(400) + 0.3 * rng.standard_normal((400, 400)) / 20)
    y, s = A @ rng.standard_normal(400), rng.random(200)
    largest = np.abs((s * y) @ A).max() / s.sum()
    _, _, _, n_iters = enet_path(
        A, y, l1_ratio=0.05, alphas=[largest * 0.4, largest * 0.08], max_iter=max_iter, return_n_iter=True
    )
    assert max(n_iters) <= max_iter


def test_a_start_within_tol_is_left_as_it_is():
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.standard_normal((2500, 130)))
    y = X @ rng.standard_normal(130) + rng.standard_normal(2500)
    alpha = np.abs((X - X.mean(axis=0)).T @ y).max() / 2500 / 50
    model = Lasso(alpha, tol=1e-10, warm_start=True).fit(X, y)
    coef, gap, intercept = model.coef_.copy(), model.relative_gap_, model.intercept_
    for tol in (1e-4, 1e-6):
        model.set_params(tol=tol).fit(X, y)
        assert model.converged_ and model.n_iter_ == 0 and model.relative_gap_ <= 2 * gap + 1e-15
        assert np.array_equal(model.coef_, coef) and model.intercept_ == intercept
    other = model.set_params(alpha=alpha / 2).fit(X, y)
    assert other.converged_ and other.n_iter_ > 0
