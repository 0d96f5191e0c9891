"""Goals as results: what is at most how much, and what was found."""

from collections.abc import Mapping, Sequence

from bench.results import Result
from bench.rounds import Ratio, Turn, over

Spent = Mapping[Turn, Sequence[float]]
EVERYBODY = ("ours", "bare", "flask-security", "allauth")


def at_most(
    number: int, what: str, limit: float, of: str, found: Ratio, bars: Mapping[str, float]
) -> Result:
    """Holds by the median: a round can be off by a factor of two."""
    return Result(
        number=number,
        what=what,
        goal=f"at most {limit:.2f} x {of}",
        figure=f"{found.median:.2f} (best {found.least:.2f})",
        holds=found.median <= limit,
        bars=dict(bars),
        unit=f"x {of}",
        limit=limit,
    )


def beside(spent: Spent, scene: str, of: str, names: Sequence[str]) -> dict[str, float]:
    """The bars of one scene: everybody's median over one's."""
    return {name: over(spent[name, scene], spent[of, scene]).median for name in names}


def statements(number: int, what: str, found: Mapping[str, int], most: int, commits: int) -> Result:
    """What is asked of the database at most; these are exact."""
    asked, committed = found.get("statements", 0), found.get("commits", 0)
    return Result(
        number=number,
        what=what,
        goal=f"at most {of_each(most, commits)}",
        figure=of_each(asked, committed),
        holds=asked <= most and committed <= commits,
    )


def of_each(statements: int, commits: int) -> str:
    """In words, of statements and commits."""
    return f"{_number(statements, 'statement')}, {_number(commits, 'commit')}"


def _number(number: int, of: str) -> str:
    return f"{number} {of}{'' if number == 1 else 's'}"
