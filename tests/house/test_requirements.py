"""What docs/security.rst says tests show, tests show."""

from tests.house.requirements import quoted, said
from tests.house.source import report


def test_every_requirement_in_the_documentation_is_shown_by_a_test() -> None:
    """A row without a test is a claim."""
    missing = sorted({*said()} - quoted().keys())
    rule = "A row of docs/security.rst is quoted by a test, in its docstring or a comment."
    assert not missing, report(rule, missing)


def test_every_requirement_that_a_test_quotes_is_in_the_documentation() -> None:
    """Among those that are shown, or among those that are shown in part, with what is missing."""
    unknown = [
        f"{number}: {', '.join(map(str, by))}"
        for number, by in sorted(quoted().items())
        if number not in said()
    ]
    assert not unknown, report(
        "A number that a test quotes is a row of docs/security.rst.", unknown
    )


def test_no_requirement_is_in_the_documentation_twice() -> None:
    """What is shown in part is not among what is shown."""
    numbers = said()
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    assert not twice, report("A requirement has one row in docs/security.rst.", twice)
