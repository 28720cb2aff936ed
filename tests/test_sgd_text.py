"""SGDLasso on sparse text of 50000 rows: its defaults beside the exact lasso, a stream, the order of rows."""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lassofit import Lasso, SGDLasso
from lassofit._engine import epochs

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the benchmarks, which make the data, are not here")


@cache
def text(n=50_000, p=20_000, seed=3):
    """The workload of the benchmarks, by rows, and the smallest alpha at which all coefficients are zero."""
    sys.path.insert(0, str(FOLDER))
    try:
        from workloads import text as workload
    finally:
        sys.path.remove(str(FOLDER))
    X, y = workload(n, p, seed=seed)
    return X.tocsr(), y, np.abs(X.T @ (y - y.mean())).max() / n


@cache
def exact(ratio):
    """The exact lasso and its objective."""
    X, y, top = text()
    model = Lasso(top / ratio, tol=1e-7).fit(X.tocsc(), y)
    return model, objective(model, top / ratio)


def objective(model, alpha):
    X, y, _ = text()
    r = y - X @ model.coef_ - model.intercept_
    return 0.5 * np.mean(r**2) + alpha * np.abs(model.coef_).sum()


@pytest.mark.parametrize("ratio", [10, 33, 100])
def test_defaults_on_text(ratio):
    X, y, top = text()
    lasso, least = exact(ratio)
    model = SGDLasso(top / ratio, random_state=0).fit(X, y)
    assert model.history_["objective"][:12].min() <= (1 + 1e-3) * least
    assert objective(model, top / ratio) <= (1 + 3e-4) * least
    size = np.count_nonzero(lasso.coef_)
    assert abs(np.count_nonzero(model.coef_) - size) <= 0.15 * size


def test_one_pass_of_a_stream_is_sparse():
    X, y, top = text()
    stream = SGDLasso(top / 33)
    for start in range(0, len(y), 100):
        stream.partial_fit(X[start : start + 100], y[start : start + 100])
    size = np.count_nonzero(exact(33)[0].coef_)
    assert size / 2 <= np.count_nonzero(stream.coef_) <= 2 * size


def test_rows_shuffled_in_blocks_do_as_well_as_one_by_one(monkeypatch):
    X, y, top = text()
    least, gaps = exact(33)[1], {}
    for size in (1, 16):
        monkeypatch.setattr(epochs, "_BLOCK", size)
        given = {"learning_rate": "constant", "tol": None, "max_iter": 10}
        models = [SGDLasso(top / 33, random_state=seed, **given).fit(X, y) for seed in range(6)]
        gaps[size] = np.mean([objective(model, top / 33) / least - 1 for model in models])
    assert gaps[16] <= 1.1 * gaps[1]
