"""Single fits at equal accuracy: solvers side by side, interleaved, in one process.

    python benchmarks/single.py [--workloads wide,tall] [--solvers lassofit,sklearn,celer]
        [--ratios 2,10,100,1000] [--gap 1e-4,1e-6,1e-9] [--threads 1] [--repeats 5] [--limit 20]
        [--file data.svm] [--file data.csv --target y] [--real FOLDER] [--clock wall] [--order C]
        [--memory] [--defaults]

Gap is the dual gap over the objective of the model with an intercept alone, computed by one function
(``lassofit.testing.dual_gap``) in float64 from the coefficients that each solver returns. lassofit is
given the `tol` that promises the gap; every peer the loosest tolerance, of half-decades from 1e-2 to
1e-14 (glmnet and adelie 1e-21), that does reach it. Then all are timed in turn; the figures are medians, of the public
``fit``, its validation included and its compilation not, in wall-clock and in CPU time. The ratios, and the
"passes" (time over one ``X.T @ r`` of the same run), are of CPU time at one thread, for other work on the
machine disturbs it less, and of wall-clock time otherwise, or as --clock says. A fit of more than --limit
seconds counts as not reached, and the solver is not tried at smaller alphas and gaps of that workload. --defaults
times everybody's default settings and shows the gap they reach; there a peer counts whose gap is at most
1e-3. glmnet and adelie are timed inside their own processes (solvers.py says how they are found), where fits of less
than .05 s are made in a row for one time, as R's clock counts in milliseconds; beside them everybody's are. Results go
to results/single.json (defaults.json; with _2_threads at two threads), or where --output says.
"""

from _campaign import campaign
from _command import parser

SOLVERS = "lassofit,lassofit-cd,lassofit-active,sklearn,sklearn-gram,celer,skglm,glmnet,adelie"
DEFAULTS = "lassofit,sklearn,celer,skglm,glmnet,adelie"  # the others are not anybody's default


def registry():
    """The solvers by name; imported once the threads are limited."""
    from solvers import SOLVERS as known

    return known


def main(argv=None):
    """Measure, print, write."""
    options = parser(__doc__.splitlines()[0], None, "2,10,100,1000", repeats=5, limit=20)
    options.add_argument("--defaults", action="store_true", help="everybody's default settings")
    arguments = options.parse_args(argv)
    arguments.solvers = arguments.solvers or (DEFAULTS if arguments.defaults else SOLVERS)

    def problem(X, y, divisor):
        from _problem import Single

        return Single(X, y, divisor)

    campaign("defaults" if arguments.defaults else "single", problem, registry, arguments)


if __name__ == "__main__":
    main()
