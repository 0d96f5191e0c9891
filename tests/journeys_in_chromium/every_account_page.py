"""A walk through an account's life: every page of it, in every state a person can meet."""

from collections.abc import Iterator
from typing import Any

from tests.applications import WHOLE_LIFE
from tests.journeys_in_chromium.account import (
    ANOTHER,
    CONFIRM,
    CREATE,
    NEW_ADDRESS,
    OWN_FORM,
    PASSWORD,
    SAVE,
    SEND,
    Newcomer,
    choose_password,
    fill,
    follow,
    let_the_form_expire,
    reset,
    sign_in,
)
from tests.journeys_in_chromium.every_page import open_letter
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor

SETTINGS: dict[str, Any] = {**WHOLE_LIFE, **OWN_FORM}
LONG_ADDRESS = (
    "wolfeschlegelsteinhausenbergerdorff.the-elder.and-her-correspond@"
    "donaudampfschifffahrtsgesellschaft.elektrizitaetenhauptbetriebswerk.example.com"
)
TERMS = "I have read the terms of use and accept them"


def every_account_page(visitor: Visitor, site: Site) -> Iterator[str]:
    """Show one page after the other; gives a name for each, while it is open."""
    grace = Newcomer()
    yield from _registering(visitor, site, grace)
    yield from _confirming(visitor, site, grace)
    yield from _password(visitor, site, grace)
    yield from _address(visitor, site, grace)
    yield from _name(visitor, site, grace)
    yield from _forgetting(visitor, site, grace)
    yield from _held(visitor, site)
    yield from _leaving(visitor, site, grace)
    yield from _invited(visitor, site)


def _registering(visitor: Visitor, site: Site, grace: Newcomer) -> Iterator[str]:
    site.application.person("taken@example.com", username="taken")
    visitor.go("/register")
    yield "register"
    for name, fields in {
        "address": {"Mail_address": "no address"},
        "password-short": {"Password": "short"},
        "password-common": {"Password": "password123"},
        "password-personal": {"Password": "grace-example"},
        "username": {"User_name_(if_you_like)": "taken"},
        "own-field": {"Nickname": "boss"},
    }.items():
        _fill_in(visitor, **{"Mail_address": grace.email, "Password": grace.password, **fields})
        visitor.press(CREATE)
        yield f"register-{name}"
    let_the_form_expire(visitor)
    fill(visitor, Password=grace.password, Nickname="Amazing")
    visitor.press(CREATE)
    yield "register-expired"
    _fill_in(visitor, Mail_address=LONG_ADDRESS, Password=grace.password)
    visitor.press(CREATE)
    yield "letter-sent-long"
    _fill_in(visitor, Mail_address=grace.email, Password=grace.password)
    visitor.press(CREATE)
    yield "letter-sent"
    visitor.press("Send again")
    yield "letter-sent-again"
    open_letter(visitor, site.letter_saying("confirm your mail address", grace.email))
    yield "letter-confirm"
    site.application.clock.advance(minutes=1)
    _fill_in(visitor, Mail_address=grace.email, Password=grace.password)
    visitor.press(CREATE)
    open_letter(visitor, site.letter_saying("again before it was confirmed", grace.email))
    yield "letter-registered-again"
    _fill_in(visitor, Mail_address="taken@example.com", Password=grace.password)
    visitor.press(CREATE)
    open_letter(visitor, site.letter_saying("already have an account", "taken@example.com"))
    yield "letter-exists"


def _fill_in(visitor: Visitor, **fields: str) -> None:
    visitor.go("/register")
    fill(visitor, **fields)
    visitor.page.get_by_label(TERMS).check()


def _confirming(visitor: Visitor, site: Site, grace: Newcomer) -> Iterator[str]:
    visitor.go("/login")
    visitor.give_password(grace)
    yield "login-unconfirmed"
    visitor.go("/send-confirmation")
    yield "send-confirmation"
    fill(visitor, Mail_address=grace.email)
    let_the_form_expire(visitor)
    visitor.press(SEND)
    yield "send-confirmation-expired"
    used = follow(visitor, site, grace.email, "confirmation")
    yield "confirm-email"
    let_the_form_expire(visitor)
    visitor.press(CONFIRM)
    yield "confirm-email-expired"
    visitor.press(CONFIRM)
    yield "login-confirmed"
    visitor.go(used)
    yield "link-spent-confirm"
    visitor.go("/login")
    visitor.give_password(grace)
    visitor.set_up("authenticator")
    site.a_minute_later()


def _password(visitor: Visitor, site: Site, grace: Newcomer) -> Iterator[str]:
    visitor.go("/change-password")
    yield "change-password"
    fill(visitor, Current_password="not the password", New_password=ANOTHER)
    visitor.press("Change the password")
    yield "change-password-wrong"
    fill(visitor, Current_password=grace.password, New_password="qwertyuiop")
    visitor.press("Change the password")
    yield "change-password-common"
    fill(visitor, Current_password=grace.password, New_password=ANOTHER)
    let_the_form_expire(visitor)
    visitor.press("Change the password")
    yield "change-password-expired"
    fill(visitor, Current_password=grace.password, New_password=ANOTHER)
    visitor.press("Change the password")
    yield "change-password-done"
    grace.password = ANOTHER
    open_letter(visitor, site.letter_saying("password", grace.email))
    yield "letter-password-changed"


def _address(visitor: Visitor, site: Site, grace: Newcomer) -> Iterator[str]:
    visitor.go("/change-email")
    yield "change-email"
    fill(visitor, New_mail_address="nowhere", Current_password=grace.password)
    visitor.press(SEND)
    yield "change-email-wrong"
    fill(visitor, New_mail_address=NEW_ADDRESS, Current_password=grace.password)
    visitor.press(SEND)
    yield "letter-sent-new"
    path = site.mailed_link(NEW_ADDRESS, "new_email")
    open_letter(visitor, site.letter_saying("/link/new_email/", NEW_ADDRESS))
    yield "letter-new-address"
    visitor.go(path)
    yield "confirm-new-email"
    visitor.press(CONFIRM)
    yield "change-email-done"
    undo = site.mailed_link(grace.email, "undo_email")
    open_letter(visitor, site.letter_saying("/link/undo_email/", grace.email))
    yield "letter-address-changed"
    visitor.go(undo)
    yield "undo-email"
    visitor.press("Undo the change")
    yield "login-undone"
    open_letter(visitor, site.letter_saying("changed back", grace.email))
    yield "letter-address-restored"
    follow(visitor, site, grace.email, "reset")
    choose_password(visitor, ANOTHER)
    grace.password = ANOTHER
    sign_in(visitor, site, grace, "authenticator")
    yield from _address_taken_meanwhile(visitor, site, grace)


def _address_taken_meanwhile(visitor: Visitor, site: Site, grace: Newcomer) -> Iterator[str]:
    visitor.go("/change-email")
    fill(visitor, New_mail_address="fast@example.com", Current_password=grace.password)
    visitor.press(SEND)
    follow(visitor, site, "fast@example.com", "new_email")
    site.application.person("fast@example.com")
    visitor.press(CONFIRM)
    yield "confirm-new-email-taken"
    site.application.clock.advance(minutes=11)
    visitor.go("/change-email")
    yield "message-too-old"


def _name(visitor: Visitor, site: Site, grace: Newcomer) -> Iterator[str]:
    visitor.go("/change-username")
    yield "change-username"
    fill(visitor, User_name="taken", Current_password=grace.password)
    visitor.press("Save")
    yield "change-username-taken"
    fill(visitor, User_name="amazing_grace", Current_password=grace.password)
    visitor.press("Save")
    yield "change-username-done"
    open_letter(visitor, site.letter_saying("amazing_grace", grace.email))
    yield "letter-username"
    visitor.log_out()


def _forgetting(visitor: Visitor, site: Site, grace: Newcomer) -> Iterator[str]:
    visitor.go("/forgot-password")
    yield "forgot-password"
    let_the_form_expire(visitor)
    fill(visitor, Mail_address_or_user_name="amazing_grace")
    visitor.press("Send the link")
    yield "forgot-password-expired"
    fill(visitor, Mail_address_or_user_name="amazing_grace")
    visitor.press("Send the link")
    yield "letter-sent-reset"
    visitor.press("Send again")
    yield "letter-sent-reset-again"
    path = site.mailed_link(grace.email, "reset")
    open_letter(visitor, site.letter_saying("/link/reset/", grace.email))
    yield "letter-reset"
    visitor.go(path)
    yield "reset-password"
    choose_password(visitor, "grace.example.com")
    yield "reset-password-personal"
    let_the_form_expire(visitor)
    choose_password(visitor, PASSWORD)
    yield "reset-password-expired"
    choose_password(visitor, PASSWORD)
    yield "login-password-set"
    grace.password = PASSWORD
    visitor.go(path)
    yield "link-spent-reset"
    open_letter(visitor, site.letter_saying("do not count", grace.email))
    yield "letter-password-reset"


def _held(visitor: Visitor, site: Site) -> Iterator[str]:
    """A mailbox that reset the password is no second factor for a day."""
    mail = site.application.person("mail@example.com")
    newcomer = Newcomer(mail.email, mail.password)
    visitor.page.context.clear_cookies()
    reset(visitor, site, newcomer)
    visitor.give_password(newcomer)
    yield "first-mail-held"
    site.application.clock.advance(hours=25)
    visitor.go("/login")
    visitor.give_password(newcomer)
    visitor.type_code(site.mailed_code())
    visitor.set_up("email")
    visitor.go("/login/set-up")
    visitor.set_up("sms")
    visitor.log_out()
    visitor.page.context.clear_cookies()
    reset(visitor, site, newcomer, PASSWORD)
    visitor.give_password(newcomer)
    yield "second-mail-held"
    visitor.go("/login/second-step?method=email")
    yield "second-mail-held-alone"


def _leaving(visitor: Visitor, site: Site, grace: Newcomer) -> Iterator[str]:
    visitor.page.context.clear_cookies()
    sign_in(visitor, site, grace, "authenticator")
    visitor.go("/delete-account")
    yield "delete-account"
    fill(visitor, Current_password="not the password")
    visitor.press("Delete my account")
    yield "delete-account-wrong"
    fill(visitor, Current_password=grace.password)
    visitor.press("Delete my account")
    yield "account-going"
    open_letter(visitor, site.letter_saying("will be removed", grace.email))
    yield "letter-going"
    sign_in(visitor, site, grace, "authenticator")
    open_letter(visitor, site.letter_saying("will not be removed", grace.email))
    yield "letter-kept"
    visitor.log_out()


def _invited(visitor: Visitor, site: Site) -> Iterator[str]:
    site.run("users", "create", "invited@example.com")
    path = site.mailed_link("invited@example.com", "invitation")
    open_letter(visitor, site.letter_saying("/link/invitation/", "invited@example.com"))
    yield "letter-invitation"
    visitor.go(path)
    yield "invitation"
    fill(visitor, Password=PASSWORD)
    visitor.press(SAVE)
    visitor.go(path)
    yield "link-spent-invitation"
