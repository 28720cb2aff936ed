"""Texts as streams of sparse rows: real ones, from files that anyone can make, and made ones, still or drifting.

``debian`` reads the descriptions of Debian's packages, with the logarithm of Installed-Size for y. The file is made by
these commands (the first for long descriptions, where they are switched off, as in containers; two minutes)::

    apt-get -o Acquire::Languages=en update
    apt-cache pkgnames | LC_ALL=C sort | xargs apt-cache show --no-all-versions > packages.txt

``table`` reads a tab-separated file with a header, one text and one number a row. Words are hashed, so nothing about
later rows is known; rows have unit norm. Nobody downloads anything here.
"""

import csv
import re

import numpy as np
from scipy import sparse

_SHORTEST = 20  # characters of a text that is used
_MOVES = 10  # times that the words with an effect change, where they drift


def hashed(texts):
    """Counts of hashed words, rows of unit norm, as CSR."""
    from sklearn.feature_extraction.text import HashingVectorizer

    X = sparse.csr_matrix(HashingVectorizer(n_features=2**18, alternate_sign=False).transform(texts))
    X.sort_indices()
    return X


def debian(path):
    """Descriptions of packages, in the file's order, and the logarithm of their installed size."""
    texts, y = [], []
    for record in path.read_text("utf-8").split("\n\n"):
        size = re.search(r"^Installed-Size: (\d+)", record, re.M)
        text = re.search(r"^Description(?:-en)?: (.*(?:\n .*)*)", record, re.M)
        if size and text and int(size[1]) > 0:
            texts.append(text[1])
            y.append(np.log(int(size[1])))
    return hashed(texts), np.array(y)


def table(path, text, target, log=False):
    """A column of texts, of 20 characters or more, and a column of numbers: their logarithms if log, which drops 0."""
    texts, y = [], []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row[text] or "") >= _SHORTEST and row[target] and not (log and float(row[target]) <= 0):
                texts.append(row[text])
                y.append(float(row[target]))
    return hashed(texts), np.log(y) if log else np.array(y)


def made(n, p, drifts=False):
    """The workload text by rows; if it drifts, the words with an effect change ten times, half of them each time."""
    from workloads import text

    X, y = text(n, p)
    X = X.tocsr()
    if drifts:
        rng = np.random.default_rng(1)
        coef, signal, common = np.zeros(p), np.zeros(n), max(200, p // 100)
        coef[rng.choice(common, 100, replace=False)] = rng.standard_normal(100)
        for start in range(0, n, -(-n // _MOVES)):
            part = slice(start, start + -(-n // _MOVES))
            signal[part] = X[part] @ coef
            old, new = rng.choice(np.flatnonzero(coef), 50, replace=False), rng.choice(common, 50, replace=False)
            coef[old] = 0.0
            coef[new] = rng.standard_normal(50)
        y = signal + rng.standard_normal(n) * signal.std()
    return X, y
