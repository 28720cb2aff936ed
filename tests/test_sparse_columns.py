"""The store of sparse columns against plain numpy: Gram blocks, residuals, and their copy by rows as it grows."""

from itertools import pairwise

import naive
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from lassofit import Lasso
from lassofit._engine import at_once, columns, continuation, handover, paths, search, stages
from lassofit._engine.columns import SparseColumns
from lassofit._engine.kernels.sparse import append_rows, by_rows
from lassofit._engine.lines import as_lines
from lassofit._engine.problem import Problem
from lassofit.testing import certify

BLOCKS = [[3, 0, 11], [], [7], [5, 9, 1, 2, 8], [10, 4, 6]]  # in the order in which they are met


def csc(X, dtype=np.float64, index=np.int32):
    """X as CSC, with indices of a type."""
    S = sparse.csc_array(X.astype(dtype))
    S.indices, S.indptr = S.indices.astype(index), S.indptr.astype(index)
    return S


def data(n=60, p=12, offset=0.0):
    """Columns that are rather sparse, full, empty, of one entry, copies, and far from zero if so wished."""
    rng = np.random.default_rng(0)
    X = (rng.standard_normal((n, p)) + offset) * (rng.random((n, p)) < 0.2)
    X[:, 3] = rng.standard_normal(n) + offset
    X[:, 7] = 0.0
    X[:, 9] = 0.0
    X[-1, 9] = 2.0
    X[:, 8] = X[:, 5]
    X[20:40] = 0.0  # rows without any entry
    return X, rng.standard_normal(n), rng.exponential(size=n)


def known(problem):
    """A store that has met all BLOCKS."""
    store = SparseColumns(problem)
    for block in BLOCKS:
        store.extend(np.array(block, dtype=np.intp))
    return store


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_the_gram_matrix_is_that_of_centred_weighted_columns(dtype, index, weighted, fit_intercept):
    X, y, s = data(offset=1.0)
    X, s = X.astype(dtype).astype(np.float64), s if weighted else None
    problem = Problem(csc(X, dtype, index), s, fit_intercept, y)
    P = naive.problem(X, y, s, alpha=1.0, fit_intercept=fit_intercept)
    store = known(problem)
    order = np.concatenate(BLOCKS).astype(int)
    assert_array_equal(store.which, order)
    gram = store.gram[: len(order), : len(order)]
    expected = naive.gram(P)[0][np.ix_(order, order)]
    assert_allclose(gram, expected, rtol=1e-13, atol=1e-14 * np.abs(expected).max())
    assert_array_equal(np.diag(gram), problem.norm2[order])
    assert_array_equal(gram, gram.T)


@pytest.mark.parametrize("fit_intercept", [False, True])
def test_residual_and_correlations_are_those_of_centred_columns(fit_intercept):
    X, y, s = data(offset=1.0)
    P = naive.problem(X, y, s, alpha=1.0, fit_intercept=fit_intercept)
    store = known(Problem(csc(X), s, fit_intercept, y))
    w = np.random.default_rng(1).standard_normal(len(store.which))
    r = P.y - P.X[:, store.which] @ w
    s = s / s.sum()
    assert_allclose(store.residual(w), s * r, atol=1e-14)
    assert_allclose(store.correlations(w), P.X[:, store.which].T @ (s * r), atol=1e-14)


def test_only_means_far_above_the_deviation_make_the_gram_matrix_inexact():
    X, y, _ = data()
    full = X[:, [3]]
    assert not SparseColumns(Problem(csc(full + 1.0), None, True, y)).inexact
    assert SparseColumns(Problem(csc(full + 100.0), None, True, y)).inexact
    assert not SparseColumns(Problem(csc(full + 100.0), None, False, y)).inexact


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_rows_are_appended_in_place_and_paired_with_what_was_there(dtype, index):
    X, _, s = data()
    X = X.astype(dtype).astype(np.float64)
    lines = as_lines(csc(X, dtype, index))
    size = np.count_nonzero(X)
    ptr, ids, values = np.zeros(len(X) + 1, dtype=index), np.full(size, -1, np.int32), np.full(size, np.nan, dtype)
    met = []
    for block in BLOCKS:
        new, first = np.array(block, dtype=np.intp), len(met)
        met += block
        count = np.count_nonzero(X[:, new])
        ends, own_ids, own = np.zeros(len(X), dtype=index), np.empty(count, np.int32), np.empty(count, dtype)
        by_rows(lines, new, first, ends, own_ids, own)
        assert_array_equal(ends, np.cumsum(np.count_nonzero(X[:, new], axis=1)))
        out = np.zeros((len(new), len(met)))
        append_rows(ends, own_ids, own, first, s, ptr, ids, values, out)
        product = X[:, new].T @ (s[:, None] * X[:, met])
        below = np.arange(len(met)) < first + np.arange(len(new))[:, None]
        assert_allclose(out, np.where(below, product, 0.0), rtol=1e-13, atol=1e-13)
        used = ptr[-1]
        rebuilt = sparse.csr_array((values[:used], ids[:used], ptr), shape=(len(X), len(met))).toarray()
        assert_array_equal(rebuilt, X[:, met])
        assert all((np.diff(ids[a:b]) > 0).all() for a, b in pairwise(ptr))


@pytest.mark.parametrize("weighted", [False, True])
def test_fits_on_sparse_columns_are_those_on_dense_rows(weighted, monkeypatch):
    """Short data are kept as dense rows; here they are not."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((150, 400)) * (rng.random((150, 400)) < 0.1) + (np.arange(400) % 50 == 0)
    y = X[:, ::40] @ rng.standard_normal(10) + 0.1 * rng.standard_normal(150)
    s = rng.exponential(size=150) if weighted else None
    for alpha in (0.1, 0.01):
        expected = Lasso(alpha=alpha, tol=1e-12, solver="active_set").fit(csc(X), y, sample_weight=s)
        with monkeypatch.context() as patch:
            patch.setattr(columns, "_SHORT", 0)
            model = Lasso(alpha=alpha, tol=1e-12, solver="active_set").fit(csc(X), y, sample_weight=s)
        assert model.converged_ and certify(model, X, y, s).relative_gap <= 1e-11
        assert_allclose(model.coef_, expected.coef_, atol=1e-9)


@pytest.mark.parametrize("room", ["cheap sweeps", "little memory"])
def test_paths_with_many_active_columns_go_on_by_sweeps(room, monkeypatch):
    """Certified at every alpha, and equal to the path by sweeps alone."""
    rng = np.random.default_rng(3)
    X = sparse.random_array((300, 200), density=0.05, format="csc", rng=rng)
    y = X @ rng.standard_normal(200) + 0.1 * rng.standard_normal(300)
    if room == "cheap sweeps":
        monkeypatch.setattr(continuation, "_SWEEPS", 1e-3)
    else:
        monkeypatch.setattr(columns, "GATHERED_SPARSE", 8 * 40 * 80)
    monkeypatch.setattr(paths, "WIDEST", 0)  # no full Gram matrix
    path = Lasso(tol=1e-12, max_iter=10_000).fit_path(X, y, alphas=8, eps=1e-2)  # far apart: nothing is met ahead
    alone = Lasso(tol=1e-12, max_iter=10_000, solver="cd").fit_path(X, y, alphas=path.alphas)
    assert path.converged.all() and path.n_full_passes is None  # uncounted: not all were followed
    assert_allclose(path.coefs.toarray(), alone.coefs.toarray(), atol=1e-7)


def test_short_columns_are_dense_only_where_they_are_full_or_far_from_zero():
    """Of the 60 x 12 entries a quarter is stored, or less than a tenth, with and without a large mean."""
    X, y, _ = data()
    X[:, 4] = X[:, 3] - 1.0
    thin = np.where(np.arange(60)[:, None] < 4, X, 0.0)
    assert columns.gathers(Problem(csc(X), None, True, y))
    assert not columns.gathers(Problem(csc(thin), None, True, y))
    thin[:, 0] = 1e2 + X[:, 3]
    assert columns.gathers(Problem(csc(thin), None, True, y))


def badly_conditioned():
    """Many more active columns at the end of a path than its beginning lets one expect, next to dependent."""
    rng = np.random.default_rng(0)
    X = sparse.random_array((150, 350), density=0.05, format="csc", rng=rng)
    y = X[:, :30] @ rng.standard_normal(30)
    return X, y + 0.5 * y.std() * rng.standard_normal(150)


def test_where_sweeps_do_not_get_there_steps_are_gone_back_to():
    """Nobody has to raise max_iter."""
    X, y = badly_conditioned()
    for count in (10, 100):
        path = Lasso(tol=1e-6).fit_path(X, y, alphas=count, eps=1e-4)
        assert path.converged.all() and path.n_iters.max() <= 1000


def test_a_fit_comes_back_from_sweeps_too(monkeypatch):
    """After a single one."""
    X, y = badly_conditioned()
    left, sweeps_worth = [], search.sweeps_worth
    monkeypatch.setattr(search, "sweeps_worth", lambda *args: left.append(sweeps_worth(*args)) or 1)
    model = Lasso(1e-5 * np.abs(y).max(), tol=1e-9).fit(X, y)
    assert len(left) == 1 and model.converged_ and certify(model, X, y).relative_gap <= 1e-9
    dense = Lasso(model.alpha, tol=1e-9).fit(X.toarray(), y)
    assert_allclose(X @ model.coef_, X @ dense.coef_, atol=1e-6 * np.abs(X @ dense.coef_).max())


def few_entries():
    """Columns of 15 entries, so few that a sweep costs nothing, and alpha where half of them are active."""
    rng = np.random.default_rng(0)
    X = sparse.random_array((1500, 300), density=0.01, format="csc", rng=rng)
    y = X @ rng.standard_normal(300)
    return X, y + 0.5 * y.std() * rng.standard_normal(1500), 1e-4


def test_few_entries_are_swept_first():
    X, y, alpha = few_entries()
    model, sweeps = Lasso(alpha, tol=1e-8).fit(X, y), Lasso(alpha, tol=1e-8, solver="cd").fit(X, y)
    assert_array_equal(model.coef_, sweeps.coef_)
    assert model.converged_ and model.n_iter_ == sweeps.n_iter_
    assert np.count_nonzero(model.coef_) > 100
    assert Lasso(alpha, tol=1e-8, solver="active_set").fit(X, y).n_iter_ != model.n_iter_
    with pytest.warns(ConvergenceWarning):  # none are tried where they would leave nothing
        assert Lasso(alpha, tol=1e-8, max_iter=7).fit(X, y).n_iter_ <= 7


def test_sweeps_that_do_not_do_leave_nothing_behind(monkeypatch):
    X, y, alpha = few_entries()
    monkeypatch.setattr(handover, "_FIRST", 4)
    model = Lasso(alpha, tol=1e-12).fit(X, y)
    gaps = model.history_["dual_gap"]
    monkeypatch.setattr(stages, "sweeps_first", lambda *_: 0)
    alone = Lasso(alpha, tol=1e-12).fit(X, y)
    assert_array_equal(model.coef_, alone.coef_)
    assert model.n_iter_ == alone.n_iter_ + 4 and len(gaps) > len(alone.history_["dual_gap"])


def test_sweeps_go_on_where_their_rate_promises_an_end():
    falling = [(0, 1.0), (30, 1e-2), (60, 1e-4)]  # a factor of 10 in 15 sweeps
    assert 90 <= handover.more_sweeps(falling, 1e-8, 60, 120) <= 91  # 60, and half as many for luck
    assert handover.more_sweeps(falling, 1e-13, 60, 120) == 0  # 135: too many
    assert handover.more_sweeps([(0, 1.0), (30, 1e-4), (60, 1e-4)], 1e-8, 60, 120) == 0
    assert handover.more_sweeps([(0, 1.0), (60, 1e-4), (150, 1e-7)], 1e-8, 60, 120) == 0  # they have gone on once
    assert handover.more_sweeps([(0, np.inf), (60, 1e-4)], 1e-8, 60, 120) == 0


def test_the_active_set_is_not_left_for_its_price(monkeypatch):
    """Where it was asked for."""
    X, y = badly_conditioned()
    for room in (search, continuation):
        monkeypatch.setattr(room, "sweeps_worth", lambda *_: pytest.fail("asked"))
    model = Lasso(solver="active_set")
    path = model.fit_path(X, y, alphas=10)
    assert path.converged.all() and path.n_full_passes is not None
    assert model.set_params(alpha=path.alphas[-1]).fit(X, y).converged_


@pytest.mark.parametrize("store", [np.asfortranarray, sparse.csc_array])
def test_columns_that_are_not_active_make_room_for_others(store, monkeypatch):
    """There is memory for 100 of 400, of which 48 are active in the end, and more come and go."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 400))
    for j in range(1, 400):
        X[:, j] = 0.97 * X[:, j - 1] + 0.24 * X[:, j]
    y = X[:, ::40] @ rng.standard_normal(10) + rng.standard_normal(60)
    alpha = 0.01 * np.abs((X - X.mean(axis=0)).T @ (y - y.mean())).max() / 60
    expected = Lasso(alpha, tol=1e-12).fit(X, y)
    for module in (search, at_once):
        monkeypatch.setattr(module, "fits", lambda problem, size: size <= 100)
    monkeypatch.setattr(search.Search, "_take_gram", lambda *_: pytest.fail("not needed"))
    stores = []
    monkeypatch.setattr(search, "known_columns", lambda problem: stores.append(1) or columns.known_columns(problem))
    model = Lasso(alpha, tol=1e-12).fit(store(X), y)
    assert len(stores) == 2 and model.converged_
    assert_allclose(model.coef_, expected.coef_, atol=1e-8)
