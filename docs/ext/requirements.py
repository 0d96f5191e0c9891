"""`.. requirements::`: rows as `S-01: What is asked.`, each with the tests that show it."""

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from tests.house.requirements import parsed, quoted

MOST = 3
HEAD = """\
.. list-table::
   :header-rows: 1
   :widths: 8 44 48

   * - Number
     - In short
     - Shown by
"""


class Requirements(SphinxDirective):
    """A table whose last column is made from the tests' own docstrings and comments."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """A row for each requirement, with at most three tests, the most telling first."""
        # Made from the program: what Sphinx keeps of the page says nothing about that.
        self.env.note_reread()
        return self.parse_text_to_nodes(HEAD + "\n".join(self._rows()))

    def _rows(self) -> Iterator[str]:
        for number, words in parsed("\n".join(self.content)):
            yield from (f"   * - {number}", f"     - {words}", "     -")
            yield from (f"       | ``{test}``" for test in quoted().get(number, [])[:MOST])


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known to Sphinx."""
    app.add_directive("requirements", Requirements)
    return {"parallel_read_safe": True}
