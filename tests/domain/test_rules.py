"""The small rules: policy, login state, sessions, throttle, known browsers, agents."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from flask_airlock.domain import browsers
from flask_airlock.domain.accounts import Account, Person, Visitor, describe_agent
from flask_airlock.domain.login_state import Stage, Step, advance
from flask_airlock.domain.policy import (
    SecondFactorPolicy,
    check_own_proofs,
    proved_second_factor,
)
from flask_airlock.domain.sessions import RECENT_PROOF, Session, proof_names
from flask_airlock.domain.throttle import Side, sides_freed_by_success
from flask_airlock.domain.vault import Vault
from flask_airlock.errors import IllegalMove

NOW = datetime(2030, 1, 1, tzinfo=UTC)
STAFF = frozenset({"staff", "admin"})
ADA, EVE = bytes(range(64)), bytes(range(1, 65))
LEGAL = {
    (Stage.STRANGER, Step.FIRST_FACTOR): Stage.HALF_OPEN,
    (Stage.STRANGER, Step.FIRST_FACTOR_SUFFICES): Stage.SIGNED_IN,
    (Stage.STRANGER, Step.BROWSER_IS_TRUSTED): Stage.SIGNED_IN,
    (Stage.HALF_OPEN, Step.SECOND_FACTOR): Stage.SIGNED_IN,
    (Stage.HALF_OPEN, Step.RESCUED): Stage.HALF_OPEN,
    (Stage.HALF_OPEN, Step.FACTOR_SET_UP): Stage.SIGNED_IN,
    (Stage.SIGNED_IN, Step.FACTOR_SET_UP): Stage.SIGNED_IN,
    (Stage.SIGNED_IN, Step.PROVED_AGAIN): Stage.SIGNED_IN,
}
AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0": "Firefox on Linux",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/129.0.0.0 Safari/537.36": "Chrome on Windows",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/129.0.0.0 Safari/537.36 Edg/129.0.0.0": "Edge on Windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Safari/605.1.15": "Safari on macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) CriOS/129.0 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
    "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) FxiOS/130.0 Safari/605.1.15": "Firefox on iPad",
    "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 SamsungBrowser/25.0 "
    "Chrome/121.0.0.0 Mobile Safari/537.36": "Samsung Internet on Android",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/129.0.0.0 Safari/537.36": "Chrome on ChromeOS",
    "curl/8.5.0": "curl",
    "Something (Linux)": "Linux",
    "": "an unknown browser",
    "\x00<script>": "an unknown browser",
}


@pytest.mark.parametrize("stage,step", [*product(Stage, Step)])
def test_only_the_legal_moves_lead_anywhere(stage: Stage, step: Step) -> None:
    """S-20: between the factors there is only a pending state."""
    if (stage, step) in LEGAL:
        assert advance(stage, step) is LEGAL[stage, step]
    else:
        with pytest.raises(IllegalMove):
            advance(stage, step)


@pytest.mark.parametrize(
    "enabled,required,roles,demanded",
    [
        (True, True, (), True),
        (True, True, ("staff",), True),
        (True, False, ("admin",), False),
        (True, STAFF, (), False),
        (True, STAFF, ("reader",), False),
        (True, STAFF, ("reader", "admin"), True),
        (True, frozenset(), ("admin",), False),
        (False, True, ("admin",), False),
        (False, STAFF, ("admin",), False),
        (False, False, (), False),
    ],
)
def test_who_must_have_a_second_factor(
    enabled: bool, required: bool | frozenset[str], roles: tuple[str, ...], demanded: bool
) -> None:
    """S-22: the policy can demand a second factor for everyone, for roles, or nobody."""
    assert SecondFactorPolicy(enabled, required).demands_factor(roles) is demanded


@pytest.mark.parametrize(
    "passed,days,is_due",
    [
        (timedelta(0), 14, False),
        (timedelta(days=14, microseconds=-1), 14, False),
        (timedelta(days=14), 14, True),
        (timedelta(days=20), 14, True),
        (timedelta(days=-1), 14, False),
        (timedelta(days=-14), 14, True),
        (timedelta(0), 0, True),
    ],
)
def test_when_a_factor_is_due(passed: timedelta, days: int, is_due: bool) -> None:
    """S-22: so long after the first demand, and never longer by any clock."""
    policy = SecondFactorPolicy(enabled=True, required=True, grace=timedelta(days=days))
    found = policy.due_at(NOW - passed, NOW)
    assert found == (None if is_due else NOW - passed + timedelta(days=days))


def test_what_was_never_demanded_has_no_day() -> None:
    policy = SecondFactorPolicy(enabled=True, required=True, grace=timedelta(days=14))
    assert policy.due_at(None, NOW) is None


@pytest.mark.parametrize(
    "proofs,proved",
    [
        ((), False),
        (("password",), False),
        (("password", "mailbox"), False),
        (("oauth", "passwordsms"), False),
        (("password", "email"), True),
        (("oauth", "authenticator"), True),
        (("sms",), True),
    ],
)
def test_which_proofs_are_a_second_factor(proofs: tuple[str, ...], proved: bool) -> None:
    """S-23: the level never exceeds the event."""
    assert proved_second_factor(proofs) is proved


@pytest.mark.parametrize("proofs", [["oauth"], ("ldap", "kerberos_5"), ["a.b-c"]])
def test_an_application_may_name_its_own_proofs(proofs: list[str]) -> None:
    check_own_proofs(proofs)


@pytest.mark.parametrize(
    "proofs",
    [[], (), "oauth", ["email"], ["sms", "oauth"], ["oauth", "authenticator"],
     [""], ["two words"], ["oauth\n"], ["OAuth"], ["x" * 33], ["é"], ["9lives"]],
    ids=ascii,
)  # fmt: skip
def test_an_application_may_not_claim_what_is_ours_to_prove(proofs: list[str]) -> None:
    """S-21: all ways in pass the same policy gate."""
    with pytest.raises(ValueError, match="name"):
        check_own_proofs(proofs)


def test_a_proof_is_fresh_for_a_while() -> None:
    session = Session(
        id=1, account_id=1, stage=Stage.SIGNED_IN, proofs=("password",), created_at=NOW,
        last_seen_at=NOW, proved_at=NOW, expires_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    assert session.is_fresh(NOW + RECENT_PROOF)
    assert not session.is_fresh(NOW + RECENT_PROOF + timedelta(microseconds=1))
    assert proof_names(("password", "sms")) == "password sms"


def test_a_success_frees_its_own_side_and_the_owners_browser_frees_both() -> None:
    assert set(sides_freed_by_success(Side.KNOWN)) == {Side.KNOWN, Side.STRANGERS}
    assert set(sides_freed_by_success(Side.STRANGERS)) == {Side.STRANGERS}


def account(handle: bytes, mark_series: int = 0) -> Account:
    return Account(
        id=handle[0],
        user_id=1,
        handle=handle,
        preferred_method=None,
        address_proved_at=None,
        proved_address=None,
        needs_setup_link=False,
        mark_series=mark_series,
        created_at=NOW,
    )


def test_a_browser_is_known_by_the_mark_of_its_own_account_alone() -> None:
    """Another account's mark is not known, and it has another name."""
    vault, ada, eve = Vault([b"k" * 32]), account(ADA), account(EVE)
    adas, eves = browsers.new_mark(vault, ada, "x"), browsers.new_mark(vault, eve, "x")
    both = {eves.name: eves.value, adas.name: adas.value}
    assert browsers.side_of(vault, ada, both) is Side.KNOWN
    assert browsers.side_of(vault, ada, {adas.name: eves.value}) is Side.STRANGERS
    assert browsers.side_of(vault, ada, {eves.name: adas.value}) is Side.STRANGERS
    assert browsers.side_of(vault, ada, {}) is Side.STRANGERS
    assert adas.name != eves.name
    assert ADA.hex() not in adas.name + adas.value


def test_each_session_gives_a_mark_of_its_own() -> None:
    """A double click gets the same one twice."""
    vault, ada = Vault([b"k" * 32]), account(ADA)
    assert browsers.new_mark(vault, ada, "session 1") == browsers.new_mark(vault, ada, "session 1")
    other = browsers.new_mark(vault, ada, "session 2")
    assert browsers.new_mark(vault, ada, "session 1") != other
    assert browsers.known_mark(vault, ada, {other.name: other.value}) == other.value


def test_marks_of_an_earlier_series_are_known_no_longer() -> None:
    vault = Vault([b"k" * 32])
    mark = browsers.new_mark(vault, account(ADA), "x")
    later = account(ADA, mark_series=1)
    assert browsers.side_of(vault, later, {mark.name: mark.value}) is Side.STRANGERS


def test_a_browser_that_gave_the_password_is_known_at_the_first_door_until_it_changes() -> None:
    """S-96: where there is no second factor either, strangers do not keep the owner waiting."""
    vault, ada = Vault([b"k" * 32]), account(ADA)
    mark = browsers.password_mark(vault, ada, "the hash")
    brought, whole = {mark.name: mark.value}, browsers.new_mark(vault, ada, "x")

    def side(hashed: str | None, marks: dict[str, str]) -> Side:
        person = Person(user_id=1, email="ada@example.com", password_hash=hashed, active=True)
        return browsers.first_door_side(vault, ada, person, marks)

    assert side("the hash", brought) is Side.KNOWN
    assert side("another hash", brought) is Side.STRANGERS
    assert side(None, brought) is Side.STRANGERS
    assert side("another hash", {whole.name: whole.value}) is Side.KNOWN
    assert side("the hash", {whole.name: mark.value, mark.name: whole.value}) is Side.STRANGERS
    assert browsers.side_of(vault, ada, brought) is Side.STRANGERS


def test_a_mark_outlives_a_change_of_keys_but_not_the_loss_of_its_key() -> None:
    """S-115: keys rotate without downtime."""
    old, new, ada = b"o" * 32, b"n" * 32, account(ADA)
    mark = browsers.new_mark(Vault([old]), ada, "x")
    brought = {mark.name: mark.value}
    assert browsers.side_of(Vault([new, old]), ada, brought) is Side.KNOWN
    assert browsers.side_of(Vault([new]), ada, brought) is Side.STRANGERS


@pytest.mark.parametrize(
    "mark", ["", "a", "====", "é", "\ud800", "\x00", "x" * 10_000, urlsafe_b64encode(ADA).decode()],
    ids=range(8),
)  # fmt: skip
def test_a_mark_of_any_shape_is_just_unknown(mark: str) -> None:
    vault, ada = Vault([b"k" * 32]), account(ADA)
    brought = {name(ADA): mark for name in (browsers.mark_name, browsers.password_mark_name)}
    person = Person(user_id=1, email="ada@example.com", password_hash="$x", active=True)
    assert browsers.first_door_side(vault, ada, person, brought) is Side.STRANGERS


@pytest.mark.parametrize("agent,name", AGENTS.items(), ids=AGENTS.values())
def test_a_browser_has_a_short_human_name(agent: str, name: str) -> None:
    assert describe_agent(agent) == name
    assert Visitor(agent=agent).browser == name


def test_people_accounts_and_visitors_show_no_secret() -> None:
    """S-117: repr masks."""
    person = Person(user_id=1, email="ada@example.com", password_hash="$argon2id$x", active=True)
    account = Account(
        id=1, user_id=1, handle=ADA, preferred_method=None, address_proved_at=None,
        proved_address=None, needs_setup_link=False, created_at=NOW,
    )  # fmt: skip
    shown = repr((person, account, Visitor(marks={"airlock_known_x": "the mark"})))
    assert "argon2id" not in shown
    assert repr(ADA)[2:12] not in shown
    assert "the mark" not in shown
