"""How `make docs` turns the project's Markdown into a site in build/docs. Warnings are errors: a broken link fails it.

The sources are read from the project's root, so that links between docs/, README and data/ hold here as on a forge.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Regional AI Atlas"
author = "The Regional AI Atlas contributors"
version = release = _PROJECT["version"]
language = "en"

extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "data/*.md", "shapes/*.md", "etl/regions/*.md", "bench/**.md"]
exclude_patterns = [".*", "build", "data/builds", "data/history", "data/snapshots"]
# The headings' anchors are those that forges make, so that a link is right in both places.
myst_heading_anchors = 4
# A page that is in no table of contents cannot be found; Sphinx then warns, and the build fails.
nitpicky = True

html_theme = "furo"
html_additional_pages = {"index": "to_docs.html"}
templates_path = ["templates"]
html_title = f"Regional AI Atlas {release}"
html_copy_source = False
html_show_sphinx = False
# The bench's tables begin at the third rank below their one heading.
suppress_warnings = ["myst.header"]
# Nothing but the site's own files: no fonts, no icons, no badges from elsewhere.
html_theme_options = {"footer_icons": []}
