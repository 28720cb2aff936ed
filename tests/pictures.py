"""What the tests of the displays share: a backend without a screen, and the data."""

import matplotlib
import pytest
from sklearn.datasets import load_diabetes

matplotlib.use("Agg")

import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def quiet():
    """Close all figures after a test, and see that it has not changed matplotlib's settings."""
    before = dict(matplotlib.rcParams)
    yield
    plt.close("all")
    assert dict(matplotlib.rcParams) == before


@pytest.fixture(scope="session")
def frame():
    """The diabetes data as a frame."""
    return load_diabetes(return_X_y=True, as_frame=True)


def overlaps(boxes):
    """Return the pairs of boxes, in pixels, that overlap."""
    return [
        (i, j) for i in range(len(boxes)) for j in range(i) if boxes[i].padded(-0.5).overlaps(boxes[j].padded(-0.5))
    ]
