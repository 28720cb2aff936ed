"""The data that the solvers are timed on: each workload is a function that returns X, y, from a fixed seed.

Dense X is float64 in F order, sparse X a float64 ``scipy.sparse.csc_matrix`` (not every package takes
a ``csc_array``). y is never centred or scaled: what a fit does about that belongs to its time.
"""

from pathlib import Path

import numpy as np
from scipy import sparse

WORKLOADS = {}
SUFFIXES = {".csv", ".svm", ".libsvm"}  # of the files that a folder is searched for


def workload(name):
    """Put a function into WORKLOADS under ``name``."""

    def put(function):
        WORKLOADS[name] = function
        return function

    return put


def correlated(n, p, rho, seed=0):
    """Gaussian rows with correlation rho^|i - j|, and a target from min(n, p)/20 of the columns.

    The coefficients are 1 and -1 at evenly spread places, the noise has a third of the signal's
    standard deviation.
    """
    rng = np.random.default_rng(seed)
    X = np.empty((n, p), order="F")
    X[:, 0] = rng.standard_normal(n)
    for j in range(1, p):
        X[:, j] = rng.standard_normal(n)
        X[:, j] *= np.sqrt(1 - rho**2)
        X[:, j] += rho * X[:, j - 1]
    count = max(5, min(n, p) // 20)
    chosen = np.linspace(0, p - 1, count).astype(int)
    signal = X[:, chosen] @ rng.choice([-1.0, 1.0], count)
    return X, signal + rng.standard_normal(n) * signal.std() / 3


@workload("tiny")
def tiny():
    """60 x 30, for the harness's own test."""
    return correlated(60, 30, 0.5)


@workload("wide")
def wide():
    """200 x 20000, rho .5."""
    return correlated(200, 20_000, 0.5)


@workload("wide-99")
def wide_99():
    """200 x 20000, rho .99."""
    return correlated(200, 20_000, 0.99)


@workload("wide-1000")
def wide_1000():
    """1000 x 10000, rho .5."""
    return correlated(1000, 10_000, 0.5)


@workload("square")
def square():
    """2000 x 2000, rho .5."""
    return correlated(2000, 2000, 0.5)


@workload("long")
def long():
    """5000 x 500, rho .5."""
    return correlated(5000, 500, 0.5)


@workload("long-99")
def long_99():
    """5000 x 500, rho .99."""
    return correlated(5000, 500, 0.99)


@workload("tall")
def tall():
    """200000 x 100, rho .5."""
    return correlated(200_000, 100, 0.5)


def expanded(X, degree):
    """Polynomial features of a degree, standardised, without constant columns."""
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    X = PolynomialFeatures(degree, include_bias=False).fit_transform(X)
    return np.asfortranarray(StandardScaler().fit_transform(X[:, np.ptp(X, axis=0) > 0]))


def bundled(name, degree=1):
    """One of scikit-learn's bundled data sets; expanded if a degree above 1 is given, else as it is."""
    from sklearn import datasets

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return np.asfortranarray(X) if degree == 1 else expanded(X, degree), y.astype(np.float64)


@workload("polynomial")
def polynomial():
    """Polynomial features of degree 3 of scikit-learn's diabetes data, standardised: 442 x 285."""
    return bundled("diabetes", 3)


@workload("polynomial-5")
def polynomial_5():
    """The same of degree 5: 442 x 3002."""
    return bundled("diabetes", 5)


@workload("diabetes")
def diabetes():
    """scikit-learn's diabetes data: 442 x 10."""
    return bundled("diabetes")


@workload("cancer")
def cancer():
    """scikit-learn's breast cancer data, y 0 or 1: 569 x 30, of very different scales."""
    return bundled("breast_cancer")


@workload("cancer-2")
def cancer_2():
    """Its polynomial features of degree 2, standardised: 569 x 495."""
    return bundled("breast_cancer", 2)


@workload("digits")
def digits():
    """scikit-learn's digits, y the digit: 1797 x 64."""
    return bundled("digits")


@workload("digits-2")
def digits_2():
    """Their polynomial features of degree 2, standardised: 1797 x 1816."""
    return bundled("digits", 2)


@workload("text")
def text(n=100_000, p=50_000, words_per_row=60, seed=0):
    """Sparse, like text: the j-th word's frequency falls as 1/j (Zipf), rows of unit norm (tf-idf)."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(3, p + 3)
    frequency = np.clip(n * words_per_row * share / share.sum(), 5, n / 2).astype(int)
    columns = np.repeat(np.arange(p), frequency)
    rows = rng.integers(0, n, len(columns))  # a word drawn twice for a row is one with count 2
    X = sparse.csc_matrix((np.ones(len(columns)), (rows, columns)), shape=(n, p))
    X = X @ sparse.diags_array(np.log(n / np.diff(X.indptr)))
    norms = np.sqrt(X.multiply(X).sum(axis=1)).A1
    X = sparse.csc_matrix(sparse.diags_array(1 / np.where(norms > 0, norms, 1)) @ X)
    X.sort_indices()
    coef = np.zeros(p)
    coef[rng.choice(p // 10, 300, replace=False)] = rng.standard_normal(300)
    signal = X @ coef
    return X, signal + rng.standard_normal(n) * signal.std()


def from_file(path, target=None):
    """Read X, y from a LIBSVM file (``.svm``, ``.libsvm``, ``.txt``, and these with ``.gz`` or ``.bz2``) or from a CSV.

    Of a CSV (read by pandas, any compression) the numeric columns are taken, rows with missing
    values are dropped; ``target`` names y, else it is the last one. LIBSVM data come as CSC, or
    dense if more than half of the entries are stored.
    """
    path = Path(path)
    if ".csv" not in path.suffixes:
        from sklearn.datasets import load_svmlight_file

        X, y = load_svmlight_file(str(path), dtype=np.float64)
        dense = X.nnz > X.shape[0] * X.shape[1] / 2
        return (np.asfortranarray(X.toarray()) if dense else sparse.csc_matrix(X)), y
    import pandas as pd

    frame = pd.read_csv(path).select_dtypes("number").dropna()
    target = frame.columns[-1] if target is None else target
    if target not in frame:
        raise SystemExit(f"{path.name} has no numeric column {target!r}")
    y = frame.pop(target).to_numpy(np.float64)
    return np.asfortranarray(frame.to_numpy(np.float64)), y
