"""Every public name, method and property has a numpydoc docstring that validates."""

import importlib
import inspect

import pytest

import lassofit
from lassofit import testing

validate = pytest.importorskip("numpydoc.validate").validate

# What is not asked for: an extended summary, See Also, and what numpydoc says of `name : type` under Returns, which is
# how scikit-learn writes it.
STYLE = {"ES01", "SA01", "RT02"}
NO_EXAMPLE = {*STYLE, "EX01"}  # methods and properties: the example of their class is enough, but for those below
WITH_EXAMPLE = {
    "Lasso.fit_path", "ElasticNet.fit_path", "RegularizationPath.coef_at", "SGDLasso.partial_fit",
    "PathDisplay.from_path",
}  # fmt: skip
WITH_SOURCES = {
    "ElasticNet", "Lasso", "LassoCV", "RegularizationPath", "SGDLasso", "certify", "enet_path", "lasso_path",
}  # fmt: skip
RAISE_NOTHING = {"get_metadata_routing"}


def public():
    """The public objects by the name that users have for them."""
    for module in (lassofit, testing):
        for name in module.__all__:
            if not name.startswith("_"):
                yield name, getattr(module, name)


def members():
    """Their methods and properties that this package writes, by name: not what scikit-learn makes or inherits."""
    for name, owner in public():
        for member, value in inspect.getmembers(owner) if inspect.isclass(owner) else ():
            home = next((c for c in owner.__mro__ if member in vars(c)), None)
            ours = home is not None and home.__module__.startswith("lassofit")
            made = getattr(owner, "_fields", ()) if issubclass(owner, tuple) else ()  # documented as parameters
            made = {*made, *(m for m in dir(owner) if m.startswith("set_") and m.endswith("_request"))}
            if ours and not member.startswith("_") and member not in made:
                yield f"{name}.{member}", f"{owner.__module__}.{name}.{member}", value


def complaints(path, excused):
    """What numpydoc has to say of the object at a dotted path."""
    return [f"{code} {text}" for code, text in validate(path)["errors"] if code not in excused]


@pytest.mark.parametrize(("name", "item"), list(public()))
def test_classes_and_functions_validate_with_an_example(name, item):
    assert complaints(f"{item.__module__}.{item.__name__}", STYLE) == []
    assert ("References\n" in item.__doc__) or name not in WITH_SOURCES


@pytest.mark.parametrize(("name", "path", "item"), list(members()))
def test_methods_and_properties_validate_and_say_what_they_raise(name, path, item):
    assert complaints(path, STYLE if name in WITH_EXAMPLE else NO_EXAMPLE) == []
    silent = isinstance(item, property) or name.split(".")[1] in RAISE_NOTHING
    assert silent or "Raises\n" in inspect.getdoc(item)


def test_the_exceptions_are_of_names_that_exist():
    names = {name for name, _ in public()} | {name for name, *_ in members()}
    assert {*WITH_EXAMPLE, *WITH_SOURCES} <= names
    assert importlib.import_module("numpydoc.validate").ERROR_MSGS.keys() >= NO_EXAMPLE
