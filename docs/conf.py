"""How the site is built: ``make docs``. Nothing it shows is loaded from elsewhere."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
# The notebook calls `lcnn-verify` by its name, from wherever the site is built.
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))

import lcnn_verify

project = "lcnn-verify"
author = "The lcnn-verify developers"
release = lcnn_verify.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "from_code"]
nitpicky = False  # docstrings name what is private, too
smartquotes = False  # they would join the hyphens of options

html_theme = "furo"
html_title = f"lcnn-verify {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_show_copyright = False
html_copy_source = False
html_use_index = False
html_domain_indices = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"

myst_heading_anchors = 3
# The notebook runs at each build, in this folder; if it fails, so does the build.
nb_merge_streams = True
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 900  # seconds a cell, of a machine that may be busy
nb_execution_show_tb = True
