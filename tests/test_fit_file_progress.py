"""`python -m lassofit fit` as a script sees it: streams, exit codes, the bar on a terminal and none in a pipe."""

import os
import subprocess
import sys

import pytest

from lassofit.__main__ import main

ENVIRONMENT = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}


def command(path):
    """A command that chooses alpha."""
    return [sys.executable, "-m", "lassofit", "fit", path, "--target", "progress", "--cv", "3"]


def test_in_a_pipe_the_results_are_on_stdout_and_there_is_no_bar(diabetes_csv):
    process = subprocess.run(command(diabetes_csv), capture_output=True, text=True, timeout=300, env=ENVIRONMENT)
    assert process.returncode == 0, process.stderr
    assert "Lasso at alpha = " in process.stdout and "choosing" not in process.stdout
    assert process.stderr.startswith("choosing alpha: 3 folds, 50 values ...\n")
    assert "\x1b" not in process.stdout + process.stderr and "\r" not in process.stderr


def on_a_terminal(arguments):
    """Run with stderr on a terminal; return the exit code, stdout and what the terminal got."""
    import pty

    mine, theirs = pty.openpty()
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=theirs, env=ENVIRONMENT)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(mine, 65536)
        except OSError:  # Linux: the other end is closed
            part = b""
        if not part:
            break
        shown += part
    os.close(mine)
    out = process.communicate(timeout=300)[0]
    return process.returncode, out.decode(), shown.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_on_a_terminal_there_is_a_bar(diabetes_csv):
    pytest.importorskip("rich")
    pytest.importorskip("sklearn.callback", reason="callbacks came with scikit-learn 1.9")
    code, out, shown = on_a_terminal(command(diabetes_csv))
    assert code == 0, shown
    assert "choosing alpha: 3 folds, 50 values" in shown and "4/4" in shown and "\x1b[" in shown
    assert "\x1b" not in out and "Lasso at alpha = " in out
    assert shown.rstrip().endswith("\x1b[2K") or "\x1b[?25h" in shown  # the cursor is back


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_on_a_terminal_without_rich_there_is_a_line(diabetes_csv):
    hide = "import sys; sys.modules['rich'] = None; sys.modules['rich.console'] = None; "
    run = "from lassofit.__main__ import main; sys.exit(main())"
    code, _, shown = on_a_terminal([sys.executable, "-c", hide + run, *command(diabetes_csv)[3:]])
    assert code == 0, shown
    assert shown.startswith("choosing alpha: 3 folds, 50 values ...\r\n") and "\x1b" not in shown


def test_exit_codes_are_in_the_help(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["fit", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    for part in ("0 done", "2 the arguments", "3 a fit did not converge", "130 interrupted"):
        assert part in text


def test_an_interrupted_fit_ends_with_130(diabetes_csv, capsys, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("lassofit.LassoCV.fit", interrupted)
    assert main(["fit", diabetes_csv, "--target", "progress"]) == 130
    assert capsys.readouterr().err.endswith("lassofit: interrupted\n")


def test_a_cross_validation_that_falls_short_ends_with_3(diabetes_csv, capsys):
    assert main(["fit", diabetes_csv, "--target", "progress", "--max-iter", "1"]) == 3
    captured = capsys.readouterr()
    assert "Lasso at alpha" in captured.out and "did not converge" in captured.err
