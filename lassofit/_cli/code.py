"""The Python code that makes the same model from the same file."""

from pathlib import Path

from .fitting import N_ALPHAS, SEED, SMALLEST, TOL
from .table import is_parquet, separator_and_header


def code(fitted, path, target, decimal, encoding):
    """Return the code; it needs pandas."""
    settings, design = fitted.settings, fitted.design
    by_folds = settings.folds is not None
    name = "LassoCV" if by_folds else "Lasso"
    lines = ["import pandas as pd", *["from sklearn.model_selection import KFold"] * by_folds]
    lines += [
        f"from lassofit import {name}",
        "",
        f"table = {_reader(path, decimal, encoding)}",
        f"y = table[{target!r}]",
    ]
    lines.append(f"X = table.drop(columns={[target, *design.dropped]!r})")
    if design.encoded:
        lines.append(f'X = pd.get_dummies(X, columns={list(design.encoded)!r}, prefix_sep="=")')
    lines += ["X = X.astype(float)", ""]
    given = [f"standardize={settings.standardize}", f"tol={TOL:g}", f"max_iter={settings.max_iter}"]
    if by_folds:
        own = [
            f"alphas={N_ALPHAS}",
            f"eps={SMALLEST:g}",
            f"cv=KFold({settings.folds}, shuffle=True, random_state={SEED})",
        ]
        given = [*own, f"alpha_rule={settings.rule!r}", *given]
    else:
        given = [f"alpha={settings.alpha!r}", *given]
    lines += [f"model = {name}(", *[f"    {one}," for one in given], ").fit(X, y)"]
    lines += ["print(dict(zip(X.columns, model.coef_)), model.intercept_, model.relative_gap_)"]
    return "\n".join(lines) + "\n"


def _reader(path, decimal, encoding):
    """Return the call that reads the file."""
    path = Path(path)
    if is_parquet(path):
        return f"pd.read_parquet({str(path)!r})"
    separator, _ = separator_and_header(path, decimal, encoding)
    options = [
        f"sep={separator!r}",
        *[f"decimal={decimal!r}"] * (decimal != "."),
        f"encoding={encoding!r}",
        "index_col=False",
    ]
    return f"pd.read_csv({str(path)!r}, {', '.join(options)})"
