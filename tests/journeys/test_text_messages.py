"""Text messages: whose number, which words, and by which gateway."""

import re
from collections.abc import Callable

import pytest

from flask_airlock import ConfigurationError
from flask_airlock.domain.letters import Channel
from tests.applications import Application
from tests.journeys.support import enrolled_person, press, read
from tests.people import Browser, Person
from tests.servers.sms_gateway import SmsGateway
from tests.servers.twilio_api import TwilioApi


def sms_to_begin(application: Application, phone: str) -> Browser:
    """A browser that has just typed a phone number."""
    ada, browser = application.person(), application.browser()
    browser.give_password(ada).prove_mailbox(ada)
    browser.get("/login/set-up")
    browser.post("/login/set-up/sms", action="begin")
    return browser.post("/login/set-up/sms", action="begin", phone=phone)


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("+12015550123", "+12015550123"),
        ("(201) 555-0123", "+12015550123"),
        (" 201.555.0123 ", "+12015550123"),
        ("+49 171 2345678", "+491712345678"),
        ("+44 7400 123456", "+447400123456"),
    ],
)
def test_numbers_are_kept_in_e164(application: Application, typed: str, kept: str) -> None:
    """X-12: without a country code they are read as of SECURITY_PHONE_REGION."""
    sms_to_begin(application, typed)
    assert [k.message.to for k in application.outbox.messages(channel=Channel.SMS)] == [kept]


@pytest.mark.parametrize("typed", ["", "12", "abc", "+1", "+999123456789", "9" * 39, "1" * 100])
def test_what_is_no_number_is_refused_in_words(application: Application, typed: str) -> None:
    browser = sms_to_begin(application, typed)
    assert browser.status == 422
    assert read(browser).one("input", type="tel").get("aria-invalid") == "true"
    assert application.outbox.messages(channel=Channel.SMS) == []


def test_a_number_is_used_only_after_a_code_confirmed_it(application: Application) -> None:
    """S-37, S-85: a pending number is no method."""
    browser = sms_to_begin(application, "+12015550123")
    assert application.rows("credentials") == []
    ada = Person(application, "ada@example.com", "correct horse battery staple")
    browser.give_password(ada)
    assert browser.path == "/login/set-up"


def test_another_number_can_be_tried(application: Application) -> None:
    browser = sms_to_begin(application, "+12015550123")
    press(browser, "Use another number")
    assert read(browser).has("input", type="tel")
    browser.post("/login/set-up/sms", action="begin", phone="+12015550199")
    ada = Person(application, "ada@example.com", "", phone="+12015550199")
    browser.post("/login/set-up/sms", action="confirm", code=ada.texted_code())
    assert browser.is_signed_in


def test_a_phone_number_at_login_is_ignored(application: Application) -> None:
    """S-37: codes go to the number that was proved."""
    ada, browser = enrolled_person(application, "sms")
    browser.give_password(ada)
    browser.post("/login/send-code", method="sms", purpose="login", phone="+12015550199")
    assert application.outbox.messages(to="+12015550199") == []


def test_the_text_message_ends_with_its_host_and_code(application: Application) -> None:
    """S-39: the last line is `@host #code`, and the whole fits one message."""
    ada, browser = enrolled_person(application, "sms")
    browser.give_password(ada)
    text = application.outbox.messages(to=ada.phone)[-1].message.text
    assert re.fullmatch(r"@localhost #\d{6}", text.splitlines()[-1])
    assert len(text) <= 160


def test_the_host_of_text_messages_is_the_configured_one(
    applications: Callable[..., Application],
) -> None:
    """S-39, S-122: never what a request claims."""
    application = applications(SECURITY_BASE_URL="https://login.example.com:8443/app")
    ada, browser = application.person(), application.browser(Host="evil.example")
    browser.enrol(ada, "sms")
    text = application.outbox.messages(to=ada.phone)[-1].message.text
    assert text.splitlines()[-1].startswith("@login.example.com #")


def test_an_http_gateway_carries_text_messages(
    applications: Callable[..., Application], sms_gateway: SmsGateway
) -> None:
    application = applications(
        SECURITY_SMS_SERVICE="http",
        SECURITY_SMS_SERVICE_CONFIG={
            "url": sms_gateway.url,
            "headers": {"Authorization": "Bearer secret"},
            "json": {"to": "{to}", "message": "{text}", "from": "{sender}"},
            "sender": "Airlock",
        },
    )
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "sms")
    assert browser.is_signed_in
    (request,) = sms_gateway.requests
    assert request.fields["to"] == ada.phone
    assert request.fields["from"] == "Airlock"
    assert request.fields["message"].splitlines()[-1] == f"@localhost #{ada.texted_code()}"
    assert request.header("authorization") == "Bearer secret"


def test_a_gateway_that_refuses_leaves_the_other_methods_open(
    applications: Callable[..., Application], sms_gateway: SmsGateway
) -> None:
    """X-14: a failed gateway opens nothing and tells no details."""
    application = applications(
        SECURITY_SMS_SERVICE="http",
        SECURITY_SMS_SERVICE_CONFIG={
            "url": sms_gateway.url,
            "form": {"to": "{to}", "text": "{text}"},
            "accept": [200],
        },
    )
    ada, browser = enrolled_person(application, "sms")
    browser.log_in(ada, "sms").set_up(ada, "authenticator").log_out()
    application.clock.advance(minutes=1)
    sms_gateway.answer_with(503)
    browser.give_password(ada)
    assert "could not be sent" in browser.page
    assert "503" not in browser.page
    assert not browser.is_signed_in
    browser.answer("authenticator", ada.app_code())
    assert browser.is_signed_in


def test_twilios_sdk_carries_text_messages(
    applications: Callable[..., Application], twilio_api: TwilioApi
) -> None:
    application = applications(
        SECURITY_SMS_SERVICE="twilio",
        SECURITY_SMS_SERVICE_CONFIG={
            "account_sid": twilio_api.account_sid,
            "auth_token": twilio_api.auth_token,
            "sender": "+15005550006",
            "base_url": twilio_api.base_url,
        },
    )
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "sms")
    assert browser.is_signed_in
    (message,) = twilio_api.messages
    assert (message.to, message.sender) == (ada.phone, "+15005550006")
    assert message.body.splitlines()[-1] == f"@localhost #{ada.texted_code()}"


@pytest.mark.parametrize(
    "config",
    [{}, {"url": "ftp://x"}, {"url": "https://x", "jsn": {}}, {"url": "https://x", "json": {},
     "form": {}}],
)  # fmt: skip
def test_a_gateway_that_can_not_work_stops_the_start(
    applications: Callable[..., Application], config: dict[str, object]
) -> None:
    with pytest.raises(ConfigurationError, match="SECURITY_SMS_SERVICE_CONFIG"):
        applications(SECURITY_SMS_SERVICE="http", SECURITY_SMS_SERVICE_CONFIG=config)


def test_sms_without_a_service_stops_the_start(applications: Callable[..., Application]) -> None:
    with pytest.raises(ConfigurationError, match="SECURITY_SMS_SERVICE"):
        applications(SECURITY_SMS_SERVICE=None)


def test_the_phone_column_is_mirrored_only_when_asked_for(
    applications: Callable[..., Application],
) -> None:
    for columns, kept in (((), None), (("phone_number",), "+12015550123")):
        application = applications(SECURITY_MIRROR_COLUMNS=columns)
        application.browser().enrol(application.person(), "sms")
        with application.app.app_context():
            assert application.datastore.get_user("ada@example.com").phone_number == kept
