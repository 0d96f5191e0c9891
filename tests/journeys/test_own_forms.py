"""An application's own fields: its form takes the place of ours, and fills its own columns."""

from collections.abc import Callable
from typing import Any

import pytest
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from flask_airlock.errors import ConfigurationError
from flask_airlock.forms import ChangePasswordForm, RegisterForm
from flask_airlock.web.pages.account_forms import FORMS
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import PASSWORD, ask_for_reset, follow
from tests.journeys.support import enrolled_person, read

# Plain texts are allowed; the library's types do not know that.
HEARD: Any = ["a friend", "the news"]


class OwnRegisterForm(RegisterForm):
    """One column of the user's, one choice that is none, and a box to tick."""

    nickname = StringField("Nickname", validators=[Length(max=20)])
    heard = SelectField("How did you hear of us?", choices=HEARD)
    terms = BooleanField("I accept the terms", validators=[InputRequired("Please accept them.")])


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    return applications(
        forms={"register": OwnRegisterForm},
        SECURITY_REGISTERABLE=True,
        SECURITY_USERNAME_ENABLE=True,
    )


def register(application: Application, **fields: str) -> Any:
    browser = application.browser().get("/register")
    given = {"email": "ada@example.com", "password": PASSWORD, "heard": "a friend", "terms": "y"}
    return browser.post("/register", **{**given, **fields})


def test_own_fields_stand_on_the_page_with_their_labels(application: Application) -> None:
    page = read(application.browser().get("/register"))
    for name, label in (("nickname", "Nickname"), ("terms", "I accept the terms")):
        assert page.has("input", name=name)
        (found,) = page.all("label", for_=page.one("input", name=name).attributes["id"])
        assert found.text == label
    assert page.has("select", name="heard")


def test_a_declared_field_fills_its_column_and_no_other(application: Application) -> None:
    """X-57: what the form does not declare is not taken, whatever is sent."""
    register(application, nickname="Queen of Engines", phone_number="+1", totp_secret="x" * 16)
    with application.app.app_context():
        user = application.datastore.get_user("ada@example.com")
        assert user.nickname == "Queen of Engines"
        assert (user.phone_number, user.totp_secret, user.active) == (None, None, True)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_draws_the_fields_that_an_application_adds(
    applications: Callable[..., Application], name: str
) -> None:
    more = type("More", (FORMS[name],), {"colour": StringField("Favourite colour")})
    application = applications(**WHOLE_LIFE, forms={name: more})
    ada, browser = enrolled_person(application)
    if name == "reset_password":
        ask_for_reset(application)
        browser = follow(application, ada.email)
    elif name.startswith(("change", "delete")):
        browser.log_in(ada, "authenticator").get(f"/{name.replace('_', '-')}")
    else:
        browser.get(f"/{name.replace('_', '-')}")
    assert browser.status == 200
    page = read(browser)
    (found,) = page.all("label", for_=page.one("input", name="colour").attributes["id"])
    assert found.text == "Favourite colour"


def test_its_own_validators_hold_and_are_told_at_the_field(application: Application) -> None:
    for fields, said in (({"terms": ""}, "Please accept"), ({"nickname": "x" * 21}, "20 char")):
        browser = register(application, **fields)
        assert browser.status == 422
        (wrong,) = (field for field in read(browser).all("input") if field.get("aria-invalid"))
        assert said in read(browser).by_id(wrong.attributes["aria-describedby"]).text
    with application.app.app_context():
        assert application.datastore.find_user(email="ada@example.com") is None


class Greedy(RegisterForm):
    """Would let a visitor make himself anything."""

    roles = StringField("Roles")


class Numbered(RegisterForm):
    """Would let a visitor choose his key."""

    id = StringField("Number")


class Unrelated:
    """No form at all."""


@pytest.mark.parametrize(
    "forms, said",
    [
        ({"register": Greedy}, "no form fills it"),
        ({"register": Numbered}, "no form fills it"),
        ({"register": ChangePasswordForm}, "not a subclass"),
        ({"register": Unrelated}, "not a subclass"),
        ({"register": OwnRegisterForm.__new__}, "not a subclass"),
        ({"registration": OwnRegisterForm}, "it takes"),
    ],
)
def test_a_form_that_cannot_be_is_refused_at_start(
    applications: Callable[..., Application], forms: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        applications(forms=forms, SECURITY_REGISTERABLE=True)


def test_a_user_name_may_be_left_out_or_demanded(
    applications: Callable[..., Application], application: Application
) -> None:
    assert register(application, username="").path == "/login"
    strict = applications(
        SECURITY_REGISTERABLE=True, SECURITY_USERNAME_ENABLE=True, SECURITY_USERNAME_REQUIRED=True
    )
    browser = strict.browser().get("/register")
    browser.post("/register", email="ada@example.com", password=PASSWORD, username="")
    assert browser.status == 422
    browser.post("/register", email="ada@example.com", password=PASSWORD, username="Ada")
    assert browser.path == "/login"
    with strict.app.app_context():
        assert strict.datastore.get_user("ada@example.com").username == "ada"


@pytest.mark.parametrize("column", ["confirmed_at", "username"])
def test_a_key_that_needs_a_column_says_so(
    applications: Callable[..., Application], monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    key = {"confirmed_at": "CONFIRMABLE", "username": "USERNAME_ENABLE"}[column]
    application = applications(**{f"SECURITY_{key}": True})
    airlock = application.app.extensions["security"]
    has_it = {"confirmed_at": "has_confirmed"}.get(column, "has_username")
    monkeypatch.setattr(airlock.datastore.users, has_it, False)
    with pytest.raises(ConfigurationError, match=f"SECURITY_{key} needs a column {column}"):
        application.app.test_client().get("/")


@pytest.mark.parametrize("server", ["sqlite", "postgres_url", "mariadb_url"])
@pytest.mark.parametrize("value", ["x" * 500, "a\0b"], ids=["long", "nul"])
def test_what_the_database_does_not_take_is_told_whoever_has_the_address(
    applications: Callable[..., Application],
    request: pytest.FixtureRequest,
    server: str,
    value: str,
) -> None:
    """An own form without a limit of its own: no 5xx, and no way to tell a taken address."""

    class Loose(RegisterForm):
        nickname = StringField()

    where = None if server == "sqlite" else request.getfixturevalue(server)
    application = applications(where, forms={"register": Loose}, SECURITY_REGISTERABLE=True)
    application.person("taken@example.com")
    found = set()
    for address in ("new@example.com", "taken@example.com"):
        browser = application.browser().get("/register")
        browser.post("/register", email=address, password=PASSWORD, nickname=value)
        assert browser.status in (200, 422)
        found.add(browser.status)
    assert len(found) == 1


def test_an_address_that_mariadb_calls_equal_is_not_registered_and_not_told(
    applications: Callable[..., Application], mariadb_url: str
) -> None:
    """Its collation ignores accents: the unique column stands against another person's address."""
    application = applications(mariadb_url, SECURITY_REGISTERABLE=True)
    application.person("zoe@example.com")
    browser = application.browser().get("/register")
    browser.post("/register", email="zoë@example.com", password=PASSWORD)
    assert browser.path == "/login"
    assert application.outbox.messages() == []
