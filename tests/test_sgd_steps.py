"""SGDLasso step by step: each method against its twin in plain numpy, lazy against dense, streams in any parts."""

import pickle

import naive_sgd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from lassofit import SGDLasso
from lassofit._engine import stochastic
from lassofit._engine.kernels import reading
from lassofit._engine.kernels import stochastic as kernels

METHODS = ["naive", "clipping", "truncated", "cumulative", "ftrl"]
FORMS = {"dense": np.asarray, "sparse": sparse.csr_array}
ETA, ALPHA, EVERY = 0.1, 0.05, 4
each_method = pytest.mark.parametrize("method", METHODS)
each_form = pytest.mark.parametrize("form", FORMS)


def rows(n=60, p=12, density=0.3, seed=0):
    """Rows with holes, so that features rest for many steps, and a target."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) * (rng.random((n, p)) < density)
    return X, X[:, :3] @ [2.0, -1.0, 1.0] + 0.3 * rng.standard_normal(n)


def twin(method, X, y, batch=1, s=None, alpha=ALPHA, l1_ratio=1.0, positive=False, factor=1.0, **more):
    """Coefficients after every step, by the twin."""
    n, p = X.shape
    s = np.ones(n) if s is None else s
    batches = [np.arange(start, min(start + batch, n)) for start in range(0, n, batch)]
    given = {"l1": alpha * l1_ratio * factor, "l2": alpha * (1 - l1_ratio), "lo": 0.0 if positive else -np.inf}
    if method == "ftrl":
        return naive_sgd.ftrl(X, y, s, batches, ETA, **given)
    steps, etas = naive_sgd.gradients(X, y, s, batches), ETA / np.sqrt(1 + np.arange(len(batches)) / 1e5)
    if method == "truncated":
        more = {"every": EVERY, **more}
    return getattr(naive_sgd, method)(steps, etas, p, **given, **more)


def model(method, batch=1, **more):
    return SGDLasso(
        **{"alpha": ALPHA, "fit_intercept": False, "eta0": ETA, "truncate_every": EVERY, **more},
        method=method,
        batch_size=batch,
    )


@each_method
@each_form
@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.6])
@pytest.mark.parametrize("positive", [False, True])
def test_every_method_is_its_twin(method, form, batch, l1_ratio, positive):
    X, y = rows()
    expected = twin(method, X, y, batch, l1_ratio=l1_ratio, positive=positive)[-1]
    fitted = model(method, batch, l1_ratio=l1_ratio, positive=positive).partial_fit(FORMS[form](X), y)
    assert_allclose(fitted.coef_, expected, rtol=1e-12, atol=1e-12)
    assert_array_equal(fitted.coef_ == 0, expected == 0)


@each_method
@each_form
def test_weights_and_factors_are_in_the_steps(method, form):
    X, y = rows()
    s, factor = np.random.default_rng(1).random(60) + 0.5, np.linspace(0, 2, 12)
    expected = twin(method, X, y, s=s, factor=factor)[-1]
    fitted = model(method, penalty_factor=factor).partial_fit(FORMS[form](X), y, sample_weight=s)
    assert_allclose(fitted.coef_, expected, rtol=1e-12, atol=1e-12)
    assert_array_equal(fitted.coef_ == 0, expected == 0)


@each_form
def test_coefficients_above_the_threshold_are_not_truncated(form):
    X, y = rows()
    expected = twin("truncated", X, y, threshold=0.4)[-1]
    assert (np.abs(expected) > 0.4).any()
    fitted = model("truncated", truncate_threshold=0.4).partial_fit(FORMS[form](X), y)
    assert_allclose(fitted.coef_, expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    p=st.integers(1, 8),
    n=st.integers(1, 40),
    alpha=st.sampled_from([0.0, 1e-3, 0.1, 1.0]),
    density=st.sampled_from([0.1, 0.5, 1.0]),
)
def test_cumulative_is_the_textbook_recursion_at_every_step(seed, p, n, alpha, density):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) * (rng.random((n, p)) < density)
    y = rng.standard_normal(n)
    steps = naive_sgd.gradients(X, y, np.ones(n), [np.array([i]) for i in range(n)])
    path = naive_sgd.textbook_cumulative(steps, np.full(n, ETA), p, alpha)
    for form in FORMS.values():
        stream = SGDLasso(alpha, fit_intercept=False, learning_rate="constant", eta0=ETA)
        for i in range(n):
            stream.partial_fit(form(X[i : i + 1]), y[i : i + 1])
            assert_allclose(stream.coef_, path[i], rtol=1e-12, atol=1e-12)


@each_method
@each_form
@pytest.mark.parametrize("l1_ratio", [1.0, 0.6])
def test_the_average_is_that_of_the_iterates(method, form, l1_ratio, monkeypatch):
    if method == "ftrl" and l1_ratio < 1:
        pytest.skip("refused: see test_sgd_input.py")
    monkeypatch.setattr(stochastic, "_SHORTEST_PERIOD", 25)  # so the 60 steps are three periods
    X, y = rows()
    path = np.array([twin(method, X[:k], y[:k], l1_ratio=l1_ratio)[-1] for k in range(1, 61)])
    if method == "truncated":  # of the iterates as they are: with nothing paid before its time
        path = twin(method, X, y, l1_ratio=l1_ratio)
        assert 60 % EVERY == 0
    fitted = model(method, average=True, l1_ratio=l1_ratio).partial_fit(FORMS[form](X), y)
    mean = path.mean(axis=0)
    assert_allclose(fitted.coef_, mean, rtol=1e-12, atol=1e-12)
    assert_array_equal(fitted.coef_ == 0, mean == 0)


def test_an_average_is_zero_where_all_iterates_are():
    X, y = rows()
    fitted = model("cumulative", average=True, alpha=0.5).partial_fit(sparse.csr_array(X), y)
    never = (twin("cumulative", X, y, alpha=0.5) == 0).all(axis=0)
    assert 0 < never.sum() < 12
    assert_array_equal(fitted.coef_ == 0, never)


@each_method
@each_form
@pytest.mark.parametrize("average", [False, True])
def test_any_parts_of_a_stream_give_the_same_model_bit_by_bit(method, form, average, monkeypatch):
    monkeypatch.setattr(stochastic, "_SHORTEST_PERIOD", 64)
    X, y = rows(300)
    results = []
    for size in (1, 7, 100, 300):
        stream = model(method, average=average, fit_intercept=True)
        for start in range(0, 300, size):
            stream.partial_fit(FORMS[form](X[start : start + size]), y[start : start + size])
        results.append((stream.coef_.tobytes(), stream.intercept_, stream.t_, stream.eta_))
    assert len(set(results)) == 1


@each_method
@each_form
def test_a_stream_is_an_epoch_in_order(method, form):
    X, y = rows(200)
    epoch = model(method, shuffle=False, max_iter=1, tol=None).fit(FORMS[form](X), y)
    stream = model(method).partial_fit(FORMS[form](X[:90]), y[:90]).partial_fit(FORMS[form](X[90:]), y[90:])
    assert_array_equal(stream.coef_, epoch.coef_)


@each_method
def test_a_pickled_stream_goes_on(method):
    X, y = rows(100)
    stream = model(method, average=True).partial_fit(X[:50], y[:50])
    again = pickle.loads(pickle.dumps(stream)).partial_fit(X[50:], y[50:])
    assert_array_equal(again.coef_, stream.partial_fit(X[50:], y[50:]).coef_)


@pytest.mark.parametrize("method", ["clipping", "truncated", "cumulative"])
@pytest.mark.parametrize("average", [False, True])
def test_the_scale_of_the_l2_part_may_become_as_small_as_it_likes(method, average, monkeypatch):
    monkeypatch.setattr(stochastic, "_SHORTEST_PERIOD", 4000)
    X, y = rows(3000)
    given = {"alpha": 1.0, "l1_ratio": 0.05}
    path = twin(method, X, y, **given)
    assert 1.0 / (1 + ETA * 0.95) ** 3000 < kernels.SMALLEST_SCALE
    for form in FORMS.values():
        fitted = model(method, average=average, **given).partial_fit(form(X), y)
        assert_allclose(fitted.coef_, path.mean(axis=0) if average else path[-1], rtol=1e-10, atol=1e-12)


def test_a_step_of_every_schedule():
    X, y = rows(30)
    for rule, expected in {
        "constant": ETA,
        "adaptive": ETA,
        "auto": ETA / np.sqrt(1 + 30 / 1e5),
        "invscaling": ETA / 31**0.5,
        "optimal": ETA / (1 + ALPHA * ETA * 30),
    }.items():
        assert model("cumulative", learning_rate=rule).partial_fit(X, y).eta_ == pytest.approx(expected, rel=1e-14)


def test_the_first_step_is_from_the_largest_row_so_far():
    X = np.array([[1.0, 0.0], [3.0, 4.0], [1.0, 1.0]])
    stream = SGDLasso(fit_intercept=False)
    for i, norm2 in enumerate([1.0, 25.0, 25.0]):
        stream.partial_fit(X[i : i + 1], [1.0])
        assert stream.eta_ == pytest.approx(0.5 / norm2, rel=1e-4)
    given = {"fit_intercept": False, "learning_rate": "constant", "max_iter": 1, "tol": None, "shuffle": False}
    for form in FORMS.values():
        fitted = SGDLasso(0.01, **given).fit(form(X), [1.0, 2.0, 3.0])
        again = SGDLasso(0.01, **given, eta0=0.5 / 25).fit(form(X), [1.0, 2.0, 3.0])
        assert fitted.eta_ == 0.5 / 25
        assert_array_equal(fitted.coef_, again.coef_)


def test_the_clock_has_a_number_for_every_name():
    names = "T PAID PENDING SCALE INTERCEPT SEEN NORM2 CUT WORST Y_MAX PLACE COUNT"
    names += " Y_COUNT Y_MEAN Y_SQUARES X_SQUARES R_SQUARES"
    assert sorted(getattr(reading, name) for name in names.split()) == list(range(reading.N_CLOCK))
