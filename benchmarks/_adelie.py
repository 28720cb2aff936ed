"""adelie as a process that holds the data and fits on command; see _outside.py for the protocol.

Run by another Python (adelie needs numpy < 2), so nothing of this package is imported here. Only
``grpnet`` itself is timed.
"""

import os
import sys
from time import perf_counter, process_time

import adelie
import numpy as np
from scipy import sparse

AT_LEAST = 0.05  # seconds over which one time is taken, as in _glmnet.R
MANY = 2_000_000_000
THREADS = int(os.environ.get("OMP_NUM_THREADS", 1))
data = {}


def load(n, p, kind):
    """Read X and y."""
    values = np.fromfile("X.bin")
    if kind == "sparse":
        indices, indptr = (np.fromfile(f"{name}.bin", np.int32) for name in ("indices", "indptr"))
        X = sparse.csc_matrix((values, indices, indptr), shape=(int(n), int(p)))
        data["X"] = adelie.matrix.sparse(X, method="naive", n_threads=THREADS)
    else:
        data["X"] = values.reshape((int(n), int(p)), order="F")
    data["y"] = np.fromfile("y.bin")
    return ["loaded"]


def fit(tol):
    """Fit once (several times if that is short), timed; write the coefficients."""
    alphas = np.fromfile("alphas.bin")
    settings = {} if np.isnan(tol) else {"tol": tol, "max_iters": MANY}
    settings["n_threads"] = THREADS
    count, wall, cpu = 0, perf_counter(), process_time()
    while not count or perf_counter() - wall < AT_LEAST:
        glm = adelie.glm.gaussian(data["y"])
        state = adelie.grpnet(data["X"], glm, lmda_path=alphas, early_exit=False, progress_bar=False, **settings)
        count += 1
    wall, cpu = perf_counter() - wall, process_time() - cpu
    coefs = sparse.csc_matrix(state.betas.T)
    coefs.data.astype(np.float64).tofile("values.bin")
    coefs.indices.astype(np.int32).tofile("rows.bin")
    coefs.indptr.astype(np.int32).tofile("starts.bin")
    np.asarray(state.intercepts, np.float64).tofile("intercepts.bin")
    return [wall / count, cpu / count, 0]  # adelie does not tell its sweeps


def main():
    """Answer each line of standard input by one line."""
    for line in sys.stdin:
        command, *words = line.split()
        try:
            if command == "version":
                answer = [adelie.__version__]
            elif command == "folder":
                answer = [os.chdir(line.split(" ", 1)[1].rstrip("\n"))]
            elif command == "load":
                answer = load(*words)
            else:
                answer = fit(float(words[0]))
        except Exception as error:  # told to the benchmark
            answer = ["error", str(error).replace("\n", " ")]
        print(*answer, flush=True)


if __name__ == "__main__":
    main()
