"""When a token of a trusted browser is good, what it is bound to, and what follows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flask_airlock.domain.accounts import Account
from flask_airlock.domain.login_state import Stage
from flask_airlock.domain.policy import leans_on_trust
from flask_airlock.domain.sessions import DOUBLE_CLICK, Session, SessionPolicy
from flask_airlock.domain.trust import (
    Token,
    TrustedBrowser,
    binding,
    cookie_name,
    first_tokens,
    is_bound,
    kept,
    next_tokens,
    token_in,
)
from flask_airlock.domain.vault import Vault, digest

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW = b"o" * 32, b"n" * 32
ACCOUNT = Account(
    id=1,
    user_id=7,
    handle=b"h" * 64,
    preferred_method="authenticator",
    address_proved_at=None,
    proved_address=None,
    needs_setup_link=False,
    created_at=NOW,
)
TOKEN = Token("series", "secret")
BROWSER = TrustedBrowser(
    id=1,
    account_id=1,
    name="Mine",
    agent="",
    address="",
    uses=0,
    created_at=NOW,
    last_used_at=NOW,
    expires_at=NOW + 14 * DAY,
    series=TOKEN.series_digest,
    digest=TOKEN.digest,
    previous_digest=None,
    bound_to=b"",
)


@pytest.mark.parametrize("text", [None, "", ".", "a", "a.", ".a"])
def test_what_has_not_two_halves_is_no_token(text: str | None) -> None:
    assert Token.of(text) is None


def test_a_token_is_read_as_it_was_written() -> None:
    assert Token.of(TOKEN.text) == TOKEN
    assert Token.of("a.b.c") == Token("a", "b.c")


def test_a_browser_brings_the_token_of_the_account_that_is_asked_for() -> None:
    """S-111: user A's is not looked at for user B."""
    other = replace(ACCOUNT, handle=b"i" * 64)
    mark = kept(ACCOUNT, TOKEN, NOW + DAY, NOW)
    assert (mark.name, mark.lifetime) == (cookie_name(ACCOUNT.handle), DAY)
    assert token_in(ACCOUNT, {mark.name: mark.value}) == TOKEN
    assert token_in(other, {mark.name: mark.value}) is None


def test_the_newest_token_and_the_one_before_are_good() -> None:
    """S-111."""
    newer = replace(BROWSER, digest=digest("newer"), previous_digest=TOKEN.digest)
    assert BROWSER.knows(TOKEN)
    assert newer.knows(TOKEN)
    assert newer.knows(Token("series", "newer"))
    newest = replace(newer, digest=digest("newest"), previous_digest=digest("newer"))
    assert not newest.knows(TOKEN)
    assert not BROWSER.knows(Token("series", ""))


def test_a_double_click_is_half_a_minute() -> None:
    newer = replace(BROWSER, digest=digest("newer"), previous_digest=TOKEN.digest)
    assert newer.was_shown_just_now(TOKEN, NOW + DOUBLE_CLICK)
    assert not newer.was_shown_just_now(TOKEN, NOW + DOUBLE_CLICK + timedelta(seconds=1))
    assert not newer.was_shown_just_now(Token("series", "newer"), NOW)
    assert not BROWSER.was_shown_just_now(TOKEN, NOW)


def test_the_trust_ends_after_the_shorter_of_two_lengths() -> None:
    """S-111: what was promised at the tick, or what the setting says by now."""
    assert BROWSER.ends_at(30 * DAY) == NOW + 14 * DAY
    assert BROWSER.ends_at(7 * DAY) == NOW + 7 * DAY


def test_tokens_follow_from_the_key_and_from_what_was_shown() -> None:
    """S-111: 256 bits each, the same for a double click, and no two else alike."""
    vault = Vault([NEW, OLD])
    first = first_tokens(vault, "a login")
    assert first == first_tokens(vault, "a login")
    assert len(first) == 2
    assert first[0] == first_tokens(Vault([NEW]), "a login")[0]
    assert [len(half) for half in (first[0].series, first[0].secret)] == [43, 43]
    second = next_tokens(vault, first[0], 1)[0]
    third = next_tokens(vault, second, 2)[0]
    again = next_tokens(vault, first[0], 2)[0]
    assert second.series == first[0].series
    seen = {first[0].series, first[0].secret, second.secret, third.secret, again.secret}
    assert len(seen) == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"password_hash": "another"},
        {"password_hash": None},
        {"factors": [1]},
        {"factors": [1, 2, 3]},
        {"account": replace(ACCOUNT, mark_series=1)},
        {"account": replace(ACCOUNT, handle=b"i" * 64)},
    ],
    ids=str,
)
def test_it_is_bound_to_password_factors_and_known_browsers(changes: dict[str, object]) -> None:
    """S-112: whatever of these is another one, and by whatever hand."""
    was: dict[str, object] = {"account": ACCOUNT, "password_hash": "a hash", "factors": [2, 1]}
    vault = Vault([NEW])
    bound = replace(BROWSER, bound_to=binding(vault, **was))  # type: ignore[arg-type]
    assert is_bound(vault, bound, **(was | {"factors": [1, 2]}))  # type: ignore[arg-type]
    assert is_bound(Vault([OLD, NEW]), bound, **was)  # type: ignore[arg-type]
    assert not is_bound(vault, bound, **(was | changes))  # type: ignore[arg-type]
    assert not is_bound(Vault([OLD]), bound, **was)  # type: ignore[arg-type]


def session(*proofs: str, remembered: bool = False) -> Session:
    """A session that began now."""
    return Session(
        id=1,
        account_id=1,
        stage=Stage.SIGNED_IN,
        proofs=proofs,
        created_at=NOW,
        last_seen_at=NOW,
        proved_at=NOW,
        expires_at=NOW + 30 * DAY,
        remembered=remembered,
    )


def test_a_session_leans_on_trust_until_a_factor_is_proved() -> None:
    """S-109: so long nothing in it is fresh."""
    leaning = session("password", "trusted_browser")
    assert leans_on_trust(leaning.proofs)
    assert not leaning.is_fresh(NOW)
    proved = session("password", "trusted_browser", "sms")
    assert not leans_on_trust(proved.proofs)
    assert proved.is_fresh(NOW)
    assert not leans_on_trust(("password",))


def test_a_session_that_is_remembered_does_not_rest_too_long() -> None:
    """S-103: unless it is offered no longer."""
    remembering = SessionPolicy(remember=30 * DAY)
    later = NOW + 9 * timedelta(hours=1)
    assert not remembering.is_over(session("password", remembered=True), later)
    assert remembering.is_over(session("password"), later)
    assert SessionPolicy().is_over(session("password", remembered=True), later)
    assert remembering.length(remembered=True) == 30 * DAY
    assert remembering.length(remembered=False) == SessionPolicy().overall
    assert SessionPolicy().length(remembered=True) == SessionPolicy().overall
    assert session("password", remembered=True).cookie_lifetime(NOW + DAY) == 29 * DAY
    assert session("password").cookie_lifetime(NOW) is None
