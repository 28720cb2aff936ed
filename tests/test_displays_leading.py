"""``PathDisplay``: the features with names are those of the model that was chosen; its room for them is no scale."""

from functools import partial

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit import ElasticNetCV, Lasso, LassoCV, PathDisplay, PathSearchCV
from lassofit._cli.figures import _draw_path
from lassofit._cli.fitting import Settings, fit_design
from lassofit._cli.table import make_design, read_columns

pytestmark = pytest.mark.usefixtures("pictures")


def names_of(display):
    return [line.get_label() for line in display.lines_]


def by_effect(names, coef, X):
    """Return the names of the nonzero coefficients, by the effect of one standard deviation."""
    effects = np.abs(coef) * np.std(np.asarray(X), axis=0)
    return [names[j] for j in np.argsort(-effects, kind="stable") if coef[j]]


@pytest.mark.parametrize("x", ["alpha", "l1_norm", "deviance_ratio"])
@pytest.mark.parametrize("kind", [LassoCV, partial(ElasticNetCV, l1_ratio=0.999)])
def test_the_leading_features_are_those_of_the_model_chosen(diabetes_frame, kind, x):
    X, y = diabetes_frame
    model = kind(alpha_rule="1se", tol=1e-9).fit(X, y)
    expected = by_effect(list(X.columns), model.coef_, X)
    display = PathDisplay.from_estimator(model, X, y, x=x)
    assert names_of(display) == expected and len(expected) < 10
    assert len(display.marks_) == 2 and len(display.others_.get_segments()) == 10 - len(expected)
    assert names_of(PathDisplay.from_estimator(model, X, y, x=x, n_labels=3)) == expected[:3]
    end = {line.get_label(): line.get_ydata()[-1] for line in display.lines_}
    heights = {text.get_text(): text.get_position()[1] for text in display.labels_}
    assert sorted(heights, key=heights.get) == sorted(end, key=end.get)  # of where the lines end, right of them


def test_a_search_has_the_features_of_its_best_model(diabetes_frame):
    X, y = diabetes_frame
    pipe = make_pipeline(StandardScaler(), Lasso(tol=1e-9))
    alphas = np.geomspace(40, 2, 12)
    path = PathSearchCV(pipe, alphas=alphas, alpha_rule="1se").fit(X, y)
    grid = GridSearchCV(pipe, {"lasso__alpha": alphas}, refit=lambda results: 3).fit(X, y)
    for search, marks in ((path, 2), (grid, 1)):
        display = PathDisplay.from_estimator(search, X, y, alphas=alphas)
        last = search.best_estimator_[-1]
        assert names_of(display) == by_effect(list(X.columns), last.coef_, np.eye(10))
        assert len(display.marks_) == marks
    assert display.marks_[0].get_label() == f"alpha = {alphas[3]:.3g}"


def test_alphas_given_to_a_path(diabetes_frame):
    X, y = diabetes_frame
    path = Lasso(tol=1e-9).fit_path(X, y, alphas=[2.0, 1.0, 0.5, 0.01])
    assert names_of(PathDisplay.from_path(path, alpha=1.0)) == by_effect(list(X.columns), path.coef_at(1.0)[0], X)
    between = PathDisplay.from_path(path, alpha=0.75)
    assert names_of(between) == by_effect(list(X.columns), (path.coefs[:, 1] + path.coefs[:, 2]) / 2, X)
    empty = PathDisplay.from_path(Lasso().fit_path(X, y, alphas=[5.0, 0.1]), alpha=5.0)
    assert empty.lines_ == empty.labels_ == [] and empty.others_ is not None
    assert len(names_of(PathDisplay.from_path(path, alpha_min=1.0))) == 10  # a mark alone chooses nothing
    with pytest.raises(ValueError, match=r"alpha must be within the path's alphas, 0.01 to 2, got 3"):
        PathDisplay(path, alpha=3.0)


@pytest.mark.parametrize("settings", [
    Settings(None, 5, "1se", True, 10_000), Settings(0.9, None, "min", True, 10_000),
    Settings(20.0, None, "min", False, 10_000), Settings(0.0, None, "min", True, 10_000),
])  # fmt: skip
def test_the_command_line_draws_the_features_of_its_model(diabetes_csv, settings):
    import matplotlib.pyplot as plt

    fitted = fit_design(make_design(read_columns(diabetes_csv), "progress"), settings, with_path=True)
    names = fitted.design.names
    ax = plt.subplots()[1]
    _draw_path(fitted, ax)
    drawn = [line.get_label() for line in ax.get_lines() if line.get_label() in names]
    if settings.alpha != 0:  # which has no place on the axis
        assert drawn == by_effect(names, fitted.model.coef_, fitted.design.X)[:8]
        assert any(f"alpha = {fitted.alpha:.3g}" == t.get_text() for t in ax.get_legend().get_texts()) == (
            settings.folds is None
        )
    assert len(drawn) > 0


@pytest.mark.parametrize("x", ["l1_norm", "deviance_ratio"])
def test_the_room_for_labels_has_no_ticks_and_no_zero_line(diabetes_frame, x):
    display = PathDisplay.from_estimator(LassoCV().fit(*diabetes_frame), *diabetes_frame, x=x)
    display.figure_.canvas.draw()
    last = display.lines_[0].get_xdata()[-1]
    ticks = display.ax_.get_xticks()
    assert len(ticks) > 3 and ticks.max() <= last < display.ax_.get_xlim()[1]
    if x == "deviance_ratio":
        assert last < 1
    zero = [line for line in display.ax_.get_lines() if not np.any(line.get_ydata())]
    assert any(line.get_xdata()[-1] == last for line in zero)
    assert all(np.max(line.get_xdata()) <= last for line in zero)
