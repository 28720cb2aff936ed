"""`python -m lassofit fit --eps --alphas`: the alphas that are tried; and what is said at the ends of their range."""

import json

import numpy as np
import pytest
from csv_tables import number_after, refused
from sklearn.datasets import load_diabetes

from lassofit import LassoCV
from lassofit.__main__ import main

pytestmark = pytest.mark.filterwarnings("ignore:The least error is at the smallest")


def test_the_alphas_are_those_of_the_cross_validated_class(diabetes_csv, capsys):
    arguments = ["fit", diabetes_csv, "--target", "progress", "--cv", "3", "--eps", "0.05", "--alphas", "7"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    X, y = load_diabetes(return_X_y=True, scaled=False)
    alphas = LassoCV(eps=0.05, alphas=7, standardize=True, cv=3).fit(X, y).alphas_
    assert "  among 7 values from" in out
    assert float(out.partition("(all coefficients zero) to ")[2].partition(",")[0]) == pytest.approx(
        alphas[-1], rel=1e-5
    )
    assert number_after("Lasso at alpha = ", out) in [pytest.approx(alpha, rel=1e-5) for alpha in alphas]


def test_at_the_smallest_alpha_a_smaller_eps_is_named_and_tries_smaller_ones(diabetes_csv, capsys):
    arguments = ["fit", diabetes_csv, "--target", "progress", "--json"]
    assert main([*arguments, "--eps", "0.1"]) == 0
    captured = capsys.readouterr()
    advice = "Try smaller ones by --eps 0.001 (here --eps 0.1)."
    assert advice in captured.err and "--alpha." not in captured.err
    first = json.loads(captured.out)["cross_validation"]["alpha_min"]
    assert main([*arguments, "--eps", "0.001"]) == 0
    captured = capsys.readouterr()
    assert "--eps" not in captured.err
    second = json.loads(captured.out)["cross_validation"]["alpha_min"]
    assert second["alpha"] < first["alpha"] and second["mean_squared_error"] < first["mean_squared_error"]
    assert main([*arguments[:-1], "--eps", "0.1"]) == 0
    assert f"The smallest alpha is best: an even smaller one may be better. {advice}" in capsys.readouterr().out


def test_the_report_has_the_grid_in_its_code(diabetes_csv, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    report = tmp_path / "r.html"
    options = ["--eps", "0.05", "--alphas", "7", "--report", str(report)]
    assert main(["fit", diabetes_csv, "--target", "progress", *options]) == 0
    page = report.read_text("utf-8")
    assert "alphas=7," in page and "eps=0.05," in page and "7 values of alpha" in page.replace("\n", " ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--eps", "0"], "must be above 0 and below 1; got '0'"),
        (["--eps", "1"], "must be above 0 and below 1; got '1'"),
        (["--eps", "x"], "must be a finite number"),
        (["--alphas", "1"], "must be 2 or more; got '1'"),
        (["--alphas", "0.1"], "must be a whole number"),
        (["--alpha", "1", "--eps", "0.1"], "--eps is for choosing alpha, which --alpha gives"),
        (["--alpha", "1", "--alphas", "9"], "--alphas is for choosing alpha, which --alpha gives"),
    ],
)
def test_bad_options_are_refused(diabetes_csv, capsys, options, message):
    assert message in refused(capsys, "fit", diabetes_csv, "--target", "progress", *options)


def test_an_alpha_of_zero_is_called_least_squares_once(diabetes_csv, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    plot = ["--plot", str(tmp_path / "p.svg")]
    for more in ([], plot):
        assert main(["fit", diabetes_csv, "--target", "progress", "--alpha", "0", "--json", *more]) == 0
        captured = capsys.readouterr()
        assert captured.err.count("alpha = 0 is least squares") == 1 and captured.err.count("warning") == 1
        assert "LinearRegression" not in captured.err
        X, y = load_diabetes(return_X_y=True, scaled=False)
        found = json.loads(captured.out)
        design = np.column_stack([np.ones(len(y)), X])
        expected = np.linalg.lstsq(design, y, rcond=None)[0]
        names = load_diabetes().feature_names
        assert {one["column"]: one["coefficient"] for one in found["coefficients"]} == pytest.approx(
            dict(zip(names, expected[1:], strict=True)), rel=1e-6
        )
