"""Settings of the whole suite, and the fixtures that more than one file uses."""

import os

import pytest
from hypothesis import settings

# A first call compiles, so there is no deadline. In CI the examples are the same at every run; at home they are new.
settings.register_profile("lassofit", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("lassofit")


@pytest.fixture
def diabetes_csv(tmp_path):
    """Path of the diabetes data, unscaled, as CSV with the target 'progress'."""
    from csv_tables import write_csv
    from sklearn.datasets import load_diabetes

    data = load_diabetes(scaled=False)
    rows = [[*row, target] for row, target in zip(data.data.tolist(), data.target.tolist(), strict=True)]
    return write_csv(tmp_path / "diabetes.csv", [*data.feature_names, "progress"], rows)


@pytest.fixture
def without_pandas(monkeypatch):
    """Make the reader believe that pandas is not installed."""
    from lassofit._cli import table

    find = table.importlib.util.find_spec
    monkeypatch.setattr(table.importlib.util, "find_spec", lambda name: None if name == "pandas" else find(name))


@pytest.fixture(params=["pandas", "standard library"])
def reader(request):
    """Read by pandas, and then as if it were not installed."""
    if request.param == "pandas":
        pytest.importorskip("pandas")
    else:
        request.getfixturevalue("without_pandas")


@pytest.fixture(scope="session")
def diabetes_frame():
    """The diabetes data as a frame, and the target."""
    from sklearn.datasets import load_diabetes

    return load_diabetes(return_X_y=True, as_frame=True)


@pytest.fixture
def pictures():
    """Draw without a screen, close all figures after a test, and see that it has not changed matplotlib's settings."""
    import matplotlib
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    before = dict(matplotlib.rcParams)
    yield
    plt.close("all")
    assert dict(matplotlib.rcParams) == before
