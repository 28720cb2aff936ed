"""Settings of the documentation: ``python -m sphinx -W -b html docs docs/_build/html``.

Nothing is fetched, neither by the build nor by the pages: no inventories of other projects, no fonts, and formulas as
MathML, which browsers draw by themselves.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("MPLBACKEND", "Agg")

import lassofit

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "lassofit"
author = "The lassofit developers"
project_copyright = author
release = version = lassofit.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "mathml",
    "public_names",
    "house",
    "results",
]
exclude_patterns = ["_build", "**/GALLERY_HEADER.rst", "auto_examples/**/*.ipynb", "auto_examples/**/*.py"]
templates_path = ["_templates"]
default_role = "literal"

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False  # the template of classes lists them

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": "plot_",
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "min_reported_time": 600,
    "abort_on_example_error": True,
    "capture_repr": (),
}

html_theme = "pydata_sphinx_theme"
html_title = "lassofit"
html_static_path = ["_static"]
html_css_files = ["lassofit.css"]
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}
html_sidebars = {"**": []}  # the pages are few: all of them are in the bar at the top
html_copy_source = False
html_use_index = False
html_show_sourcelink = False
html_math_renderer = "mathml"
html_theme_options = {
    "logo": {"text": "lassofit"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 5,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
}
