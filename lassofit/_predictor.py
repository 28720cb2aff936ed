"""What every fitted linear model has: predictions, sparse coefficients, tags."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.extmath import safe_sparse_dot

from ._engine import validation  # does not import numba
from ._typing import Array, Data


class LinearPredictor(RegressorMixin, BaseEstimator):
    """Base of everything that predicts by ``coef_`` and ``intercept_``."""

    # scikit-learn's HTML repr shows the documentation of parameters only where it can link to a page. There is no
    # site yet, so the link goes nowhere; the text comes from the docstring.
    _doc_link_module = "lassofit"
    _doc_link_template = "#"

    def predict(self, X: Data) -> Array:
        """Return ``X @ coef_ + intercept_``.

        Parameters
        ----------
        X : {array-like, sparse matrix or array, data frame} of shape (n_samples, n_features)
            Data.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            Predictions.

        Raises
        ------
        NotFittedError, TypeError, ValueError
            Before ``fit``; where X has other features than those that the estimator was fitted on, or NaN or infinity.
        """
        X = validation.check_new_data(self, X)
        return safe_sparse_dot(X, self.coef_.T, dense_output=True) + self.intercept_

    @property
    def sparse_coef_(self) -> Any:
        """Sparse representation of ``coef_``, of shape (1, n_features) or (n_targets, n_features)."""
        coef = sparse.csr_array(np.atleast_2d(self.coef_))
        # scikit-learn 1.9 lets the user choose; matrices before that.
        wants_array = get_config().get("sparse_interface", "spmatrix") == "sparray"
        return coef if wants_array else sparse.csr_matrix(coef)

    def __sklearn_tags__(self):
        """Return scikit-learn's tags: sparse X is fine."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
