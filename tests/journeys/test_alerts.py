"""Letters that tell the owner of a login that may be somebody else's: each once per cause."""

from collections.abc import Callable

from tests.applications import Application
from tests.journeys.support import enrolled_person, wrong
from tests.people import Browser, Person


def letters(application: Application, template: str) -> int:
    """How many letters of that kind were written."""
    return len([row for row in application.rows("letters") if row["template"] == template])


def guess(application: Application, person: Person, browser: Browser, times: int) -> None:
    """Wrong codes of the app, with the waits that they cost."""
    for _ in range(times):
        application.clock.advance(hours=1)
        browser.give_password(person)
        browser.answer("authenticator", wrong(person.app_code()))


def test_a_browser_that_is_new_is_told_once(application: Application) -> None:
    """S-87: not at the very first login, and not where it is known."""
    ada, browser = enrolled_person(application)
    assert letters(application, "new_browser") == 0
    browser.log_in(ada, "authenticator")
    assert letters(application, "new_browser") == 0
    application.clock.advance(minutes=1)
    other = application.browser().log_in(ada, "authenticator")
    assert letters(application, "new_browser") == 1
    application.clock.advance(minutes=1)
    other.log_out()
    other.log_in(ada, "authenticator")
    assert letters(application, "new_browser") == 1
    assert "This wasn’t me" in ada.newest_letter()


def test_where_the_password_is_enough_a_new_browser_is_told_as_well(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR=False)
    ada, browser = application.person(), application.browser()
    for _ in range(2):
        browser.give_password(ada)
        browser.log_out()
    assert letters(application, "new_browser") == 0
    application.browser().give_password(ada)
    assert letters(application, "new_browser") == 1


def test_three_wrong_codes_after_the_right_password_are_one_letter(
    application: Application,
) -> None:
    ada, _ = enrolled_person(application)
    thief = application.browser()
    guess(application, ada, thief, 2)
    assert letters(application, "wrong_factor") == 0
    guess(application, ada, thief, 6)
    assert letters(application, "wrong_factor") == 1
    application.clock.advance(hours=1)
    application.browser().log_in(ada, "authenticator")
    guess(application, ada, thief, 3)
    assert letters(application, "wrong_factor") == 2


def test_a_method_that_is_switched_off_is_told_once(application: Application) -> None:
    ada, _ = enrolled_person(application)
    guess(application, ada, application.browser(), 25)
    assert letters(application, "factor_closed") == 1
    told = [it.message for it in application.outbox.messages(to=ada.email)]
    assert any("switched off" in message.subject for message in told)


def test_a_code_that_is_right_after_five_wrong_ones_is_told(application: Application) -> None:
    ada, _ = enrolled_person(application)
    thief = application.browser()
    guess(application, ada, thief, 4)
    application.clock.advance(hours=1)
    thief.log_in(ada, "authenticator").log_out()
    assert letters(application, "right_after_failures") == 0
    other = application.browser()
    guess(application, ada, other, 5)
    application.clock.advance(hours=1)
    other.log_in(ada, "authenticator")
    assert letters(application, "right_after_failures") == 1


def test_a_password_that_is_right_after_five_wrong_ones_is_told(application: Application) -> None:
    """Not to who comes by a browser of his own: those failures were not his."""
    ada, browser = enrolled_person(application)
    stranger = application.browser()
    for owner in (browser, stranger):
        for _ in range(6):
            application.clock.advance(hours=1)
            stranger.give_password(ada, "not the password")
        assert letters(application, "right_after_failures") == 0
        application.clock.advance(hours=1)
        owner.give_password(ada)
    assert letters(application, "right_after_failures") == 1
    assert "the password" in ada.newest_letter()


def test_no_letter_holds_a_secret(application: Application) -> None:
    ada, _ = enrolled_person(application)
    guess(application, ada, application.browser(), 25)
    texts = "".join(it.message.text for it in application.outbox.messages(to=ada.email))
    assert ada.password not in texts
    assert ada.app_key not in texts
    assert ada.app_code() not in texts
