"""Run other packages' own tests of their lasso with lassofit in the place of their classes.

    python tests/outside/run.py [sklearn|celer|skglm|all] [--require] [--baseline | --audit] [-- PYTEST OPTIONS]

See README.rst beside this file.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from suites import KINDS, SUITES

HERE = Path(__file__).resolve().parent
MODES = {
    "": "",
    "baseline": " (its own classes)",
    "audit": " (excluded tests; 'passed' is: rightly excluded)",
}


def missing(suite):
    """Return the packages that the suite needs and that are not installed."""
    return [name for name in (suite.package, *suite.needs) if importlib.util.find_spec(name) is None]


def run_suite(name, mode, pytest_options):
    """Run one peer's tests in a process of its own; return whether they passed, and a summary line."""
    suite = SUITES[name]
    version = importlib.metadata.version(suite.distribution)
    title = f"{suite.distribution} {version}" + MODES[mode]
    if not version.startswith(suite.written_for + "."):
        print(f"note: excluded.toml was written for {suite.distribution} {suite.written_for}, this is {version}")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        command = [sys.executable, "-m", "pytest", "-p", "in_place", "-c", str(HERE / "pytest.ini")]
        # The folder above the peer's package, so that the tests have readable names.
        above = Path(importlib.util.find_spec(suite.package).origin).parents[1]
        command += ["--rootdir", str(above), "--in-place", name, "--in-place-report", str(report)]
        command += [f"--in-place-{mode}"] if mode else []
        command += [*pytest_options, "--pyargs", *suite.tests]
        paths = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        # In the scratch folder, so that a source tree in the current folder does not stand for the installed package.
        code = subprocess.run(command, cwd=scratch, env=environment, check=False).returncode
        if not report.exists():
            return False, f"{title}: FAILED, the tests did not run (pytest's exit code {code})"
        result = json.loads(report.read_text(encoding="utf-8"))
    nothing = code == pytest.ExitCode.NO_TESTS_COLLECTED and mode == "audit" and not result["excluded"]
    verdict = "nothing to do" if nothing else "ok" if code == 0 else "FAILED"
    return code == 0 or nothing, f"{title}: {verdict}, {describe(result)}; {time.perf_counter() - start:.0f} s"


def describe(result):
    """Return the counts of a run in words."""
    outcomes = [f"{count} {outcome}" for outcome, count in result["outcomes"].items()]
    parts = [", ".join(outcomes)]
    excluded = result["excluded"]
    if excluded:
        kinds = ", ".join(f"{excluded[kind]} {kind}" for kind in KINDS if kind in excluded)
        parts.append(f"{sum(excluded.values())} excluded ({kinds})")
    calls = [
        f"{counter.get('fit', 0)} fits of {name}"
        if name[0].isupper()
        else f"{counter.get('called', 0)} calls of {name}"
        for name, counter in result["calls"].items()
        if counter
    ]
    return "; ".join(filter(None, [*parts, ", ".join(calls), *result["problems"]]))


def main(arguments):
    """Run the suites that were asked for; return the exit code."""
    split = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite", nargs="?", default="all", choices=[*SUITES, "all"])
    parser.add_argument("--require", action="store_true", help="fail where a peer is not installed")
    mode = parser.add_mutually_exclusive_group()
    for name, help_text in (
        ("baseline", "run the same tests on the peer's own classes"),
        ("audit", "run the excluded tests, and fail for those that pass on lassofit"),
    ):
        mode.add_argument(f"--{name}", dest="mode", action="store_const", const=name, default="", help=help_text)
    options = parser.parse_args(arguments[:split])
    if importlib.util.find_spec("lassofit") is None:
        parser.error("lassofit is not installed in this environment")
    passed, lines = True, []
    for name in SUITES if options.suite == "all" else [options.suite]:
        lacking = missing(SUITES[name])
        if lacking:
            passed &= not options.require
            verdict = "FAILED" if options.require else "skipped"
            lines.append(f"{name}: {verdict}, not installed: {', '.join(lacking)}")
            continue
        ok, line = run_suite(name, options.mode, arguments[split + 1 :])
        passed &= ok
        lines.append(line)
    print("\n".join(["", *lines]))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
