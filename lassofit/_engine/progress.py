"""What becomes of the solver's records: verbose text, ``history_``, callbacks, the warning where a fit fell short."""

import warnings
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from .calling import user_level

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # before scikit-learn 1.9
    CallbackSupportMixin = with_callbacks = None


Method = TypeVar("Method", bound=Callable[..., Any])


class Style(NamedTuple):
    """What a solve's records are called: to callbacks, in ``history_``, and in verbose text."""

    task: str
    names: tuple
    head: str
    line: str


CERTIFICATES = Style(
    "certificate",
    ("iteration", "objective", "dual_gap", "support_size", "working_set_size", "seconds"),
    "iteration      objective   dual gap  support  working set  seconds",
    "{iteration:9d}  {objective:13.6e}  {dual_gap:9.2e}  {support_size:7d}  {working_set_size:11d}  {seconds:7.3f}",
)
EPOCHS = Style(
    "epoch",
    ("iteration", "objective", "loss", "support_size", "step", "validation_score", "dual_gap", "seconds"),
    "epoch      objective           loss  support       step  validation score   dual gap  seconds",
    "{iteration:5d}  {objective:13.6e}  {loss:13.6e}  {support_size:7d}  {step:9.2e}  {validation_score:16.4f}  "
    "{dual_gap:9.2e}  {seconds:7.3f}",
)

if CallbackSupportMixin is None:

    class Watched:
        """Before scikit-learn 1.9 there are no callbacks."""

        _watched = False

else:

    class Watched(CallbackSupportMixin):
        """Mixin of the estimators that take scikit-learn's callbacks.

        Whether there are any is kept in ``_watched``: asking scikit-learn takes a context, .01 ms a fit.
        """

        _watched = False

        def set_callbacks(self, *callbacks: Any) -> Self:
            """Set scikit-learn's callbacks, such as a progress bar; with scikit-learn 1.9 or later.

            Parameters
            ----------
            *callbacks : objects that follow ``sklearn.callback.FitCallback``
                Replace those that were set before; none takes them away.

            Returns
            -------
            self : object
                The estimator.

            Raises
            ------
            TypeError
                Where one does not follow the protocol.

            Examples
            --------
            >>> from sklearn.callback import ScoringMonitor
            >>> from lassofit import Lasso
            >>> monitor = ScoringMonitor(scoring="r2")
            >>> model = Lasso(alpha=0.1).set_callbacks(monitor).fit([[0, 0], [1, 1], [2, 2]], [0, 1, 2])
            >>> [round(row["r2"], 4) for row in monitor.get_logs().data]
            [0.9775, 0.0, 0.9775]
            """
            super().set_callbacks(*callbacks)
            self._watched = bool(callbacks)
            return self

        def __sklearn_clone__(self):
            """Return an unfitted copy; scikit-learn hands the callbacks on."""
            copy = super().__sklearn_clone__()
            copy._watched = self._watched
            return copy


def watched(fit: Method) -> Method:
    """Decorate ``fit``: where callbacks are set, they are torn down at its end, whatever happens."""
    if with_callbacks is None:
        return fit
    managed = with_callbacks(fit)

    @wraps(fit)
    def call(self, *args, **kwargs):
        return (managed if self._watched else fit)(self, *args, **kwargs)

    return call  # type: ignore[return-value]


class Task:
    """A task of a fit as scikit-learn's callbacks see it, begun and ended by ``with``; without a context, nothing."""

    def __init__(self, estimator=None, context=None, data=None):
        self.stopped = False  # a callback wants no more of the subtasks
        self._estimator, self._context, self._data = estimator, context, data or {}

    def __enter__(self):
        if self._context is not None:
            self._context.call_on_fit_task_begin(estimator=self._estimator, **self._data)
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.end()

    def end(self, state=None):
        """Call the callbacks at the end; ``state`` has the fitted attributes, or makes them. Return whether to stop."""
        if self._context is None:
            return False
        context, known = self._context, {"reconstruction_attributes": state, **self._data}
        return context.call_on_fit_task_end(estimator=self._estimator, **known)

    def sub(self, name, k=None, count=0, ordered=True, data=None):
        """Return a subtask, to be begun; ``k`` counts those that may run at once, ``count`` is of its own subtasks."""
        if self._context is None:
            return self
        given = {"task_name": name, "task_id": k, "max_subtasks": count, "sequential_subtasks": ordered}
        return Task(self._estimator, self._context.subcontext(**given), data)

    def step(self, name, state=None):
        """Begin and end a subtask that has none of its own; note whether to stop.

        A task without data is about a part of them, and ``state`` no fit of the whole: nobody is shown it.
        """
        if self._context is not None:
            begun = self.sub(name, data=self._data).__enter__()
            self.stopped = begun.end(state if self._data else None)

    def lend(self, model):
        """Hand the callbacks that want it on to a model, within ``with``."""
        return nullcontext() if self._context is None else self._context.propagate_callback_context(model)


MUTE = Task()


def begin(estimator, X, y, sample_weight, count, ordered=True):
    """Return the task of a whole fit, begun, with ``count`` subtasks (None: not known)."""
    if not estimator._watched:
        return MUTE
    metadata = None if sample_weight is None else {"sample_weight": sample_weight}
    context = estimator._init_callback_context(max_subtasks=count, sequential_subtasks=ordered)
    return Task(estimator, context, {"X": X, "y": y, "metadata": metadata}).__enter__()


def follow(records, verbose=0, label="", task=MUTE, state=None, style=CERTIFICATES):
    """Run a solve to its end, or until a callback stops it, and return its records.

    Each is a line where ``verbose`` asks for it, and a step of the task; ``state()`` gives the fitted attributes.
    """
    kept = []
    for record in records:
        if verbose and not kept:
            print(f"{label}{style.head}", flush=True)
        kept.append(record)
        if verbose:
            print(f"{label}{style.line.format(**record._asdict())}", flush=True)
        task.step(style.task, state)
        if task.stopped:
            break
    return kept


def history(records, style=CERTIFICATES):
    """Return the records, or plain tuples of theirs, as arrays by name."""
    return {name: np.array([record[k] for record in records]) for k, name in enumerate(style.names)}


def warn_not_converged(solution, control, what=""):
    """Warn that a fit did not reach tol."""
    warn_of_gap(not_converged(solution, control, what))


def warn_of_gap(text):
    """Warn with a text of ``not_converged``."""
    warnings.warn(text, ConvergenceWarning, stacklevel=user_level())


def not_converged(solution, control, what=""):
    """Return what to say of a fit that missed tol: the gap reached and asked for, as dual_gap_, and one remedy."""
    gap, goal = solution.certificate.gap, solution.goal
    asked = f"tol={control.tol:g} asks for at most {goal:.3e}"
    if solution.at_floor:
        return (
            f"Objective did not converge to the tolerance{what}: the dual gap is {gap:.3e}, {asked}, and rounding "
            f"in float64 leaves no less on this data. Set tol to {_above(solution.relative_gap):.0e} or more."
        )
    remedy = f"Increase max_iter (now {control.max_iter})."
    if np.isnan(gap):
        remedy = "The gap is not a number: X, y or the penalties are too large or too small. Rescale them."
    elif not np.isfinite(gap):
        remedy = (
            "The gap is infinite, since unpenalised features cannot be certified before they are fitted: "
            "increase max_iter, or give these features a small penalty."
        )
    return (
        "Objective did not converge. You might want to increase the number of iterations"
        f"{what}. The dual gap is {gap:.3e}, {asked}. {remedy}"
    )


def warn_underflow(lost, dtype):
    """Warn where coefficients that are not zero became so in the dtype of X, in which they are returned."""
    if lost:
        text = f"{lost} of the coefficients are too small for {dtype}, the dtype of X, and became 0. Rescale X."
        warnings.warn(text, UserWarning, stacklevel=user_level())


def _above(value):
    """Return the next power of ten above value."""
    return 10.0 ** np.ceil(np.log10(value)) if value > 0 else 0.0
