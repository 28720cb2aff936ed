"""Ticks of the displays: labels that can be read, of large values and of short ranges."""

import pickle
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lassofit import CVDisplay, Lasso, PathDisplay
from lassofit._displays import style

pytestmark = pytest.mark.usefixtures("pictures")


def labels_of(axis):
    """Return the labels of an axis that are drawn, within the limits."""
    axis.axes.figure.canvas.draw()
    low, high = sorted(axis.get_view_interval())
    labels = [*axis.get_ticklabels(), *axis.get_ticklabels(minor=True)]
    at = [*axis.get_majorticklocs(), *axis.get_minorticklocs()]
    return [one for one, x in zip(labels, at, strict=True) if low <= x <= high and one.get_text()]


def overlap(labels):
    boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: box.x0)
    return any(left.x1 > right.x0 for left, right in pairwise(boxes))


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e10])
def test_no_factor_of_the_y_axis_is_above_it(size):
    alphas, mean = np.array([4.0, 2.0, 1.0]), np.array([3.0, 2.0, 1.5]) * size
    display = CVDisplay(alphas, {"error": mean}, {"error": mean / 10}, support_sizes=np.array([0, 1, 2])).plot()
    labels = labels_of(display.ax_.yaxis)
    assert display.ax_.yaxis.get_offset_text().get_text() == ""
    found = [float(label.get_text().replace("−", "-")) for label in labels]
    np.testing.assert_allclose(found, [label.get_position()[1] for label in labels])
    pickle.loads(pickle.dumps(display)).figure_.canvas.draw()


def test_no_factor_of_the_coefficients_is_above_them():
    X = np.random.default_rng(0).standard_normal((50, 3)) * 1e-8
    display = PathDisplay.from_path(Lasso().fit_path(X, X @ [3e15, 1e15, 0.0]))
    texts = [label.get_text() for label in labels_of(display.ax_.yaxis)]
    assert display.ax_.yaxis.get_offset_text().get_text() == ""
    assert "0.0" in texts and "2.0e15" in texts


@pytest.mark.parametrize("width", [2.5, 4.0, 6.4])
@pytest.mark.parametrize("factor", [1.001, 1.3, 2.0, 5.0, 9.0, 30.0, 99.0, 1e3, 1e7])
@pytest.mark.parametrize("largest", [4e4, 1.0, 2.7e-5])
def test_labels_of_alpha_do_not_overlap(largest, factor, width):
    _, ax = plt.subplots(figsize=(width, 3.0))
    style.alpha_axis(ax, [largest, largest / factor])
    labels = labels_of(ax.xaxis)
    assert len(labels) >= 2 and not overlap(labels)


def test_alphas_of_a_short_range_have_plain_numbers():
    ax = plt.subplots()[1]
    style.alpha_axis(ax, [4e4, 2e4])
    assert [label.get_text() for label in labels_of(ax.xaxis)] == ["2e4", "3e4", "4e4"]
    style.alpha_axis(ax, [0.5, 0.2])
    assert [label.get_text() for label in labels_of(ax.xaxis)] == ["0.2", "0.3", "0.4", "0.5"]
    style.alpha_axis(ax, [1e3, 0.1])
    assert r"$\mathdefault{10^{2}}$" in [label.get_text() for label in labels_of(ax.xaxis)]
