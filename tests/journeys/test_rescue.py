"""When no method is within reach: a request to a person, and the administrator's answer."""

import re
from collections.abc import Callable

import pytest
from click.testing import Result

from tests.applications import Application
from tests.journeys.support import enrolled_person, live_sessions, press, read
from tests.people import Browser, Person

RESCUE_MAIL = "rescue@example.com"
LINK = re.compile(r"http://\S+(/login/set-up-link/\S+)")


def lost(application: Application, method: str = "authenticator") -> tuple[Person, Browser]:
    """Ada has given her password, lost her only factor, and followed the link that says so."""
    ada, browser = enrolled_person(application, method)
    browser.give_password(ada)
    (link,) = [a for a in read(browser).all("a") if "can’t" in a.text]
    return ada, browser.get(link.attributes["href"])


def reset(application: Application, person: Person) -> Result:
    """The administrator has made sure who it is."""
    runner = application.app.test_cli_runner()
    arguments = ["users", "reset-factors", person.email, "--reason", "met her in person"]
    with application.app.app_context():
        return runner.invoke(args=arguments)


def mailed_link(person: Person) -> str:
    """The path of the link in the last letter."""
    found = LINK.search(person.newest_letter())
    assert found, person.newest_letter()
    return found[1]


def test_who_lost_the_only_factor_can_ask_a_person(application: Application) -> None:
    _ada, browser = lost(application)
    press(browser, "Ask for help")
    assert "Your request is on its way." in browser.page
    (letter,) = application.outbox.messages(to=RESCUE_MAIL)
    assert "ada@example.com" in letter.message.text
    assert "127.0.0.1" in letter.message.text
    assert "flask airlock rescues approve ada@example.com" in letter.message.text
    assert "removed at once" in letter.message.text
    assert "rescue_requested" in application.events()


def test_the_letters_of_a_rescue_hold_no_code(application: Application) -> None:
    ada, browser = lost(application)
    press(browser, "Ask for help")
    (to_admin,) = application.outbox.messages(to=RESCUE_MAIL)
    heard = application.outbox.messages(to=ada.email)[-1]
    assert "went to an administrator" in heard.message.text
    for kept in (to_admin, heard):
        for part in (kept.message.subject, kept.message.text, kept.message.html):
            assert not re.search(r"\b\d{6,10}\b", part)
            assert "set-up-link" not in part


def test_the_request_opens_nothing(application: Application) -> None:
    _ada, browser = lost(application)
    press(browser, "Ask for help")
    assert not browser.is_signed_in
    assert browser.get("/login/set-up").path == "/login/second-step"


def test_help_can_be_asked_for_once_a_day(application: Application) -> None:
    ada, browser = lost(application)
    token = browser.token()
    press(browser, "Ask for help")
    assert "Ask for help" not in browser.get("/login/rescue?method=authenticator").page
    browser.post("/login/rescue", csrf_token=token, action="ask")
    assert browser.status == 429
    assert len(application.outbox.messages(to=RESCUE_MAIL)) == 1
    application.clock.advance(hours=24, seconds=1)
    browser.give_password(ada)
    browser.post("/login/rescue", action="ask")
    assert len(application.outbox.messages(to=RESCUE_MAIL)) == 2


@pytest.mark.parametrize("action", ["", "asked", "prove"])
def test_what_the_page_does_not_know_asks_nobody(application: Application, action: str) -> None:
    _ada, browser = lost(application)
    assert browser.post("/login/rescue", action=action).status == 400
    assert application.outbox.messages(to=RESCUE_MAIL) == []
    assert "rescue_requested" not in application.events()


def test_strangers_can_not_ask(application: Application) -> None:
    """From the half-open session only."""
    enrolled_person(application)
    browser = application.browser()
    browser.get("/login")
    assert browser.get("/login/rescue").path == "/login"
    browser.post("/login/rescue", action="ask")
    assert browser.path == "/login"
    assert application.outbox.messages(to=RESCUE_MAIL) == []


def test_the_other_methods_come_first(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    browser.give_password(ada)
    (link,) = [a for a in read(browser).all("a") if "can’t" in a.text]
    page = read(browser.get(link.attributes["href"]))
    assert page.has("button", data_method="sms")


def test_who_lost_every_method_of_several_can_ask_too(application: Application) -> None:
    """App and phone were one device: the person says so, and is heard."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    application.clock.advance(minutes=1)
    browser.give_password(ada)
    browser.post("/login/send-code", method="sms", purpose="login")
    for _ in range(2):
        (link,) = [a for a in read(browser).all("a") if "can’t" in a.text]
        browser.get(link.attributes["href"])
        if "Ask for help" in browser.page:
            break
        browser.get("/login/second-step?method=authenticator")
    press(browser, "Ask for help")
    assert len(application.outbox.messages(to=RESCUE_MAIL)) == 1


def test_without_an_administrator_the_page_says_so(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR_RESCUE_MAIL=None)
    _, browser = lost(application)
    assert "Ask for help" not in browser.page
    assert "Nobody can be asked from this page" in browser.page
    browser.get("/login/second-step")
    assert browser.post("/login/rescue", action="ask").status == 404


def test_a_reset_ends_sessions_and_mails_a_link(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    result = reset(application, ada)
    assert result.exit_code == 0, result.output
    assert not browser.is_signed_in
    assert live_sessions(application) == []
    letter = application.outbox.messages(to=ada.email)[-1].message
    assert "24 hours" in letter.text
    assert mailed_link(ada) in letter.html
    assert not re.search(r"set-up-link", letter.subject)
    events = [row for row in application.rows("events") if row["name"] == "factors_reset"]
    assert "met her in person" in events[0]["detail"]


def test_the_link_and_the_password_together_lead_back_inside(application: Application) -> None:
    ada, _ = enrolled_person(application)
    reset(application, ada)
    browser = application.browser()
    browser.get(mailed_link(ada))
    assert browser.path == "/login"
    browser.post("/login", email=ada.email, password=ada.password)
    browser.set_up(ada, "authenticator")
    assert browser.is_signed_in


def test_the_link_alone_opens_nothing(application: Application) -> None:
    ada, _ = enrolled_person(application)
    reset(application, ada)
    browser = application.browser()
    browser.get(mailed_link(ada))
    assert not browser.is_signed_in
    for path in ("/login/set-up", "/login/set-up/authenticator", "/login/second-step"):
        assert browser.get(path).path == "/login"


def test_the_password_alone_opens_nothing_after_a_reset(application: Application) -> None:
    """Until the link was used, set-up needs password and link; mail codes do not replace it."""
    ada, known = enrolled_person(application)
    reset(application, ada)
    for browser in (known, application.browser()):
        browser.give_password(ada)
        assert browser.status == 403
        for method in ("authenticator", "email"):
            browser.post(f"/login/set-up/{method}", action="begin")
            assert browser.status == 403
        assert not browser.is_signed_in
    assert application.rows("setups")[-1]["closed_at"] is not None


def test_after_a_reset_no_useless_code_is_mailed(application: Application) -> None:
    """The link is what is needed: a code that opens nothing would only confuse."""
    ada, _ = enrolled_person(application)
    reset(application, ada)
    letters = len(application.outbox.messages())
    application.browser().give_password(ada)
    assert len(application.outbox.messages()) == letters


def test_the_link_works_once(application: Application) -> None:
    ada, _ = enrolled_person(application)
    reset(application, ada)
    link, first, second = mailed_link(ada), application.browser(), application.browser()
    for browser in (first, second):
        browser.get(link)
        browser.post("/login", email=ada.email, password=ada.password)
        browser.get("/login/set-up")
        browser.post("/login/set-up/authenticator", action="begin")
    keys = [first.shown_key(), second.shown_key()]
    for key, browser in zip(keys, (first, second), strict=True):
        ada.app_key = key
        browser.post("/login/set-up/authenticator", action="confirm", code=ada.app_code())
    assert first.is_signed_in
    assert not second.is_signed_in


@pytest.mark.parametrize("seconds, works", [(-1, True), (1, False)])
def test_the_link_works_for_a_day(application: Application, seconds: int, works: bool) -> None:
    ada, _ = enrolled_person(application)
    reset(application, ada)
    browser = application.browser()
    browser.get(mailed_link(ada))
    application.clock.advance(hours=24, seconds=seconds)
    browser.get("/login")
    browser.post("/login", email=ada.email, password=ada.password)
    assert (browser.page.count("data-method") == 3) is works


def test_opening_the_link_twice_spends_nothing(application: Application) -> None:
    """S-123: mail scanners open links; the token leaves the URL at once."""
    ada, _ = enrolled_person(application)
    reset(application, ada)
    for _ in range(3):
        response = application.app.test_client().get(mailed_link(ada))
        assert response.status_code == 303
        assert "set-up-link" not in response.headers["Location"]
    browser = application.browser()
    browser.get(mailed_link(ada))
    browser.post("/login", email=ada.email, password=ada.password)
    assert browser.page.count("data-method") == 3


def test_a_link_of_one_account_is_worth_nothing_for_another(application: Application) -> None:
    """S-120: one purpose, one user."""
    ada, _ = enrolled_person(application)
    bob, _ = enrolled_person(application, email="bob@example.com")
    reset(application, ada)
    reset(application, bob)
    thief = application.browser()
    thief.get(mailed_link(bob))
    thief.post("/login", email=ada.email, password=ada.password)
    assert thief.status == 403


def test_a_second_reset_voids_the_first_link(application: Application) -> None:
    ada, _ = enrolled_person(application)
    reset(application, ada)
    old = mailed_link(ada)
    reset(application, ada)
    browser = application.browser()
    browser.get(old)
    browser.post("/login", email=ada.email, password=ada.password)
    assert browser.status == 403


def test_the_link_is_kept_as_a_digest_only(application: Application) -> None:
    """S-120: a copy of the table gives no link."""
    ada, _ = enrolled_person(application)
    reset(application, ada)
    token = mailed_link(ada).rpartition("/")[2]
    assert len(token) >= 43
    for subject in ("link_tokens", "letters", "events"):
        assert token not in repr(application.rows(subject))


def test_the_link_names_the_configured_host(applications: Callable[..., Application]) -> None:
    """S-122: not the Host header."""
    application = applications(SECURITY_BASE_URL="https://login.example.com")
    ada, _ = enrolled_person(application)
    reset(application, ada)
    assert "https://login.example.com/login/set-up-link/" in ada.newest_letter()


def test_the_mirrored_column_is_emptied_by_a_reset(application: Application) -> None:
    ada, _ = enrolled_person(application)
    reset(application, ada)
    with application.app.app_context():
        assert application.datastore.get_user(ada.email).two_factor_primary_method is None
