"""`python -m lassofit fit`: the report, the plot, JSON, and which files are refused before the fit."""

import json
import re

import numpy as np
import pytest
from csv_tables import refused, write_csv
from pages import Page, loads
from sklearn.datasets import load_diabetes

from lassofit import Lasso, LassoCV
from lassofit.__main__ import main
from lassofit._cli.fitting import cross_validator

DIABETES = load_diabetes(scaled=False)
ODD = ["<b>bold</b>", "a & b", "$x^2$", "größe", "--><script>x</script>", "colour", "]]>"]
TARGET = "price </title><img src=x>"

pytest.importorskip("matplotlib")


@pytest.fixture
def odd_csv(tmp_path):
    """A table whose names and levels are HTML, with a text column, a constant one and one that counts."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 4))
    colour = np.array(["red", "<i>blue</i>"])[rng.integers(2, size=80)]
    y = X @ [3.0, 0, -2, 0.5] + 2 * (colour == "red") + rng.normal(size=80)
    rows = [(*X[k], 1.0, colour[k], k, y[k]) for k in range(80)]
    return write_csv(tmp_path / "odd & <s>.csv", [*ODD, TARGET], rows)


def reported(capsys, *arguments, code=0):
    """Run with a report beside the table; return the page, its source and what was printed."""
    path = arguments[0] + ".html"
    assert main(["fit", *arguments, "--report", path]) == code
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return Page(text), text, capsys.readouterr()


def model_of(text):
    """Run the code that a page shows; return the coefficients by name and the model."""
    known = {}
    exec(Page(text).text("pre"), known)
    return dict(zip(known["X"].columns, known["model"].coef_, strict=True)), known["model"]


def test_a_report_is_one_page_that_loads_nothing(odd_csv, capsys):
    page, text, _ = reported(capsys, odd_csv, "--target", TARGET, "--one-hot")
    assert loads(page) == [] and not page.named("script") and not page.named("img")
    assert not re.search(r"url\(\s*['\"]?(?!#)|@import", text)
    (policy,) = [meta["content"] for meta in page.named("meta") if "http-equiv" in meta]
    assert policy.startswith("default-src 'none'")
    assert "prefers-color-scheme: dark" in page.text("style")
    assert any("width=device-width" in meta.get("content", "") for meta in page.named("meta"))
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["xlink:href"][1:] for _, attrs in page.elements if attrs.get("xlink:href", "").startswith("#")]
    assert links and set(links) <= set(ids)


def test_names_in_a_report_are_escaped(odd_csv, capsys):
    page, _, _ = reported(capsys, odd_csv, "--target", TARGET, "--one-hot", "--drop", "]]>", "--alpha", "0.01")
    assert page.text("title") == f"Lasso for {TARGET}" == page.text("h1")
    assert not any(page.named(tag) for tag in ("script", "b>bold", "img"))
    shown = {row[0] for row in page.rows}
    assert {"<b>bold</b>", "$x^2$", "colour=<i>blue</i>"} <= shown
    everything = page.text("dd")
    assert "colour (into 2 0/1 columns)" in everything and "]]>" in everything  # encoded, left out
    assert "--><script>x</script>" in everything  # constant
    assert "<b>bold</b>" in page.text("text")  # of the plot


def test_a_report_has_the_figures_of_the_model(diabetes_csv, capsys):
    page, text, captured = reported(capsys, diabetes_csv, "--target", "progress", "--cv", "4", "--rule", "1se")
    X, y = DIABETES.data, DIABETES.target
    cv = cross_validator(4)
    model = LassoCV(alphas=50, cv=cv, alpha_rule="1se", standardize=True, tol=1e-6, max_iter=10_000).fit(X, y)
    choices = {row[0]: row[1:] for row in page.rows if row[0].startswith("alpha_")}
    assert list(choices) == ["alpha_min", "alpha_1sechosen"]
    for row, alpha in zip(choices.values(), (model.alpha_min_, model.alpha_1se_), strict=True):
        k = int(np.argmin(np.abs(model.alphas_ - alpha)))
        expected = [alpha, model.cv_mean_[k], model.cv_se_[k]]
        np.testing.assert_allclose([float(cell) for cell in row[:3]], expected, rtol=5e-3)
        at_alpha = Lasso(alpha, standardize=True, tol=1e-6).fit(X, y)
        assert int(row[3]) == np.count_nonzero(at_alpha.coef_)
    coefs = {row[0]: (float(row[1]), float(row[3])) for row in page.rows if row[0] in DIABETES.feature_names}
    expected = {n: (w * x.std(), w) for n, w, x in zip(DIABETES.feature_names, model.coef_, X.T, strict=True) if w}
    assert coefs.keys() == expected.keys()
    for name, pair in expected.items():
        assert coefs[name] == pytest.approx(pair, rel=1e-3)
    effects = [abs(effect) for effect, _ in coefs.values()]
    assert effects == sorted(effects, reverse=True)
    assert len(page.named("figure")) == len(page.named("svg")) == 2
    assert f"{10 - len(coefs)} columns with coefficient zero" in page.text("summary")
    assert f"{model.relative_gap_:.1e}" in page.text("dd") and "the dual gap" in text
    assert "alpha_1se, by 4 folds" in text and captured.err.count("wrote ") == 1
    assert "None." in page.text("p")  # no warnings


@pytest.mark.filterwarnings("ignore:The least error is at the smallest")
@pytest.mark.parametrize("options", [["--cv", "3"], ["--alpha", "0.05"], ["--alpha", "0.1", "--no-standardize"]])
def test_the_code_in_a_report_makes_the_same_model(odd_csv, capsys, options):
    pytest.importorskip("pandas")
    page, text, _ = reported(capsys, odd_csv, "--target", TARGET, "--one-hot", "--drop", "]]>", *options)
    coefs, model = model_of(text)
    shown = {row[0]: float(row[3]) for row in page.rows if len(row) == 4 and row[0] in coefs}
    assert shown == pytest.approx({name: value for name, value in coefs.items() if value}, rel=1e-4)
    assert model.relative_gap_ <= 1e-6


@pytest.mark.parametrize(
    ("name", "options", "writing"),
    [
        ("commas.csv", ["--decimal", ","], {"sep": ";", "decimal": ","}),
        ("tabs.tsv", ["--encoding", "utf-16"], {"sep": "\t", "encoding": "utf-16"}),
        ("packed.csv.gz", [], {}),
        ("table.parquet", ["--one-hot"], None),
    ],
)
def test_the_code_in_a_report_reads_every_kind_of_file(tmp_path, capsys, name, options, writing):
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"größe": rng.normal(size=60), "b": rng.normal(size=60), "yes": rng.random(60) > 0.5})
    frame["y"] = frame["größe"] + frame["yes"] + 0.3 * rng.normal(size=60)
    path = str(tmp_path / name)
    if writing is None:
        pytest.importorskip("pyarrow")
        frame.assign(kind=pd.Categorical(rng.choice(["u", "v"], 60))).to_parquet(path)
    else:
        frame.to_csv(path, index=False, **writing)
    page, text, _ = reported(capsys, path, "--target", "y", "--alpha", "0.05", *options)
    coefs, _ = model_of(text)
    shown = {row[0]: float(row[3]) for row in page.rows if len(row) == 4 and row[0] in coefs}
    assert shown.keys() >= {"größe", "yes"}
    assert shown == pytest.approx({key: value for key, value in coefs.items() if value}, rel=1e-4)


def test_one_hot_makes_no_name_twice(tmp_path, capsys):
    path = write_csv(tmp_path / "t.csv", ["c=u", "c", "y"], [(k % 5, "uv"[k % 2], k % 7) for k in range(30)])
    assert "rename these: c=u" in refused(capsys, "fit", path, "--target", "y", "--one-hot")


def test_the_pictures_of_a_report_take_the_colours_of_the_page(diabetes_csv, capsys):
    page, _, _ = reported(capsys, diabetes_csv, "--target", "progress", "--alpha", "2")
    start = next(k for k, (tag, _) in enumerate(page.elements) if tag == "svg")
    styles = [attrs.get("style", "") for _, attrs in page.elements[start:]]
    colors = {color for one in styles for color in re.findall(r"(?:fill|stroke): (#\w+)", one)}
    light = {color for color in colors if min(int(color[k : k + 2], 16) for k in (1, 3, 5)) > 0xC0}
    dark = {color for color in colors if max(int(color[k : k + 2], 16) for k in (1, 3, 5)) < 0x40}
    assert not light and not dark and any("var(--ink)" in one for one in styles)
    assert {"--ink", "--panel", "--up", "--down"} <= set(re.findall(r"(--\w+):", page.text("style")))


def test_a_report_folds_the_smaller_coefficients_away(diabetes_csv, capsys):
    page, _, _ = reported(capsys, diabetes_csv, "--target", "progress", "--alpha", "2", "--top", "3")
    assert [row[0] for row in page.rows if row[0] in DIABETES.feature_names][:3] == ["bmi", "s5", "bp"]
    assert "4 smaller ones" in page.text("summary") and len(page.named("details")) == 2


def test_a_report_says_what_was_warned_of_and_that_the_fit_fell_short(diabetes_csv, capsys):
    arguments = diabetes_csv, "--target", "progress", "--max-iter", "1"
    page, _, captured = reported(capsys, *arguments, code=3)
    assert "not converged" in page.text("em") and "Objective did not converge" in page.text("li")
    assert "warning: Objective did not converge" in captured.err and "--max-iter" in captured.err


def test_a_report_of_a_model_without_coefficients_or_of_a_constant_target(diabetes_csv, tmp_path, capsys):
    page, _, _ = reported(capsys, diabetes_csv, "--target", "progress", "--alpha", "1e6")
    assert "0 of 10 are not zero" in page.text("p") and page.named("svg")
    path = write_csv(tmp_path / "flat.csv", ["a", "y"], [(k % 7, 3.3) for k in range(30)])
    page, _, _ = reported(capsys, path, "--target", "y", "--alpha", "0")
    assert "not defined" in page.text("b")


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("PDF", b"%PDF")])
def test_a_plot_is_written_by_its_ending(diabetes_csv, tmp_path, capsys, ending, start):
    path = tmp_path / f"plot.{ending}"
    assert main(["fit", diabetes_csv, "--target", "progress", "--plot", str(path)]) == 0
    assert path.read_bytes().startswith(start)
    assert f"wrote {path}" in capsys.readouterr().err


def test_json_is_all_that_is_printed(odd_csv, capsys):
    options = ["--target", TARGET, "--one-hot", "--drop", "]]>", "--json"]
    assert main(["fit", odd_csv, *options]) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["rows"] == 80 and found["columns"] == 7 and found["target"] == TARGET
    assert found["converged"] is True and found["relative_gap"] <= found["tol"]
    assert found["alpha"] == found["cross_validation"]["alpha_min"]["alpha"]
    assert found["cross_validation"]["alpha_1se"]["alpha"] >= found["alpha"]
    assert found["coefficients"][0]["column"] == "<b>bold</b>"
    assert "choosing alpha" in captured.err
    assert main(["fit", odd_csv, *options, "--alpha", "2"]) == 0
    assert "cross_validation" not in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--plot", "plot.jpg"], "--plot 'plot.jpg': the name must end in .png or .svg or .pdf"),
        (["--plot", "plot"], "the name must end in"),
        (["--report", "report.pdf"], "--report 'report.pdf': the name must end in .html"),
        (["--report", "no/such/folder/report.html"], "there is no folder 'no/such/folder'; make it first"),
        (["--alpha", "1", "--cv", "5"], "--cv is for choosing alpha, which --alpha gives"),
        (["--alpha", "1", "--rule", "1se"], "--rule is for choosing alpha"),
        (["--cv", "1"], "must be 2 or more; got '1'"),
        (
            ["--cv", "443"],
            "442 rows cannot be divided into 443 folds, each of which needs a row: give at most --cv 442",
        ),
        (["--max-iter", "0"], "must be 1 or more; got '0'"),
    ],
)
def test_options_that_cannot_be_followed_are_refused(diabetes_csv, capsys, options, message):
    assert message in refused(capsys, "fit", diabetes_csv, "--target", "progress", *options)


def test_files_that_cannot_be_written_are_refused_before_anything_is_read(tmp_path, capsys, monkeypatch):
    missing = str(tmp_path / "missing.csv")
    folder = tmp_path / "folder.png"
    folder.mkdir()
    assert "that is a folder" in refused(capsys, "fit", missing, "--target", "y", "--plot", str(folder))
    monkeypatch.setattr("lassofit._cli.outputs.os.access", lambda path, mode: False)
    assert "may not be written" in refused(
        capsys, "fit", missing, "--target", "y", "--plot", str(tmp_path / "plot.png")
    )
    monkeypatch.setattr("lassofit._cli.outputs.os.access", lambda path, mode: True)
    monkeypatch.setattr("lassofit._cli.outputs.importlib.util.find_spec", lambda name: None)
    message = refused(capsys, "fit", missing, "--target", "y", "--report", str(tmp_path / "report.html"))
    assert 'pip install "lassofit[plot]"' in message


def test_the_table_is_never_overwritten(tmp_path, capsys):
    path = write_csv(tmp_path / "table.html", ["a", "y"], [(k % 7, k % 3) for k in range(30)])
    assert "would overwrite the table" in refused(capsys, "fit", path, "--target", "y", "--report", path)


def test_a_failure_to_write_is_a_message(diabetes_csv, tmp_path, capsys, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lassofit._cli.fit_file.write_report", full)
    arguments = ["fit", diabetes_csv, "--target", "progress", "--alpha", "2", "--report", str(tmp_path / "r.html")]
    assert main(arguments) == 2
    assert "cannot be written: No space left on device" in capsys.readouterr().err
