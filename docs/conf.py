"""How the documentation is built."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

project = "Flask-Airlock"
author = "Flask-Airlock contributors"
copyright = f"2026, {author}"
release = version_of("Flask-Airlock")
version = release

# Some pages are made from the tests as well.
sys.path[:0] = [str(Path(__file__).parent / "ext"), str(Path(__file__).parents[1])]
extensions = ["sphinx.ext.autodoc", "commands", "faults", "promises", "requirements"]
exclude_patterns = ["_build", "ext"]
nitpicky = False
autodoc_typehints = "description"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = f"{project} {version}"
html_show_sphinx = False
html_copy_source = False
