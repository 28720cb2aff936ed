"""
Diabetes: a path, a choice, a certificate
=========================================

Ten measurements of 442 people, and how far their diabetes had progressed a year later; with squares and products that
makes 64 features. How many of them are of use?
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import PolynomialFeatures

from lassofit import CVDisplay, Lasso, LassoCV, PathDisplay, SupportDisplay
from lassofit.testing import certify

data = load_diabetes(as_frame=True)
expand = PolynomialFeatures(include_bias=False).set_output(transform="pandas")
X = expand.fit_transform(data.data).drop(columns="sex^2")  # which has but two values, as sex has
y = data.target
print(X.shape)

# %%
# The choice
# ----------
# By ten folds, and by the rule of one standard error: the largest alpha, so a small model, whose error is within one
# standard error of the least. ``standardize`` penalises the features on the scale of unit standard deviation;
# coefficients stay on the scale of the data.

model = LassoCV(cv=10, alpha_rule="1se", standardize=True).fit(X, y)
CVDisplay.from_estimator(model)

print("\n".join(f"{name:10s} {w:9.1f}" for name, w in zip(X.columns, model.coef_, strict=True) if w))

# %%
# The path
# --------
# All solutions, from the alpha at which every coefficient is zero, with the two choices marked. The names are those of
# the features in the model chosen. On features of unit standard deviation it is the same problem, and coefficients can
# be compared.

scaled = (X - X.mean()) / X.std(ddof=0)
path = Lasso().fit_path(scaled, y, alphas=60, eps=0.01)
marks = {"alpha_min": model.alpha_min_, "alpha_1se": model.alpha_1se_, "alpha": model.alpha_}
PathDisplay.from_path(path, **marks, n_labels=7)

# %%
# The certificate
# ---------------
# The dual gap bounds how far the objective is from its minimum. The features that it proves to be zero are zero in
# every solution: no other solver could find them useful at this alpha. ``certify`` computes the gap once more, in plain
# numpy, from the coefficients alone.

final = Lasso(model.alpha_, standardize=True).fit(X, y)
SupportDisplay.from_estimator(final, X, y)

print(f"relative gap {final.relative_gap_:.0e}, computed once more {certify(final, X, y).relative_gap:.0e}")
print(f"{(final.coef_ == 0).sum()} zeros, of which proven: {final.proven_zero_.sum()}")

plt.show()
