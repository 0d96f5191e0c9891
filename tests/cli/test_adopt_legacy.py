"""`flask airlock adopt-legacy`: second factors of an older program become ours, once."""

import base64
from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from flask_airlock.flows import adoption
from tests.applications import Application
from tests.cli.support import answer, details, done, refusal, run, users
from tests.journeys.life import newest_text
from tests.journeys.support import enrolled_person, live_sessions, set_user, wrong
from tests.people import Person
from tests.storage.models import bare, integer_key

# 80 bits, as the older programs made them.
OLD_KEY = "JBSWY3DPEHPK3PXP"
APP = {"two_factor_primary_method": "google_authenticator", "totp_secret": OLD_KEY}
PHONE = {"two_factor_primary_method": "sms", "phone_number": "(201) 555-0123"}
ADOPT = ("airlock", "adopt-legacy")


class OldApp(pyotp.TOTP):
    """pyotp as it was when 80 bits were fine."""

    min_secret_length_bits = 80


class OldPerson(Person):
    """A person whose app was set up with the older program."""

    def app_code(self, later: float = 0) -> str:
        """What the app shows."""
        return OldApp(OLD_KEY).at(self.application.clock.now.timestamp() + later)


def old_app(application: Application, email: str = "ada@example.com", **columns: Any) -> OldPerson:
    """Somebody who comes from the older program."""
    person = application.person(email, **APP | columns)
    return OldPerson(application, email, person.password)


def problems(application: Application, *options: str, status: int = 0) -> dict[str, str | None]:
    """By address, why somebody is left as he is."""
    found = answer(application, *ADOPT, *options, status=status)["users"]
    return {it["email"]: it["problem"] for it in found}


def test_the_app_goes_on_working_and_is_asked_for(application: Application) -> None:
    """The code is pyotp's, from the key in the old column."""
    ada = old_app(application)
    done(application, *ADOPT, "--apply")
    browser = application.browser().give_password(ada)
    assert browser.path == "/login/second-step"
    browser.answer("authenticator", ada.app_code())
    assert browser.is_signed_in
    browser.log_out().give_password(ada)
    browser.answer("authenticator", ada.app_code())
    assert not browser.is_signed_in, "S-45: once"


def test_who_has_only_the_password_stays_outside(application: Application) -> None:
    """S-20: neither a set-up of his own, nor the mailbox, nor a wrong code helps."""
    ada = old_app(application)
    done(application, *ADOPT, "--apply")
    thief = application.browser().give_password(ada)
    thief.answer("authenticator", wrong(ada.app_code()))
    assert not thief.is_signed_in
    thief.get("/login/set-up")
    thief.post("/login/set-up/authenticator", action="begin")
    assert "secret=" not in thief.page
    thief.post("/login/send-code", method="email", purpose="login")
    assert "code" not in {row["template"] for row in application.rows("letters")}
    assert not thief.is_signed_in
    assert live_sessions(application) == []


def test_a_session_of_the_password_alone_ends_with_the_adoption(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada = old_app(application)
    browser = application.browser().give_password(ada)
    assert browser.is_signed_in
    done(application, *ADOPT, "--apply")
    assert not browser.is_signed_in
    assert browser.log_in(ada, "authenticator").is_signed_in


def test_nothing_is_done_without_being_asked(application: Application) -> None:
    ada = old_app(application)
    found = answer(application, *ADOPT)
    assert found == {
        "users": [
            {"id": 1, "email": ada.email, "method": "authenticator", "bits": 80, "problem": None}
        ],
        "count": 1,
        "left": 0,
    }
    for subject in ("accounts", "credentials", "letters", "events"):
        assert application.rows(subject) == [], subject
    assert OLD_KEY not in run(application, *ADOPT).output


def test_a_second_run_does_nothing(application: Application) -> None:
    old_app(application)
    application.person("bob@example.com", **PHONE)
    assert answer(application, *ADOPT, "--apply")["count"] == 2
    before = {name: application.rows(name) for name in ("credentials", "letters", "events")}
    assert len(before["credentials"]) == 2
    assert answer(application, *ADOPT, "--apply")["count"] == 0
    assert {name: application.rows(name) for name in before} == before


def test_each_is_recorded_and_told_by_letter(application: Application) -> None:
    ada, bob = old_app(application), application.person("bob@example.com", **PHONE)
    strong = base64.b32encode(bytes(range(20))).decode()
    eve = old_app(application, "eve@example.com", totp_secret=strong)
    done(application, *ADOPT, "--apply")
    assert details(application, "factor_adopted") == [
        {"method": "authenticator"}, {"method": "unproved_sms"}, {"method": "authenticator"},
    ]  # fmt: skip
    weak = "The key in your app is shorter than is good today."
    assert weak in newest_text(application, ada.email)
    assert weak not in newest_text(application, eve.email)
    assert "goes on working" in newest_text(application, eve.email)
    assert "will be offered" in newest_text(application, bob.email)
    for person in (ada, bob, eve):
        text = newest_text(application, person.email)
        assert "If you do not know of this" in text
        assert OLD_KEY not in text
        assert "555" not in text


def test_the_key_is_sealed_and_the_old_column_left_as_it_was(application: Application) -> None:
    """S-43: the copy of ours is bound to its owner; whether the old one goes is asked for."""
    ada = old_app(application)
    done(application, *ADOPT, "--apply")
    (row,) = application.rows("credentials")
    assert base64.b32decode(OLD_KEY) not in row["secret"]
    assert (row["last_step"], row["last_used_at"]) == (-1, None)
    assert users(application)[ada.email]["totp_secret"] == OLD_KEY
    assert users(application)[ada.email]["two_factor_primary_method"] == "google_authenticator"
    (account,) = application.rows("accounts")
    assert account["preferred_method"] == "authenticator"


def test_the_old_column_is_emptied_on_wish(application: Application) -> None:
    """Only of who is adopted: what could not be read is kept for a person to look at."""
    ada = old_app(application)
    bob = old_app(application, "bob@example.com", totp_secret="not base32!")
    assert run(application, *ADOPT, "--apply", "--clear").exit_code == 1
    assert users(application)[ada.email]["totp_secret"] is None
    assert users(application)[bob.email]["totp_secret"] == "not base32!"
    assert application.browser().log_in(ada, "authenticator").is_signed_in


def test_who_has_or_had_a_factor_of_ours_is_left_alone(application: Application) -> None:
    """A key that was replaced or taken away must not come back by this door."""
    ada, _ = enrolled_person(application)
    bob = old_app(application, "bob@example.com")
    set_user(application, ada, **APP)
    done(application, "users", "reset-factors", ada.email, "--reason", "stolen")
    set_user(application, ada, **APP)
    done(application, "users", "reset-factors", bob.email, "--reason", "stolen")
    set_user(application, bob, **APP)
    assert problems(application, "--apply") == {}
    assert [row["revoked_at"] is None for row in application.rows("credentials")] == [False]


@pytest.mark.parametrize(
    "secret, problem",
    [
        ("JBSWY3DPEHPK3PX1", "unreadable_key"),
        ("JBSWY3DPEHPK3PXPA", "unreadable_key"),
        ("JBSWY3DPEHPK3P", "unreadable_key"),
        ("\uff4aBSWY3DPEHPK3PXP", "unreadable_key"),
        ("JBSWY3DPEHPK3", "short_key"),
        ("AAAAAAAAAAAAAAAA", "no_secret"),
    ],
)
def test_a_key_that_is_none_is_listed_and_skipped(
    application: Application, secret: str, problem: str
) -> None:
    """S-42, S-49; the others go on."""
    bob = old_app(application, "bob@example.com", totp_secret=secret)
    ada = old_app(application)
    assert problems(application, "--apply", status=1) == {bob.email: problem, ada.email: None}
    assert len(application.rows("credentials")) == 1
    assert problems(application, "--apply", status=1) == {bob.email: problem}


def test_a_number_becomes_a_suggestion_and_no_factor(application: Application) -> None:
    """S-37: a number that nobody has proved is asked for nothing."""
    bob = application.person("bob@example.com", **PHONE)
    odd = application.person("odd@example.com", **PHONE | {"phone_number": "12"})
    assert problems(application, "--apply", status=1) == {
        bob.email: None, odd.email: "unreadable_number",
    }  # fmt: skip
    services = application.app.extensions["security"].services
    with application.app.app_context(), services.begin() as work:
        (account,) = application.rows("accounts")
        number = adoption.unproved_number(services, work, account["id"])
        assert number == "+12015550123"
        adoption.drop_unproved_number(services, work, account["id"])
        assert adoption.unproved_number(services, work, account["id"]) is None
    assert account["preferred_method"] is None
    assert application.browser().give_password(bob).path == "/login/set-up"
    assert problems(application, "--apply", status=1) == {odd.email: "unreadable_number"}


def test_a_method_that_is_switched_off_is_skipped_by_choice(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"])
    bob = application.person("bob@example.com", **PHONE)
    ada = old_app(application)
    assert problems(application, "--apply") == {bob.email: "method_off", ada.email: None}


@pytest.mark.parametrize("method", [None, "mail", "email", "GOOGLE_AUTHENTICATOR"])
def test_other_methods_have_nothing_to_adopt(application: Application, method: str | None) -> None:
    """Whoever used mail proves the mailbox at the next login, as everybody does."""
    old_app(application, two_factor_primary_method=method)
    assert problems(application) == {}


@pytest.mark.parametrize("columns", [{"totp_secret": None}, {"totp_secret": ""}])
def test_who_has_no_key_is_nobody_to_adopt(
    application: Application, columns: dict[str, Any]
) -> None:
    old_app(application, **columns)
    assert problems(application) == {}


def test_without_the_columns_it_says_so(tmp_path: Any) -> None:
    made = bare(f"sqlite:///{tmp_path}/bare.sqlite", integer_key)
    with made.app.app_context():
        made.db.create_all()
    result = made.app.test_cli_runner().invoke(args=[*ADOPT, "--apply"])
    assert result.exit_code == 1
    assert "two_factor_primary_method" in result.stderr


def test_many_are_adopted_page_by_page(application: Application) -> None:
    for number in range(adoption.PAGE + 5):
        old_app(application, f"p{number:03}@example.com")
    assert answer(application, *ADOPT, "--apply")["count"] == adoption.PAGE + 5
    assert len(application.rows("credentials")) == adoption.PAGE + 5
    assert len({bytes(row["secret"]) for row in application.rows("credentials")}) == (
        adoption.PAGE + 5
    )


def test_clearing_alone_is_a_wrong_call(application: Application) -> None:
    code, sentence = refusal(application, *ADOPT, "--clear", status=2)
    assert (code, "--apply" in sentence) == ("wrong_call", True)
