"""What ``cv`` is made into, and its folds; scikit-learn's errors on the way name ``cv`` and what it is."""

from sklearn.model_selection import check_cv


def splitter_of(cv, y=None):
    """Return the splitter, as scikit-learn's ``check_cv`` makes it."""
    try:
        return check_cv(cv, y)
    except ValueError as error:
        raise _named(cv, error) from error


def pairs_of(splitter, cv, X, y, params):
    """Yield the pairs of rows to train on and rows held out, as the splitter gives them."""
    try:
        yield from splitter.split(X, y, **params)
    except (ValueError, TypeError) as error:
        if "unpack" in str(error):  # cv itself holds other things
            raise _named(cv, "every fold must be a pair of arrays of row numbers.") from error
        if isinstance(error, TypeError):
            raise
        raise _named(cv, error) from error


def _named(cv, error):
    """Return the error with ``cv`` before its text."""
    return ValueError(f"cv={cv!r:.100}: {error}")
