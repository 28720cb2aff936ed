"""Solvers that run in a process of their own: R's glmnet, and adelie in its own Python environment.

The process gets the data once, through binary files in a temporary folder, keeps them in memory and
answers commands, one line each, on its standard input:

    version                     ->  the version
    folder PATH                 ->  works there from now on
    load N P dense|sparse       ->  reads X.bin, y.bin (float64; CSC adds indices.bin and indptr.bin, int32)
    fit TOL                     ->  "wall cpu n_iter": reads alphas.bin, writes the coefficients as CSC
                                    (values.bin, rows.bin, starts.bin) and intercepts.bin
    cv COUNT EPS                ->  "wall cpu alpha mse solved": reads folds.bin (int32, from 1); the choice of one of
                                    COUNT alphas, of which ``solved`` were reached, by cross-validation (glmnet only)

or "error ...". TOL is nan for the default. The process takes the times itself, of the fit alone: what
handing over costs counts for nobody, so the figures stand beside those of fits in this process.
"""

import os
import select
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy import sparse

FOLDER = Path(__file__).resolve().parent


class Outside:
    """One such process: started when needed, ended when late."""

    def __init__(self, command):
        self.command = command
        self.process = self.loaded = None
        self.folder = tempfile.TemporaryDirectory(prefix="lassofit-benchmark-")

    def version(self):
        """Version of the package, or None where there is none."""
        if not self.command or not shutil.which(self.command[0]):
            return None
        try:
            return self._ask("version", 60)
        except (RuntimeError, OSError):
            return None

    def fit(self, problem, tol, limit):
        """Coefficients (p, alphas), intercepts, iterations, wall-clock and CPU seconds; None if late."""
        self._hand_over(problem)
        alphas = np.atleast_1d(problem.alpha).astype(np.float64)
        alphas.tofile(self._path("alphas"))
        answer = self._ask(f"fit {np.nan if tol is None else tol!r}", limit)
        if answer is None:
            return None
        wall, cpu, n_iter = map(float, answer.split())
        starts = np.fromfile(self._path("starts"), np.int32)
        found = len(starts) - 1
        parts = np.fromfile(self._path("values")), np.fromfile(self._path("rows"), np.int32), starts
        coefs = np.zeros((problem.X.shape[1], len(alphas)))  # zeros where the solver gave up
        coefs[:, :found] = sparse.csc_matrix(parts, shape=(len(coefs), found)).toarray()
        intercepts = np.full(len(alphas), problem.y.mean())
        intercepts[:found] = np.fromfile(self._path("intercepts"))
        return coefs, intercepts, int(n_iter), wall, cpu

    def choose(self, task, limit):
        """Chosen alpha, its mean squared error, wall-clock and CPU seconds, alphas that were reached; None if late."""
        self._hand_over(task)
        task.fold_ids.tofile(self._path("folds"))
        answer = self._ask(f"cv {task.count} {task.eps!r}", limit)
        if answer is None:
            return None
        wall, cpu, alpha, mse, solved = map(float, answer.split())
        return alpha, mse, wall, cpu, int(solved)

    def close(self):
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                stream.close()
        self.process = self.loaded = None

    def _path(self, name):
        return os.path.join(self.folder.name, f"{name}.bin")

    def _hand_over(self, problem):
        """Have the data of a problem read, unless they are there."""
        if self.process is None or self.loaded is not problem.X:
            self._load(problem.X, problem.y)

    def _load(self, X, y):
        """Write the data and have them read."""
        if sparse.issparse(X):
            X.data.astype(np.float64).tofile(self._path("X"))
            X.indices.astype(np.int32).tofile(self._path("indices"))
            X.indptr.astype(np.int32).tofile(self._path("indptr"))
        else:
            X.T.tofile(self._path("X"))  # column by column
        np.asarray(y, np.float64).tofile(self._path("y"))
        self._ask(f"folder {self.folder.name}", 60)
        self._ask(f"load {X.shape[0]} {X.shape[1]} {'sparse' if sparse.issparse(X) else 'dense'}", 600)
        self.loaded = X
        for name in ("X", "indices", "indptr"):
            Path(self._path(name)).unlink(missing_ok=True)

    def _ask(self, command, limit):
        """Send a command and return the answer; None, and the process ended, after ``limit`` seconds."""
        if self.process is None:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
            )
        self.process.stdin.write(f"{command}\n".encode())
        ready, _, _ = select.select([self.process.stdout], [], [], limit)
        if not ready:
            self.close()
            return None
        answer = self.process.stdout.readline().decode().strip()
        if not answer or answer.startswith("error"):
            self.close()
            raise RuntimeError(f"{Path(self.command[-1]).name}: {answer or 'ended without an answer'}")
        return answer


GLMNET = Outside(["Rscript", "--vanilla", str(FOLDER / "_glmnet.R")])
ADELIE = Outside([os.environ["ADELIE_PYTHON"], str(FOLDER / "_adelie.py")] if os.environ.get("ADELIE_PYTHON") else None)
