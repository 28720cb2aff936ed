"""LassoCV and ElasticNetCV: scikit-learn's choices, glmnet's standard errors, rules, scorers, folds, bad input."""

import json
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import linear_model as reference
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import make_scorer, mean_absolute_error
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit, TimeSeriesSplit

from lassofit import ElasticNet, ElasticNetCV, Lasso, LassoCV

TIGHT = {"tol": 1e-12, "max_iter": 100_000}
RNG = np.random.default_rng(4)
TALL, TARGET = load_diabetes(return_X_y=True)
TALL, TARGET = TALL[:150], TARGET[:150]
WIDE = RNG.standard_normal((40, 70)) + 0.5
WIDE_TARGET = WIDE[:, :4] @ [3.0, -2.0, 1.0, 1.0] + RNG.standard_normal(40)
DATA = {"tall": (TALL, TARGET), "wide": (WIDE, WIDE_TARGET)}
STORES = {"F": np.asfortranarray, "C": np.ascontiguousarray, "csc": sparse.csc_array, "csr": sparse.csr_matrix}
each_data = pytest.mark.parametrize("data", DATA)


@pytest.fixture(autouse=True)
def _ends_of_grids_are_no_news():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least error is at the")
        yield


KINDS = {
    "plain": {},
    "positive": {"positive": True},
    "no intercept": {"fit_intercept": False},
    "three folds": {"cv": 3},
    "shuffled": {"cv": KFold(4, shuffle=True, random_state=0)},
    "overlapping": {"cv": ShuffleSplit(3, test_size=0.3, random_state=0)},
    "growing": {"cv": TimeSeriesSplit(3)},
    "alphas": {"alphas": [0.1, 1.0, 0.3]},
    "precompute": {"precompute": True},
    "random": {"selection": "random", "random_state": 0},
}


@each_data
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("kind", KINDS)
def test_lasso_is_scikit_learns(kind, store, data):
    X, y = DATA[data]
    kw = {"eps": 1e-2, "alphas": 15, **KINDS[kind], **TIGHT}
    ours, theirs = LassoCV(**kw).fit(STORES[store](X), y), reference.LassoCV(**kw).fit(X, y)
    assert_allclose(ours.alphas_, theirs.alphas_, rtol=1e-12)
    assert_allclose(ours.mse_path_, theirs.mse_path_, rtol=1e-6)
    assert_allclose(ours.alpha_, theirs.alpha_, rtol=1e-12)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-6 * np.abs(theirs.coef_).max())
    assert_allclose(ours.intercept_, theirs.intercept_, rtol=1e-6)
    assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-6)
    assert_allclose(ours.cv_mean_, theirs.mse_path_.mean(axis=1), rtol=1e-6)
    assert ours.converged_ and ours.dual_gap_ <= 1e-12 * np.var(y) * 10


@each_data
@pytest.mark.parametrize("store", ["F", "csc"])
def test_weights_are_scikit_learns(store, data):
    X, y = DATA[data]
    s = np.r_[np.zeros(3), RNG.exponential(size=len(y) - 3)]
    kw = {"eps": 1e-2, "alphas": 12, **TIGHT}
    ours = LassoCV(**kw).fit(STORES[store](X), y, sample_weight=s)
    theirs = reference.LassoCV(**kw).fit(X, y, sample_weight=s)
    assert_allclose(ours.mse_path_, theirs.mse_path_, rtol=1e-6)
    assert ours.alpha_ == pytest.approx(theirs.alpha_, rel=1e-12)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-6 * np.abs(theirs.coef_).max())


@pytest.mark.parametrize("alphas", [8, [0.1, 1.0]])
@pytest.mark.parametrize("l1_ratio", [0.4, [0.3], [0.2, 0.7, 1.0]])
def test_elastic_net_is_scikit_learns(l1_ratio, alphas):
    kw = {"l1_ratio": l1_ratio, "alphas": alphas, "eps": 1e-2, **TIGHT}
    ours, theirs = ElasticNetCV(**kw).fit(WIDE, WIDE_TARGET), reference.ElasticNetCV(**kw).fit(WIDE, WIDE_TARGET)
    assert_allclose(ours.mse_path_, theirs.mse_path_, rtol=1e-6)
    assert ours.l1_ratio_ == theirs.l1_ratio_ and ours.alpha_ == pytest.approx(theirs.alpha_, rel=1e-12)
    assert ours.mse_path_.shape == theirs.mse_path_.shape
    shape = (3, len(ours.alphas_) if alphas != 8 else 8) if np.size(l1_ratio) == 3 else ours.alphas_.shape
    assert ours.cv_mean_.shape == ours.cv_se_.shape == shape
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-6)


FIXTURES = Path(__file__).parent / "fixtures"
GLMNET = json.loads((FIXTURES / "glmnet.json").read_text())["data"]
CASES = {case["name"]: case for case in json.loads((FIXTURES / "cv_glmnet.json").read_text())["cases"]}


@pytest.mark.parametrize("name", CASES)
def test_standard_errors_are_glmnets(name):
    """The same folds, alphas and weights as cv.glmnet; its rescaling of the factors is in alpha."""
    case = CASES[name]
    data = GLMNET[case["data"]]
    X, y, ids = np.array(data["X"]), np.array(data["y"]), np.array(case["foldid"])
    s = np.array(data["weights"]) if case["weighted"] else None
    factor = None if case["penalty_factor"] is None else np.array(case["penalty_factor"], dtype=float)
    scale = 1.0 if factor is None else len(factor) / factor.sum()
    splits = [(np.flatnonzero(ids != k), np.flatnonzero(ids == k)) for k in range(1, ids.max() + 1)]
    kw = {"standardize": case["standardize"], "penalty_factor": factor, "cv": splits, **TIGHT}
    model = LassoCV(alphas=np.array(case["lambda"]) * scale, alpha_rule="1se", **kw).fit(X, y, sample_weight=s)
    assert_allclose(model.mse_path_, np.array(case["fold_mse"]).T.reshape(model.mse_path_.shape), rtol=1e-6)
    assert_allclose(model.cv_se_, case["cvsd"], rtol=1e-6)
    assert model.alpha_ == model.alpha_1se_ == pytest.approx(case["lambda_1se"] * scale, rel=1e-12)
    mean = np.average(model.mse_path_, axis=1, weights=case["fold_weight"])
    assert_allclose(mean, case["cvm"], rtol=1e-6)
    if "-even-plain" in name and s is None:
        assert_allclose(model.cv_mean_, case["cvm"], rtol=1e-6)
        assert model.alpha_min_ == pytest.approx(case["lambda_min"], rel=1e-12)


@pytest.mark.parametrize("scoring", ["r2", "neg_mean_absolute_error", make_scorer(mean_absolute_error)])
def test_scorers(scoring):
    """Of an estimator fitted to each fold's training rows, one alpha after another."""
    kw = {"alphas": [3.0, 1.0, 0.3, 0.1], **TIGHT}
    model = LassoCV(scoring=scoring, cv=3, **kw).fit(WIDE, WIDE_TARGET)
    scorer = sklearn.metrics.check_scoring(Lasso(), scoring=scoring)
    expected = []
    for train, test in KFold(3).split(WIDE):
        singles = [Lasso(alpha, **TIGHT).fit(WIDE[train], WIDE_TARGET[train]) for alpha in model.alphas_]
        expected.append([scorer(single, WIDE[test], WIDE_TARGET[test]) for single in singles])
    assert_allclose(model.cv_mean_, np.mean(expected, axis=0), rtol=1e-7)
    assert model.alpha_ == model.alphas_[np.argmax(model.cv_mean_)]
    assert_allclose(model.mse_path_, LassoCV(cv=3, **kw).fit(WIDE, WIDE_TARGET).mse_path_)


def test_a_scorer_gets_the_weights_of_the_rows_held_out():
    s = RNG.exponential(size=40)
    kw = {"alphas": [1.0, 0.1], "cv": 3, **TIGHT}
    plain = LassoCV(**kw).fit(WIDE, WIDE_TARGET, sample_weight=s)
    scored = LassoCV(scoring="neg_mean_squared_error", **kw).fit(WIDE, WIDE_TARGET, sample_weight=s)
    assert_allclose(scored.cv_mean_, -plain.cv_mean_, rtol=1e-12)
    assert_allclose(scored.cv_se_, plain.cv_se_, rtol=1e-12)


def test_rules():
    kw = {"alphas": 20, "eps": 1e-2, **TIGHT}
    least = LassoCV(**kw).fit(WIDE, WIDE_TARGET)
    wide = LassoCV(alpha_rule="1se", **kw).fit(WIDE, WIDE_TARGET)
    assert least.alpha_ == least.alpha_min_ < wide.alpha_ == wide.alpha_1se_ == least.alpha_1se_
    seen = {}

    def third(results):
        seen.update(results)
        return 2

    own = LassoCV(alpha_rule=third, **kw).fit(WIDE, WIDE_TARGET)
    assert own.alpha_ == own.alphas_[2]
    assert_array_equal(seen["alpha"], own.alphas_)
    assert_array_equal(seen["cv_mean"], own.cv_mean_)
    assert_array_equal(seen["cv_se"], own.cv_se_)
    exact = Lasso(own.alpha_, **TIGHT).fit(WIDE, WIDE_TARGET)
    assert_allclose(own.coef_, exact.coef_, atol=1e-10)


def test_one_standard_error_within_the_best_l1_ratio():
    kw = {"l1_ratio": [0.1, 0.9], "alphas": 15, "eps": 1e-2, **TIGHT}
    model = ElasticNetCV(alpha_rule="1se", **kw).fit(WIDE, WIDE_TARGET)
    best = list(kw["l1_ratio"]).index(model.l1_ratio_)
    assert model.alpha_1se_ in model.alphas_[best] and model.alpha_min_ in model.alphas_[best]
    alone = ElasticNetCV(alpha_rule="1se", **{**kw, "l1_ratio": model.l1_ratio_}).fit(WIDE, WIDE_TARGET)
    assert alone.alpha_ == pytest.approx(model.alpha_, rel=1e-12)


@pytest.mark.parametrize("store", STORES)
def test_what_is_stored(store):
    cv = KFold(3, shuffle=True, random_state=1)
    model = LassoCV(alphas=[1.0, 0.3], cv=cv, store_cv_results=True, **TIGHT).fit(STORES[store](WIDE), WIDE_TARGET)
    assert model.coef_path_.shape == (3, 70, 2) and model.intercept_path_.shape == (3, 2)
    for k, (train, test) in enumerate(cv.split(WIDE)):
        for i, alpha in enumerate([1.0, 0.3]):
            single = Lasso(alpha, **TIGHT).fit(WIDE[train], WIDE_TARGET[train])
            assert_allclose(model.coef_path_[k, :, i], single.coef_, atol=1e-8)
            assert_allclose(model.intercept_path_[k, i], single.intercept_, atol=1e-8)
            assert_allclose(model.oof_prediction_[test, i], single.predict(WIDE[test]), atol=1e-7)
    assert not hasattr(clone(model).fit(WIDE, WIDE_TARGET), "coef_") or np.isfinite(model.oof_prediction_).all()
    part = LassoCV(alphas=[1.0], cv=TimeSeriesSplit(2), store_cv_results=True).fit(WIDE, WIDE_TARGET)
    assert np.isnan(part.oof_prediction_[:10]).all()
    assert not hasattr(LassoCV(alphas=[1.0]).fit(WIDE, WIDE_TARGET), "oof_prediction_")


def test_standard_deviations_are_those_of_the_training_rows():
    """Nothing leaks from the rows held out."""
    X = WIDE * RNG.uniform(0.1, 10, 70)
    factor = RNG.uniform(0.5, 2, 70)
    kw = {"standardize": True, "penalty_factor": factor, "bounds": (-1.0, np.inf), **TIGHT}
    model = LassoCV(alphas=[0.5, 0.1], cv=3, store_cv_results=True, **kw).fit(X, WIDE_TARGET)
    for k, (train, _) in enumerate(KFold(3).split(X)):
        single = Lasso(0.1, **kw).fit(X[train], WIDE_TARGET[train])
        assert_allclose(model.coef_path_[k, :, 1], single.coef_, atol=1e-8)
    assert_allclose(model.coef_, Lasso(model.alpha_, **kw).fit(X, WIDE_TARGET).coef_, atol=1e-8)


def test_threads_and_pickles_change_nothing():
    kw = {"alphas": 10, "eps": 1e-2, "cv": 4}
    one, two = LassoCV(n_jobs=1, **kw).fit(WIDE, WIDE_TARGET), LassoCV(n_jobs=2, **kw).fit(WIDE, WIDE_TARGET)
    assert_array_equal(one.mse_path_, two.mse_path_)
    assert_array_equal(pickle.loads(pickle.dumps(one)).predict(WIDE), two.predict(WIDE))


def test_x_is_not_written_to_and_float32_stays():
    X = np.asfortranarray(WIDE, dtype=np.float32)
    X.setflags(write=False)
    model = LassoCV(alphas=5, eps=1e-2, store_cv_results=True).fit(X, WIDE_TARGET)
    assert model.coef_.dtype == model.coef_path_.dtype == np.float32
    assert_allclose(model.mse_path_, LassoCV(alphas=5, eps=1e-2).fit(WIDE, WIDE_TARGET).mse_path_, rtol=1e-2)


def test_factors_by_name():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(TALL, columns=[f"x{j}" for j in range(10)])
    model = LassoCV(penalty_factor={"x2": 0.0, "x8": np.inf}, alphas=6, **TIGHT).fit(frame, TARGET)
    factor = np.ones(10)
    factor[2], factor[8] = 0.0, np.inf
    assert_allclose(model.coef_, LassoCV(penalty_factor=factor, alphas=6, **TIGHT).fit(TALL, TARGET).coef_)
    assert list(model.feature_names_in_) == list(frame.columns) and model.coef_[8] == 0 and model.coef_[2] != 0
    model.predict(frame)


def test_groups_are_routed():
    groups = np.arange(40) % 4
    with sklearn.config_context(enable_metadata_routing=True):
        model = LassoCV(alphas=[1.0, 0.1], cv=GroupKFold(4), **TIGHT).fit(WIDE, WIDE_TARGET, groups=groups)
        scored = LassoCV(alphas=[1.0, 0.1], cv=GroupKFold(4), scoring="r2", **TIGHT)
        scored.fit(WIDE, WIDE_TARGET, groups=groups)
        assert "groups" in str(model.get_metadata_routing())
    splits = list(GroupKFold(4).split(WIDE, WIDE_TARGET, groups))
    assert_allclose(model.mse_path_, LassoCV(alphas=[1.0, 0.1], cv=splits, **TIGHT).fit(WIDE, WIDE_TARGET).mse_path_)
    assert_allclose(model.mse_path_, scored.mse_path_)
    with pytest.raises(ValueError, match=r"fit got 'groups', which is only supported if enable_metadata_routing=True"):
        LassoCV(cv=GroupKFold(4)).fit(WIDE, WIDE_TARGET, groups=groups)


def test_a_mask_or_a_repeated_row_will_do():
    mask = np.arange(40) < 30
    twice = np.r_[np.arange(30), np.arange(30)]
    kw = {"alphas": [1.0, 0.1], **TIGHT}
    a = LassoCV(cv=[(mask, ~mask)], **kw).fit(WIDE, WIDE_TARGET)
    b = LassoCV(cv=[(twice, np.arange(30, 40))], **kw).fit(WIDE, WIDE_TARGET)
    assert_allclose(a.mse_path_, b.mse_path_, rtol=1e-9)
    assert np.isnan(a.cv_se_).all() and a.alpha_1se_ == a.alpha_min_


def test_a_constant_target_in_a_fold_is_fitted_by_its_mean():
    y = np.r_[np.ones(20), WIDE_TARGET[:20]]
    model = LassoCV(alphas=[1.0, 0.1], cv=[(np.arange(20), np.arange(20, 40)), (np.arange(20, 40), np.arange(20))])
    model.fit(WIDE, y)
    assert_allclose(model.mse_path_[:, 0], np.mean((y[20:] - 1.0) ** 2))


def test_lines_for_folds(capsys):
    LassoCV(alphas=4, cv=3, verbose=1).fit(WIDE, WIDE_TARGET)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and lines[0].startswith("fold 1 of 3: 4 fits in ")


@pytest.mark.parametrize(
    ("kw", "message"),
    [
        ({"alphas": [1.0, -1.0]}, r"alphas\[1\] == -1.0, must be >= 0.0"),
        ({"alphas": [1.0, "a"]}, r"alphas\[1\] must be an instance of float, not str"),
        ({"alphas": [1.0, np.nan]}, r"alphas\[1\] == nan"),
        ({"alphas": []}, "alphas"),
        ({"alphas": 0}, "alphas must be at least 1"),
        ({"eps": 2.0}, "eps must be"),
        ({"alpha_rule": "2se"}, "alpha_rule must be 'min', '1se' or a callable"),
        ({"alpha_rule": lambda results: -1}, "alpha_rule must return an index"),
        ({"alpha_rule": "1se", "cv": [(np.arange(20), np.arange(20, 40))]}, "needs at least two folds"),
        ({"scoring": "no such thing"}, "scoring"),
        ({"store_cv_results": 3}, "store_cv_results"),
        ({"cv": [(np.arange(0), np.arange(40))]}, "cv: fold 1 has no rows in its training part"),
        ({"cv": [(np.arange(40), np.arange(0))]}, "cv: fold 1 has no rows in its held-out part"),
        ({"cv": 100}, "n_splits|splits"),
        ({"tol": -1.0}, "tol must be"),
    ],
)
def test_bad_parameters(kw, message):
    with pytest.raises((ValueError, TypeError), match=message):
        LassoCV(**kw).fit(WIDE, WIDE_TARGET)


def test_bad_shares_and_targets():
    for ratio in (1.5, [0.5, -1.0], [], "a", [[0.5]]):
        with pytest.raises((ValueError, TypeError), match="l1_ratio"):
            ElasticNetCV(l1_ratio=ratio).fit(WIDE, WIDE_TARGET)
    with pytest.raises(ValueError, match="l1_ratio=0"):
        ElasticNetCV(l1_ratio=0).fit(WIDE, WIDE_TARGET)
    with pytest.raises(ValueError, match="For multi-task outputs, use MultiTaskLassoCV"):
        LassoCV().fit(WIDE, np.c_[WIDE_TARGET, WIDE_TARGET])
    s = np.r_[np.zeros(20), np.ones(20)]
    with pytest.raises(ValueError, match="fold 1 has no rows with a weight above zero"):
        LassoCV(cv=2).fit(WIDE, WIDE_TARGET, sample_weight=np.r_[s[20:], s[:20]])
    with pytest.raises(TypeError):
        ElasticNet(l1_ratio=[0.5]).fit(WIDE, WIDE_TARGET)


def test_one_warning_where_folds_fall_short():
    with pytest.warns(ConvergenceWarning, match=r"\(in fold \d of 3, at alpha=.*, the worst of \d+") as caught:
        LassoCV(alphas=5, eps=1e-3, cv=3, max_iter=2, tol=1e-10).fit(WIDE, WIDE_TARGET)
    assert len([w for w in caught if "in fold" in str(w.message)]) == 1 and caught[0].filename == __file__


@pytest.mark.parametrize(
    ("alphas", "message"),
    [
        ([0.03, 0.02], r"largest of the alphas, 0\.03:.*Give larger"),
        ([3.0, 2.0], r"smallest of the alphas, 2:.*smaller"),
    ],
)
def test_an_end_of_the_grid_is_news(alphas, message):
    y = WIDE[:, :2].sum(axis=1) * (5.0 if alphas[-1] == 2.0 else 0.0) + np.random.default_rng(0).standard_normal(40)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        LassoCV(alphas=[50.0]).fit(WIDE, y)
        with pytest.raises(UserWarning, match=message):
            LassoCV(alphas=alphas, **TIGHT).fit(WIDE, y)
