"""The Python code that makes the same model from the same file."""

from .fitting import SEED


def code(fitted, source, target):
    """Return the code; it needs pandas."""
    settings, design, missing = fitted.settings, fitted.design, fitted.design.missing
    by_folds, fills = settings.folds is not None, bool(missing.filled)
    name = "LassoCV" if by_folds and not fills else "Lasso"
    lines = ["import pandas as pd"]
    lines += ["from sklearn.impute import SimpleImputer"] * fills
    lines += ["from sklearn.model_selection import KFold"] * by_folds
    lines += ["from sklearn.pipeline import make_pipeline"] * fills
    lines += [f"from lassofit import {name}{', PathSearchCV' * (by_folds and fills)}", ""]
    lines.append(f"table = {_reader(source)}")
    lines += [f"table = table.drop(columns={design.dropped!r})"] * bool(design.dropped)
    if missing.left_out:
        lines.append(f"table = table.dropna({'' if missing.how == 'drop' else f'subset={[target]!r}'})")
    lines += [f"y = table[{target!r}].astype(float)", f"X = table.drop(columns={[target]!r})"]
    if design.encoded:
        lines.append(f'X = pd.get_dummies(X, columns={list(design.encoded)!r}, prefix_sep="=")')
    lines += ["X = X.astype(float)", ""]
    lines += _with_fills(settings, missing.how) if fills else _call(f"model = {name}", _given(settings), ".fit(X, y)")
    lines += ["print(pd.Series(model.coef_, X.columns).to_string())", "print(model.intercept_, model.relative_gap_)"]
    return "\n".join(lines) + "\n"


def _with_fills(settings, how):
    """Return the lines that fill in and fit."""
    filler = f"SimpleImputer(strategy={how!r}, keep_empty_features=True)"
    pipeline = _call("pipeline = make_pipeline", [filler, f"Lasso({', '.join(_given(settings, with_cv=False))})"])
    if settings.folds is None:
        return [*pipeline[:-1], ").fit(X, y)", "model = pipeline[-1]"]
    given = ["pipeline", *_choosing(settings), "scoring='neg_mean_squared_error'"]
    return [*pipeline, *_call("search = PathSearchCV", given, ".fit(X, y)"), "model = search.best_estimator_[-1]"]


def _call(function, arguments, after=""):
    """Return the lines of a call, an argument a line."""
    return [f"{function}(", *[f"    {one}," for one in arguments], f"){after}"]


def _choosing(settings):
    """Return the arguments on the choice of alpha."""
    cv = f"KFold({settings.folds}, shuffle=True, random_state={SEED})"
    return [f"alphas={settings.n_alphas}", f"eps={settings.eps!r}", f"cv={cv}", f"alpha_rule={settings.rule!r}"]


def _given(settings, with_cv=True):
    """Return the arguments of the estimator."""
    own = [] if settings.alpha is None else [f"alpha={settings.alpha!r}"]
    own += _choosing(settings) if with_cv and settings.folds is not None else []
    return [*own, *[f"{name}={value!r}" for name, value in settings.shared.items()]]


def _reader(source):
    """Return the call that reads the file."""
    path = str(source.path)
    if source.parquet:
        return f"pd.read_parquet({path!r})"
    separator, _ = source.separator_and_header()
    options = [
        f"sep={separator!r}",
        *[f"decimal={source.decimal!r}"] * (source.decimal != "."),
        *[f"thousands={source.thousands!r}"] * bool(source.thousands),
        *[f"na_values={list(source.na_values)!r}"] * bool(source.na_values),
        f"encoding={source.encoding!r}",
        "index_col=False",
    ]
    return f"pd.read_csv({path!r}, {', '.join(options)})"
