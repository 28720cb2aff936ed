"""``ConvergenceDisplay`` and ``SupportDisplay``: what fits recorded, and which zeros are proven."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import load_diabetes
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Lasso as SklearnLasso
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from lassofit import (
    ConvergenceDisplay,
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoCV,
    PathSearchCV,
    SGDLasso,
    SupportDisplay,
)
from lassofit._displays import style

pytestmark = pytest.mark.usefixtures("pictures")


@pytest.fixture(scope="module")
def fits(diabetes_frame):
    X, y = diabetes_frame
    return {
        "steps": Lasso(alpha=0.1).fit(X, y),
        "sweeps": Lasso(alpha=0.1, solver="cd", tol=1e-10).fit(X, y),
        "SGD": SGDLasso(alpha=0.1, random_state=0, verbose=2).fit(X, y),
    }


@pytest.mark.parametrize("x", ["iteration", "seconds"])
@pytest.mark.parametrize("y", ["dual_gap", "objective", "support_size"])
def test_lines_are_the_histories(fits, x, y):
    display = ConvergenceDisplay.from_estimator(fits, x=x, y=y)
    for line, (name, model) in zip(display.lines_, fits.items(), strict=True):
        assert line.get_label() == name
        assert_array_equal(line.get_xdata(), model.history_[x])
        assert_array_equal(line.get_ydata(), model.history_[y])
    assert display.ax_.get_yscale() == ("log" if y == "dual_gap" else "linear")
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == list(fits)
    looks = [(line.get_color(), line.get_linestyle(), line.get_marker()) for line in display.lines_]
    assert all(len(set(column)) == 3 for column in zip(*looks, strict=True))


def test_several_quantities_have_a_panel_each(fits):
    quantities = ["dual_gap", "objective", "support_size"]
    display = ConvergenceDisplay.from_estimator(fits, y=quantities)
    assert [ax.get_ylabel() for ax in display.ax_] == ["dual gap", "objective", "nonzero coefficients"]
    assert len(display.lines_) == 9 and display.lines_[3].axes is display.ax_[1]


def test_the_axis_says_what_is_counted(fits):
    def label(*names, **kw):
        return ConvergenceDisplay.from_estimator({name: fits[name] for name in names}, **kw).ax_.get_xlabel()

    assert label("steps", "sweeps") == "iteration"
    assert label("SGD") == "epoch"
    assert label("SGD", "steps") == "iteration or epoch"
    assert label("SGD", "steps", x="seconds") == "seconds"


def test_the_gap_is_shown_where_all_know_it(diabetes_frame, fits):
    X, y = diabetes_frame
    assert ConvergenceDisplay.from_estimator(fits).ax_.get_ylabel() == "dual gap"
    model = SGDLasso(alpha=0.1, random_state=0).fit(X, y)
    assert ConvergenceDisplay.from_estimator([model, fits["steps"]]).ax_.get_ylabel() == "objective"
    with pytest.raises(ValueError, match=r"SGDLasso: the dual gap is not known. .* verbose=2"):
        ConvergenceDisplay.from_estimator(model, y="dual_gap")


def test_names_of_lines(diabetes_frame, fits):
    X, y = diabetes_frame
    listed = ConvergenceDisplay.from_estimator([fits["steps"], fits["SGD"], fits["sweeps"]])
    assert [line.get_label() for line in listed.lines_] == ["Lasso 1", "SGDLasso", "Lasso 2"]
    assert ConvergenceDisplay.from_estimator(fits["steps"]).ax_.get_legend() is None
    several = ElasticNet(alpha=0.1).fit(X, np.column_stack([y, y**2]))
    display = ConvergenceDisplay.from_estimator(several)
    assert [line.get_label() for line in display.lines_] == ["ElasticNet, target 0", "ElasticNet, target 1"]
    assert_array_equal(display.lines_[1].get_ydata(), several.history_[1]["dual_gap"])


def test_a_gap_of_zero(diabetes_frame):
    X, y = diabetes_frame
    model = Lasso(alpha=1e6).fit(X, y)
    assert model.dual_gap_ == 0
    display = ConvergenceDisplay.from_estimator(model)
    display.figure_.canvas.draw()
    assert display.ax_.get_yscale() == "linear"


def test_estimators_without_a_history(diabetes_frame, fits):
    X, y = diabetes_frame
    with pytest.raises(NotFittedError):
        ConvergenceDisplay.from_estimator(Lasso())
    with pytest.raises(TypeError, match=r"theirs: Lasso of sklearn has no history_\. .* SGDLasso of lassofit have one"):
        ConvergenceDisplay.from_estimator({"theirs": SklearnLasso().fit(X, y)})
    with pytest.raises(TypeError, match="LassoCV: LassoCV of lassofit has no history_"):
        ConvergenceDisplay.from_estimator(LassoCV())
    with pytest.raises(ValueError, match="partial_fit does not"):
        ConvergenceDisplay.from_estimator(SGDLasso().partial_fit(X, y))
    for bad, message in [
        ({"x": "time"}, "x must be one of"),
        ({"y": "loss"}, "y must be one of"),
        ({"y": []}, "y must"),
    ]:
        with pytest.raises(ValueError, match=message):
            ConvergenceDisplay.from_estimator(fits, **bad)
    for data in ((X, y), (fits["SGD"],)):
        with pytest.raises(TypeError, match=r"takes fitted estimators and no data: .* a list or a dict of several"):
            ConvergenceDisplay.from_estimator(fits["steps"], *data)
    with pytest.raises(TypeError, match="takes fitted estimators and no data"):
        ConvergenceDisplay.from_estimator(fits["steps"], X=X, y=y)
    with pytest.raises(ValueError, match="at least one fitted estimator"):
        ConvergenceDisplay.from_estimator([])


def test_axes_and_frame_of_a_convergence(fits):
    figure, ax = plt.subplots()
    display = ConvergenceDisplay.from_estimator(fits, ax=ax, linewidth=4)
    assert display.ax_ is ax and display.figure_ is figure and plt.get_fignums() == [figure.number]
    assert {line.get_linewidth() for line in display.lines_} == {4}
    table = display.to_frame()
    assert list(table.columns) == ["estimator", "iteration", "seconds", "objective", "dual_gap", "support_size"]
    assert_array_equal(table.loc[table["estimator"] == "SGD", "objective"], fits["SGD"].history_["objective"])


def by_hand(X, y, model, alpha, s=None):
    """The ratios of the plain lasso, in numpy."""
    s = np.full(len(y), 1.0) if s is None else s
    s = s / s.sum()
    X = X - s @ X
    residual = y - s @ y - X @ model.coef_
    return np.abs(X.T @ (s * residual)) / alpha


@pytest.mark.parametrize("kind", ["dense", "sparse", "float32", "weights"])
def test_ratios(diabetes_frame, kind):
    X, y = diabetes_frame[0].to_numpy() * 10, diabetes_frame[1].to_numpy()
    s = np.arange(1.0, len(y) + 1) if kind == "weights" else None
    given = {"sparse": sparse.csr_array(X), "float32": X.astype(np.float32)}.get(kind, X)
    model = Lasso(alpha=3.0).fit(given, y, sample_weight=s)
    display = SupportDisplay.from_estimator(model, given, y, sample_weight=s)
    assert_allclose(display.ratios, by_hand(X, y, model, 3.0, s), rtol=1e-3 if kind == "float32" else 1e-9, atol=1e-9)
    assert_allclose(display.ratios[model.coef_ != 0], 1.0, rtol=1e-3 if kind == "float32" else 1e-9)


def test_points_by_state(diabetes_frame):
    X, y = diabetes_frame
    model = Lasso(alpha=0.02, solver="cd", tol=2e-2).fit(X, y)
    display = SupportDisplay.from_estimator(model, X, y)
    expected = {
        "nonzero": model.coef_ != 0,
        "zero, within the gap": (model.coef_ == 0) & ~model.proven_zero_,
        "zero, proven": model.proven_zero_,
    }
    assert list(display.points_) == list(expected) and expected["zero, within the gap"].any()
    names = [label.get_text() for label in display.ax_.get_xticklabels()]
    for state, mask in expected.items():
        line = display.points_[state]
        assert_array_equal(line.get_ydata(), np.sort(display.ratios[mask])[::-1])
        assert {names[int(rank) - 1] for rank in line.get_xdata()} == set(X.columns[mask])
        assert line.get_label() == f"{state}: {mask.sum()}"
    looks = [(line.get_color(), line.get_marker()) for line in display.points_.values()]
    assert all(len(set(column)) == 3 for column in zip(*looks, strict=True))
    assert display.bound_.get_ydata() == [1.0, 1.0]
    display.figure_.canvas.draw()
    bottom = display.ax_.transData.inverted().transform(display.ax_.get_legend().get_window_extent())[0, 1]
    assert bottom > max(1.0, display.ratios.max())  # the legend hides no point


def test_features_without_a_bound_are_counted_and_not_drawn(diabetes_frame):
    X, y = diabetes_frame
    factor = {"bmi": 0.0, "s5": np.inf}
    model = Lasso(alpha=0.5, penalty_factor=factor, positive=True).fit(X, y)
    display = SupportDisplay.from_estimator(model, X, y)
    assert_array_equal(np.isnan(display.ratios), np.isin(X.columns, list(factor)))
    drawn = sum(len(line.get_xdata()) for line in display.points_.values())
    counted = sum(int(line.get_label().split(": ")[1]) for line in display.points_.values())
    assert (drawn, counted) == (8, 10)
    assert display.ratios[6] == 0.0  # s3 would be negative, which the bound forbids
    table = display.to_frame()
    assert set(table.index[-2:]) == set(factor) and table.loc["s5", "state"] == "zero, proven"


def test_no_bound_at_all_is_said(diabetes_frame):
    X, y = diabetes_frame
    with pytest.warns(UserWarning, match="alpha=0"):
        model = Lasso(alpha=0).fit(X, y)
    (words,) = SupportDisplay.from_estimator(model, X, y).ax_.texts
    assert words.get_text() == "no feature has a bound to compare with"


@pytest.mark.parametrize("make", [LassoCV, lambda: ElasticNetCV(l1_ratio=[0.7, 0.9], standardize=True)])
def test_cross_validations(diabetes_frame, make):
    X, y = diabetes_frame
    model = make().fit(X, y)
    display = SupportDisplay.from_estimator(model, X, y)
    assert_allclose(display.ratios[model.coef_ != 0], 1.0, rtol=1e-6)
    assert (display.ratios[model.coef_ == 0] < 1).all()


def test_a_search_and_a_pipeline_show_their_last_step(diabetes_frame):
    X, y = diabetes_frame
    pipe = make_pipeline(PolynomialFeatures(include_bias=False), StandardScaler(), Lasso(tol=1e-8))
    path = PathSearchCV(pipe, alphas=[9.0, 3.0, 1.0]).fit(X, y)
    grid = GridSearchCV(pipe, {"lasso__alpha": [9.0, 3.0, 1.0]}).fit(X, y)
    best = path.best_estimator_
    Z = best[:-1].transform(X)
    expected = SupportDisplay.from_estimator(best[-1], Z, y)
    for search in (path, best, grid):
        display = SupportDisplay.from_estimator(search, X, y)
        assert_allclose(display.ratios, expected.ratios, rtol=1e-9, atol=1e-9)
        assert_array_equal(display.feature_names, best[:-1].get_feature_names_out())
        assert_allclose(display.ratios[display.coef != 0], 1.0, rtol=1e-6)
    assert list(expected.feature_names[:2]) == ["x0", "x1"]  # nothing knows them
    plain = PathSearchCV(Lasso(), alphas=[2.0, 1.0]).fit(X, y)
    assert list(SupportDisplay.from_estimator(plain, X, y).feature_names) == list(X.columns)
    with pytest.raises(NotFittedError):
        SupportDisplay.from_estimator(pipe, X, y)
    with pytest.raises(ValueError, match="best_estimator_, which refit=False leaves out"):
        SupportDisplay.from_estimator(PathSearchCV(Lasso(), alphas=[2.0, 1.0], refit=False).fit(X, y), X, y)
    with pytest.raises(TypeError, match="a search over these, got SGDLasso"):
        SupportDisplay.from_estimator(make_pipeline(StandardScaler(), SGDLasso(random_state=0)).fit(X, y), X, y)


def test_many_features_have_ranks(diabetes_frame):
    rng = np.random.default_rng(0)
    for p, scale in ((60, "linear"), (400, "log")):
        X, y = rng.standard_normal((50, p)), rng.standard_normal(50)
        display = SupportDisplay.from_estimator(Lasso(alpha=0.2).fit(X, y), X, y)
        assert display.ax_.get_xscale() == scale and "by state" in display.ax_.get_xlabel()


def test_long_names_of_points_do_not_overlap(diabetes_frame):
    X, y = diabetes_frame[0].rename(columns=lambda name: f"a_long_name_of_the_column_{name}_$"), diabetes_frame[1]
    display = SupportDisplay.from_estimator(Lasso(alpha=0.5).fit(X, y), X, y)
    display.figure_.canvas.draw()
    labels = display.ax_.get_xticklabels()
    assert {label.get_rotation() for label in labels} == {45.0} and max(len(t.get_text()) for t in labels) == 24
    assert all(label.get_window_extent().y0 >= 0 for label in labels)


def test_estimators_without_proven_zeros(diabetes_frame):
    X, y = diabetes_frame
    with pytest.raises(TypeError, match=r"with proven_zero_, .* got SGDLasso"):
        SupportDisplay.from_estimator(SGDLasso(random_state=0).fit(X, y), X, y)
    with pytest.raises(NotFittedError):
        SupportDisplay.from_estimator(Lasso(), X, y)
    with pytest.raises(ValueError, match="shows one target"):
        SupportDisplay.from_estimator(Lasso().fit(X, np.column_stack([y, y])), X, y)
    with pytest.raises(ValueError, match="feature"):
        SupportDisplay.from_estimator(Lasso().fit(X, y), X.iloc[:, :3], y)
    with pytest.raises(ValueError, match="feature_names must have 10 names"):
        SupportDisplay.from_estimator(Lasso().fit(X, y), X, y, feature_names=["a"])


def test_axes_and_frame_of_a_support(diabetes_frame):
    X, y = diabetes_frame
    figure, ax = plt.subplots()
    model = Lasso(alpha=0.5).fit(X, y)
    before = model.__dict__.copy()
    display = SupportDisplay.from_estimator(model, X, y, ax=ax, markersize=9)
    assert display.ax_ is ax and display.figure_ is figure and plt.get_fignums() == [figure.number]
    assert {line.get_markersize() for line in display.points_.values()} == {9}
    assert model.__dict__ == before
    table = display.to_frame()
    assert list(table.columns) == ["ratio", "coef", "state"] and table.index.name == "feature"
    assert_array_equal(table.loc[X.columns, "coef"], model.coef_)
    assert_array_equal(table.loc[X.columns, "state"] == "zero, proven", model.proven_zero_)


def test_data_that_are_not_those_of_the_fit_are_told():
    """Else features that are proven to be zero stand beyond the bound without a word."""
    X, y = load_diabetes(return_X_y=True)
    weights = np.random.default_rng(0).uniform(0, 5, len(y)) ** 2
    model = Lasso(0.5).fit(X, y, sample_weight=weights)
    SupportDisplay.from_estimator(model, X, y, sample_weight=weights)
    with pytest.warns(UserWarning, match="not those of the fit"):
        SupportDisplay.from_estimator(model, X, y)


def test_long_names_stay_apart():
    names = [f"a very long feature name number {k} of the table" for k in range(3)]
    assert style.shortened(names) == [f"…r {k} of the table" for k in range(3)]
    longer = [f"{'in common ' * 5}{k}{' and on' * 9}" for k in range(3)]
    assert len(set(style.shortened(longer))) == 3 and max(map(len, style.shortened(longer))) <= 24
    assert style.shortened(["x", "a" * 40, "a" * 40]) == ["x", *["a" * 11 + "…" + "a" * 12] * 2]
