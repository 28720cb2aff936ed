"""The engine: validation, problem, solvers, certificates. Nothing here is public."""
