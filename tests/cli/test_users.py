"""`flask users`: made, invited, found, shown, switched on and off."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.applications import Application
from tests.cli.support import answer, details, done, refusal, run, users
from tests.journeys.life import follow, letters_to, link_in
from tests.journeys.support import (
    live_sessions,
    own_templates,
    press,
    signed_in,
)

PASSWORD = "seventeen quiet lighthouses"
PERSON = "ada@example.com"


def test_a_user_is_made_without_a_password_and_chooses_it_by_link(
    application: Application,
) -> None:
    """S-16: the link is the only secret, and works once."""
    said = done(application, "users", "create", "Ada@Example.com")
    assert said.splitlines()[0] == "created ada@example.com"
    assert users(application)[PERSON]["password"] is None
    assert users(application)[PERSON]["confirmed_at"] is None
    link = link_in(application, PERSON)
    assert link not in said
    browser = follow(application, PERSON)
    press(browser, "password", password=PASSWORD)
    assert users(application)[PERSON]["confirmed_at"] is not None
    again = application.browser().get(link)
    assert again.status == 410
    fresh = application.browser().get("/login")
    fresh.post("/login", email=PERSON, password=PASSWORD)
    assert fresh.path == "/login/set-up"


def test_nobody_gets_in_before_the_password_is_chosen(application: Application) -> None:
    done(application, "users", "create", PERSON)
    for guess in ("", " ", "None", "x"):
        browser = application.browser().get("/login")
        browser.post("/login", email=PERSON, password=guess)
        assert browser.path == "/login"
        assert not browser.is_signed_in


def test_a_user_is_made_with_roles_and_user_name(applications: Callable[..., Application]) -> None:
    application = applications(SECURITY_USERNAME_ENABLE=True)
    done(application, "roles", "create", "admin")
    made = answer(application, "users", "create", PERSON, "--role", "admin", "--username", "Ada")
    assert made == {"id": 1, "email": PERSON, "invited": True}
    assert users(application)[PERSON]["roles"] == ["admin"]
    assert users(application)[PERSON]["username"] == "ada"
    assert answer(application, "users", "show", "ADA")["email"] == PERSON


def test_an_inactive_user_gets_no_letter_until_he_is_invited(application: Application) -> None:
    said = done(application, "users", "create", PERSON, "--inactive")
    assert "no letter was sent" in said
    assert users(application)[PERSON]["active"] is False
    assert application.rows("letters") == []
    assert refusal(application, "users", "invite", PERSON)[0] == "inactive"
    assert "invite" in done(application, "users", "activate", PERSON)
    done(application, "users", "invite", PERSON)
    assert letters_to(application, PERSON) == 1


@pytest.mark.parametrize(
    "arguments, code",
    [
        ([PERSON], "user_exists"),
        (["ADA@EXAMPLE.COM"], "user_exists"),
        (["no address"], "invalid_address"),
        (["b@example.com", "--role", "none"], "unknown_role"),
        (["b@example.com", "--username", "bob"], "no_usernames"),
    ],
)
def test_who_can_not_be_made_leaves_nothing_behind(
    application: Application, arguments: list[str], code: str
) -> None:
    """Neither a user without a letter nor a letter without a user."""
    application.person()
    assert refusal(application, "users", "create", *arguments)[0] == code
    assert set(users(application)) == {PERSON}
    assert application.rows("letters") == []
    assert details(application) == []
    assert application.rows("accounts") == []


def test_user_names_are_checked_like_the_owners_own(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_USERNAME_ENABLE=True, SECURITY_USERNAME_REQUIRED=True)
    done(application, "users", "create", PERSON, "--username", "ada")
    for arguments, code in (
        (["--username", "Ada"], "username_taken"),
        (["--username", "a@b"], "invalid_username"),
        ([], "username_needed"),
    ):
        assert refusal(application, "users", "create", "b@example.com", *arguments)[0] == code


def test_without_a_way_to_write_the_letter_no_user_is_made(application: Application) -> None:
    """The letter and its link are written in the same transaction."""
    own_templates(application, {"security/letters/invitation.txt": "{{ nothing.at.all }}"})
    assert run(application, "users", "create", PERSON).exit_code == 1
    assert users(application) == {}


def test_without_a_base_url_no_user_is_made(applications: Callable[..., Application]) -> None:
    """Outside debug a link needs a host that nobody can forge (S-122)."""
    application = applications(
        TESTING=False,
        MAIL_SERVER="127.0.0.1",
        MAIL_DEFAULT_SENDER="us@example.com",
        SECURITY_RECOVERABLE=False,
        SECURITY_CHANGE_EMAIL=False,
        SECURITY_SMS_SERVICE=None,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
    )
    code, sentence = refusal(application, "users", "create", PERSON)
    assert (code, "SECURITY_BASE_URL" in sentence) == ("configuration", True)
    assert users(application) == {}
    # Who gets no letter needs no link.
    done(application, "users", "create", PERSON, "--inactive")


def test_an_invitation_goes_to_who_has_no_password_and_three_times_an_hour(
    application: Application,
) -> None:
    done(application, "users", "create", PERSON)
    done(application, "users", "invite", PERSON)
    assert answer(application, "users", "invite", PERSON) == {"email": PERSON, "invited": True}
    assert refusal(application, "users", "invite", PERSON)[0] == "too_many_links"
    assert letters_to(application, PERSON) == 3
    application.clock.advance(minutes=61)
    done(application, "users", "invite", PERSON)
    bob = application.person("bob@example.com")
    code, sentence = refusal(application, "users", "invite", bob.email)
    assert code == "has_password"
    assert "forgotten" in sentence


def test_nobody_is_told_to_be_nobody(application: Application) -> None:
    application.person()
    commands = [
        ["users", "invite"], ["users", "show"], ["users", "export"], ["users", "confirm"],
        ["users", "activate"], ["users", "deactivate"], ["users", "delete", "--yes"],
        ["users", "reset-factors", "--reason", "x"], ["sessions", "list"], ["sessions", "end"],
    ]  # fmt: skip
    for command in commands:
        for name in ("nobody@example.com", "nobody", "", "'; DROP TABLE user; --"):
            assert refusal(application, *command, name)[0] == "unknown_user", (command, name)


def test_deactivation_ends_the_sessions_for_good(application: Application) -> None:
    """S-91: switching the user on again revives no old cookie."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    done(application, "users", "deactivate", ada.email)
    assert not browser.is_signed_in
    assert live_sessions(application) == []
    done(application, "users", "activate", ada.email)
    assert users(application)[ada.email]["active"] is True
    assert not browser.is_signed_in


@pytest.mark.parametrize(
    "command, begin, said",
    [
        ("activate", {"active": True}, "is active already"),
        ("deactivate", {"active": False}, "is inactive already"),
        ("confirm", {}, "confirmed already"),
    ],
)
def test_what_is_so_already_is_no_error_and_no_event(
    application: Application, command: str, begin: dict[str, Any], said: str
) -> None:
    ada = application.person(**begin)
    assert said in done(application, "users", command, ada.email)
    assert answer(application, "users", command, ada.email)["changed"] is False
    assert details(application) == []


def test_an_address_is_confirmed_by_hand(application: Application) -> None:
    ada = application.person(confirmed_at=None)
    assert answer(application, "users", "confirm", ada.email)["changed"] is True
    assert users(application)[ada.email]["confirmed_at"] is not None
    assert details(application) == [{"change": "address confirmed"}]


def test_every_change_is_recorded(application: Application) -> None:
    """S-131: who, what, and from the command line."""
    done(application, "users", "create", PERSON)
    done(application, "roles", "create", "admin")
    done(application, "roles", "add", PERSON, "admin")
    done(application, "roles", "remove", PERSON, "admin")
    done(application, "users", "deactivate", PERSON)
    done(application, "users", "activate", PERSON)
    assert [event["change"] for event in details(application)] == [
        "created", "role admin added", "role admin removed", "deactivated", "activated",
    ]  # fmt: skip
    changes = [row for row in application.rows("events") if row["name"] == "user_changed"]
    assert {row["agent"] for row in changes} == {"command line"}
    assert {row["account_id"] for row in changes} == {1}


def test_a_reset_names_its_reason_and_shows_no_link(application: Application) -> None:
    """S-82: the administrator sees neither code nor link."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    result = run(application, "users", "reset-factors", ada.email, "--reason", "lost her phone")
    assert result.exit_code == 0, result.output
    assert "link" in result.output
    assert "http" not in result.output
    assert details(application, "factors_reset") == [{"reason": "lost her phone"}]
    assert all(row["revoked_at"] for row in application.rows("credentials"))
    assert answer(application, "users", "show", ada.email)["needs_setup_link"] is True


def test_a_reset_of_somebody_who_never_signed_in_works(application: Application) -> None:
    ada = application.person()
    done(application, "users", "reset-factors", ada.email, "--reason", "new here")


def test_of_two_rows_with_one_normal_form_the_one_that_was_written_is_meant(
    application: Application,
) -> None:
    """An administrator who cleans up must not hit the wrong person."""
    ada, odd = application.person(), application.person("b@example.com")
    with application.app.app_context():
        table = application.datastore.user_model.__table__
        change = table.update().where(table.c.email == odd.email).values(email="Ada@Example.com")
        application.db.session.execute(change)
        application.db.session.commit()
    done(application, "users", "deactivate", "Ada@Example.com")
    assert users(application)[ada.email]["active"] is True
    assert users(application)["Ada@Example.com"]["active"] is False
    done(application, "users", "delete", "Ada@Example.com", "--yes")
    assert set(users(application)) == {ada.email}
    assert signed_in(application, ada).is_signed_in
