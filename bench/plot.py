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
  .title { font-weight: 600; font-size: 15px; } .what { font-weight: 600; } .of { fill: #b91c1c; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #17191c; } .bar { fill: #64707d; } .ours { fill: #60a5fa; }
    .goal { stroke: #f87171; } text { fill: #e4e7eb; } .of { fill: #f87171; }
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
        f'<text class="title" x="{MARGIN}" y="{MARGIN + 10}">{title}</text>',
        *parts,
        "</svg>",
    )
    return "".join(f"{line}\n" for line in lines)


def _height(result: Result) -> int:
    return HEAD + ROW * len(result.bars) + GAP


def _panel(result: Result, y: int) -> Iterator[str]:
    """The bars of one goal, the shortest first."""
    yield _text(MARGIN, y + 14, result.what, "what")
    longest = _longest(result)
    bars = sorted(result.bars.items(), key=lambda bar: bar[1])
    top = y + HEAD
    for number, (name, value) in enumerate(bars):
        yield from _bar(name, value, longest, top + ROW * number)
    if result.limit is not None:
        x = LEFT + LONGEST * result.limit / longest
        bottom = top + ROW * len(bars)
        yield f'<line class="goal" x1="{x:.1f}" y1="{top - 4}" x2="{x:.1f}" y2="{bottom}"/>'
        goal = escape(f"goal: {result.limit:g} {result.unit}")
        yield f'<text class="of" x="{WIDTH - MARGIN}" y="{y + 14}" text-anchor="end">{goal}</text>'


def _longest(result: Result) -> float:
    longest = max(result.bars.values())
    if result.limit is None:
        return longest
    return max(result.limit * 1.1, min(longest, result.limit * MOST_OF_GOAL))


def _bar(name: str, value: float, longest: float, y: int) -> Iterator[str]:
    length = LONGEST * min(1.0, value / longest)
    kind = "ours" if name == "ours" else "bar"
    shown = "Flask-Airlock" if name == "ours" else name
    yield f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(shown)}</text>'
    yield f'<rect class="{kind}" x="{LEFT}" y="{y + 2}" width="{length:.1f}" height="{ROW - 6}"/>'
    yield _text(LEFT + length + 6, y + 13, f"{value:.3g}" if value < 1000 else f"{value:,.0f}", "")


def _text(x: float, y: float, said: str, kind: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y}">{escape(said)}</text>'
