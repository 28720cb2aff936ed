"""The lesson on why stochastic descent gives no zeros: what it states, and what it prints."""

import lessons
import numpy as np
import pytest
from numpy.testing import assert_allclose

NULLS = slice(4, None)
EXACT = {
    0.01: ([9.860354436848, 9.861738482155, -9.864894243328, -9.855131030536], 0.397210591486),
    0.1: ([8.603544304691, 8.617384743539, -8.648942869339, -8.551309072961], 3.721059054738),
    0.5: ([3.017721495105, 3.086923683024, -3.244714540497, -2.756544817072], 13.026476159984),
}


@pytest.fixture(scope="module")
def lesson():
    return lessons.load("plot_why_sgd_gives_no_zeros")


def test_the_exact_lasso(lesson):
    module, printed = lesson
    assert "alpha_max = 0.781252, largest |x_i|^2 = 5.238" in printed
    for alpha, (coef, objective) in EXACT.items():
        assert_allclose(module.exact[alpha][:4], coef, rtol=0, atol=1e-12)
        assert not module.exact[alpha][NULLS].any()
        assert f"F = {objective:.12f}" in printed
        assert str(coef[0]) in printed


def test_all_rows_in_a_step(lesson):
    module, _ = lesson
    for method, coef in module.full.items():
        error = np.abs(coef - module.exact[0.1]).max()
        low, high = {"naive": (2e-3, 2e-2), "truncated": (5.2e-2, 5.4e-2)}.get(method, (0, 1e-10))
        assert low <= error <= high, method
        assert np.sum(coef[NULLS] == 0) == (0 if method == "naive" else 6)


def test_row_by_row(lesson):
    zeros = lesson[0].zeros_by_row
    assert (zeros["naive"], zeros["cumulative"], zeros["ftrl"]) == (0, 6, 6)
    assert zeros["clipping"] < 1
    assert 1 < zeros["truncated"] < 4


def test_what_the_regressor_of_sklearn_does(lesson):
    module, _ = lesson
    whole, parts, ours = module.zeros.values()
    assert np.mean(whole) > 5
    assert np.mean(parts) < 4
    assert ours == [6] * 10
    averaged = module.averaged
    assert averaged[1000][0] > 5 * averaged[100][0]  # further and further away
    assert averaged[1000][1] < averaged[100][1] < averaged[10][1]
