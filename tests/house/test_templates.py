"""Pages must work under a policy that allows nothing inline (S-128)."""

import re

from tests.house.source import PACKAGE, report

TEMPLATES = PACKAGE / "templates"
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
INLINE = {
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a handler attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script without src": re.compile(r"<script\b(?![^>]*\ssrc\s*=)", re.IGNORECASE),
    "a script with a body": re.compile(r"<script\b[^>]*>\s*[^<\s]", re.IGNORECASE),
    "a javascript: URL": re.compile(r"javascript:", re.IGNORECASE),
}


def test_no_page_has_inline_style_or_script() -> None:
    """Letters are no pages: mail programs know no style sheets."""
    trespasses = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        if "letters" not in path.parts:
            html = JINJA.sub(_blank, path.read_text(encoding="utf-8"))
            trespasses += [
                f"{path.relative_to(TEMPLATES)}:{html.count(chr(10), 0, found.start()) + 1}: {what}"
                for what, pattern in INLINE.items()
                for found in pattern.finditer(html)
            ]
    rule = "Style and script of a page are files under static; nothing is inline."
    assert not trespasses, report(rule, trespasses)


def _blank(found: re.Match[str]) -> str:
    """As many lines as were there, so that a place is still a place; a value where a value was."""
    return "x" + "\n" * found[0].count("\n")
