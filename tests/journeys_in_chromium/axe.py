"""What axe-core, the judge that others use as well, has to say of a page, in light and in dark."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
from playwright.sync_api import Page

RUN = """(only) => axe.run(document, {
  resultTypes: ["violations"],
  ...(only ? {runOnly: {type: "rule", values: only}} : {}),
}).then(({violations}) => violations.map((it) => [it.id, it.nodes.map((node) => node.html)]))"""
# Only colours differ in the dark.
SCHEMES: dict[Literal["light", "dark"], list[str] | None] = {
    "light": None,
    "dark": ["color-contrast"],
}


@cache
def _source() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


def complaints(page: Page) -> list[str]:
    """Every rule that the page breaks, with the elements that do."""
    page.evaluate(_source())
    found: list[Any] = []
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        page.evaluate("document.getAnimations().forEach((it) => it.finish())")
        found += page.evaluate(RUN, rules)
    page.emulate_media(color_scheme="light")
    return [f"axe {rule}: {elements}" for rule, elements in found]
