"""A QR code as inline SVG: drawn here, no image request, nothing for a style policy to refuse."""

from importlib import import_module

from markupsafe import Markup


def inline_qr(text: str) -> Markup:
    """The code as an `<svg>` element that scales with its box."""
    # Loaded where something is drawn: who only signs in never needs it.
    segno = import_module("segno")
    drawing: str = segno.make(text, error="m", micro=False).svg_inline(
        border=2, omitsize=True, svgclass="airlock-qr", lineclass="airlock-qr-line"
    )
    return Markup(drawing)  # noqa: S704 (segno draws numbers only)
