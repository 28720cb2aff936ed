"""LassoCV and ElasticNetCV on bad or odd input: a clear error, or the answer that is documented."""

import re
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import linear_model as reference
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from lassofit import ElasticNetCV, Lasso, LassoCV, PathSearchCV

RNG = np.random.default_rng(4)
X = RNG.standard_normal((40, 70)) + 0.5
Y = X[:, :4] @ [3.0, -2.0, 1.0, 1.0] + RNG.standard_normal(40)
FIRST, LAST = np.arange(20), np.arange(20, 40)
HALVES = [(FIRST, LAST), (LAST, FIRST)]
TIGHT = {"tol": 1e-12, "max_iter": 100_000}
ENDS = "ignore:The least error is at the"


class Splitter:
    """Yields what it was given."""

    def __init__(self, *pairs):
        self.pairs = pairs

    def split(self, X, y=None, groups=None):
        return iter(self.pairs)

    def get_n_splits(self, X=None, y=None, groups=None):
        return len(self.pairs)


@pytest.mark.parametrize(
    ("rule", "error", "message"),
    [
        (None, ValueError, "alpha_rule must be 'min', '1se' or a callable, got None"),
        (1, ValueError, "alpha_rule must be 'min', '1se' or a callable, got 1"),
        (lambda results: 1.0, ValueError, "alpha_rule must return an index from 0 to 4, got 1.0"),
        (lambda results: None, ValueError, "alpha_rule must return an index from 0 to 4, got None"),
        (lambda results: True, ValueError, "alpha_rule must return an index from 0 to 4, got True"),
        (lambda results: 5, ValueError, "alpha_rule must return an index from 0 to 4, got 5"),
        (lambda results: np.array([1]), ValueError, "alpha_rule must return an index"),
        (lambda results: 1 / 0, ZeroDivisionError, "division"),
    ],
)
def test_rules(rule, error, message):
    with pytest.raises(error, match=message):
        LassoCV(alphas=5, alpha_rule=rule).fit(X, Y)


def test_a_rule_cannot_change_the_results():
    def greedy(results):
        for values in results.values():
            values.fill(0.0)
        return np.int64(2)

    model, plain = LassoCV(alphas=5, alpha_rule=greedy).fit(X, Y), LassoCV(alphas=5).fit(X, Y)
    assert model.alpha_ == model.alphas_[2] == plain.alphas_[2]
    for name in ("alphas_", "cv_mean_", "cv_se_"):
        assert_array_equal(getattr(model, name), getattr(plain, name))


@pytest.mark.filterwarnings(ENDS)
def test_alphas_in_any_order_and_repeated():
    model = LassoCV(alphas=[0.5, 2.0, 0.5, 1.0], **TIGHT).fit(X, Y)
    assert_array_equal(model.alphas_, [2.0, 1.0, 0.5, 0.5])
    theirs = reference.LassoCV(alphas=[0.5, 2.0, 0.5, 1.0], **TIGHT).fit(X, Y)
    assert_allclose(model.mse_path_, theirs.mse_path_, rtol=1e-6)
    single = LassoCV(alphas=[1.0]).fit(X, Y)
    assert single.alpha_ == single.alpha_min_ == single.alpha_1se_ == 1.0
    assert single.mse_path_.shape == reference.LassoCV(alphas=[1.0]).fit(X, Y).mse_path_.shape == (5,)


@pytest.mark.parametrize(
    ("alphas", "message"),
    [
        ([np.inf, 1.0], "alphas contains infinity"),
        ([[1.0, 2.0]], "alphas must be an integer or a sequence"),
        ([None], r"alphas\[0\] must be an instance of float, not NoneType"),
        ([1j], r"alphas\[0\] must be an instance of float, not complex"),
        (1.5, "alphas must be an integer or a sequence"),
        (True, "alphas must be an integer or a sequence"),
        (None, "alphas must be an integer or a sequence"),
        ("auto", "alphas must be an integer or a sequence"),
        (np.array(3.0), "alphas must be an integer or a sequence"),
    ],
)
def test_alphas(alphas, message):
    with pytest.raises((ValueError, TypeError), match=message):
        LassoCV(alphas=alphas).fit(X, Y)


@pytest.mark.parametrize("cv", [[1, 2], [([0, 1], [2, 3], 1)], [([0, 1],)]])
def test_folds_that_are_no_pairs(cv):
    for model in (LassoCV(alphas=5, cv=cv), PathSearchCV(Lasso(), alphas=5, cv=cv)):
        with pytest.raises(ValueError, match=rf"^cv={re.escape(repr(cv))}: every fold must be a pair of arrays"):
            model.fit(X, Y)


@pytest.mark.parametrize("cv", [1, 0, -1, 41, "five", 2.5, StratifiedKFold(3)])
def test_no_such_folds(cv):
    """scikit-learn's own words, with what they are about."""
    words = r"(.*n_splits|Expected .?cv.? as an integer|Supported target types)"
    for model in (LassoCV(alphas=5, cv=cv), PathSearchCV(Lasso(), alphas=5, cv=cv)):
        with pytest.raises(ValueError, match=rf"^cv={re.escape(repr(cv))}: {words}"):
            model.fit(X, Y)


@pytest.mark.parametrize(
    ("train", "test", "what"),
    [
        (FIRST, np.arange(20, 41), "the held-out part of fold 2 must be row numbers from 0 to 39, or a mask of 40"),
        (FIRST, np.arange(-5, 0), "the held-out part of fold 2"),
        (np.arange(-5, 0), LAST, "the training part of fold 2"),
        (FIRST / 1.0, LAST, "the training part of fold 2"),
        ([np.nan], LAST, "the training part of fold 2"),
        (FIRST[:, None], LAST, "the training part of fold 2"),
        (np.ones(39, dtype=bool), LAST, r"the training part of fold 2.*got \[True, True"),
        (FIRST, "abc", "the held-out part of fold 2.*got 'abc'"),
        ([], LAST, "fold 2 has no rows in its training part"),
        (FIRST, np.zeros(40, dtype=bool), "fold 2 has no rows in its held-out part"),
    ],
)
@pytest.mark.parametrize("wrap", [list, lambda pairs: Splitter(*pairs)])
def test_what_is_no_fold(wrap, train, test, what):
    with pytest.raises(ValueError, match=f"cv: {what}"):
        LassoCV(alphas=5, cv=wrap([(FIRST, LAST), (train, test)])).fit(X, Y)


def test_a_splitter_without_folds_and_one_without_groups():
    for empty in ([], Splitter()):
        with pytest.raises(ValueError, match="cv: the splitter yields no folds"):
            LassoCV(alphas=5, cv=empty).fit(X, Y)
    with pytest.raises(ValueError, match="'groups' parameter should not be None"):
        LassoCV(alphas=5, cv=GroupKFold(3)).fit(X, Y)


@pytest.mark.parametrize("store", [sparse.csc_array, sparse.csr_matrix, sparse.coo_array])
@pytest.mark.parametrize("scoring", [None, "r2"])
def test_explicit_folds_of_sparse_data(store, scoring):
    kw = {"alphas": 5, "scoring": scoring, **TIGHT}
    lists = [(train.tolist(), range(test[0], test[-1] + 1)) for train, test in HALVES]
    model = LassoCV(cv=lists, **kw).fit(store(X), Y)
    dense = LassoCV(cv=KFold(2), **kw).fit(X, Y)
    assert_allclose(model.mse_path_, dense.mse_path_[:, ::-1], rtol=1e-7)
    assert model.alpha_ == pytest.approx(dense.alpha_, rel=1e-12)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.r_[np.zeros(20), np.ones(20)], "cv: fold 1 has no rows with a weight above zero in its training part"),
        (np.zeros(40), "sample_weight is zero for every sample"),
        (-np.ones(40), "sample_weight must be >= 0"),
        (np.full(40, np.nan), "sample_weight contains NaN"),
        (np.ones(39), "sample_weight must have shape"),
    ],
)
def test_weights(weights, message):
    with pytest.raises(ValueError, match=message):
        LassoCV(alphas=5, cv=HALVES).fit(X, Y, sample_weight=weights)


@pytest.mark.parametrize("kw", [{}, {"alpha_rule": "1se"}, {"alphas": [1.0, 0.1]}, {"cv": HALVES}])
def test_a_constant_target_is_its_mean(kw):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no alpha is better than another, so the grid's ends are no news
        model = LassoCV(**kw).fit(X, np.full(40, 3.0))
    theirs = reference.LassoCV(**{k: v for k, v in kw.items() if k != "alpha_rule"}).fit(X, np.full(40, 3.0))
    assert not model.coef_.any() and model.intercept_ == pytest.approx(3.0) and model.converged_
    assert_array_equal(model.alphas_, theirs.alphas_)
    assert model.alpha_ == theirs.alpha_


def test_a_smallest_alpha_given_twice_is_still_the_end_of_the_grid():
    with pytest.warns(UserWarning, match="The least error is at the smallest of the alphas, 0.5:"):
        LassoCV(alphas=[1.0, 0.5, 0.5]).fit(X, Y)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csc_array])
def test_the_end_of_the_grid_is_put_down_to_unlike_units_where_they_may_be_why(kind):
    unlike, standardize = kind(X * np.r_[np.ones(69), 1e-4]), "standardize=True, or a scaler"
    for data, more, expected in (
        (unlike, {}, True),
        (unlike, {"standardize": True}, False),
        (kind(X), {}, False),
    ):
        with pytest.warns(UserWarning, match="smallest of the alphas.*Decrease eps, or give smaller alphas") as caught:
            LassoCV(eps=0.7, alphas=3, **more).fit(data, Y)
        text = str(caught[0].message)
        assert (standardize in text) == ("differ by a factor of" in text) == expected


@pytest.mark.parametrize(
    ("scoring", "message"),
    [
        (lambda estimator, X, y: np.nan, "cv: the error or score of fold 1 of 5 is not finite"),
        (lambda estimator, X, y: np.inf, "cv: the error or score of fold 1 of 5 is not finite"),
        (lambda estimator, X, y: None, "scoring must give one number, got None"),
        (lambda estimator, X, y: [1.0], r"scoring must give one number, got \[1.0\]"),
        (lambda estimator, X, y: np.ones(2), "scoring must give one number"),
        (["r2"], "scoring must give one number, got {'r2'"),
        ("accuracy", "continuous is not supported"),
    ],
)
def test_scorers(scoring, message):
    with pytest.raises(ValueError, match=message):
        LassoCV(alphas=5, scoring=scoring).fit(X, Y)


def test_a_scorer_may_give_an_array_of_no_dimensions():
    kw = {"alphas": 5, "cv": 3}
    model = LassoCV(scoring=lambda estimator, X, y: np.array(estimator.score(X, y)), **kw).fit(X, Y)
    assert_array_equal(model.cv_mean_, LassoCV(scoring="r2", **kw).fit(X, Y).cv_mean_)


@pytest.mark.parametrize("estimator", [LassoCV, ElasticNetCV])
@pytest.mark.parametrize(
    ("data", "target", "message"),
    [
        (np.where(X > 2.5, np.nan, X), Y, "NaN"),
        (np.where(X > 2.5, np.inf, X), Y, "infinity"),
        (X, np.r_[np.nan, Y[1:]], "NaN"),
        (X, Y[1:], "inconsistent numbers of samples"),
        (X, None, "requires y to be passed"),
        (X, Y * 1e200, "y: its squares overflow"),
        (X[:, 0], Y, "Expected 2D array"),
        (X[:3], Y[:3], "n_splits=5 greater than the number of samples"),
    ],
)
def test_data(estimator, data, target, message):
    with pytest.raises(ValueError, match=message):
        estimator(alphas=5).fit(data, target)
