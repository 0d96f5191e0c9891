"""Values that do not change: what a dataclass can do, records can."""

import copy
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from functools import cached_property
from typing import Any, ClassVar

import pytest

from flask_airlock.domain.records import Record


class Mark(Record):
    """Given by name."""

    place: str
    secret: str = field(repr=False)
    times: int = 1
    notes: dict[str, str] = field(default_factory=dict)

    @cached_property
    def twice(self) -> int:
        """Kept beside what was given."""
        return 2 * self.times


class Late(Mark):
    """With more to tell."""

    late_by: int = 0


class Pair(Record, kw_only=False):
    """Given by place too."""

    first: int
    second: int = 2
    third: int = field(default=3, kw_only=True)


class Common(Record):
    """With what is no field."""

    kind: ClassVar[str] = "common"
    own: int


MARK = Mark(place="here", secret="s")


def test_it_holds_what_it_was_given_and_what_is_so_by_itself() -> None:
    assert (MARK.place, MARK.secret, MARK.times, MARK.notes) == ("here", "s", 1, {})
    assert Mark(place="here", secret="s").notes is not MARK.notes
    late = Late(place="there", secret="s", times=4, late_by=5)
    assert [getattr(late, it.name) for it in fields(late)] == ["there", "s", 4, {}, 5]


def test_by_place_it_takes_what_may_be_given_so() -> None:
    assert Pair(1) == Pair(first=1) == Pair(1, 2, third=3) == Pair(1, second=2)


@pytest.mark.parametrize(
    "kind, placed, named",
    [
        (Mark, (), {"place": "here"}),
        (Mark, (), {"place": "here", "secret": "s", "another": 1}),
        (Mark, (), {"place": "here", "another": 1}),
        (Mark, ("here", "s"), {}),
        (Pair, (), {}),
        (Pair, (1, 2, 3), {}),
        (Pair, (1,), {"first": 1}),
    ],
    ids=str,
)
def test_it_takes_that_and_nothing_else(
    kind: type[Record], placed: tuple[object, ...], named: dict[str, object]
) -> None:
    with pytest.raises(TypeError, match=kind.__name__):
        kind(*placed, **named)


def after(self: Record) -> None:
    """Would be called by a dataclass."""


@pytest.mark.parametrize(
    "asked",
    [{"way": field(init=False)}, {"way": field(compare=False)}, {"__post_init__": after}],
    ids=["not given", "not compared", "done afterwards"],
)
def test_what_it_does_not_do_is_refused_when_the_class_is_made(asked: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Odd"):
        type("Odd", (Record,), {"__annotations__": {"way": int}, **asked})


def test_what_all_have_in_common_is_no_field() -> None:
    assert repr(Common(own=1)) == "Common(own=1)"
    with pytest.raises(TypeError, match="kind"):
        Common(own=1, kind="another")  # type: ignore[call-arg]


def test_it_stays_as_it_is() -> None:
    with pytest.raises(FrozenInstanceError):
        MARK.times = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del MARK.times
    with pytest.raises(FrozenInstanceError):
        MARK.another = 2


def test_it_is_what_it_holds() -> None:
    """Of the same kind, and by what was given alone."""
    other = Mark(secret="s", place="here")
    assert MARK.twice == 2
    assert other == MARK
    assert other != Mark(place="here", secret="another")
    assert Late(place="here", secret="s") != MARK
    assert len({Pair(1), Pair(1), Pair(2)}) == 2


def test_it_does_not_tell_what_is_hidden() -> None:
    assert repr(MARK) == "Mark(place='here', times=1, notes={})"


def test_it_is_a_dataclass() -> None:
    assert replace(MARK, times=3) == Mark(place="here", secret="s", times=3)
    assert asdict(Pair(1)) == {"first": 1, "second": 2, "third": 3}
    assert copy.copy(MARK) == copy.deepcopy(MARK) == MARK
