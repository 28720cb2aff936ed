"""``PathDisplay``: lines, labels, marks and the axis of support sizes, of every kind of path."""

import doctest
import importlib
import os
import pickle
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from lassofit import ElasticNet, ElasticNetCV, Lasso, LassoCV, PathDisplay, PathSearchCV, SGDLasso

pytestmark = pytest.mark.usefixtures("pictures")


@pytest.fixture(scope="module")
def path(diabetes_frame):
    return Lasso(tol=1e-8).fit_path(*diabetes_frame)


def overlaps(boxes):
    """Return the pairs of boxes, in pixels, that overlap."""
    boxes = [box.padded(-0.5) for box in boxes]
    return [(i, j) for i in range(len(boxes)) for j in range(i) if boxes[i].overlaps(boxes[j])]


def at_marks(display):
    return [float(line.get_xdata()[0]) for line in display.marks_]


def x_of(path, x):
    if x == "l1_norm":
        return np.abs(path.coefs).sum(axis=0)
    return path.alphas if x == "alpha" else path.deviance_ratio


@pytest.mark.parametrize("name", ["path", "cv", "convergence", "support"])
def test_examples(name):
    module = importlib.import_module(f"lassofit._displays.{name}")
    results = doctest.testmod(module)
    assert results.failed == 0 and results.attempted >= 5


@pytest.mark.parametrize("x", ["alpha", "l1_norm", "deviance_ratio"])
def test_lines_are_the_coefficients(path, x):
    display = PathDisplay.from_path(path, x=x, n_labels=4)
    last = np.argsort(-np.abs(path.coefs[:, -1]))[:4]
    assert [line.get_label() for line in display.lines_] == list(path.feature_names_in_[last])
    for line, j in zip(display.lines_, last, strict=True):
        assert_array_equal(line.get_ydata(), path.coefs[j])
        assert_allclose(line.get_xdata(), x_of(path, x), rtol=1e-12)
    rest = np.array([segment[:, 1] for segment in display.others_.get_segments()])
    assert_array_equal(np.sort(rest, axis=0), np.sort(np.delete(path.coefs, last, axis=0), axis=0))
    left, right = display.ax_.get_xlim()
    assert (left > right) == (x == "alpha")  # coefficients grow to the right
    assert display.ax_.get_xscale() == ("log" if x == "alpha" else "linear")


def test_every_leading_line_has_its_own_colour_and_line_style(path):
    display = PathDisplay.from_path(path)
    looks = {(line.get_color(), line.get_linestyle()) for line in display.lines_}
    assert len(looks) == len(display.lines_) == 10 and display.others_ is None
    assert len({style for _, style in looks}) == 4


@pytest.mark.parametrize("size", [(6.4, 4.8), (4.0, 3.0), (3.0, 1.5)])
@pytest.mark.parametrize("n_labels", [10, 60])
def test_labels_do_not_overlap_and_stand_in_the_axes(size, n_labels):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 100))
    y = X @ np.r_[np.ones(30), np.zeros(70)] + rng.standard_normal(40)
    figure, ax = plt.subplots(figsize=size)
    names = [f"a_column_of_a_long_name_{j}_$" for j in range(100)]
    display = PathDisplay.from_path(Lasso().fit_path(X, y), n_labels=n_labels, feature_names=names, ax=ax)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in display.labels_]
    assert 5 < len(boxes) <= n_labels and not overlaps(boxes)
    if size == (6.4, 4.8):
        frame = ax.get_window_extent()
        assert all(
            frame.x0 < box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes
        )
    assert all(len(text.get_text()) <= 24 for text in display.labels_)


def test_labels_keep_the_order_of_the_lines(path):
    display = PathDisplay.from_path(path)
    heights = {text.get_text(): text.get_position()[1] for text in display.labels_}
    ends = {line.get_label(): line.get_ydata()[-1] for line in display.lines_}
    assert sorted(heights, key=heights.get) == sorted(ends, key=ends.get)


@pytest.mark.parametrize("x", ["alpha", "l1_norm", "deviance_ratio"])
def test_marks_of_a_cross_validation(diabetes_frame, x):
    X, y = diabetes_frame
    model = LassoCV().fit(X, y)
    display = PathDisplay.from_estimator(model, X, y, x=x)
    path = display.path
    assert_array_equal(path.alphas, model.alphas_)
    chosen = [np.flatnonzero(path.alphas == alpha)[0] for alpha in (model.alpha_min_, model.alpha_1se_)]
    assert_allclose(at_marks(display), x_of(path, x)[chosen], rtol=1e-12)
    styles = {line.get_linestyle() for line in display.marks_}
    assert styles == {"--", ":"}
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts == [f"alpha_min = {model.alpha_min_:.3g}", f"alpha_1se = {model.alpha_1se_:.3g}"]
    highest = max(line.get_ydata().max() for line in display.lines_)
    display.figure_.canvas.draw()
    below = display.ax_.transData.inverted().transform(display.ax_.get_legend().get_window_extent())[0, 1]
    assert below > highest  # the legend hides no line


def test_a_mark_between_two_alphas_is_on_the_line_between_them(path):
    middle = path.alphas[40:42].mean()
    display = PathDisplay.from_path(path, alpha_min=middle, x="deviance_ratio")
    assert_allclose(at_marks(display), [path.deviance_ratio[40:42].mean()])
    with pytest.raises(ValueError, match=r"alpha_1se must be within the path's alphas, .* got 99"):
        PathDisplay(path, alpha_1se=99.0)


def test_support_sizes_above(path):
    display = PathDisplay.from_path(path)
    ticks, labels = display.support_ax_.get_xticks(), display.support_ax_.get_xticklabels()
    known = dict(zip(path.alphas, path.df, strict=True))
    assert len(ticks) >= 5
    assert [label.get_text() for label in labels] == [str(known[tick]) for tick in ticks]
    display.figure_.canvas.draw()
    assert not overlaps([label.get_window_extent() for label in labels])


def test_sparse_paths_draw_only_what_is_ever_nonzero():
    rng = np.random.default_rng(0)
    X = sparse.random(200, 3000, density=0.02, random_state=0, format="csc")
    y = X[:, :5] @ np.arange(1.0, 6.0) + 0.1 * rng.standard_normal(200)
    path = Lasso().fit_path(X, y, alphas=20)
    assert sparse.issparse(path.coefs)
    display = PathDisplay.from_path(path)
    dense = path.coefs.toarray()
    ever = np.flatnonzero(dense.any(axis=1))
    assert len(display.lines_) + len(display.others_.get_segments()) == len(ever) < 3000
    for line in display.lines_:
        assert_array_equal(line.get_ydata(), dense[int(line.get_label()[1:])])
    assert list(display.to_frame().columns[3:]) == [f"x{j}" for j in ever]


def test_small_and_empty_paths(diabetes_frame):
    X, y = diabetes_frame
    one = PathDisplay.from_path(Lasso().fit_path(X, y, alphas=[0.5]))
    assert [line.get_marker() for line in one.lines_] == ["o"] * 4
    nothing = PathDisplay.from_path(Lasso().fit_path(X, y * 0, alphas=[0.5, 0.1]), x="l1_norm")
    assert nothing.lines_ == nothing.labels_ == [] and nothing.others_ is None
    assert "all coefficients are zero" in [text.get_text() for text in nothing.ax_.texts]
    single = PathDisplay.from_path(Lasso().fit_path(X.iloc[:, :1], y))
    assert [text.get_text() for text in single.labels_] == ["age"]
    assert PathDisplay.from_path(single.path, n_labels=0).lines_ == []
    for display in (one, nothing, single):
        display.figure_.canvas.draw()


def test_alpha_of_zero(diabetes_frame):
    X, y = diabetes_frame
    path = ElasticNet(tol=1e-6).fit_path(X, y, alphas=[1.0, 0.1, 0.0])
    display = PathDisplay.from_path(path, alpha_min=0.0, alpha_1se=0.1)
    assert_array_equal(display.lines_[0].get_xdata(), [1.0, 0.1])
    assert at_marks(display) == [0.1]
    assert len(PathDisplay.from_path(path, x="l1_norm").lines_[0].get_xdata()) == 3
    with pytest.raises(ValueError, match="x='alpha' has no place for alpha=0"):
        PathDisplay.from_path(Lasso(tol=1e-3).fit_path(X, y, alphas=[0.0]))


def test_estimators_that_have_a_path(diabetes_frame):
    X, y = diabetes_frame
    enet = ElasticNetCV(l1_ratio=[0.3, 1.0], alphas=20).fit(X, y)
    display = PathDisplay.from_estimator(enet, X, y)
    expected = ElasticNet(l1_ratio=enet.l1_ratio_).fit_path(X, y, enet.alphas_[1])
    assert enet.l1_ratio_ == 1.0
    assert_allclose(display.path.coefs, expected.coefs, rtol=1e-6, atol=1e-6)

    pipe = make_pipeline(PolynomialFeatures(include_bias=False), StandardScaler(), Lasso())
    search = PathSearchCV(pipe, alphas=15).fit(X, y)
    display = PathDisplay.from_estimator(search, X, y)
    assert "bmi bp" in display.feature_names and display.path.coefs.shape == (65, 15)
    assert_array_equal(display.path.alphas, search.alphas_)
    assert_array_equal(at_marks(display), [search.alpha_min_, search.alpha_1se_])
    Z = search.best_estimator_[:-1].transform(X)
    assert_allclose(display.path.coefs, Lasso().fit_path(Z, y, search.alphas_).coefs, rtol=1e-10)

    grid = GridSearchCV(Lasso(), {"alpha": [0.1, 1.0]}).fit(X, y)
    assert PathDisplay.from_estimator(grid, X, y, alphas=[1.0, 0.5]).marks_ == []
    weighted = PathDisplay.from_estimator(Lasso(), X, y, alphas=5, sample_weight=np.arange(len(y)))
    assert_array_equal(weighted.path.coefs, Lasso().fit_path(X, y, 5, sample_weight=np.arange(len(y))).coefs)
    fewer = PathDisplay.from_estimator(LassoCV().fit(X, y), X, y, alphas=[1.0, 0.1])
    assert len(fewer.marks_) == 1  # alpha_min is below them


def test_estimators_that_have_none(diabetes_frame):
    X, y = diabetes_frame
    with pytest.raises(NotFittedError):
        PathDisplay.from_estimator(LassoCV(), X, y)
    with pytest.raises(TypeError, match=r"A path needs a Lasso, .* got SGDLasso"):
        PathDisplay.from_estimator(SGDLasso(), X, y)
    with pytest.raises(NotFittedError, match="TransformedTargetRegressor"):
        PathDisplay.from_estimator(TransformedTargetRegressor(Lasso()), X, y)
    search = PathSearchCV(Lasso(), alphas=[1.0, 0.1, 0.01], refit=False).fit(X, y)
    with pytest.raises(ValueError, match="refit=False"):
        PathDisplay.from_estimator(search, X, y)
    with pytest.raises(ValueError, match="feature"):
        PathDisplay.from_estimator(LassoCV().fit(X, y), X.iloc[:, :4], y)
    with pytest.raises(TypeError, match=r"path must be a RegularizationPath.* got ndarray"):
        PathDisplay(np.zeros((3, 3)))


def test_bad_parameters_of_plot(path):
    with pytest.raises(ValueError, match="x must be one of 'alpha', 'l1_norm', 'deviance_ratio', got 'norm'"):
        PathDisplay.from_path(path, x="norm")
    with pytest.raises(ValueError, match="n_labels must be an integer >= 0, got -1"):
        PathDisplay.from_path(path, n_labels=-1)
    with pytest.raises(ValueError, match="feature_names must have 10 names, one a feature, got 2"):
        PathDisplay(path, feature_names=["a", "b"])
    with pytest.raises(ValueError, match="ax must be matplotlib axes or None, got 'here'"):
        PathDisplay.from_path(path, ax="here")


def test_given_axes_are_used_and_left_open(path):
    figure, (left, right) = plt.subplots(1, 2)
    display = PathDisplay(path)
    assert display.plot(right, linewidth=3, alpha=0.5) is display
    assert display.ax_ is right and display.figure_ is figure and not left.lines
    assert plt.get_fignums() == [figure.number]
    assert {line.get_linewidth() for line in display.lines_} == {3}
    display.plot()
    assert display.figure_ is not figure and len(plt.get_fignums()) == 2


def test_dark_styles_have_light_text_and_marks(path):
    with plt.style.context("dark_background"):
        ax = plt.subplots()[1]
    display = PathDisplay.from_path(path, alpha_min=path.alphas[50], ax=ax)  # the colours are the axes'
    assert {text.get_color() for text in display.labels_} == {"white"}
    assert display.marks_[0].get_color() == "white"
    assert PathDisplay.from_path(path, alpha_min=path.alphas[50]).marks_[0].get_color() == "black"


def test_a_drawn_display_can_be_pickled(path):
    found = pickle.loads(pickle.dumps(PathDisplay.from_path(path)))
    found.figure_.canvas.draw()
    assert_array_equal(found.lines_[0].get_ydata(), path.coefs[list(found.feature_names).index("s5")])


def test_frame(path):
    frame = PathDisplay(path).to_frame()
    assert frame.index.name == "alpha" and list(frame.columns[:3]) == [
        "l1_norm",
        "deviance_ratio",
        "support_size",
    ]
    assert_array_equal(frame.index, path.alphas)
    assert_array_equal(frame["bmi"], path.coefs[2])
    assert_allclose(frame["l1_norm"], np.abs(path.coefs).sum(axis=0))
    assert_array_equal(frame["support_size"], path.df)


@pytest.mark.parametrize(("module", "call", "advice"), [
    ("matplotlib", "plot", "pip install 'lassofit\\[plot\\]'"), ("pandas", "to_frame", "pip install pandas"),
])  # fmt: skip
def test_without_matplotlib_or_pandas(path, module, call, advice, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=f"{call} needs {module}: python -m {advice}"):
        getattr(PathDisplay(path), call)()


def test_matplotlib_is_imported_by_plot_alone():
    code = (
        "import sys, lassofit; path = lassofit.Lasso().fit_path([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0], 3);"
        "display = lassofit.PathDisplay(path); assert 'matplotlib' not in sys.modules;"
        "display.plot(); assert 'matplotlib' in sys.modules"
    )
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=environment)
    assert run.returncode == 0, run.stderr
