"""Making an account for oneself, and confirming its address."""

from collections.abc import Callable

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import (
    ANOTHER,
    PASSWORD,
    fill_in,
    follow,
    letters_to,
    link_in,
    newcomer,
    without_token,
)
from tests.journeys.support import press, read, set_user
from tests.people import Browser, Person


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """One that lets people register, and asks them to confirm their address."""
    return applications(**WHOLE_LIFE)


@pytest.fixture
def trusting(applications: Callable[..., Application]) -> Application:
    """One that lets people register, and believes them."""
    return applications(SECURITY_REGISTERABLE=True)


def test_a_person_registers_confirms_and_comes_in(application: Application) -> None:
    """Register, follow the link, press the button, sign in, set up the second step."""
    browser = fill_in(application)
    assert "Check your mail" in browser.page
    assert "ada@example.com" in browser.page
    follow(application, "ada@example.com", browser)
    assert "Press the button to confirm" in browser.page
    browser.post("/confirm-email")
    assert browser.path == "/login"
    assert "your address is confirmed" in browser.page
    ada = Person(application, "ada@example.com", PASSWORD)
    browser.give_password(ada).set_up(ada, "authenticator")
    assert browser.is_signed_in
    assert application.events().count("user_registered") == 1
    assert application.events().count("address_confirmed") == 1


def test_who_showed_the_mailbox_by_the_link_is_not_asked_for_it_again(
    application: Application,
) -> None:
    ada, browser = newcomer(application)
    browser.give_password(ada)
    assert browser.path == "/login/set-up"
    assert "Choose how you want to give it" in browser.page


def test_another_browser_with_the_password_is_asked_for_the_mailbox(
    application: Application,
) -> None:
    """The proof holds in the browser that showed the mailbox alone."""
    ada, _ = newcomer(application)
    thief = application.browser().give_password(ada)
    assert "First, check your mail" in thief.page


def test_before_the_confirmation_the_right_password_opens_nothing(
    application: Application,
) -> None:
    fill_in(application)
    ada = Person(application, "ada@example.com", PASSWORD)
    browser = application.browser().give_password(ada)
    assert browser.path == "/login"
    assert "not right" in browser.page
    assert "Send the letter again" in browser.page
    assert application.rows("sessions") == []


def test_without_confirmation_a_person_signs_in_at_once(trusting: Application) -> None:
    browser = fill_in(trusting)
    assert browser.path == "/login"
    assert "Your account is ready" in browser.page
    ada = Person(trusting, "ada@example.com", PASSWORD)
    browser.enrol(ada, "email")
    assert browser.is_signed_in


def test_registering_a_taken_address_tells_its_owner_and_nobody_else(
    application: Application,
) -> None:
    """S-19: the same page; the difference goes by letter."""
    application.person("ada@example.com")
    new, taken = fill_in(application, "new@example.com"), fill_in(application, password=ANOTHER)
    assert without_token(new.page).replace("new@", "ada@") == without_token(taken.page)
    (letter,) = application.outbox.messages(to="ada@example.com")
    assert "already" in letter.message.text
    assert "/link/" not in letter.message.text
    ada = Person(application, "ada@example.com", "correct horse battery staple")
    assert application.browser().give_password(ada).path == "/login/set-up"
    assert application.browser().give_password(ada, ANOTHER).path == "/login"


def test_a_double_click_on_register_sends_one_letter(application: Application) -> None:
    browser = application.browser().get("/register")
    token = browser.token()
    for _ in range(2):
        browser.post("/register", csrf_token=token, email="ada@example.com", password=PASSWORD)
        assert "Check your mail" in browser.page
        application.clock.advance(seconds=1)
    assert letters_to(application, "ada@example.com") == 1


def test_who_reads_the_mailbox_of_an_unconfirmed_account_chooses_its_password(
    application: Application,
) -> None:
    """A thief who registers somebody's address first does not keep a password on it."""
    fill_in(application, password="the thief was here first")
    application.clock.advance(minutes=2)
    fill_in(application, password=PASSWORD)
    owner = follow(application, "ada@example.com")
    assert owner.path == "/reset-password"
    press(owner, "Save the password", password=ANOTHER)
    assert owner.path == "/login"
    ada = Person(application, "ada@example.com", ANOTHER)
    for guess in ("the thief was here first", PASSWORD):
        assert application.browser().give_password(ada, guess).path == "/login"
    assert owner.give_password(ada).path == "/login/set-up"


def test_the_letter_can_be_asked_for_again_and_each_link_works(application: Application) -> None:
    """S-121 as decided: asking again voids nothing; the use of one voids the others."""
    fill_in(application)
    first = link_in(application, "ada@example.com")
    application.clock.advance(minutes=5)
    browser = application.browser().get("/send-confirmation")
    browser.post("/send-confirmation", email="ADA@example.com ")
    assert "Check your mail" in browser.page
    second = link_in(application, "ada@example.com")
    assert first != second
    browser.get(first).post("/confirm-email")
    assert browser.path == "/login"
    late = application.browser().get(second)
    assert late.status == 410
    assert "no longer works" in late.page


def test_a_link_is_good_for_24_hours(application: Application) -> None:
    fill_in(application)
    path = link_in(application, "ada@example.com")
    application.clock.advance(hours=24, seconds=-1)
    assert application.browser().get(path).status == 200
    application.clock.advance(seconds=2)
    assert application.browser().get(path).status == 410


def test_a_scanner_that_opens_the_link_confirms_nothing(application: Application) -> None:
    """S-123: it acts by POST; the token is out of the address before a page is drawn."""
    fill_in(application)
    path = link_in(application, "ada@example.com")
    for _ in range(3):
        scanner = application.browser()
        answer = scanner.client.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/confirm-email"
        assert scanner.client.get("/confirm-email").status_code == 200
        scanner.client.head(path)
    browser = application.browser().get(path)
    assert browser.post("/confirm-email").path == "/login"


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"email": "no address"}, "not a mail address"),
        ({"email": ""}, "fill this in"),
        ({"password": ""}, "fill this in"),
        ({"password": "short"}, "at least 8"),
        ({"password": "password1"}, "Many people use"),
        ({"password": "ada-ada-ada"}, "your own name"),
        ({"password": "Test-service 1"}, "your own name"),
        ({"password": "x" * 257}, "too long"),
        ({"username": "a"}, "3 to 32"),
        ({"username": "ada@home"}, "3 to 32"),
        ({"username": "grace"}, "Somebody else has"),
    ],
)
def test_what_is_not_right_is_told_at_its_field(
    application: Application, fields: dict[str, str], said: str
) -> None:
    """X-02: a refused password comes with the reason; errors are tied to their field."""
    application.person("grace@example.com", username="grace")
    browser = application.browser().get("/register")
    browser.post("/register", **{"email": "ada@example.com", "password": PASSWORD, **fields})
    assert browser.status == 422
    (wrong,) = (field for field in read(browser).all("input") if field.get("aria-invalid"))
    tied = (wrong.get("aria-describedby") or "").split()[-1]
    assert said in read(browser).by_id(tied).text
    assert letters_to(application, "ada@example.com") == 0


def test_only_fields_of_the_form_are_taken(application: Application) -> None:
    """X-57: nobody gives himself a role, a confirmation or another number."""
    extra = {"roles": "admin", "active": "", "confirmed_at": "2020-01-01", "id": "99"}
    browser = application.browser().get("/register")
    fields = {"email": "ada@example.com", "password": PASSWORD, "nickname": "Queen", **extra}
    browser.post("/register", two_factor_primary_method="mail", **fields)
    with application.app.app_context():
        user = application.datastore.get_user("ada@example.com")
        assert (user.id, user.active, user.confirmed_at, user.roles) == (1, True, None, [])
        assert (user.nickname, user.two_factor_primary_method) == (None, None)


def test_who_is_signed_in_is_not_offered_another_account(application: Application) -> None:
    ada, browser = newcomer(application)
    browser.give_password(ada).set_up(ada, "email")
    assert browser.get("/register").path == "/"


def test_an_application_has_no_page_for_what_is_off(
    applications: Callable[..., Application],
) -> None:
    application = applications(
        SECURITY_RECOVERABLE=False, SECURITY_CHANGEABLE=False, SECURITY_CHANGE_EMAIL=False
    )
    browser = application.browser()
    for path in (
        "/register", "/confirm-email", "/send-confirmation", "/forgot-password",
        "/change-password", "/change-email", "/undo-email", "/change-username",
        "/delete-account", "/.well-known/change-password", "/link/undo_email/x",
    ):  # fmt: skip
        assert browser.get(path).status == 404, path
    assert "forgot" not in browser.get("/login").page


def test_an_inactive_account_gets_no_letter_and_no_confirmation(application: Application) -> None:
    fill_in(application)
    path = link_in(application, "ada@example.com")
    set_user(application, Person(application, "ada@example.com", PASSWORD), active=False)
    assert application.browser().get(path).post("/confirm-email").status == 410
    browser = Browser(application.app.test_client()).get("/send-confirmation")
    browser.post("/send-confirmation", email="ada@example.com")
    assert letters_to(application, "ada@example.com") == 1
