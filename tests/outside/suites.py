"""What is replaced and which tests are run: the one place to change when lassofit grows."""

from dataclasses import dataclass, field

# lassofit's names that take the place of the peers' names of the same spelling. A name that is added here is
# replaced wherever a peer has it, and must be exercised.
REPLACED = ("Lasso", "ElasticNet", "LassoCV", "ElasticNetCV", "lasso_path", "enet_path")
SINGLE = tuple(name for name in REPLACED if not name.endswith("CV"))  # skglm has no others; celer's do not run any more

# The kinds of exclusion in excluded.toml.
KINDS = (
    "internals",  # tests of the peer's private internals
    "multitask",  # tests of MultiTask estimators and of paths over several targets, which lassofit does not have
    "absent",  # tests of models and parameters that lassofit does not have
    "limits",  # tests that demand a limitation or a side effect of the peer's
    "inexact",  # tests that require inexactness
    "empty",  # parameter sets for which the peer's test returns without doing anything
)

CLASSES = tuple(name for name in REPLACED if name[0].isupper())

ALL = ("*",)


@dataclass(frozen=True)
class Suite:
    """One peer: where its names live, and which of its tests concern them."""

    distribution: str
    package: str
    written_for: str  # the version whose tests excluded.toml was written for
    namespaces: tuple  # modules in which names are replaced, before any test module is imported
    tests: dict  # test module -> patterns of the tests that are run, '*' standing for any text
    face: str | None = None  # module here with lassofit's classes behind the peer's signatures
    in_tests: dict = field(default_factory=dict)  # test module -> {name in it: its replacement}
    needs: tuple = ()  # other packages that its tests import
    replaced: tuple = REPLACED


def each(pattern, names=REPLACED):
    """Return the pattern for every class among the names, its name in the place of {}."""
    return tuple(pattern.format(name) for name in names if name[0].isupper())


# The position of each class among the parameters of test_coef_default_threshold, which are not named.
_FROM_MODEL = {"Lasso": 0, "LassoCV": 1, "ElasticNet": 2, "ElasticNetCV": 3}

SKLEARN = Suite(
    distribution="scikit-learn",
    package="sklearn",
    written_for="1.9",
    # Dictionary learning and sparse PCA find their codes with Lasso: warm starts, a Gram matrix that is given, y with
    # two dimensions, input that is not checked. Only there is a private module touched, by these tests alone.
    namespaces=("sklearn.linear_model", "sklearn.decomposition._dict_learning"),
    tests={
        "sklearn.linear_model.tests.test_coordinate_descent": ALL,
        "sklearn.linear_model.tests.test_sparse_coordinate_descent": ALL,
        "sklearn.linear_model.tests.test_common": (
            *each("test_balance_property[*-{}]"),
            *each("test_linear_model_regressor_coef_shape[*-{}]"),
            *each("test_model_pipeline_same_dense_and_sparse[*-{}-*]"),
        ),
        "sklearn.linear_model.tests.test_least_angle": (
            "test_rank_deficient_design",
            "test_lasso_lars_vs_lasso_cd*",
        ),
        "sklearn.linear_model.tests.test_sgd": ("test_elasticnet_convergence[*]",),
        "sklearn.feature_selection.tests.test_from_model": (
            "test_max_features",
            *(f"test_coef_default_threshold[estimator{_FROM_MODEL[name]}]" for name in CLASSES),
        ),
        "sklearn.tests.test_multioutput": ("test_multi_target_sparse_regression[*]",),
        "sklearn.tests.test_multiclass": (
            "test_ovr_multiclass",
            "test_ovr_binary",
            "test_ovr_multilabel",
        ),
        "sklearn.tests.test_pipeline": ("test_set_params_nested_pipeline",),
        "sklearn.utils.tests.test_sparse": ("test_estimator_property_sparse[*]",),
        "sklearn.tests.test_public_functions": (
            "test_function_param_validation[sklearn.linear_model.enet_path]",
            "test_function_param_validation[sklearn.linear_model.lasso_path]",
        ),
        "sklearn.decomposition.tests.test_dict_learning": (
            "test_max_iter",
            "test_dict_learning_positivity[*-lasso_cd]",
            "test_minibatch_dictionary_learning_positivity[*-lasso_cd]",
            "test_dict_learning_online_positivity[*]",
            "test_dict_learning_online_shapes",
            "test_sparse_encode_shapes",
            "test_sparse_encode_positivity[*-lasso_cd]",
            "test_sparse_encode_input",
            "test_sparse_encode_dtype_match[*-lasso_cd]",
            "test_sparse_encode_numerical_consistency[lasso_cd]",
            "test_sparse_coder_dtype_match[*-lasso_cd]",
            "test_dictionary_learning_dtype_match[*-lasso_cd-cd]",
            "test_minibatch_dictionary_learning_dtype_match[*-lasso_cd-cd]",
            "test_dict_learning_dtype_match[*-cd]",
            "test_dict_learning_online_dtype_match[*-cd]",
            "test_dict_learning_numerical_consistency[cd]",
            "test_dict_learning_online_numerical_consistency[cd]",
        ),
        "sklearn.decomposition.tests.test_sparse_pca": (
            "test_fit_transform[*]",
            "test_fit_transform_tall[*]",
            "test_sparse_pca_dtype_match[*-cd-*]",
            "test_sparse_pca_numerical_consistency[*-cd-*]",
        ),
    },
)

CELER = Suite(
    distribution="celer",
    replaced=SINGLE,
    package="celer",
    written_for="0.7",
    namespaces=("celer", "celer.dropin_sklearn"),
    face="celer_face",
    tests={"celer.tests.test_lasso": ALL, "celer.tests.test_enet": ALL},
)

SKGLM = Suite(
    distribution="skglm",
    replaced=SINGLE,
    package="skglm",
    written_for="0.5",
    namespaces=("skglm", "skglm.estimators"),
    face="skglm_face",
    tests={
        "skglm.tests.test_estimators": (
            *each("test_check_estimator[{}]", SINGLE),
            *each("test_estimator[*-{}]", SINGLE),
            *each("test_generic_estimator[*-{}-*]", SINGLE),
            *each("test_grid_search[{}]", SINGLE),
            *each("test_warm_start[{}]", SINGLE),
            "test_check_estimator[wLasso]",
            "test_estimator[*-wLasso]",
            "test_generic_estimator[*-WeightedLasso-*]",
            "test_grid_search[wLasso]",
            "test_warm_start[wLasso]",
        ),
        "skglm.tests.test_penalties": ("test_slope_lasso",),
        "skglm.tests.test_gram_solver": ("test_vs_lasso_sklearn[*]",),
        "skglm.tests.test_cv": ("test_elasticnet_cv_matches_sklearn[*]",),
        "skglm.tests.test_group": ("test_equivalence_lasso[*]",),
    },
    # Here skglm's solvers are compared with the Lasso of scikit-learn and of celer: lassofit takes their place.
    in_tests={
        "test_gram_solver": {"Lasso": "Lasso"},
        "test_cv": {"ElasticNet": "ElasticNet"},
        "test_group": {"Lasso": "WeightedLasso"},
    },
    needs=("celer", "pandas"),
)

SUITES = {"sklearn": SKLEARN, "celer": CELER, "skglm": SKGLM}
