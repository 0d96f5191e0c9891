"""One form for each user name, and none that could be taken for an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_airlock.domain.usernames import normal_username
from flask_airlock.errors import InvalidUsername


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("Ada", "ada"),
        ("  ada \n", "ada"),
        ("Countess_Ada-1815", "countess_ada-1815"),
        ("a.d.a", "a.d.a"),
        ("Zoë", "zoë"),
        ("Zoe\u0308", "zoë"),
        ("\uff21\uff24\uff21", "ada"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("李明德", "李明德"),
    ],
)
def test_a_name_has_one_form(typed: str, kept: str) -> None:
    assert normal_username(typed) == kept
    assert normal_username(kept) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "ab", "a" * 33, "12345", "a@b", "a b", ".ada", "ada.", "a..a", "a-_a", "a\0b", "ada\u202e",
     "\u0301ada", "a/b", "<b>", "x" * 10_000_000],
)  # fmt: skip
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(InvalidUsername):
        normal_username(typed)


@given(st.text(max_size=40))
def test_the_form_is_stable_whatever_is_typed(typed: str) -> None:
    try:
        kept = normal_username(typed)
    except InvalidUsername:
        return
    assert normal_username(kept) == kept
    assert "@" not in kept
