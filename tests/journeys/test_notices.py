"""Notices: one for each cause, also when the mail server was away; none with a secret."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import change_password
from tests.journeys.recovering import codes_on, use
from tests.journeys.support import enrolled_person, press, wrong
from tests.journeys.test_letters import posted
from tests.journeys.trust import skips, trust, with_copy
from tests.people import Browser, Person
from tests.servers.smtp import MailServer, html_text, plain_text

NEW_PASSWORD = "nine lanterns over a quiet harbour"
TOLD = Counter(
    {
        # Where a factor was removed no browser is known any longer.
        "new_browser": 3,
        "factor_added": 1,
        "factor_renamed": 1,
        "factor_removed": 1,
        "recovery_codes_made": 1,
        "recovery_code_used": 1,
        "sessions_ended": 1,
        "wrong_factor": 1,
        "right_after_failures": 1,
        "trusted_browser_stolen": 1,
        "rescue_approved": 1,
        "rescue_cancelled": 1,
        "password_changed": 1,
        "username_changed": 1,
    }
)


def with_settings(applications: Callable[..., Application], mail_server: MailServer) -> Application:
    """Everything is on, and letters go to a real mail server."""
    whole: dict[str, Any] = {**WHOLE_LIFE, "SECURITY_RESCUE_DELAY": timedelta(hours=24)}
    return posted(applications, mail_server, **whole)


def she_changes_much(application: Application, ada: Person, browser: Browser) -> list[str]:
    """In a browser of hers, which is trusted from then on; what no letter may hold."""
    clock = application.clock
    browser.log_in(ada, "authenticator")
    codes = codes_on(press(browser.get("/security/recovery-codes"), "Show my codes").page)
    clock.advance(minutes=1)
    application.browser(**{"User-Agent": "Elsewhere"}).log_in(ada, "authenticator")
    press(browser.get("/security/sessions"), "Sign out all other browsers")
    first_key = ada.app_key
    clock.advance(minutes=1)
    browser.set_up(ada, "authenticator")
    (_, second) = (row["id"] for row in application.rows("credentials"))
    page = f"/security/factors/{second}"
    browser.get(page).post(page, action="rename", name="My tablet")
    browser.get(page).post(page, action="remove")
    keys, ada.app_key = [first_key, ada.app_key], first_key
    browser.get("/change-username").post(
        "/change-username", username="countess", current=ada.password
    )
    browser.log_out()
    trust(application, ada, browser)
    return [*codes, *keys]


def others_try_much(
    application: Application, ada: Person, browser: Browser, recovery_code: str
) -> None:
    """A thief with a copy of her cookie, then wrong codes, and an administrator who means well."""
    clock, other = application.clock, application.browser()
    thief = with_copy(application, browser)
    assert skips(browser, ada)
    browser.log_out()
    clock.advance(hours=1)
    assert skips(browser, ada)
    browser.log_out()
    clock.advance(hours=1)
    assert not skips(thief, ada)
    for _ in range(5):
        clock.advance(hours=1)
        other.give_password(ada).answer("authenticator", wrong(ada.app_code()))
    clock.advance(hours=1)
    run = application.app.test_cli_runner().invoke
    run(args=["airlock", "rescues", "approve", ada.email, "--reason", "She called"])
    other.give_password(ada).answer("authenticator", ada.app_code())
    other.log_out()
    clock.advance(minutes=1)
    use(other.give_password(ada), recovery_code)
    change_password(other, ada.password, NEW_PASSWORD)


def test_each_cause_is_told_once_though_the_mail_server_was_away_for_a_night(
    applications: Callable[..., Application], mail_server: MailServer
) -> None:
    """S-86 to S-88, X-56."""
    application = with_settings(applications, mail_server)
    ada, browser = enrolled_person(application)
    before = {row["id"] for row in application.rows("letters")}
    mail_server.deliveries.clear()
    mail_server.refuse()
    secrets = she_changes_much(application, ada, browser)
    others_try_much(application, ada, browser, secrets[0])
    written = [row for row in application.rows("letters") if row["id"] not in before]
    assert Counter(row["template"] for row in written) == TOLD
    for _ in range(24):
        application.clock.advance(minutes=20)
        application.browser().get("/login")
    assert mail_server.messages == []
    mail_server.behave()
    for _ in range(24):
        application.clock.advance(hours=1)
        application.browser().get("/login")
    assert {row["state"] for row in application.rows("letters")} == {"sent"}
    got = mail_server.messages
    assert sorted(Counter(it["Subject"] for it in got).values()) == sorted(TOLD.values())
    for letter in got:
        both = plain_text(letter) + html_text(letter)
        assert not [
            secret for secret in (*secrets, ada.password, NEW_PASSWORD) if secret in both
        ], letter["Subject"]
