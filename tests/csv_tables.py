"""Tables for the tests of `python -m lassofit fit`: written to a file, and what is printed of them read back."""

from lassofit.__main__ import main


def write_csv(path, header, rows, separator=","):
    """Write a table and return its path as text."""
    lines = [separator.join(map(str, row)) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


def refused(capsys, *arguments):
    """Run a command that has to end with 2 and print nothing but a message; return the message."""
    try:
        code = main(list(arguments))
    except SystemExit as error:  # argparse
        code = error.code
    captured = capsys.readouterr()
    assert code == 2
    assert "Traceback" not in captured.err
    return captured.err


def printed_coefficients(out):
    """Read the table of coefficients back."""
    lines = out.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("column"))
    end = next(k for k, line in enumerate(lines) if line.startswith("(intercept)"))
    cells = [line.rsplit(maxsplit=2) for line in lines[start + 2 : end]]
    intercept = float(lines[end].split()[1])
    return {name: (float(coef), float(effect)) for name, coef, effect in cells}, intercept


def number_after(text, out):
    """The first number that follows a text."""
    return float(out.partition(text)[2].split()[0])
