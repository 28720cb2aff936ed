"""scikit-learn's callbacks: which tasks they see and when, stopping, teardown, meta-estimators, clones, threads."""

import io
import pickle
from contextlib import redirect_stdout

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lassofit import ElasticNet, ElasticNetCV, Lasso, LassoCV

callback = pytest.importorskip("sklearn.callback", reason="callbacks came with scikit-learn 1.9")
RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 300))
Y = X[:, :4] @ [3.0, -2.0, 1.0, 1.0] + RNG.standard_normal(40)
LEAF = "certificate"
pytestmark = pytest.mark.filterwarnings("ignore:The least error is at the")


class Recorder:
    """Keeps what it is told: "name" of a task where it begins, "/name" where it ends; may stop or fail at one."""

    def __init__(self, stop=None, fail=None):
        self.stop, self.fail, self.events, self.seen = stop, fail, [], []

    def setup(self, estimator, context):
        self.events.append("setup")

    def teardown(self, estimator, context):
        self.events.append("teardown")

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None, metadata=None):
        self.events.append(context.task_name)
        self.seen.append((type(estimator).__name__, context.task_name, X, y, metadata, context.max_subtasks))
        if context.task_name == self.fail:
            raise RuntimeError("the callback fails")

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.events.append(f"/{context.task_name}")
        self.last = fitted_estimator
        return context.task_name == self.stop


class Propagated(Recorder):
    """One that meta-estimators hand on."""

    max_propagation_depth = None


def ended(name):
    """Events of a task without subtasks."""
    return [name, f"/{name}"]


@pytest.mark.parametrize("estimator", [Lasso, ElasticNet])
def test_a_fit_has_one_task_for_every_certificate(estimator):
    recorder = Recorder()
    model = estimator(alpha=0.1).set_callbacks(recorder).fit(X, Y, sample_weight=np.ones(40))
    count = len(model.history_["iteration"])
    assert recorder.events == ["setup", "fit", *(count * ended(LEAF)), "/fit", "teardown"]
    (_, _, data, target, metadata, subtasks), *_ = recorder.seen
    assert data.shape == X.shape and len(target) == 40 and subtasks is None
    assert_array_equal(metadata["sample_weight"], np.ones(40))
    assert_array_equal(recorder.last.coef_, model.coef_)
    assert_array_equal(model.coef_, estimator(alpha=0.1).fit(X, Y).coef_)


def test_a_certificate_comes_with_an_estimator_that_predicts():
    monitor = callback.ScoringMonitor(scoring="r2")
    model = Lasso(alpha=0.1).set_callbacks(monitor).fit(X, Y)
    scores = [row["r2"] for row in monitor.get_logs().data if row["task_name"] == LEAF]
    assert len(scores) == len(model.history_["iteration"]) > 1
    assert scores[-1] == pytest.approx(model.score(X, Y)) and scores[0] < scores[-1]


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_targets_are_tasks(n_jobs):
    recorder = Recorder()
    model = Lasso(alpha=0.1, n_jobs=n_jobs).set_callbacks(recorder).fit(X, np.c_[Y, -Y, Y[::-1]])
    certificates = sum(len(history["iteration"]) for history in model.history_)
    assert recorder.events[:2] == ["setup", "fit"] and recorder.events[-2:] == ["/fit", "teardown"]
    assert recorder.events.count("target") == recorder.events.count("/target") == 3
    assert recorder.events.count(LEAF) == certificates


def test_folds_and_paths_are_tasks_in_order():
    recorder = Recorder()
    model = ElasticNetCV(l1_ratio=[0.3, 0.9], alphas=5, cv=3).set_callbacks(recorder).fit(X, Y)
    fold = ["fold", *(2 * ended("path")), "/fold"]
    assert recorder.events == ["setup", "fit", *(3 * fold), *ended("refit"), "/fit", "teardown"]
    counts = {name: subtasks for _, name, *_, subtasks in recorder.seen}
    assert counts == {"fit": 4, "fold": 2, "path": 0, "refit": 0}
    assert_array_equal(recorder.last.mse_path_, model.mse_path_)


def test_folds_in_threads_are_the_same_tasks():
    recorder = Recorder()
    model = LassoCV(alphas=5, cv=4, n_jobs=2).set_callbacks(recorder).fit(X, Y)
    plain = LassoCV(alphas=5, cv=4).fit(X, Y)
    for name, count in {"fold": 4, "path": 4, "refit": 1, "fit": 1}.items():
        assert recorder.events.count(name) == recorder.events.count(f"/{name}") == count
    assert recorder.events[-4:] == [*ended("refit"), "/fit", "teardown"]
    assert_array_equal(model.mse_path_, plain.mse_path_)


def test_the_refit_shows_its_certificates_to_a_callback_that_is_propagated():
    recorder = Propagated()
    LassoCV(alphas=5, cv=2).set_callbacks(recorder).fit(X, Y)
    refit = recorder.events.index("/fold", recorder.events.index("/fold") + 1) + 1
    assert recorder.events[refit] == "fit" and recorder.events[refit + 1 : refit + 3] == ended(LEAF)
    assert {name for name, *_ in recorder.seen} == {"LassoCV", "Lasso"}
    assert recorder.events.count("setup") == recorder.events.count("teardown") == 1


@pytest.mark.parametrize("solver", ["active_set", "cd"])
def test_a_callback_may_stop_a_fit_and_that_is_no_failure(solver, recwarn):
    model = Lasso(alpha=0.05, solver=solver, tol=1e-10).set_callbacks(Recorder(stop=LEAF)).fit(X, Y)
    assert len(model.history_["iteration"]) == 1 and not model.converged_
    assert model.relative_gap_ > 1e-10
    assert_allclose(model.predict(X).mean(), Y.mean())  # the intercept is the point's own
    assert not [warning for warning in recwarn if issubclass(warning.category, ConvergenceWarning)]


@pytest.mark.parametrize(
    ("model", "task"), [(Lasso(), LEAF), (LassoCV(alphas=5), "fold"), (LassoCV(alphas=5), "refit")]
)
def test_callbacks_are_torn_down_after_a_failure(model, task):
    recorder = Recorder(fail=task)
    model = clone(model).set_callbacks(recorder)
    with pytest.raises(RuntimeError, match="the callback fails"):
        model.fit(X, Y)
    assert recorder.events[-2:] == [task, "teardown"]
    recorder.fail = None
    assert model.fit(X, Y).coef_.any()


def test_bad_parameters_set_nothing_up():
    recorder = Recorder()
    with pytest.raises(ValueError, match="alpha must be"):
        Lasso(alpha=-1.0).set_callbacks(recorder).fit(X, Y)
    assert recorder.events == []


def test_what_is_no_callback_is_refused_and_none_takes_them_away():
    with pytest.raises(TypeError, match="callback"):
        Lasso().set_callbacks("progress")
    recorder = Recorder()
    LassoCV(alphas=5).set_callbacks(recorder).set_callbacks().fit(X, Y)
    assert recorder.events == []


@pytest.mark.parametrize("model", [Lasso(alpha=0.1), LassoCV(alphas=5, cv=2)])
def test_clones_keep_callbacks_and_pickles_do(model):
    recorder = Recorder()
    model = clone(clone(model).set_callbacks(recorder))
    model.fit(X, Y)
    events = list(recorder.events)
    assert events[0] == "setup" and events[-1] == "teardown"
    again = pickle.loads(pickle.dumps(model)).fit(X, Y)
    assert recorder.events == events  # that one has a recorder of its own
    assert_array_equal(again.coef_, model.coef_)
    unwatched = clone(model).set_callbacks()
    assert_array_equal(pickle.loads(pickle.dumps(unwatched)).fit(X, Y).coef_, model.coef_)


def test_meta_estimators_hand_their_callbacks_on():
    recorder = Propagated()
    make_pipeline(StandardScaler(), LassoCV(alphas=5, cv=2)).set_callbacks(recorder).fit(X, Y)
    assert recorder.events.count("fold") == 2 and recorder.events.count("setup") == 1
    recorder = Propagated()
    search = GridSearchCV(Lasso(), {"alpha": [1.0, 0.1]}, cv=2).set_callbacks(recorder).fit(X, Y)
    fits = [name for name, task, *_ in recorder.seen if name == "Lasso" and task != LEAF]
    assert len(fits) == 5  # two alphas, two folds, the refit
    assert LEAF in recorder.events
    assert not search.best_estimator_.__dict__.get("_watched")


def test_warnings_point_at_the_users_line():
    with pytest.warns(ConvergenceWarning) as caught:
        Lasso(alpha=0.01, tol=1e-12, max_iter=1).set_callbacks(Recorder()).fit(X, Y)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("model", [Lasso(alpha=0.1), LassoCV(alphas=5, n_jobs=2), ElasticNetCV(l1_ratio=[0.3, 0.9])])
def test_a_progress_bar_runs(model):
    pytest.importorskip("rich")
    shown = io.StringIO()
    with redirect_stdout(shown):
        clone(model).set_callbacks(callback.ProgressBar()).fit(X, Y)
    assert f"{type(model).__name__} - fit" in shown.getvalue() and "100%" in shown.getvalue()
