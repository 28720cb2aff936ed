"""
Text: what words say of a function's length
===========================================

Sparse data that every Python has: the docstrings of its standard library. How many lines a function has is predicted
from the words of its docstring, of which there are thousands.
"""

import ast
import sysconfig
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline

from lassofit import Lasso, PathSearchCV
from lassofit.testing import certify

# %%
# The documents
# -------------
# Every function with a docstring of at least five words, and the lines of its body without the docstring.

texts, lines = [], []
for file in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
    for node in ast.walk(ast.parse(file.read_bytes())):
        if (
            isinstance(node, ast.FunctionDef)
            and len((ast.get_docstring(node) or "").split()) >= 5
            and len(node.body) > 1
        ):
            texts.append(ast.get_docstring(node))
            lines.append(node.end_lineno - node.body[1].lineno + 1)
y = np.log2(lines)
print(f"{len(texts)} functions, of {np.median(lines):.0f} lines in the median")

# %%
# The search
# ----------
# The words are weighted anew in every fold, by its training rows alone. :class:`lassofit.PathSearchCV` does that once
# for a fold, and then follows the path of all alphas. X stays sparse.

pipeline = make_pipeline(TfidfVectorizer(min_df=3, token_pattern=r"[a-zA-Z]{2,}"), Lasso())
search = PathSearchCV(pipeline, alphas=50, eps=0.03, alpha_rule="1se", cv=KFold(5, shuffle=True, random_state=0)).fit(
    texts, y
)
vectorizer, lasso = search.best_estimator_
X = vectorizer.transform(texts)
print(f"X: {X.shape[0]} x {X.shape[1]}, {X.nnz} entries; R^2 {search.best_score_:.2f} on rows held out")
print(f"{np.count_nonzero(lasso.coef_)} words are used, {np.sum(lasso.proven_zero_)} are proven to be zero")
print(f"relative gap {certify(lasso, X, y).relative_gap:.0e}")

# %%
# The words
# ---------
# The coefficients are logarithms to base 2, times the weight of the word in a text.

words = vectorizer.get_feature_names_out()
order = np.argsort(lasso.coef_)
shown = np.concatenate([order[:8], order[-12:]])
figure, ax = plt.subplots(figsize=(6, 4.6), layout="constrained")
ax.barh(words[shown], lasso.coef_[shown], color=np.where(lasso.coef_[shown] > 0, "#0072B2", "#D55E00"))
ax.axvline(0, color="0.5", linewidth=1)
ax.set(xlabel="coefficient: shorter functions to the left, longer to the right")

plt.show()
