"""Paths at equal accuracy: 100 alphas from alpha_max down, solvers side by side, interleaved.

    python benchmarks/path.py [--workloads wide,tall] [--solvers lassofit,sklearn,celer] [--count 100]
        [--ratios 10,100,1000] [--gap 1e-6] ... (the other options are those of single.py)

As single.py, but for whole paths, to alpha_max / 10, / 100 and / 1000: the gap that counts is the worst
over the alphas, computed in float64 at every one (over the null model's objective). lassofit's ``fit_path``
is given the `tol` that promises it, every peer its loosest tolerance that reaches it. Functions without an intercept
(scikit-learn's and celer's) get X and y centred, and the centring counts, as it does for their user; what
computes an intercept itself gets the data as they are. "full_passes" is the number of times that
a path read the whole of X, where the package tells. A path of more than --limit seconds counts as not
reached. --defaults times everybody's default settings, on the same alphas, and shows the gap they reach. Results go to
results/path.json (path_defaults.json), or where --output says.
"""

from functools import partial

from _campaign import campaign
from _command import parser

SOLVERS = "lassofit,sklearn,sklearn-residual,celer,skglm,glmnet,adelie"


def registry():
    """The solvers by name; imported once the threads are limited."""
    from path_solvers import PATHS

    return PATHS


def problem(X, y, divisor, count):
    """A path to alpha_max / divisor."""
    from _problem import Path

    return Path(X, y, divisor, count)


def main(argv=None):
    """Measure, print, write."""
    options = parser(__doc__.splitlines()[0], SOLVERS, "10,100,1000", repeats=3, limit=60)
    options.add_argument("--count", type=int, default=100, help="alphas of a path; default %(default)s")
    options.add_argument("--defaults", action="store_true", help="everybody's default settings")
    arguments = options.parse_args(argv)
    name = "path_defaults" if arguments.defaults else "path"
    campaign(name, partial(problem, count=arguments.count), registry, arguments)


if __name__ == "__main__":
    main()
