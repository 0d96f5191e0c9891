"""How the documentation is built."""

from importlib.metadata import version as version_of

project = "Flask-Airlock"
author = "Flask-Airlock contributors"
copyright = f"2026, {author}"
release = version_of("Flask-Airlock")
version = release

extensions = ["sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
nitpicky = False
autodoc_typehints = "description"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = f"{project} {version}"
html_show_sphinx = False
html_copy_source = False
