"""What the stories of an account's life share: newcomers, forms filled in, links followed."""

from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, Field, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired

from flask_airlock.forms import RegisterForm
from tests.journeys_in_chromium.settled import settle
from tests.journeys_in_chromium.site import Site
from tests.journeys_in_chromium.visitor import Visitor

PASSWORD = "seven green umbrellas by the sea"
ANOTHER = "eleven quiet lighthouses at noon"
ADDRESS = "grace@example.com"
NEW_ADDRESS = "hopper@example.org"
FORM_COOKIE = "session"

# The buttons as they are labelled, and the headings of the pages that follow.
CREATE, CONFIRM, SAVE, SEND = "Create account", "Confirm", "Save the password", "Send the letter"
CHANGE, SEND_LINK, DELETE = "Change the password", "Send the link", "Delete my account"
CHECK_MAIL, LINK_SPENT = "Check your mail", "This link no longer works"
# Texts alone: WTForms warns of the tuples that its published types still ask for.
HEARD: Any = ["From a friend", "In the news"]
HOW_OFTEN: Any = ["Each week", "Each month", "Never"]


class OwnRegisterForm(RegisterForm):
    """What an application adds: a column of its user, choices, a box to tick."""

    nickname = StringField("Nickname", description="It stands beside what you write.")
    heard = SelectField("How did you hear of us?", choices=HEARD)
    letters = RadioField(
        "News by mail",
        choices=HOW_OFTEN,
        default="Never",
        description="You can change this whenever you like.",
    )
    terms = BooleanField(
        "I have read the terms of use and accept them",
        validators=[InputRequired()],
    )

    def validate_nickname(self, field: Field) -> None:
        """Browsers know nothing of this rule."""
        if "boss" in field.data:
            raise ValidationError("Please choose a nickname that is yours.")


OWN_FORM: dict[str, Any] = {"forms": {"register": OwnRegisterForm}}


@dataclass
class Newcomer:
    """Somebody with an address and a password in mind, and no account yet."""

    email: str = ADDRESS
    password: str = PASSWORD


def fill(visitor: Visitor, **fields: str) -> None:
    """Type into fields, each by its label with `_` for a space."""
    for label, text in fields.items():
        visitor.page.get_by_label(label.replace("_", " "), exact=True).fill(text)


def register(visitor: Visitor, person: Newcomer, **fields: str) -> None:
    """Fill the form in, and send it."""
    visitor.go("/register")
    fill(visitor, Mail_address=person.email, Password=person.password, **fields)
    visitor.press(CREATE)


def follow(visitor: Visitor, site: Site, address: str, purpose: str) -> str:
    """Open the link that came to an address; its path, for whoever tries it again."""
    path = site.mailed_link(address, purpose)
    visitor.go(path)
    return path


def come_to_be(visitor: Visitor, site: Site, person: Newcomer) -> None:
    """Register and confirm: an account that waits for its first login."""
    register(visitor, person)
    follow(visitor, site, person.email, "confirmation")
    visitor.press(CONFIRM)


def settle_in(visitor: Visitor, site: Site, person: Newcomer, method: str) -> None:
    """An account, and signed in to it with a second step."""
    site.application.person(person.email, password=person.password)
    settle(visitor, site, person, method)


def sign_in(visitor: Visitor, site: Site, person: Newcomer, method: str) -> None:
    """Both doors, a while later."""
    site.a_minute_later()
    visitor.go("/login")
    visitor.give_password(person)
    visitor.type_code(visitor.code_for(method))


def ask_for_reset(visitor: Visitor, name: str) -> None:
    """Forgot the password: ask for a link."""
    visitor.go("/forgot-password")
    visitor.page.get_by_label("Mail address").fill(name)
    visitor.press(SEND_LINK)


def choose_password(visitor: Visitor, password: str) -> None:
    """The page that a link leads to."""
    fill(visitor, New_password=password)
    visitor.press(SAVE)


def reset(visitor: Visitor, site: Site, person: Newcomer, password: str = ANOTHER) -> None:
    """The whole way: ask, follow, choose."""
    ask_for_reset(visitor, person.email)
    follow(visitor, site, person.email, "reset")
    choose_password(visitor, password)
    person.password = password


def error_at(visitor: Visitor, label: str) -> str:
    """What is said at a field, which is marked as wrong and has the focus."""
    field = visitor.page.get_by_label(label, exact=True)
    assert field.get_attribute("aria-invalid") == "true"
    assert field.and_(visitor.page.locator(":focus")).count(), f"the focus is not at {label}"
    ids = (field.get_attribute("aria-describedby") or "").split()
    errors = [visitor.page.locator(f"#{name}[role=alert]") for name in ids]
    return " ".join(error.inner_text() for error in errors if error.count())


def let_the_form_expire(visitor: Visitor) -> None:
    """As after a night with the page open: its token is worth nothing any more."""
    visitor.page.context.clear_cookies(name=FORM_COOKIE)
