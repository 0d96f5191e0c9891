"""A number that an older program kept is suggested, proved, and only then a factor."""

from tests.applications import Application
from tests.journeys.support import read
from tests.people import PHONE


def test_an_adopted_number_is_suggested_until_a_number_was_proved(
    application: Application,
) -> None:
    """S-37: nothing is ever sent there before its owner has proved it."""
    ada = application.person(phone_number="(201) 555-0123", two_factor_primary_method="sms")
    done = application.app.test_cli_runner().invoke(args=["airlock", "adopt-legacy", "--apply"])
    assert done.exit_code == 0, done.output
    browser = application.browser().give_password(ada)
    assert browser.path == "/login/set-up", "an adopted number is no second factor yet"
    browser.prove_mailbox(ada)
    browser.get("/login/set-up").post("/login/set-up/sms", action="begin")
    assert read(browser).one("input", name="phone").get("value") == PHONE
    browser.post("/login/set-up/sms", action="begin", phone=PHONE)
    browser.post("/login/set-up/sms", action="confirm", code=ada.texted_code())
    assert browser.is_signed_in
    browser.get("/login/set-up").post("/login/set-up/sms", action="begin")
    assert read(browser).one("input", name="phone").get("value") == ""
