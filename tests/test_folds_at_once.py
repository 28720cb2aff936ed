"""Folds from one reading of X: the same as fold by fold, errors of any size, and where it is left alone."""

import naive
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.model_selection import KFold, LeaveOneOut, RepeatedKFold, ShuffleSplit, TimeSeriesSplit

from lassofit import ElasticNetCV, Lasso, LassoCV
from lassofit._engine import fold_grams
from lassofit._engine.folds import folds_of
from lassofit._engine.problem import Problem

RNG = np.random.default_rng(11)
N, P = 120, 9
X = RNG.standard_normal((N, P)) @ (np.eye(P) + 0.3) * RNG.uniform(0.5, 2, P) + 1.0
Y = X[:, :3] @ [2.0, -1.0, 0.5] + RNG.standard_normal(N) + 3.0
WEIGHTS = np.where(RNG.random(N) < 0.1, 0.0, RNG.exponential(size=N))
TIGHT = {"tol": 1e-12, "max_iter": 100_000, "alphas": 30}
KINDS = {
    "plain": {},
    "no intercept": {"fit_intercept": False},
    "standardized": {"standardize": True},
    "standardized, no intercept": {"standardize": True, "fit_intercept": False},
    "factors": {"penalty_factor": np.linspace(0, 2, P)},
    "bounds": {"bounds": (-0.3, 0.8)},
    "positive": {"positive": True},
    "shuffled": {"cv": KFold(7, shuffle=True, random_state=0)},
    "float32": {"dtype": np.float32},
    "C": {"order": "C"},
}


def fold_by_fold(monkeypatch, model, X, y, s=None):
    """The model fitted without the short cut, which it must have taken before."""
    taken, sums_of = [], fold_grams.sums_of
    monkeypatch.setattr(fold_grams, "sums_of", lambda *args: taken.append(sums_of(*args)) or taken[-1])
    together = model().fit(X, y, s)
    monkeypatch.setattr(fold_grams, "sums_of", lambda *_: None)
    alone = model().fit(X, y, s)
    monkeypatch.setattr(fold_grams, "sums_of", sums_of)
    return together, alone, taken[0]


def assert_alike(together, alone, rtol=1e-9):
    assert_allclose(together.mse_path_, alone.mse_path_, rtol=rtol)
    assert together.alpha_ == pytest.approx(alone.alpha_, rel=1e-12)
    assert_allclose(together.coef_, alone.coef_, atol=rtol * np.abs(alone.coef_).max())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_what_it_is_fold_by_fold(kind, weighted, monkeypatch):
    options = dict(KINDS[kind])
    A = np.array(X, dtype=options.pop("dtype", float), order=options.pop("order", "F"))
    model = lambda: LassoCV(**TIGHT, **options)  # noqa: E731
    together, alone, taken = fold_by_fold(monkeypatch, model, A, Y, WEIGHTS if weighted else None)
    assert taken is not None
    assert_alike(together, alone, 1e-5 if kind == "float32" else 1e-9)


def test_every_l1_ratio_has_its_own(monkeypatch):
    model = lambda: ElasticNetCV(l1_ratio=[0.3, 1.0], **TIGHT)  # noqa: E731
    together, alone, taken = fold_by_fold(monkeypatch, model, X, Y)
    assert taken is not None and together.mse_path_.shape == (2, 30, 5)
    assert_alike(together, alone)


@pytest.mark.parametrize("mean", [1e3, 1e6])
def test_means_far_from_zero_cost_no_digits(mean, monkeypatch):
    """Against data that were centred before."""
    far = X + mean * np.arange(1, P + 1)
    centred = far - far.mean(axis=0)
    model = LassoCV(**TIGHT).fit(far, Y + mean)
    expected = LassoCV(**{**TIGHT, "alphas": model.alphas_}).fit(centred, Y - Y.mean())
    assert_allclose(model.mse_path_, expected.mse_path_, rtol=1e-7)


def test_errors_of_next_to_nothing_are_made_from_residuals(monkeypatch):
    """The target is linear in X, so that the errors are 1e-12 of its square, or less."""
    y = X[:, :3] @ [2.0, -1.0, 0.5] + 5.0
    model = lambda: LassoCV(**{**TIGHT, "alphas": np.geomspace(1e-5, 1e-7, 5)})  # noqa: E731
    together, alone, taken = fold_by_fold(monkeypatch, model, X, y)
    assert taken is not None and together.mse_path_.max() < 1e-8 * np.mean(y**2)
    assert_allclose(together.mse_path_, alone.mse_path_, rtol=1e-6)


def test_moments_of_training_rows_are_those_of_numpy():
    problem = Problem(np.asfortranarray(X), WEIGHTS, True, Y)
    folds = folds_of(KFold(4).split(X), WEIGHTS, N)
    for fold, sums in zip(folds, fold_grams.sums_of(problem, Y, WEIGHTS, folds), strict=True):
        found = fold_grams.training_problem(problem, Y, fold, sums)
        P_ = naive.problem(X, Y, fold.weights, alpha=1.0)
        s = fold.weights / fold.weights.sum()
        assert_allclose(found.made_gram, (P_.X.T * s) @ P_.X, atol=1e-13)
        assert_allclose(found.target_correlations(), P_.X.T @ (s * P_.y), atol=1e-13)
        assert_allclose(found.mean, P_.x_mean, rtol=1e-14)
        assert_allclose(found.norm2, s @ P_.X**2, rtol=1e-13)
        assert found.y_norm**2 == pytest.approx(s @ P_.y**2, rel=1e-13)
    assert_allclose(problem.made_gram, Problem(np.asfortranarray(X), WEIGHTS, True, Y).full_gram(), atol=1e-13)


@pytest.mark.parametrize("spoilt", ["constant in all rows", "constant in training", "zero in training", "outlier"])
def test_columns_that_would_lose_digits_are_left_to_the_fold_itself(spoilt, monkeypatch):
    A = X.copy()
    if spoilt == "constant in all rows":
        A[:, 4] = 0.1
    elif spoilt == "outlier":
        A[3, 4] = 1e7
    else:
        A[:, 4] = np.where(np.arange(N) < 24, A[:, 4], 0.1 if spoilt == "constant in training" else 0.0)
    together, alone, taken = fold_by_fold(monkeypatch, lambda: LassoCV(**TIGHT), A, Y)
    assert taken is not None
    assert_alike(together, alone)
    problem = Problem(np.asfortranarray(A), None, True, Y)
    folds = folds_of(KFold(5).split(A), None, N)
    found = [fold_grams.training_problem(problem, Y, *pair) for pair in zip(folds, taken, strict=True)]
    assert [one is None for one in found] == [spoilt != "constant in all rows"] + 4 * [False]


@pytest.mark.parametrize(
    "cv", [ShuffleSplit(3, random_state=0), TimeSeriesSplit(3), RepeatedKFold(n_splits=3, n_repeats=2)]
)
def test_folds_that_do_not_part_the_rows_are_no_case_for_it(cv):
    problem = Problem(np.asfortranarray(X), None, True, Y)
    assert fold_grams.sums_of(problem, Y, None, folds_of(cv.split(X), None, N)) is None


def test_rows_held_out_twice_count_twice():
    """By one fold: they were counted once."""
    some, others = np.arange(N) < N // 2, np.arange(N) >= N // 2
    some, others = np.flatnonzero(some), np.flatnonzero(others)
    twice = np.append(others, [others[0]] * 10)
    model = LassoCV(**{**TIGHT, "cv": [(some, twice), (others, some)]}).fit(X, Y)
    for i, alpha in enumerate(model.alphas_):
        fold = Lasso(alpha=alpha, tol=1e-14).fit(X[some], Y[some])
        assert model.mse_path_[i, 0] == pytest.approx(np.mean((Y[twice] - fold.predict(X[twice])) ** 2), rel=1e-6)


def test_it_is_bounded(monkeypatch):
    """All but one row train: there are as many folds as rows."""
    problem, folds = Problem(np.asfortranarray(X), None, True, Y), folds_of(LeaveOneOut().split(X), None, N)
    monkeypatch.setattr(fold_grams, "GRAM_CAP", 8 * (N + 1) * (P + 2) ** 2)
    assert fold_grams.sums_of(problem, Y, None, folds) is not None
    monkeypatch.setattr(fold_grams, "GRAM_CAP", 8 * (N + 1) * (P + 2) ** 2 - 1)
    assert fold_grams.sums_of(problem, Y, None, folds) is None


@pytest.mark.parametrize(
    "options", [{"precompute": False}, {"solver": "cd"}, {"selection": "random", "random_state": 0}]
)
def test_who_asks_for_another_way_gets_it(options, monkeypatch):
    monkeypatch.setattr(fold_grams, "sums_of", lambda *_: pytest.fail("not asked for"))
    LassoCV(alphas=3, **options).fit(X, Y)


def test_wide_and_sparse_data_are_no_case_for_it():
    for A in (np.asfortranarray(X[:10]), sparse.csc_array(X)):
        n = A.shape[0]
        problem = Problem(A, None, True, Y[:n])
        assert fold_grams.sums_of(problem, Y[:n], None, folds_of(KFold(5).split(A), None, n)) is None


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_products_are_the_same_in_place(order, fit_intercept):
    """Of rows where they lie in X, about zero, and of copies about the means of all rows."""
    data = Problem(np.asarray(X, order=order), None, fit_intercept, Y)
    labels = np.repeat([2, 0, 1, 0], 30)
    apart = fold_grams._products(data, Y, labels, 3, False)
    for expected, found in zip(apart, fold_grams._products_in_place(data, Y, labels, 3, False), strict=True):
        assert_allclose(found, expected, rtol=1e-13, atol=1e-14)
    assert_allclose(sum(apart)[:P, P], data.target_correlations())


def test_what_is_taken_in_place():
    """Few runs of rows, alike, in double, and means that cost no digits."""
    many = np.asfortranarray(np.tile(X, (100, 1)))
    labels, mixed = np.repeat(np.arange(5), len(many) // 5), np.arange(len(many)) % 5
    data = Problem(many, None)
    assert fold_grams._lie_in_place(data, None, labels)
    assert not fold_grams._lie_in_place(data, None, mixed)
    assert not fold_grams._lie_in_place(data, np.ones(len(many)), labels)
    assert not fold_grams._lie_in_place(Problem(many.astype(np.float32), None), None, labels)
    assert not fold_grams._lie_in_place(Problem(many + 1e3, None), None, labels)
