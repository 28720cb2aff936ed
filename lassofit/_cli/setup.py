"""The machinery around the package: fill numba's cache, and show versions, folders and threads."""

import importlib
import os
import pkgutil
import platform
import sys
import warnings
from importlib import metadata
from time import perf_counter

from .._text import duration, table
from .text import say

_PACKAGES = (
    *("numpy", "scipy", "scikit-learn", "numba", "llvmlite", "threadpoolctl", "joblib"),
    *("pandas", "pyarrow"),
)


def kernels():
    """Return the jitted functions of the package, by their dotted names."""
    from .._engine import kernels as package

    found = {}
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if hasattr(value, "stats") and value.__module__ == module.name:
                found[f"{module.name.rpartition('.')[2]}.{name}"] = value
    return found


def compiled_and_loaded():
    """Return what was compiled and what was loaded from the cache in this process, by name.

    Returns
    -------
    compiled, loaded : dict of {str: int}
        Numbers of specialisations of each kernel.
    """
    compiled, loaded = {}, {}
    for name, kernel in kernels().items():
        compiled[name] = sum(kernel.stats.cache_misses.values())
        loaded[name] = sum(kernel.stats.cache_hits.values())
    return compiled, loaded


def cache_state():
    """Say in one line whether the code that ran so far came from numba's cache."""
    compiled, loaded = (sum(part.values()) for part in compiled_and_loaded())
    if not compiled and not loaded:
        return "numba: nothing compiled (the JIT is off, or the kernels came compiled already)"
    if not compiled:
        return f"numba's cache was warm: {loaded} functions loaded, none compiled"
    kind = "partly filled" if loaded else "cold"
    return f"numba's cache was {kind}: {compiled} functions compiled, {loaded} loaded"


def cache_folders():
    """Return the folders that numba keeps the machine code of the package in."""
    folders = {getattr(kernel.stats, "cache_path", None) for kernel in kernels().values()}
    return sorted(folder for folder in folders if folder)


def warmup(everything=False):
    """Compile what a first fit needs, or load it from the cache, by small fits of each kind."""
    say("Compiling for numba's cache. Later processes load the code instead.", "")
    start = perf_counter()
    say("  importing numba and the package ...")
    fits = [fit for fit in _fits() if everything or fit[0]]
    say(f"  done in {duration(perf_counter() - start)}", "")
    rows, fresh = [], set()
    for _, title, run in fits:
        before = compiled_and_loaded()
        begin = perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tiny problems; only their types matter
            run()
        seconds = perf_counter() - begin
        compiled, loaded = (
            {name: new[name] - old[name] for name in new if new[name] > old[name]}
            for old, new in zip(before, compiled_and_loaded(), strict=True)
        )
        fresh |= set(compiled)
        row = (title, sum(compiled.values()), sum(loaded.values()), duration(seconds))
        rows.append(row)
        say(f"  {title}: {row[1]} compiled, {row[2]} loaded from the cache, {row[3]}")
    total = perf_counter() - start
    say("", f"compiled: {', '.join(sorted(fresh)) or 'nothing, the cache had it all'}")
    say(f"cache: {'; '.join(cache_folders()) or 'none (numba found no folder to write to)'}")
    say(f"total: {duration(total)}")
    return 0


def _fits():
    """Return (in the common set, title, function) for each kind of fit."""
    import numpy as np
    from scipy import sparse

    from .. import ElasticNet, Lasso, SGDLasso, enet_path, lasso_path

    kernels()
    rng = np.random.default_rng(0)
    X = np.asfortranarray(rng.standard_normal((60, 40)))
    X[rng.random(X.shape) < 0.3] = 0
    y = X[:, :8].sum(axis=1) + 0.1 * rng.standard_normal(60)
    weights = rng.random(60) + 0.5
    sparse_X = sparse.csc_array(X)
    wide = sparse_X.copy()
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)

    def fit(data, **parameters):
        """Return a function that fits every kind of estimator to the data once."""

        def run():
            for alpha in (0.3, 0.003):
                Lasso(alpha, tol=1e-8, **parameters).fit(data, y)
                Lasso(alpha, tol=1e-8, fit_intercept=False, **parameters).fit(data, y, weights)
                ElasticNet(alpha, tol=1e-8, positive=True, **parameters).fit(data, y)

        return run

    def paths(data):
        """Return a function that computes short paths on the data."""

        def run():
            lasso_path(data, y, alphas=[0.3, 0.1])
            enet_path(data, y, alphas=[0.3, 0.1])

        return run

    def descents(data):
        """Run stochastic descents on the data."""
        for method in ("cumulative", "ftrl"):
            SGDLasso(0.3, method=method, max_iter=2, tol=None).fit(data, y)

    single, single_sparse = X.astype(np.float32, order="F"), sparse_X.astype(np.float32)
    return [
        (True, "dense, float64", fit(X)),
        (True, "sparse, float64", fit(sparse_X)),
        *_broad_fits(X, y),
        (True, "dense, sweeps in single precision", _large_fit),
        (False, "dense, float64, rows contiguous", fit(np.ascontiguousarray(X))),
        (False, "dense, float64, Gram matrix", fit(X, precompute=True)),
        (False, "dense, float64, random order", fit(X, solver="cd", selection="random")),
        (False, "paths, dense and sparse", lambda: [paths(data)() for data in (X, sparse_X)]),
        (False, "stochastic descent, dense and sparse", lambda: [descents(data) for data in (X, sparse.csr_array(X))]),
        (False, "dense, float32", fit(single)),
        (False, "dense, float32, rows contiguous", fit(np.ascontiguousarray(single))),
        (False, "dense, float32, Gram matrix", fit(single, precompute=True)),
        (False, "sparse, float32", fit(single_sparse)),
        (False, "sparse, float64, int64 indices", _kept_wide(fit(wide))),
    ]


def _broad_fits(X, y):
    """Return what ``_fits`` does, for X with so many more columns that no full Gram matrix is made."""
    import numpy as np

    from .. import Lasso, lasso_path

    noise = np.random.default_rng(1).standard_normal((len(y), 1500))
    broad = np.asfortranarray(np.hstack([X, noise]))

    def both(data):
        """Return a function that runs a fit and a path."""

        def run():
            Lasso(0.03, tol=1e-8).fit(data, y)
            lasso_path(data, y, eps=0.1)

        return run

    return [
        (True, "dense, float64, more columns than rows", both(broad)),
        (False, "the same, rows contiguous", both(np.ascontiguousarray(broad))),
        (False, "the same, float32", both(broad.astype(np.float32))),
    ]


def _large_fit():
    """Fit data for which sweeps in single precision are tried."""
    import numpy as np

    from .. import Lasso

    X = np.asfortranarray(np.random.default_rng(2).standard_normal((400, 200)))
    Lasso(0.01).fit(X, X.sum(axis=1))


def _kept_wide(run):
    """Return a run whose int64 indices are kept, as they are in a matrix of 2**31 nonzeros."""
    from .._engine import validation

    def wide():
        """Run with the limit of int32 lowered, and put it back."""
        limit = validation._INT32_MAX
        validation._INT32_MAX = 0
        try:
            run()
        finally:
            validation._INT32_MAX = limit

    return wide


def info():
    """Print versions, cache folder, threads and machine."""
    say("Versions")
    say(_pairs([("python", f"{platform.python_version()} ({sys.executable})"), *_versions()]), "")
    say("numba")
    say(_pairs(_numba_facts()), "")
    say("BLAS and OpenMP threads")
    say(_thread_table(), "")
    say("Machine")
    say(_pairs(_machine_facts()))
    return 0


def _pairs(pairs):
    """Return names and values as two columns."""
    width = max(len(name) for name, _ in pairs)
    return "\n".join(f"  {name.ljust(width)}  {value}" for name, value in pairs)


def _versions():
    """Return the packages and their versions."""
    from .. import __version__

    pairs = [("lassofit", f"{__version__} ({os.path.dirname(os.path.dirname(__file__))})")]
    for name in _PACKAGES:
        try:
            pairs.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            pairs.append((name, "not installed"))
    return pairs


def _numba_facts():
    """Return what bears on compiling and its cache."""
    import numba
    from llvmlite import binding

    return [
        ("compiler", "off (NUMBA_DISABLE_JIT)" if numba.config.DISABLE_JIT else "on"),
        ("cache folder", "; ".join(cache_folders()) or "none: every process compiles"),
        ("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR", "not set")),
        ("threads", f"{numba.config.NUMBA_NUM_THREADS} (the kernels of lassofit use one each)"),
        ("compiles for", binding.get_host_cpu_name()),
    ]


def _thread_table():
    """Return the thread pools of the libraries that are loaded."""
    from threadpoolctl import threadpool_info

    importlib.import_module("sklearn.linear_model")  # loads BLAS and OpenMP as a fit would
    rows = [
        (pool["user_api"], pool["internal_api"], pool.get("version"), pool["num_threads"]) for pool in threadpool_info()
    ]
    if not rows:
        return "  threadpoolctl sees none"
    return table(("kind", "library", "version", "threads"), rows, left=("kind", "library"))


def _machine_facts():
    """Return the machine and the operating system."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [
        ("system", platform.platform()),
        ("processor", _processor()),
        ("cores", f"{os.cpu_count()}, of which this process may use {usable}"),
    ]


def _processor():
    """Return the name of the processor."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
