"""What a reader of the figures stumbled over: offsets, ticks over each other, labels not of the chosen model."""

import pickle
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_diabetes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit import CVDisplay, Lasso, LassoCV, PathDisplay, PathSearchCV, SupportDisplay

plt = pytest.importorskip("matplotlib.pyplot")
X, Y = load_diabetes(return_X_y=True, as_frame=True)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize(("times", "power"), [(1.0, 0), (3e3, 9), (1e-6, -9)])
def test_large_errors_have_their_power_in_the_label(times, power):
    """matplotlib's offset stood over the first tick of the axis at the top."""
    display = CVDisplay.from_estimator(LassoCV(alphas=20).fit(X, Y * times))
    display.figure_.canvas.draw()
    assert display.ax_.yaxis.get_offset_text().get_text() == ""
    assert display.ax_.get_ylabel() == "mean squared error" + (f" (1e{power})" if power else "")
    ticks = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert all(0.1 <= abs(float(tick)) <= 1e5 for tick in ticks if tick and float(tick.replace("\N{MINUS SIGN}", "-")))
    pickle.dumps(display)


def test_the_axis_at_the_top_says_what_it_counts():
    model = LassoCV(alphas=20).fit(X, Y)
    assert CVDisplay.from_estimator(model).support_ax_.get_xlabel() == "nonzero coefficients (median over folds)"
    assert CVDisplay.from_estimator(model, X, Y).support_ax_.get_xlabel() == "nonzero coefficients"


@pytest.mark.parametrize("alphas", [[4e4, 3e4, 2e4], [3.2e4, 3.1e4], [50.0, 1.0], [1.0]])
def test_ticks_of_a_narrow_range_are_apart(alphas):
    figure, ax = plt.subplots()
    PathDisplay.from_path(Lasso().fit_path(X * 1e4, Y, alphas), ax=ax)
    figure.canvas.draw()
    shown = [text for text in [*ax.get_xticklabels(), *ax.get_xticklabels(minor=True)] if text.get_text()]
    boxes = sorted((text.get_window_extent() for text in shown), key=lambda box: box.x0)
    assert len(boxes) >= 1
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def names(display):
    return {line.get_label() for line in display.lines_}


def test_labels_are_of_the_chosen_model():
    model = LassoCV(alpha_rule="1se").fit(X, Y)
    chosen = set(X.columns[model.coef_ != 0])
    assert names(PathDisplay.from_estimator(model, X, Y)) == chosen
    few = PathDisplay.from_estimator(model, X, Y, n_labels=2)
    assert [line.get_label() for line in few.lines_] == list(X.columns[np.argsort(-np.abs(model.coef_))[:2]])
    path = Lasso().fit_path(X, Y)
    assert names(PathDisplay.from_path(path)) == set(X.columns[path.coefs[:, -1] != 0])
    assert names(PathDisplay.from_path(path, alpha=model.alpha_)) == chosen
    assert names(PathDisplay.from_path(path, alpha=path.alphas[0])) == set(X.columns)  # nothing there: those at the end


def test_labels_are_of_the_best_model_of_a_search():
    pipe = make_pipeline(StandardScaler(), Lasso())
    search = PathSearchCV(pipe, alphas=30, alpha_rule="1se").fit(X, Y)
    display = PathDisplay.from_estimator(search, X, Y)
    chosen = X.columns[search.best_estimator_[-1].coef_ != 0]
    assert names(display) == set(chosen) and display.alpha == search.best_estimator_[-1].alpha
    outside = PathDisplay.from_estimator(search, X, Y, alphas=[1e-3, 1e-4])
    assert outside.alpha is None and outside.alpha_min is None


def test_an_alpha_outside_of_the_path_is_refused():
    with pytest.raises(ValueError, match="alpha must be within the path's alphas"):
        PathDisplay(Lasso().fit_path(X, Y), alpha=1e9)


def test_the_support_of_a_search_is_that_of_its_best_model():
    search = PathSearchCV(make_pipeline(StandardScaler(), Lasso()), alphas=30, alpha_rule="1se").fit(X, Y)
    best = search.best_estimator_
    found = SupportDisplay.from_estimator(search, X, Y)
    direct = SupportDisplay.from_estimator(best[-1], best[:-1].transform(X), Y)
    assert_allclose(found.ratios, direct.ratios)
    assert list(found.feature_names) == list(X.columns)
    assert_array_equal(found.proven_zero, best[-1].proven_zero_)
    assert_array_equal(SupportDisplay.from_estimator(best, X, Y).ratios, found.ratios)
    with pytest.raises(TypeError, match=r"search that ends in one, got StandardScaler\."):
        SupportDisplay.from_estimator(make_pipeline(StandardScaler()).fit(X, Y), X, Y)
