"""What becomes of the solver's records: verbose text, ``history_``, and the warning where a fit fell short."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from .calling import user_level

_NAMES = ("iteration", "objective", "dual_gap", "support_size", "working_set_size", "seconds")
_HEAD = "iteration      objective   dual gap  support  working set  seconds"


def follow(records, verbose=0, label=""):
    """Run a solve to its end and return its records; print one line for each where ``verbose`` asks for it."""
    kept = []
    for record in records:
        if verbose and not kept:
            print(f"{label}{_HEAD}", flush=True)
        kept.append(record)
        if verbose:
            print(
                f"{label}{record.iteration:9d}  {record.objective:13.6e}  {record.dual_gap:9.2e}  "
                f"{record.support_size:7d}  {record.working_set_size:11d}  {record.seconds:7.3f}",
                flush=True,
            )
    return kept


def history(records):
    """Return the records, or plain tuples of theirs, as arrays by name."""
    return {name: np.array([record[k] for record in records]) for k, name in enumerate(_NAMES)}


def warn_not_converged(solution, control, what=""):
    """Warn that a fit did not reach tol: the gap reached and asked for, in the units of dual_gap_, and one remedy."""
    gap, goal = solution.certificate.gap, solution.goal
    asked = f"tol={control.tol:g} asks for at most {goal:.3e}"
    if solution.at_floor:
        text = (
            f"Objective did not converge to the tolerance{what}: the dual gap is {gap:.3e}, {asked}, and rounding "
            f"in float64 leaves no less on this data. Set tol to {_above(solution.relative_gap):.0e} or more."
        )
    else:
        remedy = f"Increase max_iter (now {control.max_iter})."
        if np.isnan(gap):
            remedy = "The gap is not a number: X, y or the penalties are too large or too small. Rescale them."
        elif not np.isfinite(gap):
            remedy = (
                "The gap is infinite, since unpenalised features cannot be certified before they are fitted: "
                "increase max_iter, or give these features a small penalty."
            )
        text = (
            "Objective did not converge. You might want to increase the number of iterations"
            f"{what}. The dual gap is {gap:.3e}, {asked}. {remedy}"
        )
    warnings.warn(text, ConvergenceWarning, stacklevel=user_level())


def warn_underflow(lost, dtype):
    """Warn where coefficients that are not zero became so in the dtype of X, in which they are returned."""
    if lost:
        text = f"{lost} of the coefficients are too small for {dtype}, the dtype of X, and became 0. Rescale X."
        warnings.warn(text, UserWarning, stacklevel=user_level())


def _above(value):
    """Return the next power of ten above value."""
    return 10.0 ** np.ceil(np.log10(value)) if value > 0 else 0.0
