"""`flask sessions`: who is signed in from where, and an end to it."""

from tests.applications import Application
from tests.cli.support import answer, details, done, refusal
from tests.journeys.support import enrolled_person, signed_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def listed(application: Application, email: str) -> list[dict[str, object]]:
    """The sessions of a user that are alive."""
    found: list[dict[str, object]] = answer(application, "sessions", "list", email)["sessions"]
    return found


def test_sessions_are_listed_with_what_an_administrator_can_recognise(
    application: Application,
) -> None:
    ada, _ = enrolled_person(application)
    browser = application.browser(**{"User-Agent": FIREFOX}).log_in(ada, "authenticator")
    (session,) = listed(application, ada.email)
    assert session["proofs"] == ["password", "authenticator"]
    assert (session["stage"], session["browser"]) == ("signed_in", "Firefox on Linux")
    assert session["address"] == "127.0.0.1"
    assert not {"token", "digest"} & set(session)
    assert "Firefox on Linux" in done(application, "sessions", "list", ada.email)
    application.browser().give_password(ada)
    assert [it["stage"] for it in listed(application, ada.email)] == ["half_open", "signed_in"]
    assert browser.is_signed_in


def test_all_sessions_end_or_one(application: Application) -> None:
    """Only this user's, and the others go on."""
    ada, bob = application.person(), application.person("bob@example.com")
    first, second = signed_in(application, ada), signed_in(application, ada)
    others = signed_in(application, bob)
    newest, oldest = listed(application, ada.email)
    assert answer(application, "sessions", "end", ada.email, "--id", str(oldest["id"])) == {
        "email": ada.email, "ended": 1,
    }  # fmt: skip
    assert (first.is_signed_in, second.is_signed_in) == (False, True)
    assert [it["id"] for it in listed(application, ada.email)] == [newest["id"]]
    signed_in(application, ada)
    assert answer(application, "sessions", "end", ada.email)["ended"] == 2
    assert not second.is_signed_in
    assert others.is_signed_in
    assert details(application) == [
        {"change": f"session {oldest['id']} ended"},
        {"change": "all sessions ended"},
    ]


def test_nobody_elses_session_is_ended_by_its_number(application: Application) -> None:
    ada, bob = application.person(), application.person("bob@example.com")
    browser = signed_in(application, ada)
    (session,) = listed(application, ada.email)
    number = str(session["id"])
    assert refusal(application, "sessions", "end", bob.email, "--id", number)[0] == (
        "unknown_session"
    )
    assert refusal(application, "sessions", "end", ada.email, "--id", "4711")[0] == (
        "unknown_session"
    )
    assert browser.is_signed_in


def test_what_is_over_is_neither_listed_nor_ended_again(application: Application) -> None:
    ada = application.person()
    signed_in(application, ada)
    application.clock.advance(hours=8, minutes=1)
    assert listed(application, ada.email) == []
    assert answer(application, "sessions", "end", ada.email)["ended"] == 0
    assert details(application) == []
    application.clock.advance(hours=24)
    assert listed(application, ada.email) == []
