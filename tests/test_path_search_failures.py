"""What PathSearchCV does where fits and scorers fail, and where its parameters or data are bad."""

from inspect import signature

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from searches import ALPHAS, EXACT, X, Y, assert_alike, both
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, FitFailedWarning
from sklearn.linear_model import Lasso as SklearnLasso
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from lassofit import Lasso, LassoCV, PathSearchCV

SCALED = make_pipeline(StandardScaler(), EXACT)


class Refusing(TransformerMixin, BaseEstimator):
    """Refuses rows whose first entry is the largest of all, in fit or in transform."""

    def __init__(self, where="fit", refuse=True):
        self.where = where
        self.refuse = refuse

    def fit(self, X, y=None):
        """Refuse in fit."""
        return self._checked(X, "fit")

    def transform(self, X):
        """Refuse in transform."""
        self._checked(X, "transform")
        return X

    def _checked(self, X, where):
        if self.refuse and where == self.where and (X[:, 0] == FIRST).any():
            raise RuntimeError("not these rows")
        self.fitted_ = True
        return self


FIRST = X[:, 0].max()


def picky(estimator, X, y):
    """Fail on small alphas."""
    if estimator[-1].alpha < 0.5:
        raise RuntimeError("too small")
    return 1.0


@pytest.mark.parametrize("where", ["fit", "transform"])
@pytest.mark.parametrize("scoring", [None, ["r2", "neg_max_error"], picky])
def test_a_failure_in_some_folds_gets_the_error_score(where, scoring):
    refit = False
    estimator = make_pipeline(Refusing(where), EXACT)
    options = {"scoring": scoring, "refit": refit, "return_train_score": True, "error_score": -7.0}
    assert_alike(*both(estimator, "lasso__alpha", **options))
    assert_alike(*both(estimator, "lasso__alpha", **{**options, "error_score": np.nan}))


def test_a_point_that_fails_is_ranked_last():
    grid = {"refusing__refuse": [True, False]}
    cv = [(np.arange(120), np.arange(40)), (np.arange(120), np.arange(40, 80))]  # the rows refused are in both
    ours, theirs = both(make_pipeline(Refusing(), EXACT), "lasso__alpha", param_grid=grid, cv=cv)
    assert_alike(ours, theirs)
    assert ours.best_params_["refusing__refuse"] is False


def test_a_failure_warns_and_says_how_often():
    search = PathSearchCV(make_pipeline(Refusing(), EXACT), alphas=ALPHAS, refit=False)
    with pytest.warns(FitFailedWarning, match="16 fits failed out of a total of 20"):
        search.fit(X, Y)


def test_all_fits_failed():
    always = [(np.arange(120), np.arange(40))]
    with pytest.raises(ValueError, match=r"All the 4 fits failed.[\s\S]*not these rows"):
        PathSearchCV(make_pipeline(Refusing(), EXACT), alphas=ALPHAS, cv=always).fit(X, Y)


@pytest.mark.parametrize("where", ["fit", "transform"])
def test_error_score_raise(where):
    with pytest.raises(RuntimeError, match="not these rows"):
        PathSearchCV(make_pipeline(Refusing(where), EXACT), alphas=ALPHAS, error_score="raise").fit(X, Y)
    with pytest.raises(RuntimeError, match="too small"):
        PathSearchCV(SCALED, alphas=ALPHAS, scoring=picky, error_score="raise").fit(X, Y)


def test_a_failure_on_all_rows_is_raised_where_the_grid_comes_from_them():
    with pytest.raises(RuntimeError, match="not these rows"):
        PathSearchCV(make_pipeline(Refusing(), EXACT)).fit(X, Y)


@pytest.mark.parametrize("scoring", [picky, {"one": picky, "two": "r2"}])
def test_a_scorer_that_fails_on_some_alphas(scoring):
    assert_alike(*both(SCALED, "lasso__alpha", scoring=scoring, refit="two" if isinstance(scoring, dict) else True))
    with pytest.warns(UserWarning, match="Scoring failed for 2 of 4 alphas"):
        PathSearchCV(SCALED, alphas=ALPHAS, scoring=scoring, refit=False).fit(X, Y)


def test_an_inverse_that_fails_for_some_alphas_fails_for_those_alone():
    def inverse(z):
        if (z < 0.3).any():
            raise ValueError("below its range")
        return z

    target = TransformedTargetRegressor(EXACT, func=lambda y: y, inverse_func=inverse, check_inverse=False)
    alphas = [1.0, 1e-3, 1e-4]
    ours, theirs = both(target, "regressor__alpha", y=Y / Y.max(), alphas=alphas)
    assert_alike(ours, theirs)
    assert np.isnan(theirs.cv_results_["mean_test_score"]).any()
    assert not np.isnan(theirs.cv_results_["mean_test_score"]).all()


def test_categories_that_the_training_rows_do_not_have():
    kinds = np.repeat(["a", "b", "c", "d", "e"], 24)[:, None]
    ours, theirs = both(make_pipeline(OneHotEncoder(), EXACT), "lasso__alpha", X=kinds, refit=False)
    assert_alike(ours, theirs)
    assert np.isnan(ours.cv_results_["mean_test_score"]).all()


def test_a_scorer_that_returns_no_number():
    with pytest.raises(ValueError, match="scoring must return a number, got None"):
        PathSearchCV(SCALED, alphas=ALPHAS, scoring=lambda estimator, X, y: None).fit(X, Y)


def test_one_of_several_scorers_that_returns_a_dict():
    scoring = {"one": lambda estimator, X, y: {"a": 1.0}, "two": "r2"}
    with pytest.raises(ValueError, match=r"scoring must return a number, got .*scorer=one"):
        PathSearchCV(SCALED, alphas=ALPHAS, scoring=scoring, refit="two").fit(X, Y)


def test_paths_that_do_not_converge_warn_once():
    wide = np.random.default_rng(0).standard_normal((60, 200))
    search = PathSearchCV(Lasso(max_iter=1, tol=1e-10), alphas=5, refit=False)
    with pytest.warns(ConvergenceWarning, match="the worst of 5 paths that fell short") as caught:
        search.fit(wide, wide[:, :40] @ np.ones(40))
    about = [w for w in caught if issubclass(w.category, ConvergenceWarning)]
    assert len(about) == 1 and about[0].filename == __file__


BAD_PARAMETERS = [
    ({"alphas": []}, ValueError, "alphas must be"),
    ({"alphas": [0.1, -1.0]}, ValueError, r"alphas\[1\] == -1.0, must be >= 0"),
    ({"alphas": [np.nan]}, ValueError, r"alphas\[0\] == nan, must be >= 0"),
    ({"alphas": [np.inf]}, ValueError, "alphas contains infinity"),
    ({"alphas": ["a"]}, TypeError, r"alphas\[0\] must be an instance of float"),
    ({"alphas": 0}, ValueError, "alphas must be at least 1"),
    ({"alphas": 0.5}, ValueError, "alphas must be an integer or a sequence"),
    ({"alphas": None}, TypeError, "alphas must be an integer or a sequence"),
    ({"alphas": "auto"}, TypeError, "alphas must be an integer or a sequence"),
    ({"alphas": [[0.1]]}, ValueError, "alphas must be an integer or a sequence"),
    ({"eps": 0.0}, ValueError, "eps must be above 0"),
    ({"eps": 2.0}, ValueError, "eps must be above 0"),
    ({"param_grid": {"lasso__alpha": [1.0]}}, ValueError, "param_grid must not have 'lasso__alpha'"),
    ({"param_grid": []}, ValueError, "param_grid has no points"),
    ({"param_grid": {"lasso__nothing": [1]}}, ValueError, "Invalid parameter 'nothing'"),
    ({"param_grid": {"lasso": [Ridge()]}}, TypeError, "estimator must be a Lasso or an ElasticNet"),
    ({"alpha_rule": "max"}, ValueError, "alpha_rule must be 'min', '1se' or a callable"),
    ({"alpha_rule": lambda table: 99}, ValueError, "alpha_rule must return an index from 0 to 3"),
    ({"alpha_rule": "1se", "cv": [(np.arange(60), np.arange(60, 120))]}, ValueError, "needs at least two folds"),
    ({"alpha_rule": "1se", "refit": lambda results: 0}, ValueError, "both choose"),
    ({"alpha_rule": "1se", "refit": False, "scoring": ["r2"]}, ValueError, "needs a metric to go by"),
    ({"scoring": "nothing"}, ValueError, "scoring"),
    ({"scoring": ["r2", "neg_max_error"]}, ValueError, "refit must be the name of a metric"),
    ({"scoring": ["r2"], "refit": "r3"}, ValueError, "refit must be the name of a metric, 'r2'"),
    ({"refit": 3}, ValueError, "refit must be True, False"),
    ({"error_score": "ignore"}, ValueError, "error_score must be a number or 'raise'"),
    ({"verbose": -1}, ValueError, "verbose must be"),
    ({"n_jobs": 0}, ValueError, "n_jobs must be"),
    ({"return_train_score": "yes"}, TypeError, "return_train_score must be True or False"),
    ({"cv": [([], np.arange(5))]}, ValueError, "fold 1 has no rows in its training part"),
    ({"cv": [(np.arange(5), np.zeros(120, dtype=bool))]}, ValueError, "fold 1 has no rows in its held-out part"),
    ({"cv": []}, ValueError, "cv"),
    ({"cv": KFold(200)}, ValueError, "n_splits=200"),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD_PARAMETERS)
def test_bad_parameters(options, error, message):
    with pytest.raises(error, match=message):
        PathSearchCV(SCALED, **{"alphas": ALPHAS, **options}).fit(X, Y)


class OwnFit(Lasso):
    """A subclass whose fit is another."""

    def fit(self, X, y):
        """Fit something else."""


@pytest.mark.parametrize(
    "estimator",
    [
        SklearnLasso(),
        make_pipeline(StandardScaler(), Ridge()),
        LassoCV(),
        TransformedTargetRegressor(),
        Pipeline([("scaler", StandardScaler()), ("nothing", "passthrough")]),
        None,
        OwnFit(),
    ],
)
def test_other_estimators_are_refused(estimator):
    remedy = "the search chooses its alpha" if isinstance(estimator, LassoCV) else "Use GridSearchCV"
    with pytest.raises(TypeError, match=f"estimator.*{remedy}"):
        PathSearchCV(estimator).fit(X, Y)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X, None, "requires y to be passed, but the target y is None"),
        (X, np.c_[Y, Y], "y must have one column"),
        (X, Y[:-1], "inconsistent numbers of samples"),
        (X, np.where(Y > 300, np.nan, Y), "NaN"),
        (X[:3], Y[:3], "n_splits=5"),
    ],
)
def test_bad_data(x, y, message):
    with pytest.raises(ValueError, match=message):
        PathSearchCV(SCALED).fit(x, y)


def test_a_grid_by_position_is_refused_with_what_to_write():
    with pytest.raises(TypeError, match=(
        r"PathSearchCV takes one argument by position, the estimator, got 2\. .* PathSearchCV\(estimator, alphas="
        r"\.\.\., param_grid=\{\.\.\.\}\)\. The values of alpha go into alphas"
    )):  # fmt: skip
        PathSearchCV(Lasso(), {"alpha": [1.0, 0.1]})
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'estimator'"):
        PathSearchCV()
    names = list(signature(PathSearchCV).parameters)
    assert names[:4] == ["estimator", "alphas", "eps", "param_grid"] and sorted(names) == sorted(
        PathSearchCV(Lasso()).get_params(deep=False)
    )


def test_a_target_of_one_column_is_taken_with_a_warning():
    with pytest.warns(DataConversionWarning, match="expected"):
        column = PathSearchCV(SCALED).fit(X, Y[:, None])
    assert_array_equal(column.predict(X), PathSearchCV(SCALED).fit(X, Y).predict(X))


def test_verbose(capsys):
    PathSearchCV(SCALED, alphas=5, verbose=2, cv=2).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Fitting 2 folds for each of 1 points: 2 paths, of 5 alphas each"
    assert [line.split(":")[0] for line in lines[1:]] == ["fold 1 of 2, point 1 of 1", "fold 2 of 2, point 1 of 1"]
