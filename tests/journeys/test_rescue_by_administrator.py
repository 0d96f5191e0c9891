"""An administrator helps: approved, told at once, carried out a day later, cancelled meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from tests.applications import Application
from tests.cli.support import details
from tests.journeys.life import newest_text
from tests.journeys.rescuing import (
    SECOND_MAILBOX,
    THIRD_MAILBOX,
    addresses,
    come_back,
    letters,
    live_factors,
    with_address,
)
from tests.journeys.support import enrolled_person, live_sessions, press, read, signed_in
from tests.people import Browser, Person

DAY = 24 * 60 * 60
EARLY, DUE = {"hours": 23, "minutes": 59}, {"hours": 24}


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """A day passes between the approval and the help."""
    return applications(SECURITY_RESCUE_DELAY=DAY)


@pytest.fixture
def strict(applications: Callable[..., Application]) -> Application:
    """Two administrators have to approve."""
    return applications(SECURITY_RESCUE_DELAY=DAY, SECURITY_RESCUE_APPROVERS=2)


def rescues(application: Application, *words: str) -> Result:
    """A command of `flask airlock rescues`."""
    run = application.app.test_cli_runner().invoke
    return run(args=["airlock", "rescues", *words])


def approve(application: Application, person: Person, by: str | None = None) -> Result:
    """An administrator agrees."""
    name = ["--by", by] if by else []
    return rescues(application, "approve", person.email, "--reason", "met her in person", *name)


def pass_by(application: Application, **time: Any) -> None:
    """Time passes, and a visitor comes by, so that what is due is done."""
    application.clock.advance(**time)
    application.browser().get("/login")


def cancel_link(application: Application, address: str) -> str:
    """The link of the letter that tells of an approval."""
    return (
        "/link/cancel_rescue/"
        + newest_text(application, address).partition("/link/cancel_rescue/")[2].split()[0]
    )


def state(application: Application) -> str:
    """Where the newest rescue stands."""
    return str(application.rows("rescues")[-1]["state"])


def test_what_is_approved_is_carried_out_when_its_time_has_come(application: Application) -> None:
    """S-82: t=0 the letters, from 24 h on the link; a reason and no code in the events."""
    ada, browser = with_address(application)
    inside = signed_in(application, ada)
    result = approve(application, ada, "Bob")
    assert result.exit_code == 0, result.output
    assert "due 2" in result.output
    assert "or the user signs in with a second step" in result.output
    assert letters(application, "rescue_approved") == 2
    pass_by(application, **EARLY)
    assert live_factors(application) == [("authenticator", None)]
    pass_by(application, minutes=1)
    assert live_factors(application) == [("authenticator", "administrator")]
    assert live_sessions(application) == []
    assert not inside.is_signed_in
    assert addresses(application) == []
    approved = {"by": "Bob", "reason": "met her in person", "is_complete": True}
    assert details(application, "rescue_approved") == [approved]
    assert details(application, "factors_reset") == [{"reason": "met her in person"}]
    link = ada.newest_letter().partition("/login/set-up-link/")[2].split()[0]
    browser.get(f"/login/set-up-link/{link}")
    browser.post("/login", email=ada.email, password=ada.password)
    browser.set_up(ada, "authenticator")
    assert browser.is_signed_in
    assert state(application) == "done"


def test_housekeeping_carries_it_out_as_well(application: Application) -> None:
    ada, _ = enrolled_person(application)
    approve(application, ada)
    application.clock.advance(**DUE)
    run = application.app.test_cli_runner().invoke
    for _ in range(2):
        assert run(args=["airlock", "purge"]).exit_code == 0
    assert letters(application, "setup_link") == 1


def test_a_login_by_a_second_factor_cancels_it(application: Application) -> None:
    """S-82: who has the phone has lost nothing; everybody is told."""
    ada, browser = with_address(application)
    approve(application, ada)
    browser.log_in(ada, "authenticator")
    assert state(application) == "cancelled"
    assert details(application, "rescue_cancelled") == [{"by": "login", "reason": ""}]
    assert letters(application, "rescue_cancelled") == 2
    pass_by(application, **DUE)
    assert live_factors(application) == [("authenticator", None)]


def test_the_password_alone_cancels_nothing(application: Application) -> None:
    ada, _ = enrolled_person(application)
    approve(application, ada)
    application.browser().give_password(ada)
    assert state(application) == "approved"


@pytest.mark.parametrize("mailbox", ["ada@example.com", SECOND_MAILBOX, THIRD_MAILBOX])
def test_the_link_in_each_letter_cancels_it_once(application: Application, mailbox: str) -> None:
    """S-82, S-123: by a button, without a login; no letter's link works after that."""
    ada, _ = with_address(application, THIRD_MAILBOX)
    approve(application, ada)
    every = {it: cancel_link(application, it) for it in (ada.email, SECOND_MAILBOX, THIRD_MAILBOX)}
    reader = application.browser().get(every.pop(mailbox))
    assert state(application) == "approved"
    assert reader.client.post("/cancel-rescue").status_code == 400
    assert "are removed" in reader.page
    press(reader, "Cancel it")
    assert "They remove nothing." in reader.page
    assert details(application, "rescue_cancelled") == [{"by": "link", "reason": ""}]
    for link in every.values():
        assert application.browser().get(link).status == 410
    pass_by(application, **DUE)
    assert live_factors(application) == [("authenticator", None)]


def test_the_link_opens_nothing_once_it_is_carried_out(application: Application) -> None:
    ada, _ = enrolled_person(application)
    approve(application, ada)
    link = cancel_link(application, ada.email)
    pass_by(application, **DUE)
    assert application.browser().get(link).status == 410


def test_an_administrator_cancels_it(application: Application) -> None:
    ada, _ = enrolled_person(application)
    approve(application, ada)
    result = rescues(application, "cancel", ada.email, "--reason", "not she", "--by", "Carl")
    assert result.exit_code == 0, result.output
    assert details(application, "rescue_cancelled") == [{"by": "Carl", "reason": "not she"}]
    again = rescues(application, "cancel", ada.email, "--reason", "not she")
    assert again.exit_code == 1
    assert "nothing is under way" in again.stderr


def test_it_is_approved_once(application: Application) -> None:
    ada, _ = enrolled_person(application)
    approve(application, ada)
    again = approve(application, ada)
    assert again.exit_code == 1
    assert "helped already" in again.stderr
    assert letters(application, "rescue_approved") == 1


def test_where_two_have_to_approve_one_is_not_enough(strict: Application) -> None:
    """S-82: two names, and neither of them the user's."""
    ada, _ = enrolled_person(strict)
    assert approve(strict, ada).exit_code == 1
    for own in (ada.email, "ADA@example.com"):
        assert "for himself" in approve(strict, ada, own).stderr
    assert "another administrator has to approve" in approve(strict, ada, "Bob").stdout
    assert letters(strict, "rescue_approved") == 0
    for same in ("Bob", "bob", " BOB "):
        assert "has approved it already" in approve(strict, ada, same).stderr
    pass_by(strict, **DUE)
    assert live_factors(strict) == [("authenticator", None)]
    assert approve(strict, ada, "Carl").exit_code == 0
    assert letters(strict, "rescue_approved") == 1
    pass_by(strict, **DUE)
    assert live_factors(strict) == [("authenticator", "administrator")]
    given = [(it["by"], it["is_complete"]) for it in details(strict, "rescue_approved")]
    assert given == [("Bob", False), ("Carl", True)]


def test_a_name_that_can_not_be_shown_is_none(application: Application) -> None:
    ada, _ = enrolled_person(application)
    for name in ("\u202e", "x" * 65):
        assert "1 to 64 characters" in approve(application, ada, name).stderr
    assert application.rows("rescues") == []


def ask(application: Application, person: Person, browser: Browser) -> Browser:
    """The person asks for help."""
    browser.give_password(person).get("/login/rescue")
    return press(browser, "Ask for help")


def test_who_asked_is_in_the_list_until_he_signs_in(application: Application) -> None:
    ada, browser = enrolled_person(application)
    assert "nobody asked" in rescues(application, "list").stdout
    ask(application, ada, browser)
    assert f"{ada.email}  asked" in rescues(application, "list").stdout
    browser.log_in(ada, "authenticator")
    assert "nobody asked" in rescues(application, "list").stdout
    listed = rescues(application, "list", "--all", "--json").stdout
    assert '"state": "cancelled"' in listed
    assert '"closed_by": "login"' in listed


def test_the_request_says_what_an_approval_does(application: Application) -> None:
    ada, browser = enrolled_person(application)
    ask(application, ada, browser)
    (letter,) = application.outbox.messages(to="rescue@example.com")
    assert "has 24 hours to cancel" in letter.message.text
    assert "Another administrator" not in letter.message.text


def test_the_request_says_that_two_have_to_approve(strict: Application) -> None:
    ada, browser = enrolled_person(strict)
    ask(strict, ada, browser)
    (letter,) = strict.outbox.messages(to="rescue@example.com")
    assert "Another administrator has to approve too" in letter.message.text


def test_who_let_the_link_grow_old_asks_again(application: Application) -> None:
    """The page says what is wrong, and leads to the people who help."""
    ada, browser = enrolled_person(application)
    approve(application, ada)
    pass_by(application, **DUE)
    link = ada.newest_letter().partition("/login/set-up-link/")[2].split()[0]
    application.clock.advance(hours=25)
    browser.get(f"/login/set-up-link/{link}").give_password(ada)
    assert browser.status == 403
    assert "it is too old?" in browser.page
    (way,) = [a for a in read(browser).all("a") if a.text == "Ask for help"]
    press(browser.get(way.attributes["href"]), "Ask for help")
    assert state(application) == "asked"


def test_a_request_and_its_answer_are_one_rescue(application: Application) -> None:
    ada, browser = enrolled_person(application)
    ask(application, ada, browser)
    approve(application, ada, "Bob")
    assert [row["state"] for row in application.rows("rescues")] == ["approved"]
    pass_by(application, **DUE)
    assert [row["state"] for row in application.rows("rescues")] == ["done"]


def test_reset_factors_is_the_same_flow(application: Application) -> None:
    ada, _ = enrolled_person(application)
    reset = ["users", "reset-factors", ada.email, "--reason", "lost", "--by", "Bob"]
    done = application.app.test_cli_runner().invoke(args=reset)
    assert done.exit_code == 0, done.output
    assert state(application) == "approved"
    pass_by(application, **DUE)
    assert live_factors(application) == [("authenticator", "administrator")]


def test_without_a_delay_it_is_done_at_once(applications: Callable[..., Application]) -> None:
    application = applications(SECURITY_RESCUE_DELAY=0)
    ada, _ = with_address(application)
    assert "removed the second factors" in approve(application, ada).stdout
    assert addresses(application) == []
    assert letters(application, "rescue_address_removed") == 2
    assert letters(application, "setup_link") == 1


def test_who_comes_back_by_himself_needs_no_help_any_more(application: Application) -> None:
    ada, browser = with_address(application)
    approve(application, ada)
    come_back(application, ada, browser).set_up(ada, "authenticator")
    assert state(application) == "cancelled"
    pass_by(application, **DUE)
    assert [by for _, by in live_factors(application)] == ["rescue", None]
    text = "\n".join(it.message.text for it in application.outbox.messages(to=ada.email))
    assert "They remove nothing." in text
    assert "stay as they are" not in text


def test_a_new_password_leaves_the_link_good(application: Application) -> None:
    """A thief who reads the mailbox cannot take the way out from the owner's other ones."""
    ada, _ = with_address(application)
    approve(application, ada)
    link = cancel_link(application, SECOND_MAILBOX)
    with application.app.app_context():
        user = application.datastore.get_user(ada.email)
        application.datastore.set_password(user, "eleven quiet lighthouses at noon")
        application.db.session.commit()
    press(application.browser().get(link), "Cancel it")
    assert state(application) == "cancelled"
