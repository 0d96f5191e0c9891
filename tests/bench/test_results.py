"""What was found is kept, shown and drawn; nothing is measured here."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import plot, table
from bench.goals import at_most, statements
from bench.results import Group, Result, keep, read
from bench.rounds import Ratio

PAGE = at_most(1, "Page", 1.1, "floor", Ratio([1.3, 1.0, 1.05]), {"ours": 1.05, "a & b": 90.0})
LOGIN = statements(6, "Password", {"statements": 6, "commits": 1}, 5, 2)
SVG = "{http://www.w3.org/2000/svg}"


def test_a_goal_holds_by_the_median() -> None:
    assert (PAGE.figure, PAGE.holds) == ("1.05 (best 1.00)", True)
    assert at_most(1, "Page", 1.1, "floor", Ratio([1.2, 1.0, 1.15]), {}).holds is False


@pytest.mark.parametrize(
    "found,holds",
    [
        ({"statements": 5, "commits": 2}, True),
        ({"statements": 6, "commits": 2}, False),
        ({"statements": 5, "commits": 3}, False),
        ({}, True),
    ],
)
def test_statements_and_commits_both_count(found: dict[str, int], holds: bool) -> None:
    assert statements(6, "Password", found, 5, 2).holds is holds


def test_a_group_takes_the_place_of_its_older_one_alone(tmp_path: Path) -> None:
    file = tmp_path / "place" / "results.json"
    keep([Group("page", "Old", (PAGE,)), Group("login", "A login", (LOGIN,))], file)
    keep([Group("page", "New", (PAGE,))], file)
    assert read(file) == {
        "page": Group("page", "New", (PAGE,)),
        "login": Group("login", "A login", (LOGIN,)),
    }


def test_the_table_is_in_the_order_of_the_goals() -> None:
    lines = table.markdown([Group("login", "", (LOGIN,)), Group("page", "", (PAGE,))]).splitlines()
    assert lines[2:] == [
        "| 1 | Page | at most 1.10 x floor | 1.05 (best 1.00) | yes |",
        "| 6 | Password | at most 5 statements, 2 commits | 6 statements, 1 commit | no |",
    ]


def test_what_was_not_measured_neither_holds_nor_fails() -> None:
    missing = Result(2, "Page", "at most 1", "not measured", None)
    assert table.markdown([Group("page", "", (missing,))]).endswith("| not measured | - |\n")


def test_the_documentation_gets_a_table_and_a_plot(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    table.publish([Group("page", "A page", (PAGE,)), Group("sql", "No bars", (LOGIN,))], tmp_path)
    assert "   * - 1\n     - Page\n" in (tmp_path / table.TABLE).read_text(encoding="utf-8")
    assert [file.name for file in (tmp_path / "images").iterdir()] == ["bench-page.svg"]


def test_a_bar_is_as_long_as_its_share_and_stays_on_the_paper() -> None:
    drawn = ET.fromstring(plot.svg(Group("page", "A <page>", (PAGE,))))  # noqa: S314
    bars = {bar.get("class"): float(bar.get("width", "")) for bar in drawn.iter(f"{SVG}rect")}
    assert drawn.findtext(f"{SVG}title") == "A <page>"
    # The longer one is cut at six times the goal.
    assert bars["ours"] / bars["bar"] == pytest.approx(1.05 / (1.1 * plot.MOST_OF_GOAL), rel=0.01)
    assert plot.LEFT + bars["bar"] < bars["paper"]
