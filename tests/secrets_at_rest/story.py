"""One person's time with the service: every flow, with secrets that are remembered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.recovering import PAGE, made, use
from tests.journeys.rescuing import (
    SECOND_MAILBOX,
    add_address,
    answer,
    ask_for_code,
    proof_code,
    rescue_code,
)
from tests.people import Browser, Person
from tests.secrets_at_rest.canaries import Canaries
from tests.servers.sms_gateway import SmsGateway
from tests.servers.smtp import MailServer

PASSWORD = "canary-password-that-nobody-may-read"
WRONG_PASSWORD = "canary-password-that-was-mistyped"
IN_THE_WRONG_FIELD = "canary-password-typed-as-the-name"
PHONE = "+12015550177"


@dataclass
class World:
    """The application with real ways to send, and what went through it."""

    application: Application
    mail: MailServer
    sms: SmsGateway
    canaries: Canaries
    looked: Callable[[], None] = lambda: None

    def note(self, browser: Browser) -> Browser:
        """Remember a browser's tokens, and look around: nothing may show even in between."""
        self.canaries.note_cookies(browser)
        self.looked()
        return browser


@contextmanager
def world(
    make: Callable[..., Application], uri: str | None, mail: MailServer, sms: SmsGateway
) -> Iterator[World]:
    """An application that sends for real, to servers of the tests' own."""
    application = make(
        uri,
        MAIL_SERVER=mail.host,
        MAIL_PORT=mail.port,
        MAIL_DEFAULT_SENDER="site@example.com",
        MAIL_SUPPRESS_SEND=False,
        SECURITY_SMS_SERVICE="http",
        **WHOLE_LIFE,
        SECURITY_SMS_SERVICE_CONFIG={"url": sms.url, "json": {"to": "{to}", "text": "{text}"}},
    )
    application.clock.now = application.clock.now.replace(microsecond=0)
    yield World(application, mail, sms, Canaries())


def live_through(here: World) -> None:
    """Every flow, one after the other."""
    person = here.application.person(password=PASSWORD)
    person.phone = PHONE
    for name in (PASSWORD, WRONG_PASSWORD, IN_THE_WRONG_FIELD):
        here.canaries.long[name] = name
    for number in (PHONE, PHONE[1:], PHONE[2:]):
        here.canaries.note_code("phone number", number)
    _come_to_the_first_door(here, person)
    browser = _enrol(here, person)
    _come_back_by_a_recovery_code(here, person, browser)
    _log_in_by_each(here, person, browser)
    _come_back_by_another_mailbox(here, person, browser)
    _lose_everything(here, person, browser)


def _come_to_the_first_door(here: World, person: Person) -> None:
    browser = here.application.browser()
    browser.give_password(person, WRONG_PASSWORD)
    browser.post("/login", email=IN_THE_WRONG_FIELD, password=WRONG_PASSWORD)
    browser.post("/login", email=f"{IN_THE_WRONG_FIELD}@example.com", password=PASSWORD)
    here.note(browser)


def _enrol(here: World, person: Person) -> Browser:
    browser = here.note(here.application.browser().give_password(person))
    here.canaries.note_code("first set-up", person.mailed_code())
    guess = here.canaries.note_code("wrong guess", "73519024")
    browser.post("/login/set-up", action="prove", code=guess)
    here.note(browser.prove_mailbox(person))
    browser.get("/login/set-up").post("/login/set-up/authenticator", action="begin")
    person.app_key = browser.shown_key()
    here.canaries.note_key(person)
    wrong = here.canaries.note_code("wrong guess", "918273")
    browser.post("/login/set-up/authenticator", action="confirm", code=wrong)
    right = here.canaries.note_code("app", person.app_code())
    here.note(browser).post("/login/set-up/authenticator", action="confirm", code=right)
    assert here.note(browser).is_signed_in
    browser.get("/login/set-up").post("/login/set-up/sms", action="begin")
    browser.post("/login/set-up/sms", action="begin", phone=PHONE)
    code = here.canaries.note_code("text", person.texted_code())
    here.note(browser).post("/login/set-up/sms", action="confirm", code=code)
    browser.set_up(person, "email")
    here.canaries.note_code("set-up by mail", person.mailed_code())
    return here.note(browser)


def _come_back_by_a_recovery_code(here: World, person: Person, browser: Browser) -> None:
    codes = made(browser)
    for number, code in enumerate(codes):
        here.canaries.long[f"recovery code {number}"] = code
        here.canaries.long[f"recovery code {number}, bare"] = code.replace("-", "")
    here.note(browser).post(PAGE, action="keep", code=codes[0])
    here.note(browser.log_out())
    wrong = here.canaries.note_code("wrong guess", "00000000000000AA")
    use(use(browser.give_password(person), wrong), codes[1])
    assert here.note(browser).is_signed_in


def _log_in_by_each(here: World, person: Person, browser: Browser) -> None:
    for method in ("authenticator", "sms", "email"):
        here.note(browser.log_out())
        here.application.clock.advance(minutes=1)
        here.note(browser.give_password(person))
        if method != "authenticator":
            for _ in range(2):
                browser.post("/login/send-code", method=method, purpose="login")
                code = person.mailed_code() if method == "email" else person.texted_code()
                here.canaries.note_code(method, code)
        else:
            code = here.canaries.note_code("app", person.app_code())
        wrong = str((int(code) + 1) % 10 ** len(code)).zfill(len(code))
        browser.answer(method, here.canaries.note_code("wrong guess", wrong))
        here.note(browser).answer(method, code)
        assert here.note(browser).is_signed_in, method


def _come_back_by_another_mailbox(here: World, person: Person, browser: Browser) -> None:
    application = here.application
    here.canaries.private["rescue address"] = SECOND_MAILBOX
    add_address(application, browser, SECOND_MAILBOX)
    here.canaries.note_code("rescue address", proof_code(application, SECOND_MAILBOX))
    here.note(browser.log_out())
    application.clock.advance(hours=25)
    ask_for_code(application, person, browser)
    answer(browser, here.canaries.note_code("wrong guess", "Z1X2C3V4"))
    code = here.canaries.note_code("rescue", rescue_code(application))
    here.canaries.note_code("rescue in one word", code.replace("-", ""))
    here.note(answer(browser, code)).set_up(person, "authenticator")
    here.canaries.note_key(person)
    assert here.note(browser).is_signed_in


def _lose_everything(here: World, person: Person, browser: Browser) -> None:
    browser.log_out().give_password(person).get("/login/rescue")
    browser.post("/login/rescue", action="ask")
    here.note(browser)
    run = here.application.app.test_cli_runner().invoke
    done = run(args=["users", "reset-factors", person.email, "--reason", "lost the phone"])
    assert done.exit_code == 0, done.output
    token = person.newest_letter().partition("/login/set-up-link/")[2].split()[0]
    here.canaries.long["link token"] = token
    here.note(browser.get(f"/login/set-up-link/{token}"))
    browser.post("/login", email=person.email, password=person.password)
    browser.set_up(person, "authenticator")
    here.canaries.note_key(person)
    assert here.note(browser).is_signed_in
    here.note(browser.log_out())


def settle(world_: World, **time: Any) -> None:
    """Let time pass, and let a visitor come by, so that what is due is done."""
    world_.application.clock.advance(**time)
    world_.application.browser().get("/login")
