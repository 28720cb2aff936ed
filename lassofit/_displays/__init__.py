"""Displays: pictures of fitted estimators and paths, by scikit-learn's conventions."""
