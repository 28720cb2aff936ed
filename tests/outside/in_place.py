"""pytest plugin: lassofit's classes in the place of a peer's, for the peer's own tests.

Before the peer's test modules are imported it puts lassofit's names into the peer's namespaces. After collection
it leaves out the tests that excluded.toml names, and fails on an entry that matches no test. It counts the calls
of every replaced name: a test that passes without calling any of them fails, and so does a run in which one of
the names was never called.
"""

import functools
import importlib
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from suites import KINDS, SUITES

HERE = Path(__file__).parent


def pytest_addoption(parser):
    """Add the options that run.py passes."""
    group = parser.getgroup("in-place")
    group.addoption("--in-place", choices=sorted(SUITES), required=True, help="the peer")
    group.addoption("--in-place-report", metavar="FILE", required=True, help="where to write the counts")
    group.addoption("--in-place-baseline", action="store_true", help="leave the peer's own classes where they are")
    group.addoption("--in-place-audit", action="store_true", help="run the excluded tests, to fail those that pass")


def pytest_configure(config):
    """Replace the names, and register the hooks that select and watch the tests."""
    config.pluginmanager.register(InPlace(config))


def as_regex(pattern):
    """Return a regular expression for a test's name in which '*' stands for any text and all else for itself."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*"))


def read_exclusions(name):
    """Return a list of (kind, pattern, reason) of the exclusions that apply to the suite."""
    table = tomllib.loads((HERE / "excluded.toml").read_text(encoding="utf-8")).get(name, {})
    unknown = set(table) - set(KINDS)
    if unknown:
        raise pytest.UsageError(f"excluded.toml: unknown kinds {sorted(unknown)} under {name}")
    return [(kind, pattern, reason) for kind, entries in table.items() for pattern, reason in entries.items()]


class Calls:
    """Counts of the calls of the replaced names: {name: Counter of 'made', 'fit' and 'called'}."""

    def __init__(self):
        self.counts = {}

    @property
    def total(self):
        """Number of calls of any kind."""
        return sum(sum(counter.values()) for counter in self.counts.values())

    def watch_function(self, name, function):
        """Return the function, counted."""
        counter = self.counts[name] = Counter()

        @functools.wraps(function)
        def counted(*args, **kwargs):
            counter["called"] += 1
            return function(*args, **kwargs)

        return counted

    def watch_classes(self, classes):
        """Count the instances made of the classes of a dict by name, and their fits; a subclass counts as its base."""
        nearest = {cls: name for name, cls in classes.items()}
        originals = {
            (name, method): getattr(cls, method) for name, cls in classes.items() for method in ("__init__", "fit")
        }
        for (name, method), original in originals.items():
            self.counts.setdefault(name, Counter())
            setattr(classes[name], method, self._counted_method(name, method, original, nearest))

    def _counted_method(self, name, method, original, nearest):
        """Return a method that counts itself where ``name`` is the nearest watched class of the instance."""
        counter, event = self.counts[name], "fit" if method == "fit" else "made"

        @functools.wraps(original)
        def counted(self, *args, **kwargs):
            if next(nearest[cls] for cls in type(self).__mro__ if cls in nearest) == name:
                counter[event] += 1
            return original(self, *args, **kwargs)

        return counted


def fail(report, message):
    """Turn a test's report into a failure."""
    report.outcome, report.longrepr = "failed", message


class InPlace:
    """One run of one peer's tests."""

    def __init__(self, config):
        self.config = config
        self.suite = SUITES[config.option.in_place]
        self.baseline = config.option.in_place_baseline
        self.audit = config.option.in_place_audit
        self.calls = Calls()
        self.outcomes = Counter()
        self.excluded = Counter()
        self.problems = []
        self.placed = set()
        self.before = 0
        self.replacements = {} if self.baseline else self.watched()
        for module in () if self.baseline else self.suite.namespaces:
            self.replace(importlib.import_module(module), {name: name for name in self.replacements})

    def watched(self):
        """Return the replacements by name, with their calls counted."""
        lassofit = importlib.import_module("lassofit")
        ours = {name: getattr(lassofit, name) for name in self.suite.replaced}
        self.calls.watch_classes({name: value for name, value in ours.items() if isinstance(value, type)})
        for name, value in ours.items():
            if not isinstance(value, type):
                ours[name] = self.calls.watch_function(name, value)
                setattr(lassofit, name, ours[name])
        if self.suite.face is None:
            return ours
        face = importlib.import_module(self.suite.face)
        for name in face.__all__:
            value = getattr(face, name)
            ours[name] = value if isinstance(value, type) else self.calls.watch_function(name, value)
        return ours

    def replace(self, module, names):
        """Put replacements into a module: ``names`` maps the names in it to the names of the replacements."""
        for name, replacement in names.items():
            if hasattr(module, name):
                setattr(module, name, self.replacements[replacement])
                self.placed.add(replacement)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items):
        """Keep the tests that concern the replaced names, and leave out the excluded ones."""
        exclusions = read_exclusions(self.config.option.in_place)
        used, kept, dropped = set(), [], []
        for item in items:
            module, name = item.path.stem, item.name
            wanted = [(module, p) for p in self.patterns(module) if as_regex(p).fullmatch(name)]
            reasons = [entry for entry in exclusions if as_regex(entry[1]).fullmatch(f"{module}::{name}")]
            used.update(wanted, reasons)
            if wanted and reasons:
                self.excluded[reasons[0][0]] += 1
            (kept if wanted and bool(reasons) == self.audit else dropped).append(item)
        self.refuse_stale(exclusions, used)
        items[:] = kept
        self.config.hook.pytest_deselected(items=dropped)
        if not self.baseline:
            for item in {item.module.__name__: item for item in kept}.values():
                self.replace(item.module, self.suite.in_tests.get(item.path.stem, {}))

    def patterns(self, stem):
        """Return the patterns of the tests wanted from a test module, given by its last name."""
        return next(p for module, p in self.suite.tests.items() if module.rsplit(".", 1)[-1] == stem)

    def refuse_stale(self, exclusions, used):
        """Raise for patterns that match no test."""
        stale = [
            f"excluded.toml: {pattern}" for kind, pattern, reason in exclusions if (kind, pattern, reason) not in used
        ]
        stale += [
            f"suites.py: {module}::{pattern}"
            for module, patterns in self.suite.tests.items()
            for pattern in patterns
            if (module.rsplit(".", 1)[-1], pattern) not in used
        ]
        if stale:
            self.problems.append(f"patterns that match no test: {', '.join(stale)}")
            raise pytest.UsageError(self.problems[-1])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self):
        """Note the calls made before the test."""
        self.before = self.calls.total
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Judge a test by whether it called a replaced name, too."""
        report = yield
        if call.when != "call" or self.baseline:
            return report
        passed = report.passed and not hasattr(report, "wasxfail")
        called = self.calls.total > self.before
        name = f"{item.path.stem}::{item.name}"
        if self.audit and passed and called:
            fail(report, f"{name} passes on lassofit: its exclusion is not needed")
        elif self.audit:
            report.outcome, report.longrepr = "passed", None
        elif passed and not called:
            fail(report, f"{name} passed without calling lassofit: exclude it, or add a namespace in suites.py")
        return report

    def pytest_runtest_logreport(self, report):
        """Count the outcomes."""
        if hasattr(report, "wasxfail"):
            self.outcomes["xpassed" if report.passed else "xfailed"] += 1
        elif report.when == "call" or not report.passed:
            self.outcomes[report.outcome] += 1

    def pytest_sessionfinish(self, session):
        """Check that every replaced name was called, and write the report."""
        never = [
            name
            for name, counter in self.calls.counts.items()
            if name in self.placed and not (counter["fit"] or counter["called"])
        ]
        partial = self.audit or self.config.option.keyword or self.config.option.maxfail
        if never and not partial and session.testscollected:
            self.problems.append(f"never fitted or called: {', '.join(never)}")
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        report = {
            "outcomes": self.outcomes,
            "excluded": self.excluded,
            "calls": self.calls.counts,
            "problems": self.problems,
        }
        Path(self.config.option.in_place_report).write_text(json.dumps(report), encoding="utf-8")
