"""A plot of a group: a bar for each peer, a line where the goal is. SVG, written by hand.

It brings its own paper, light or dark as the reader's system is.
"""

from collections.abc import Iterator
from html import escape

from bench.results import Group, Result

WIDTH, LEFT, RIGHT = 760, 150, 90
ROW, GAP, HEAD, MARGIN = 20, 14, 26, 16
LONGEST = WIDTH - LEFT - RIGHT
# A bar that is longer is cut, and its figure says how long it is.
MOST_OF_GOAL = 6.0
STYLE = """
  .paper { fill: #ffffff; } .bar { fill: #9aa5b1; } .ours { fill: #2563eb; }
  .goal { stroke: #b91c1c; stroke-width: 1.5; stroke-dasharray: 4 3; }
  text { font: 13px system-ui, sans-serif; fill: #1f2933; }
  .name, .of { text-anchor: end; }
  .figure { paint-order: stroke; stroke: #ffffff; stroke-width: 4; }
  .title { font-weight: 600; font-size: 15px; } .what { font-weight: 600; } .of { fill: #b91c1c; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #17191c; } .bar { fill: #64707d; } .ours { fill: #60a5fa; }
    .goal { stroke: #f87171; } text { fill: #e4e7eb; } .figure { stroke: #17191c; }
    .of { fill: #f87171; }
  }
"""


def svg(group: Group) -> str:
    """The plot; empty for a group without bars."""
    shown = [result for result in group.results if result.bars]
    if not shown:
        return ""
    parts, y = [], MARGIN + HEAD
    for result in shown:
        parts += list(_panel(result, y))
        y += _height(result)
    title = escape(group.title)
    space = f'viewBox="0 0 {WIDTH} {y}" role="img" aria-labelledby="title"'
    lines = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {space}>',
        f'<title id="title">{title}</title>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{y}" rx="8"/>',
        _text(MARGIN, MARGIN + 10, group.title, "title"),
        *parts,
        "</svg>",
    )
    return "".join(f"{line}\n" for line in lines)


def _height(result: Result) -> int:
    return HEAD + ROW * len(result.bars) + GAP


def _panel(result: Result, y: int) -> Iterator[str]:
    """The bars of one goal, the shortest first; figures lie above the goal's line."""
    yield _text(MARGIN, y + 14, result.what, "what")
    longest = _longest(result)
    bars = sorted(result.bars.items(), key=lambda bar: bar[1])
    lengths = [LONGEST * min(1.0, value / longest) for _, value in bars]
    tops = range(y + HEAD, y + HEAD + ROW * len(bars), ROW)
    for (name, _), length, top in zip(bars, lengths, tops, strict=True):
        kind, size = ("ours" if name == "ours" else "bar"), f'height="{ROW - 6}"'
        yield f'<rect class="{kind}" x="{LEFT}" y="{top + 2}" width="{length:.1f}" {size}/>'
    if result.limit is not None:
        yield from _goal(result, LEFT + LONGEST * result.limit / longest, y)
    for (name, value), length, top in zip(bars, lengths, tops, strict=True):
        shown = "Flask-Airlock" if name == "ours" else name
        figure = f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
        yield _text(LEFT - 8, top + 13, shown, "name")
        yield _text(LEFT + length + 6, top + 13, figure, "figure")


def _goal(result: Result, x: float, y: int) -> Iterator[str]:
    ends = f'y1="{y + HEAD - 4}" y2="{y + HEAD + ROW * len(result.bars)}"'
    yield f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" {ends}/>'
    yield _text(WIDTH - MARGIN, y + 14, f"goal: {result.limit:g} {result.unit}", "of")


def _longest(result: Result) -> float:
    longest = max(result.bars.values())
    if result.limit is None:
        return longest
    return max(result.limit * 1.1, min(longest, result.limit * MOST_OF_GOAL))


def _text(x: float, y: float, said: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y}">{escape(said)}</text>'
