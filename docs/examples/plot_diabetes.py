"""
Diabetes: a path, a choice, a certificate
=========================================

Ten measurements of 442 people, and how far their diabetes had progressed a year later; with squares and products that
makes 64 features. How many of them are of use?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import PolynomialFeatures

from lassofit import Lasso, LassoCV
from lassofit.testing import certify

data = load_diabetes(as_frame=True)
expand = PolynomialFeatures(include_bias=False).set_output(transform="pandas")
X = expand.fit_transform(data.data).drop(columns="sex^2")  # which has but two values, as sex has
y = data.target
print(X.shape)

# %%
# The path
# --------
# All solutions, from the alpha at which every coefficient is zero. ``standardize`` penalises the features on the scale
# of unit standard deviation; coefficients stay on the scale of the data, so they are drawn times that deviation.

path = Lasso(standardize=True).fit_path(X, y)
scaled = path.coefs * X.std(ddof=0).to_numpy()[:, None]

figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
ax.plot(path.alphas, scaled.T, color="0.75", linewidth=1)
largest = np.argsort(-np.abs(scaled[:, 60]))[:5]
for j, colour in zip(largest, ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00"), strict=True):
    ax.plot(path.alphas, scaled[j], color=colour, label=X.columns[j])
ax.set(xscale="log", xlabel="alpha", ylabel="coefficient of the standardised feature")
ax.invert_xaxis()
ax.legend()

# %%
# The choice
# ----------
# By ten folds, and by the rule of one standard error: the largest alpha, so the smallest model, whose error is within
# one standard error of the least.

model = LassoCV(cv=10, alpha_rule="1se", standardize=True).fit(X, y)
fewer = [int((path.coef_at(alpha)[0] != 0).sum()) for alpha in (model.alpha_min_, model.alpha_1se_)]
print(f"least error: alpha {model.alpha_min_:.3g}, {fewer[0]} features")
print(f"one standard error: alpha {model.alpha_1se_:.3g}, {fewer[1]} features")
print("\n".join(f"{name:10s} {w:9.1f}" for name, w in zip(X.columns, model.coef_, strict=True) if w))

figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
ax.errorbar(model.alphas_, model.cv_mean_, model.cv_se_, color="0.5", ecolor="0.8", fmt=".")
ax.axvline(model.alpha_min_, color="#0072B2", label="least error")
ax.axvline(model.alpha_1se_, color="#D55E00", linestyle="--", label="one standard error")
ax.set(xscale="log", xlabel="alpha", ylabel="mean squared error, 10 folds")
ax.invert_xaxis()
ax.legend()

# %%
# The certificate
# ---------------
# The dual gap bounds how far the objective is from its minimum. The features that it proves to be zero are zero in
# every solution: no other solver could find them useful at this alpha. ``certify`` computes the gap once more, in plain
# numpy, from the coefficients alone.

print(f"relative gap {model.relative_gap_:.0e}, converged: {model.converged_}")
final = Lasso(model.alpha_, standardize=True).fit(X, y)
print(f"{np.sum(final.coef_ == 0)} zeros, of which proven: {np.sum(final.proven_zero_)}")
print(f"computed once more: {certify(final, X, y).relative_gap:.0e}")

plt.show()
