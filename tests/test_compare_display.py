"""``Comparison``: its table, its frame and its plot, of rows made by hand."""

import pickle

import numpy as np
import pytest

from lassofit import Comparison
from lassofit._displays.comparison import ComparisonRow

NAN = float("nan")


def row(alpha, name, gap=1e-8, seconds=0.01, **given):
    known = {
        "alpha": alpha, "fraction": alpha / 4, "name": name, "reached": gap <= 1e-6, "tol": 1e-6, "n_iter": 7,
        "support_size": 3, "objective": 12.5, "gap": gap, "coef_difference": 0.25, "seconds": seconds,
        "seconds_first": 2.0, "error": "",
    }  # fmt: skip
    return ComparisonRow(**{**known, **given})


BROKEN = {"gap": NAN, "seconds": NAN, "coef_difference": NAN, "error": "ValueError: no", "reached": False}


@pytest.fixture
def comparison():
    rows = [
        row(2.0, "ours", gap=-1e-16, coef_difference=0.0),
        row(2.0, "theirs", seconds=0.02),
        row(2.0, "broken"),
        row(0.5, "ours", gap=0.0, coef_difference=0.0),
        row(0.5, "theirs", gap=1e-3, seconds=0.03),
        row(0.5, "broken", **BROKEN),
    ]
    return Comparison(rows, 1e-6)


def test_the_table_has_a_block_for_every_alpha(comparison):
    head, rule, *lines, blank, note = str(comparison).splitlines()
    assert " ".join(head.split()) == "alpha estimator support objective gap coef. diff. time hot time first"
    assert set(rule) == {"-", " "} and lines[3] == "" and blank == ""
    assert lines[0].split() == ["2", "max/2", "ours", "3", "12.5", "-1.0e-16", "-", "10.00", "ms", "2.00", "s"]
    assert lines[1].split()[:2] == ["theirs", "3"] and "2.5e-01" in lines[1]
    assert "1.0e-03 (not reached)" in lines[5]
    assert lines[6].split() == ["broken", "-", "-", "failed", "-", "-", "-"]
    assert note == "broken failed: ValueError: no"


def test_the_frame_has_the_rows(comparison):
    pd = pytest.importorskip("pandas")
    frame = comparison.to_frame()
    assert list(frame.columns) == list(ComparisonRow._fields) and len(frame) == 6
    pd.testing.assert_series_equal(
        frame["gap"], pd.Series([one.gap for one in comparison.rows], name="gap"), check_exact=True
    )
    assert frame["reached"].dtype == bool and frame["error"].iloc[-1] == "ValueError: no"


@pytest.mark.usefixtures("pictures")
def test_the_plot_has_times_and_gaps_and_hides_no_failure(comparison):
    assert comparison.plot() is comparison
    times, gaps = comparison.ax_
    assert [line.get_label() for line in comparison.lines_[:3]] == ["ours", "theirs", "broken (failed at 1 of 2)"]
    ours, theirs, broken = comparison.lines_[:3]
    np.testing.assert_allclose(theirs.get_xydata(), [[2.0, 0.02], [0.5, 0.03]])
    assert len(broken.get_xydata()) == 1
    assert (comparison.lines_[3].get_ydata() > 0).all()  # also of the gaps that are 0 or negative
    assert times.get_yscale() == gaps.get_yscale() == gaps.get_xscale() == "log"
    assert times.get_xlim()[0] > times.get_xlim()[1]
    hollow = [line for line in times.get_lines() if line.get_label() == "gap not reached"]
    assert len(hollow) == 1 and hollow[0].get_xydata().tolist() == [[0.5, 0.03]]
    named = [text.get_text() for text in times.get_legend().get_texts()]
    assert named[-2:] == ["gap asked for: 1e-06", "gap not reached"] and len(named) == 5
    looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in (ours, theirs, broken)}
    assert len(looks) == 3
    assert comparison.figure_ is times.figure
    pickle.loads(pickle.dumps(comparison))


@pytest.mark.usefixtures("pictures")
def test_the_plot_takes_axes_and_keywords(comparison):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(1, 2)
    comparison.plot(axes, marker="x")
    assert comparison.ax_[1] is axes[1] and {line.get_marker() for line in comparison.lines_} == {"x"}
    with pytest.raises(ValueError, match="an array of 2 matplotlib axes"):
        comparison.plot(axes[0])
