"""Public signatures have types, a typed program runs, and mypy's settings name the public modules.

That mypy passes on them, and on that program, is checked by ``.ci/run``.
"""

import inspect
import runpy
import tomllib
from pathlib import Path

import pytest

import lassofit
from lassofit import testing

ROOT = Path(__file__).resolve().parents[1]


def signatures():
    """The public functions, constructors, methods and properties that this package writes, by name."""
    for module in (lassofit, testing):
        for name in module.__all__:
            item = getattr(module, name)
            if inspect.isfunction(item):
                yield name, item
            elif inspect.isclass(item) and not issubclass(item, tuple):
                yield name, item.__init__
                yield from own_methods(name, item)


def own_methods(name, owner):
    """The methods and properties of a class, but for what scikit-learn makes, inherits or wraps."""
    for member in dir(owner):
        home = next((c for c in owner.__mro__ if member in vars(c)), None)
        if member.startswith("_") or home is None or not home.__module__.startswith("lassofit"):
            continue
        value = inspect.getattr_static(owner, member)
        value = value.fget if isinstance(value, property) else getattr(owner, member)
        if inspect.isroutine(value) and value.__module__.startswith("lassofit"):
            yield f"{name}.{member}", value


@pytest.mark.parametrize(("name", "function"), list(signatures()))
def test_every_parameter_and_result_has_a_type(name, function):
    signature = inspect.signature(function)
    bare = [p.name for p in signature.parameters.values() if p.annotation is p.empty and p.name not in ("self", "cls")]
    assert bare == []
    assert signature.return_annotation is not signature.empty


def test_the_checker_knows_every_public_module_and_name():
    files = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["files"]
    source = (ROOT / "lassofit" / "__init__.py").read_text("utf-8")
    for name, home in lassofit._HOME.items():
        path = f"lassofit/{home.replace('.', '/')}.py"
        assert any(path == file or path.startswith(f"{file}/") for file in files), path
        (line,) = (line for line in source.splitlines() if line.startswith(f"    from .{home} import "))
        assert name in line.partition(" import ")[2].split(", ")


def test_a_typed_program_runs(capsys):
    runpy.run_path(str(ROOT / "tests" / "typed_use.py"))
    assert capsys.readouterr().out.splitlines()[-1] == "True"
