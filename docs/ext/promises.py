"""`.. promises::`: the promises of the stores, the statements that keep them, and their races."""

from itertools import groupby
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from statements import changes_by

from tests.house.promises import promised, shown


def store_of(name: str) -> str:
    """`Codes` of `Codes.spend`."""
    return name.partition(".")[0]


class Promises(SphinxDirective):
    """A section for each store, made from the program and its tests."""

    def run(self) -> list[nodes.Node]:
        """The stores by name, the promises of each in the order of its methods."""
        # Made from the program: what Sphinx keeps of the page says nothing about that.
        self.env.note_reread()
        made: list[nodes.Node] = []
        for store, names in groupby(sorted(promised(), key=store_of), key=store_of):
            section = nodes.section(ids=[nodes.make_id(f"promises of {store}")])
            section += nodes.title(store, store)
            for name in names:
                section += self._said(name)
            made.append(section)
        return made

    def _said(self, name: str) -> list[nodes.Node]:
        sentence, sql = promised()[name], ";\n".join(changes_by(name))
        head = nodes.paragraph("", "", nodes.strong(sentence, sentence), nodes.Text(" "))
        head += nodes.literal(name, name)
        races = nodes.bullet_list()
        for place in shown()[name]:
            races += nodes.list_item("", nodes.paragraph("", "", nodes.literal(place, place)))
        return [head, nodes.literal_block(sql, sql, language="sql"), races]


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known to Sphinx."""
    app.add_directive("promises", Promises)
    return {"parallel_read_safe": True}
