"""A person names other mailboxes of his: each proved, told everywhere, and good a day later."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.cli.support import details
from tests.journeys.life import change_email, link_in, newest_text
from tests.journeys.rescuing import (
    DAY,
    PAGE,
    SECOND_MAILBOX,
    THIRD_MAILBOX,
    add_address,
    addresses,
    letters,
    proof_code,
    with_address,
)
from tests.journeys.support import (
    enrolled_person,
    press,
)
from tests.journeys.test_step_up import prove, send
from tests.journeys.trust import OFFERED, skips, trusting
from tests.people import Browser, Person


@pytest.fixture
def whole_life(applications: Callable[..., Application]) -> Application:
    """Everything that a person can do with the account."""
    return applications(**WHOLE_LIFE)


def inside(application: Application) -> tuple[Person, Browser]:
    """Somebody who came in by both doors just now."""
    ada, browser = enrolled_person(application)
    return ada, browser.log_in(ada, "authenticator")


@pytest.mark.parametrize("seconds, works", [(-1, False), (1, True)])
def test_an_address_counts_a_day_after_it_was_proved(
    application: Application, seconds: int, works: bool
) -> None:
    """S-78; the page says from when on."""
    ada, browser = inside(application)
    add_address(application, browser, SECOND_MAILBOX)
    assert "leads back from" in browser.page
    browser.log_out()
    application.clock.advance(seconds=seconds, **DAY)
    browser.give_password(ada).get("/login/rescue")
    assert ("Send a code to" in browser.page) is works
    before = len(application.outbox.messages(to=SECOND_MAILBOX))
    browser.post("/login/rescue", action="send", number=str(addresses(application)[0]["id"]))
    assert len(application.outbox.messages(to=SECOND_MAILBOX)) == before + works


def test_one_that_was_never_proved_is_never_used(application: Application) -> None:
    """S-78."""
    ada, browser = inside(application)
    browser.get(PAGE).post(PAGE, action="add", email=SECOND_MAILBOX)
    assert letters(application, "rescue_address_added") == 0
    application.clock.advance(days=3)
    browser.give_password(ada).get("/login/rescue")
    assert "Send a code to" not in browser.page


def test_every_mailbox_is_told_of_a_new_address_and_of_its_end(application: Application) -> None:
    """S-78, S-86: that of now, the others, and the one that goes."""
    ada, browser = inside(application)
    add_address(application, browser, SECOND_MAILBOX)
    assert letters(application, "rescue_address_added") == 1
    add_address(application, browser, THIRD_MAILBOX)
    assert letters(application, "rescue_address_added") == 3
    assert "a•••@e•••.org" in newest_text(application, SECOND_MAILBOX)
    assert "This wasn’t me" in newest_text(application, ada.email)
    browser.get(PAGE)
    press(browser, "Remove a•••@m")
    assert "was removed" in browser.page
    assert letters(application, "rescue_address_removed") == 3
    for reader in (ada.email, SECOND_MAILBOX, THIRD_MAILBOX):
        assert "leads back no more" in newest_text(application, reader)
    assert details(application, "rescue_address_removed") == [{"by": "owner"}]
    (row,) = [row for row in application.rows("rescue_addresses") if row["removed_at"]]
    assert (row["address"], row["digest"]) == (None, None)


def test_what_can_be_no_rescue_address_is_refused(application: Application) -> None:
    """The one on file in whatever spelling, rubbish, one that is there, a third one."""
    _, browser = inside(application)
    browser.get(PAGE)
    for wrong in ("ada@example.com", " ADA@EXAMPLE.com ", "no address", "", "a" * 300 + "@b.net"):
        assert browser.post(PAGE, action="add", email=wrong).status == 422, wrong
    add_address(application, browser, SECOND_MAILBOX)
    assert browser.post(PAGE, action="add", email=SECOND_MAILBOX.upper()).status == 422
    add_address(application, browser, THIRD_MAILBOX)
    assert "as many as there may be" in browser.page
    assert browser.post(PAGE, action="add", email="fourth@example.net").status == 422
    assert len(addresses(application)) == 2


def test_the_code_that_proves_an_address_is_guessed_at_five_times(application: Application) -> None:
    _, browser = inside(application)
    browser.get(PAGE).post(PAGE, action="add", email=SECOND_MAILBOX)
    number, code = str(addresses(application)[0]["id"]), proof_code(application, SECOND_MAILBOX)
    for guess in range(5):
        assert (
            browser.post(PAGE, action="prove", number=number, code=f"0000000{guess}").status == 422
        )
    assert browser.post(PAGE, action="prove", number=number, code=code).status == 429
    assert addresses(application)[0]["proved_at"] is None


def test_a_code_proves_the_address_that_it_went_to(application: Application) -> None:
    """And no other one of the same person."""
    _, browser = inside(application)
    browser.get(PAGE).post(PAGE, action="add", email=THIRD_MAILBOX)
    first = str(addresses(application)[0]["id"])
    browser.post(PAGE, action="add", email=SECOND_MAILBOX)
    code = proof_code(application, SECOND_MAILBOX)
    assert browser.post(PAGE, action="prove", number=first, code=code).status == 422
    assert [row["proved_at"] for row in addresses(application)] == [None, None]


def test_a_change_needs_a_recent_proof(application: Application) -> None:
    """S-78: set only after step-up; what was typed goes on afterwards."""
    ada, browser = inside(application)
    browser.get(PAGE)
    application.clock.advance(minutes=11)
    wish = {"csrf_token": browser.token(), "action": "add", "email": SECOND_MAILBOX}
    send(browser, PAGE, wish)
    assert "Is it you?" in browser.page
    assert addresses(application) == []
    prove(browser, do="prove", code=ada.app_code())
    assert [row["proved_at"] for row in addresses(application)] == [None]


def test_who_was_let_in_by_a_trusted_browser_proves_the_factor_and_goes_on(
    applications: Callable[..., Application],
) -> None:
    """S-78: there is a second step, and it is asked for before an address is added."""
    application = applications(**OFFERED)
    ada, browser = trusting(application)
    assert skips(browser, ada)
    assert "First set up a second step" not in browser.get(PAGE).page
    wish = {"csrf_token": browser.token(), "action": "add", "email": SECOND_MAILBOX}
    send(browser, PAGE, wish)
    assert browser.path == "/login/verify"
    assert addresses(application) == []
    prove(browser, do="prove", code=ada.app_code())
    assert [row["proved_at"] for row in addresses(application)] == [None]


@pytest.mark.parametrize("action", ["send", "prove", "remove"])
def test_a_number_of_somebody_elses_is_none(application: Application, action: str) -> None:
    """S-106: 404, and an event, whether it is Bob's or nobody's."""
    with_address(application, email="bob@example.com")
    _, browser = inside(application)
    theirs = str(addresses(application)[0]["id"])
    for number in (theirs, "999999"):
        browser.get(PAGE)
        browser.post(PAGE, action=action, number=number, code="12345678")
        assert browser.status == 404
    assert details(application, "foreign_row") == [{"kind": "rescue_address"}] * 2
    assert len(addresses(application)) == 1


def test_what_becomes_the_address_on_file_is_no_rescue_address(whole_life: Application) -> None:
    """One mailbox is one proof."""
    application = whole_life
    ada, browser = with_address(application)
    browser.log_in(ada, "authenticator")
    change_email(browser, ada, SECOND_MAILBOX)
    browser.get(link_in(application, SECOND_MAILBOX)).post("/confirm-new-email")
    assert addresses(application) == []
    assert details(application, "rescue_address_removed") == [{"by": "new_address"}]


def test_a_letter_on_a_new_address_has_a_link_that_takes_it_away(application: Application) -> None:
    """S-81: the thief who is inside for a moment leaves no way back."""
    ada, _ = enrolled_person(application)
    thief = application.browser().log_in(ada, "authenticator")
    add_address(application, thief, "eve@example.net")
    letter = newest_text(application, ada.email)
    assert "removes this address" in letter
    link = letter.partition("/link/not_me/")[2].split()[0]
    owner = application.browser().get(f"/link/not_me/{link}")
    assert "rescue address that the letter told of" in owner.page
    owner.post("/not-me")
    assert addresses(application) == []
    assert not thief.is_signed_in
    assert details(application, "rescue_address_removed") == [{"by": "reported"}]


def test_without_a_factor_there_is_no_way_to_leave_a_mailbox(
    applications: Callable[..., Application],
) -> None:
    """A thief who has the password before there is a second step must not find his way back."""
    application = applications(SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada).get(PAGE)
    assert "First set up a second step" in browser.page
    browser.get("/security")
    assert browser.post(PAGE, action="add", email=SECOND_MAILBOX).status == 404
    assert addresses(application) == []


def test_where_an_administrator_has_reset_the_factors_the_addresses_go_too(
    application: Application,
) -> None:
    """They were of no help; and whoever got in before may have left one there."""
    ada, _ = with_address(application)
    run = application.app.test_cli_runner().invoke
    done = run(args=["users", "reset-factors", ada.email, "--reason", "lost the phone"])
    assert done.exit_code == 0, done.output
    assert addresses(application) == []


def test_without_a_second_step_there_is_no_such_page(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR=False)
    ada, browser = application.person(), application.browser()
    browser.give_password(ada)
    assert browser.get(PAGE).status == 404
    assert "Rescue addresses" not in browser.get("/security").page


def test_the_security_page_names_them_and_advises_to_have_one(application: Application) -> None:
    _, browser = inside(application)
    browser.get("/security")
    assert "A second mailbox can bring you back" in browser.page
    add_address(application, browser, SECOND_MAILBOX)
    browser.get("/security")
    assert "a•••@m•••.net" in browser.page
    assert "A second mailbox can bring you back" not in browser.page
