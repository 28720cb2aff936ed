"""Plain float arrays go round scikit-learn's validation, for speed: what comes of it is the same to the message."""

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn

from lassofit import ElasticNet, Lasso
from lassofit._engine import validation

RNG = np.random.default_rng(0)
X = RNG.standard_normal((20, 4))
Y = X[:, 0] - 2 * X[:, 1] + 0.1 * RNG.standard_normal(20)
FRAME = pd.DataFrame(X, columns=list("abcd"))


class Subclass(np.ndarray):
    pass


def holed(array, value):
    bad = array.copy()
    bad.flat[7] = value
    return bad


DATA = {
    "C": X,
    "F": np.asfortranarray(X),
    "strided": np.repeat(X, 2, axis=0)[::2],
    "float32": X.astype(np.float32),
    "float16": X.astype(np.float16),
    "big-endian": X.astype(">f8"),
    "integers": np.round(3 * X).astype(int),
    "booleans": X > 0,
    "objects": X.astype(object),
    "frame": FRAME,
    "subclass": X.view(Subclass),
    "masked": np.ma.masked_array(X),
    "matrix": np.matrix(X),
    "nan": holed(X, np.nan),
    "inf": holed(X, np.inf),
    "sum-overflows": np.full((20, 4), 1e308),
    "one-dimension": X[0],
    "three-dimensions": X[None],
    "no-rows": X[:0],
    "no-columns": X[:, :0],
    "fewer-columns": X[:, :3],
    "fewer-rows": X[:19],
    "complex": X + 1j,
}
TARGETS = {
    "float64": Y,
    "float32": Y.astype(np.float32),
    "integers": np.round(Y).astype(np.int64),
    "column": Y[:, None],
    "two": np.c_[Y, -Y],
    "list": Y.tolist(),
    "objects": Y.astype(object),
    "nan": holed(Y, np.nan),
    "inf": holed(Y, np.inf),
    "sum-overflows": np.full(20, 1e308),
    "complex": Y + 1j,
    "none": None,
}
WEIGHTS = {
    "plain": np.linspace(0, 2, 20),
    "float32": np.ones(20, np.float32),
    "nan": holed(np.ones(20), np.nan),
    "negative": -np.ones(20),
    "short": np.ones(19),
    "two": np.ones((20, 2)),
}


def attributes(model):
    names = [name for name in vars(model) if name.endswith("_")]
    return {name: np.asarray(getattr(model, name)).tolist() for name in names}


def outcome(action):
    """What an action returned or raised, and its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = action()
        except Exception as error:
            result = type(error).__name__, str(error)
    return repr(result), [(item.category.__name__, str(item.message)) for item in caught]


def assert_same_through_scikit_learn(action, monkeypatch):
    quick = outcome(action)
    monkeypatch.setattr(validation, "_plain", lambda *args: False)
    assert quick == outcome(action)


@pytest.mark.parametrize("assume_finite", [False, True])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("data", DATA)
def test_fits_are_the_same(data, target, assume_finite, monkeypatch):
    def action():
        model = Lasso(0.1).fit(FRAME, Y)  # leaves feature names, which a fit without names has to remove
        with sklearn.config_context(assume_finite=assume_finite):
            return attributes(model.fit(DATA[data], TARGETS[target]))

    assert_same_through_scikit_learn(action, monkeypatch)


@pytest.mark.parametrize("assume_finite", [False, True])
@pytest.mark.parametrize("fitted", ["C", "frame", "float32", "two", "nothing"])
@pytest.mark.parametrize("data", DATA)
def test_predictions_are_the_same(data, fitted, assume_finite, monkeypatch):
    def action():
        model = ElasticNet(0.1)
        if fitted != "nothing":
            model.fit(DATA.get(fitted, X), TARGETS.get(fitted, Y))
        with sklearn.config_context(assume_finite=assume_finite):
            return np.asarray(model.predict(DATA[data])).tolist()

    assert_same_through_scikit_learn(action, monkeypatch)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_weights_are_the_same(weights, monkeypatch):
    assert_same_through_scikit_learn(
        lambda: attributes(Lasso(0.1).fit(X, Y, sample_weight=WEIGHTS[weights])), monkeypatch
    )


@pytest.mark.parametrize("data", ["C", "F", "strided", "float32"])
def test_plain_data_do_go_round_it(data, monkeypatch):
    def refuse(*args, **kw):
        raise AssertionError("validated")

    monkeypatch.setattr(validation, "validate_data", refuse)
    model = Lasso(0.1).fit(DATA[data], Y)
    model.predict(DATA[data])
    assert model.n_features_in_ == 4
    for other in (FRAME, X.tolist(), DATA["nan"]):
        with pytest.raises(AssertionError, match="validated"):
            model.predict(other)


@pytest.mark.parametrize("estimator", [Lasso, ElasticNet])
def test_every_parameter_has_a_rule(estimator):
    assert set(estimator().get_params()) <= set(validation.RULES)


def test_a_fitted_model_is_read_and_used_without_numba(tmp_path):
    model = Lasso(0.1).fit(X, Y)
    (tmp_path / "model").write_bytes(pickle.dumps((model, X, model.predict(X).tolist(), model.history_)))
    code = (
        "import pickle, sys; model, X, expected, history = pickle.load(open(sys.argv[1], 'rb'));"
        "assert model.predict(X).tolist() == expected;"
        "assert {k: v.tolist() for k, v in model.history_.items()} == {k: v.tolist() for k, v in history.items()};"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "model")], check=True, timeout=120)
