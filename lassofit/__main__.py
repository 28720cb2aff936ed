"""The command line, ``python -m lassofit``: only argparse is imported until work begins."""

import argparse
import difflib
import itertools
import math
import os
import re
import sys
from functools import partial

from . import __version__
from ._cli.text import Problem


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, default=None
        The arguments; None takes those of the process.

    Returns
    -------
    code : int
        0 if all went well, 2 if the arguments or the input cannot be used (argparse itself exits
        with 2 by raising SystemExit), 3 if a fit did not converge, 130 if interrupted.
    """
    given = sys.argv[1:] if argv is None else list(argv)
    arguments, unknown = parser(given).parse_known_args(given)
    if unknown:
        arguments.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # column names that the terminal cannot show
    try:
        return arguments.run(arguments)
    except Problem as problem:
        print(f"lassofit: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("lassofit: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `| head`: the reader has gone, and a flush at exit would complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose errors say what a misspelt option among the arguments may have been meant for."""

    def __init__(self, *args, given=(), **kwargs):
        super().__init__(*args, **kwargs)
        self._given = given

    def error(self, message):
        """Exit with 2, and the message."""
        known = re.findall(r"--[a-z][a-z-]*", self.format_usage())
        meant = {}
        for argument in itertools.takewhile(lambda argument: argument != "--", self._given):
            name = f"--{argument.partition('=')[0].lstrip('-')}"
            right = argument.startswith("--") and any(option.startswith(name) for option in known)
            if argument.startswith("-") and not right:
                meant.update(dict.fromkeys(difflib.get_close_matches(name, known, n=1)))
        super().error(f"{message}; did you mean {' and '.join(meant)}?" if meant else message)


def parser(given=()):
    """Return the parser of all commands; ``given`` are the arguments, for the errors."""
    top = _Parser(
        given=given,
        prog="python -m lassofit",
        description="The lasso, certified. Without a command: a demonstration on real data, "
        "compared with scikit-learn (about half a minute).",
    )
    top.add_argument("--version", action="version", version=f"lassofit {__version__}")
    top.set_defaults(run=_demo, parser=top)
    commands = top.add_subparsers(title="commands", metavar="COMMAND", parser_class=partial(_Parser, given=given))

    _add_fit(commands)

    warmup = commands.add_parser(
        "warmup",
        help="compile now, so that later processes start fast",
        description="Fill numba's cache for dense and sparse float64 data.",
    )
    warmup.add_argument(
        "--all",
        action="store_true",
        help="also float32, Gram matrices, 64-bit indices, paths and random order",
    )
    warmup.set_defaults(run=_warmup, parser=warmup)

    info = commands.add_parser("info", help="show versions, cache folder, threads and machine")
    info.set_defaults(run=_info, parser=info)
    return top


def _add_fit(commands):
    """Add the parser of ``fit FILE``."""
    fit = commands.add_parser(
        "fit",
        help="fit a table in a CSV or Parquet file",
        description="Fit the lasso to a table and print its named coefficients and certificate.",
        epilog="The results go to stdout, all else to stderr. Exit codes: 0 done; 2 the arguments or the table "
        "cannot be used; 3 a fit did not converge, the results are written all the same; 130 interrupted.",
    )
    fit.add_argument("file", metavar="FILE", help="CSV or Parquet file, the names in its first row")
    fit.add_argument("--target", required=True, metavar="COLUMN", help="the column to predict")
    _add_choice(fit)
    fit.add_argument(
        "--drop",
        action="append",
        default=[],
        metavar="COLUMNS",
        help="columns to leave out, separated by commas; may be repeated",
    )
    fit.add_argument(
        "--one-hot",
        action="store_true",
        help="give every value of a column that is not numeric a 0/1 column of its own",
    )
    fit.add_argument(
        "--missing",
        choices=("error", "mean", "median", "drop"),
        default="error",
        help="refuse a table with missing values; fill in the mean or the median of the column, in every fold that of "
        "its training rows; or drop their rows, as rows without a target always are (default: error)",
    )
    _add_reading(fit)
    fit.add_argument(
        "--no-standardize",
        action="store_true",
        help="penalise the columns as they are, not on the scale of unit standard deviation",
    )
    fit.add_argument("--positive", action="store_true", help="let no coefficient be negative")
    fit.add_argument(
        "--top",
        type=_count,
        default=40,
        metavar="N",
        help="coefficients to show, 0 for all (default: 40)",
    )
    _add_outputs(fit)
    fit.set_defaults(run=_fit, parser=fit)


def _add_reading(fit):
    """Add the options on how a CSV file is read."""
    fit.add_argument(
        "--decimal",
        choices=(".", ","),
        help="the decimal mark of a CSV file (default: the point)",
    )
    fit.add_argument(
        "--thousands",
        choices=(",", ".", "'", " "),
        help="what separates groups of three digits in a CSV file, as in 1,009,618 (default: nothing)",
    )
    fit.add_argument(
        "--na-values",
        action="append",
        default=[],
        metavar="TEXTS",
        help='texts that count as missing in a CSV file, separated by commas, such as "?,n.a."; may be repeated; '
        "--missing says what becomes of them",
    )
    fit.add_argument(
        "--encoding",
        metavar="NAME",
        help="the encoding of a CSV file, such as cp1252, latin-1 or utf-16 (default: utf-8)",
    )


def _add_choice(fit):
    """Add the options on alpha."""
    fit.add_argument(
        "--alpha",
        type=_alpha,
        metavar="A",
        help="the penalty; without it, chosen by cross-validation",
    )
    fit.add_argument(
        "--cv", type=_several, metavar="K", help="folds of the cross-validation that chooses alpha (default: 5)"
    )
    fit.add_argument(
        "--rule",
        choices=("min", "1se"),
        help="the alpha with the smallest error, or the largest within one standard error of it (default: min)",
    )
    fit.add_argument(
        "--eps",
        type=_fraction,
        metavar="E",
        help="the smallest alpha that is tried, as a fraction of the largest useful one (default: 0.001)",
    )
    fit.add_argument(
        "--alphas", type=_several, metavar="N", help="how many alphas are tried, evenly on a log scale (default: 50)"
    )


def _add_outputs(fit):
    """Add the options on the effort and on what is written."""
    fit.add_argument(
        "--max-iter", type=_positive, default=10_000, metavar="N", help="iterations of every fit (default: 10000)"
    )
    fit.add_argument(
        "--plot", metavar="FILE", help="write a plot of the path and the cross-validation, as .png, .svg or .pdf"
    )
    fit.add_argument("--report", metavar="FILE", help="write a report as one self-contained page, .html")
    fit.add_argument("--json", action="store_true", help="print the results as JSON")


def _alpha(text):
    """Read a finite number that is not negative."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a finite number, not negative; got {text!r}")
    return value


def _fraction(text):
    """Read a number between 0 and 1."""
    if not 0 < _alpha(text) < 1:
        raise argparse.ArgumentTypeError(f"must be above 0 and below 1; got {text!r}")
    return float(text)


def _count(text):
    """Read a count."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number, not negative; got {text!r}")
    return int(text)


def _positive(text):
    """Read a count above 0."""
    if _count(text) < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more; got {text!r}")
    return int(text)


def _several(text):
    """Read a count above 1."""
    if _count(text) < 2:
        raise argparse.ArgumentTypeError(f"must be 2 or more; got {text!r}")
    return int(text)


def _demo(arguments):
    """Run the demonstration."""
    from ._cli.demo import demo

    return demo()


def _fit(arguments):
    """Fit a file."""
    for option in ("cv", "rule", "eps", "alphas"):
        if arguments.alpha is not None and getattr(arguments, option) is not None:
            raise Problem(f"--{option} is for choosing alpha, which --alpha gives: leave out one of the two")
    from ._cli.fit_file import fit_file

    return fit_file(
        arguments.file,
        arguments.target,
        alpha=arguments.alpha,
        folds=arguments.cv,
        rule=arguments.rule or "min",
        n_alphas=arguments.alphas,
        eps=arguments.eps,
        drop=arguments.drop,
        one_hot=arguments.one_hot,
        missing=arguments.missing,
        standardize=not arguments.no_standardize,
        positive=arguments.positive,
        top=arguments.top,
        decimal=arguments.decimal,
        encoding=arguments.encoding,
        thousands=arguments.thousands,
        na_values=arguments.na_values,
        max_iter=arguments.max_iter,
        plot=arguments.plot,
        report=arguments.report,
        as_json=arguments.json,
    )


def _warmup(arguments):
    """Fill the cache."""
    from ._cli.setup import warmup

    return warmup(everything=arguments.all)


def _info(arguments):
    """Show the setup."""
    from ._cli.setup import info

    return info()


if __name__ == "__main__":
    sys.exit(main())
