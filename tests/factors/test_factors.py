"""Each factor by itself: what it posts, what it accepts, and only once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from flask_airlock.domain import totp
from flask_airlock.domain.accounts import Person, Visitor
from flask_airlock.domain.letters import Channel
from flask_airlock.domain.one_time_codes import Purpose, typed_digits
from flask_airlock.domain.vault import Vault
from flask_airlock.errors import InvalidPhoneNumber, MethodNotOffered, WrongAnswer
from flask_airlock.factors.authenticator import AuthenticatorFactor
from flask_airlock.factors.email import EmailFactor
from flask_airlock.factors.protocol import Case, Factor, PostedCode
from flask_airlock.factors.registry import FactorRegistry
from flask_airlock.factors.sms import SmsFactor
from tests.applications import Application
from tests.storage.units import Bench

NOW = datetime(2030, 1, 1, 14, 32, 5, tzinfo=UTC)
VISITOR = Visitor(address="192.0.2.7", agent="curl/8", host="example.com:5000")
NUMBER = "+12015550123"
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def bench(application: Application) -> Iterator[Bench]:
    with application.app.app_context():
        yield Bench(application)


@pytest.fixture
def case(bench: Bench) -> Case:
    account_id = bench.account()
    session, _ = bench.session(account_id)
    with bench.begin() as unit:
        (row,) = [r for r in bench.application.rows("accounts") if r["id"] == account_id]
        account = unit.accounts.of_user(row["user_id"])
    assert account is not None
    return Case(
        account=account,
        person=Person(user_id=1, email="ada@example.com", password_hash=None, active=True),
        session_id=session.id,
        purpose=Purpose.LOGIN,
        visitor=VISITOR,
        now=NOW,
    )


def email_factor(*masters: bytes) -> EmailFactor:
    return EmailFactor(Vault(masters or [NEW]), "Ex Co")


def sms_factor(region: str | None = "US") -> SmsFactor:
    return SmsFactor(Vault([NEW]), "Ex Co", region, lambda visitor: "example.com")


def post(bench: Bench, factor: EmailFactor | SmsFactor, case: Case) -> tuple[str, PostedCode]:
    """A code on its way: the code, and what was posted."""
    posted = factor.challenge(case, NUMBER.encode())
    with bench.begin() as unit:
        unit.codes.put(case.binding(factor.name), posted.digest, posted.expires_at, 1)
    return str(posted.letter.facts["code"]), posted


def accepts(bench: Bench, factor: Factor, case: Case, code: str) -> bool:
    """Whether an answer is right; it is spent then."""
    try:
        with bench.begin() as unit:
            credentials = unit.credentials.of_method(case.account.id, factor.name)
            factor.answer(unit, case, credentials, code)
    except WrongAnswer:
        return False
    return True


def with_seed(bench: Bench, case: Case, last_step: int = -1) -> pyotp.TOTP:
    """An authenticator app that was set up for this account."""
    seed = AuthenticatorFactor().new_secret("", case.person)
    with bench.begin() as unit:
        unit.credentials.add(case.account.id, "authenticator", seed, NOW, last_step)
    return pyotp.TOTP(totp.base32(seed))


@pytest.mark.parametrize("factor,digits,minutes", [(email_factor(), 8, 10), (sms_factor(), 6, 5)])
def test_a_posted_code_has_the_shape_and_the_life_of_its_method(
    case: Case, factor: EmailFactor | SmsFactor, digits: int, minutes: int
) -> None:
    """S-26, S-28: SMS 6 digits and 5 minutes, mail 8 digits and 10 minutes."""
    posted = factor.challenge(case, NUMBER.encode())
    code = str(posted.letter.facts["code"])
    assert typed_digits(code, digits) == code
    assert posted.expires_at == NOW + timedelta(minutes=minutes)
    assert posted.letter.lifetime == timedelta(minutes=minutes)
    assert posted.letter.facts["minutes"] == minutes
    assert code.encode() not in posted.digest
    assert code not in repr(posted)


def test_a_letter_says_when_and_where_its_code_was_asked_for(case: Case) -> None:
    letter = email_factor().challenge(case, b"").letter
    facts = {name: value for name, value in letter.facts.items() if name != "code"}
    assert facts == {
        "minutes": 10, "service": "Ex Co", "purpose": "login", "at": "14:32 UTC",
        "browser": "curl", "address": "192.0.2.7",
    }  # fmt: skip
    assert (letter.to, letter.channel) == ("ada@example.com", Channel.MAIL)
    text = sms_factor().challenge(case, NUMBER.encode()).letter
    assert (text.to, text.channel, text.facts["host"]) == (NUMBER, Channel.SMS, "example.com")


@pytest.mark.parametrize("factor", [email_factor(), sms_factor()])
def test_a_posted_code_is_right_once(
    bench: Bench, case: Case, factor: EmailFactor | SmsFactor
) -> None:
    """S-29."""
    code, posted = post(bench, factor, case)
    wrong = str((int(code) + 1) % 10 ** len(code)).zfill(len(code))
    assert not accepts(bench, factor, case, wrong)
    assert not accepts(bench, factor, replace(case, now=posted.expires_at), code)
    assert accepts(bench, factor, case, code)
    assert not accepts(bench, factor, case, code)


def test_a_code_opens_nothing_but_what_it_was_asked_for(bench: Bench, case: Case) -> None:
    """S-30: bound to the login attempt, the user, the channel and the purpose."""
    factor = email_factor()
    code, posted = post(bench, factor, case)
    stranger = replace(case.account, id=bench.account())
    others = [
        replace(case, purpose=Purpose.SETUP),
        replace(case, purpose=Purpose.FIRST_SETUP),
        replace(case, session_id=bench.session(case.account.id)[0].id),
        replace(case, account=stranger),
    ]
    for other in others:
        assert not accepts(bench, factor, other, code)
        # Not even where the very row of the other case is made to hold this code's digest.
        with bench.begin() as unit:
            unit.codes.put(other.binding("email"), posted.digest, posted.expires_at, 1)
        assert not accepts(bench, factor, other, code)
    assert not accepts(bench, sms_factor(), case, code)
    assert accepts(bench, factor, case, code)


def test_a_mailed_code_is_no_app_code_and_an_app_code_is_no_mailed_code(
    bench: Bench, case: Case
) -> None:
    """S-27: the mailed code is refused by TOTP check, the app code by mail check."""
    app, mail = with_seed(bench, case), email_factor()
    code, _ = post(bench, mail, case)
    assert not accepts(bench, AuthenticatorFactor(), case, code)
    assert not accepts(bench, mail, case, app.at(NOW))


def test_a_new_key_does_not_void_the_codes_in_flight(bench: Bench, case: Case) -> None:
    """S-115: keys rotate without downtime."""
    code, _ = post(bench, email_factor(OLD), case)
    assert not accepts(bench, email_factor(NEW), case, code)
    assert accepts(bench, email_factor(NEW, OLD), case, code)


def test_confirming_a_set_up_spends_the_code_that_was_sent(bench: Bench, case: Case) -> None:
    setup = replace(case, purpose=Purpose.SETUP)
    factor = sms_factor()
    code, _ = post(bench, factor, setup)
    with bench.begin() as unit:
        assert factor.confirm(unit, setup, NUMBER.encode(), code) == -1
    with pytest.raises(WrongAnswer), bench.begin() as unit:
        factor.confirm(unit, setup, NUMBER.encode(), code)


def test_an_app_code_is_right_once_and_older_ones_with_it(bench: Bench, case: Case) -> None:
    """S-45: code at T accepted; again refused; code of T-1 after T refused."""
    app, factor = with_seed(bench, case), AuthenticatorFactor()
    earlier, now, later = (app.at(NOW + shift * totp.STEP) for shift in (-1, 0, 1))
    assert accepts(bench, factor, case, now)
    assert not accepts(bench, factor, case, now)
    assert not accepts(bench, factor, case, earlier)
    assert accepts(bench, factor, case, later)


def test_the_code_that_confirmed_the_set_up_does_not_sign_in(bench: Bench, case: Case) -> None:
    """S-45, the set-up included."""
    factor = AuthenticatorFactor()
    seed = factor.new_secret("", case.person)
    code = pyotp.TOTP(totp.base32(seed)).at(NOW)
    with bench.begin() as unit:
        step = factor.confirm(unit, case, seed, code)
        unit.credentials.add(case.account.id, "authenticator", seed, NOW, step)
    assert step == totp.step_at(NOW)
    assert not accepts(bench, factor, case, code)
    with pytest.raises(WrongAnswer), bench.begin() as unit:
        factor.confirm(unit, case, seed, pyotp.TOTP(totp.base32(seed)).at(NOW + 5 * totp.STEP))


def test_any_of_several_apps_may_answer_and_a_stranger_s_may_not(bench: Bench, case: Case) -> None:
    """S-42: one seed per enrolled app."""
    first, second = with_seed(bench, case), with_seed(bench, case)
    stranger = replace(case, account=replace(case.account, id=bench.account()))
    thiefs = with_seed(bench, stranger)
    factor = AuthenticatorFactor()
    assert first.secret != second.secret
    assert not accepts(bench, factor, case, thiefs.at(NOW))
    assert accepts(bench, factor, case, first.at(NOW))
    assert accepts(bench, factor, case, second.at(NOW))


def test_an_app_is_never_sent_a_code(case: Case) -> None:
    factor = AuthenticatorFactor()
    assert factor.destination(b"seed", case.person) is None
    assert not factor.posts_codes
    with pytest.raises(MethodNotOffered):
        factor.challenge(case, b"seed")


def test_where_a_code_goes_is_shown_masked(case: Case) -> None:
    assert email_factor().destination(b"", case.person) == "a•••@e•••.com"
    assert sms_factor().destination(NUMBER.encode(), case.person) == "•••• 123"
    assert email_factor().new_secret("eve@evil.example", case.person) == b""
    assert email_factor().recipient(b"eve@evil.example", case.person) == "ada@example.com"


def test_a_number_is_kept_as_a_code_will_be_sent_to_it(case: Case) -> None:
    assert sms_factor("US").new_secret("(201) 555-0123", case.person) == NUMBER.encode()
    with pytest.raises(InvalidPhoneNumber):
        sms_factor(None).new_secret("(201) 555-0123", case.person)


def test_the_registry_holds_what_the_application_enabled_in_its_order() -> None:
    sms, app = sms_factor(), AuthenticatorFactor()
    registry = FactorRegistry([sms, app])
    assert list(registry) == [sms, app]
    assert registry["authenticator"] is app
    assert registry.enabled(["email", "authenticator", "sms"]) == ["authenticator", "sms"]
    for name in ("email", "", "SMS", "passkey"):
        with pytest.raises(MethodNotOffered):
            registry[name]
