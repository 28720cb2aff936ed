r"""
Why SGD gives no zeros
======================

The lasso's solution has exact zeros. Descend along its gradient, one row after the other, and there are none: a step
lands on zero with probability zero. The penalty has to put a coefficient there, and five ways to do so differ. Here
each is held against the exact lasso, first with all rows in a step, then row by row.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDRegressor

from lassofit import Lasso, SGDLasso

METHODS = ("naive", "clipping", "cumulative", "truncated", "ftrl")

# %%
# The data and the exact answer
# -----------------------------
# 100 rows of 10 uniform features, of which four are in y, and no noise. So least squares would find 10, 10, -10, -10
# and six zeros. The lasso at :math:`\alpha > 0` shrinks the four towards zero, by an amount that is known to all
# digits, and the six stay at zero, where any coefficient stays for which :math:`|x_j'r| / n \leq \alpha`.

random = np.random.RandomState(5)
X = random.rand(100, 10).astype(np.float32)
y = (X * np.array([10, 10, -10, -10, 0, 0, 0, 0, 0, 0], dtype=np.float32)).sum(axis=1)  # rounded to float32
X, y = X.astype(np.float64), y.astype(np.float64)

print(f"alpha_max = {np.abs(X.T @ y).max() / 100:.6f}, largest |x_i|^2 = {(X**2).sum(axis=1).max():.3f}")
exact = {}
for alpha in (0.01, 0.1, 0.5):
    exact[alpha] = Lasso(alpha, fit_intercept=False, tol=1e-14).fit(X, y).coef_
    objective = ((y - X @ exact[alpha]) ** 2).mean() / 2 + alpha * np.abs(exact[alpha]).sum()
    print(f"alpha {alpha:4}: F = {objective:.12f}, {np.sum(exact[alpha] == 0)} zeros,", *exact[alpha][:4].round(12))

# %%
# All rows in a step
# ------------------
# 5000 steps of :math:`\eta = 0.1` along the whole gradient, at :math:`\alpha = 0.1`. After each step
#
# - *naive* moves every coefficient by :math:`\eta \alpha` against its sign, and so jumps about zero without an end;
# - *clipping* does the same but stops at zero: that is proximal gradient descent (ISTA), and it converges;
# - *cumulative* thresholds the sum of all steps by the sum of all penalties, :math:`\alpha \sum \eta`;
# - *truncated* waits ten steps and then takes off what ten steps owe, which leaves it biased;
# - *ftrl* follows the regularised leader, with a step of its own for every feature. :math:`\eta` is not a step there.


def descend(method, alpha=0.1, eta0=0.1, max_iter=5000, seed=0, batch_size="full"):
    """Run SGDLasso with constant steps for a fixed number of epochs."""
    steps = {} if method == "ftrl" else {"learning_rate": "constant", "eta0": eta0}
    given = {"max_iter": max_iter, "tol": None, "batch_size": batch_size, "random_state": seed, "fit_intercept": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return SGDLasso(alpha, method=method, **steps, **given).fit(X, y)


full = {method: descend(method).coef_ for method in METHODS}
print("method        zeros of 6   largest error")
for method, coef in full.items():
    print(f"{method:12s}  {np.sum(coef[4:] == 0):10d}  {np.abs(coef - exact[0.1]).max():14.1e}")

# %%
# Row by row
# ----------
# 1000 epochs of steps of .01, one row each, for ten orders of the rows. Now clipping fails as well: the gradient of one
# row is noise of both signs, larger than what one soft threshold takes off. The cumulative penalty compares sums. Noise
# adds up like the square root of the number of steps, the penalty like the number, so the null features stay at zero.

rows = {m: [descend(m, eta0=0.01, max_iter=1000, seed=s, batch_size=1).coef_ for s in range(10)] for m in METHODS}
zeros_by_row = {m: float(np.mean([np.sum(coef[4:] == 0) for coef in coefs])) for m, coefs in rows.items()}
print("method        zeros of 6, mean of 10   largest error, median")
for method, coefs in rows.items():
    error = np.median([np.abs(coef - exact[0.1]).max() for coef in coefs])
    print(f"{method:12s}  {zeros_by_row[method]:22.1f}  {error:22.1e}")

# %%
# The cumulative penalty has a theory: it is lazy dual averaging. With :math:`G_j` the sum of the steps :math:`-\eta
# g_j` and :math:`u = \alpha \sum \eta`, the coefficient is :math:`S(G_j, u)`, the soft threshold, at every step.
#
# The six null features, at the end of each of the ten runs; zeros are filled:

figure, axes = plt.subplots(1, 5, figsize=(11, 3.4), sharey=True, layout="constrained")
for ax, (method, coefs) in zip(axes, rows.items(), strict=True):
    nulls = np.array(coefs)[:, 4:]
    place = np.broadcast_to(np.arange(4, 10), nulls.shape)
    at_zero = nulls == 0
    ax.axhline(0, color="0.6", linewidth=1)
    ax.plot(place[~at_zero], nulls[~at_zero], "o", color="#D55E00", fillstyle="none", label="not zero")
    ax.plot(place[at_zero], nulls[at_zero], "o", color="#0072B2", label="exactly zero")
    ax.set(title=method, xlabel="feature")
axes[0].set_ylabel("coefficient")
figure.legend(*axes[3].get_legend_handles_labels(), loc="outside lower center", ncols=2)

# %%
# What scikit-learn's SGDRegressor does
# -------------------------------------
# ``SGDRegressor(penalty="l1")`` has the cumulative penalty too, row by row, and gives the zeros; its ``alpha`` is the
# same number, since its loss is half the squared error. Two things do not go together with it. ``partial_fit`` begins
# the account of penalties anew at every call, so with rows in small parts most of the zeros are lost. And
# ``average=True`` averages coefficients from before the penalty, which go further and further away.
# :class:`lassofit.SGDLasso` keeps the account, gives the same model in whatever parts rows come, and averages what has
# been penalised.

common = {"alpha": 0.1, "learning_rate": "constant", "eta0": 0.01, "fit_intercept": False}
regressor = {**common, "penalty": "l1", "tol": None}
zeros = {"fit": [], "partial_fit, parts of 5 rows": [], "SGDLasso, the same parts": []}
for seed in range(10):
    whole = SGDRegressor(**regressor, max_iter=1000, random_state=seed).fit(X, y)
    parts, ours = SGDRegressor(**regressor), SGDLasso(**common)
    random = np.random.RandomState(seed)
    for part in (part for _ in range(50) for part in np.split(random.permutation(100), 20)):
        parts.partial_fit(X[part], y[part])
        ours.partial_fit(X[part], y[part])
    for counts, model in zip(zeros.values(), (whole, parts, ours), strict=True):
        counts.append(int(np.sum(model.coef_[4:] == 0)))
for what, counts in zeros.items():
    print(f"{what:30s} {np.mean(counts):4.1f} zeros of 6, mean of 10")

print("\nepochs   largest error with average=True: SGDRegressor, SGDLasso")
averaged = {}
for epochs in (10, 100, 1000):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        both = (
            SGDRegressor(**regressor, max_iter=epochs, average=True, random_state=0).fit(X, y),
            SGDLasso(**common, max_iter=epochs, tol=None, average=True, random_state=0).fit(X, y),
        )
    averaged[epochs] = [float(np.abs(model.coef_ - exact[0.1]).max()) for model in both]
    print(f"{epochs:6d}" + "".join(f"{error:14.3f}" for error in averaged[epochs]))

plt.show()
