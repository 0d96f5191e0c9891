"""The steps of a login and of an account's life, at which things break."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_airlock.errors import WrongCredentials
from tests.applications import Application
from tests.journeys.life import ANOTHER, PASSWORD, ask_for_reset, follow
from tests.journeys.support import enrolled_person, live_sessions
from tests.people import Browser, Person

USER = r'["`]?user["`]?'
NEWCOMER = "grace@example.com"


@dataclass
class Scene:
    """A person who is about to take a step, in one browser."""

    application: Application
    person: Person
    browser: Browser


@dataclass(frozen=True)
class Step:
    """What is done: `prepare` leads up to it, `act` is the one form or page of it.

    `is_done` looks whether all of it is in the database; `writes` is the statement that decides;
    one that `counts` is a guess.
    """

    prepare: Callable[[Application], Scene]
    act: Callable[[Scene], object]
    is_done: Callable[[Scene], bool]
    writes: str = "nothing is written"
    begins_inside: bool = False
    ends_inside: bool = False
    counts: bool = False


def _enrolled(*methods: str) -> Callable[[Application], Scene]:
    def prepare(application: Application) -> Scene:
        person, browser = enrolled_person(application, methods[0])
        for method in methods[1:]:
            browser.log_in(person, methods[0]).set_up(person, method).log_out()
            application.clock.advance(minutes=1)
        browser.get("/login")
        return Scene(application, person, browser)

    return prepare


def _between_the_doors(application: Application) -> Scene:
    scene = _enrolled("authenticator")(application)
    scene.browser.give_password(scene.person)
    return scene


def _before_the_first_set_up(application: Application) -> Scene:
    person, browser = application.person(), application.browser()
    browser.give_password(person).prove_mailbox(person)
    browser.post("/login/set-up/authenticator", action="begin")
    person.app_key = browser.shown_key()
    return Scene(application, person, browser)


def _inside(application: Application) -> Scene:
    scene = _between_the_doors(application)
    scene.browser.answer("authenticator", scene.person.app_code()).get("/")
    return scene


def _with_a_link(application: Application) -> Scene:
    scene = _enrolled("authenticator")(application)
    ask_for_reset(application, scene.person.email)
    follow(application, scene.person.email, scene.browser)
    return scene


def _at(path: str) -> Callable[[Application], Scene]:
    def prepare(application: Application) -> Scene:
        scene = _enrolled("authenticator")(application)
        scene.browser.get(path)
        return scene

    return prepare


def _at_registration(application: Application) -> Scene:
    scene = _stranger(application)
    scene.browser.get("/register")
    return scene


def _stranger(application: Application) -> Scene:
    return Scene(application, Person(application, NEWCOMER, PASSWORD), application.browser())


def _give_password(scene: Scene) -> Browser:
    person = scene.person
    return scene.browser.post("/login", email=person.email, password=person.password)


def _confirm(scene: Scene) -> Browser:
    code = scene.person.app_code()
    return scene.browser.post("/login/set-up/authenticator", action="confirm", code=code)


def _knows(scene: Scene, password: str) -> bool:
    state = scene.application.app.extensions["security"]
    with scene.application.app.app_context():
        user = scene.application.datastore.get_user(scene.person.email)
        try:
            return bool(state.passwords.verify(user.password, password))
        except WrongCredentials:
            return False


def _is_registered(scene: Scene) -> bool:
    with scene.application.app.app_context():
        return scene.application.datastore.find_user(email=NEWCOMER) is not None


def _has_session(stage: str) -> Callable[[Scene], bool]:
    return lambda scene: bool(live_sessions(scene.application, stage))


def _has_link(scene: Scene) -> bool:
    rows = scene.application.rows("link_tokens")
    return "reset" in [row["purpose"] for row in rows if row["used_at"] is None]


STEPS = {
    "first request": Step(
        _stranger,
        lambda scene: scene.browser.get("/login"),
        lambda scene: scene.browser.status == 200,
    ),
    "password": Step(
        _enrolled("authenticator"),
        _give_password,
        _has_session("half_open"),
        "INSERT INTO airlock_sessions",
        counts=True,
    ),
    "password, code by mail": Step(
        _enrolled("email", "authenticator"),
        _give_password,
        _has_session("half_open"),
        "INSERT INTO airlock_letters",
        counts=True,
    ),
    "password, code by SMS": Step(
        _enrolled("sms", "authenticator"),
        _give_password,
        _has_session("half_open"),
        "INSERT INTO airlock_letters",
        counts=True,
    ),
    "second factor": Step(
        _between_the_doors,
        lambda scene: scene.browser.answer("authenticator", scene.person.app_code()),
        _has_session("signed_in"),
        "UPDATE airlock_sessions SET",
        ends_inside=True,
        counts=True,
    ),
    "first set-up": Step(
        _before_the_first_set_up,
        _confirm,
        _has_session("signed_in"),
        "INSERT INTO airlock_credentials",
        ends_inside=True,
    ),
    "protected page": Step(
        _inside,
        lambda scene: scene.browser.get("/inside"),
        lambda scene: scene.browser.page.startswith("Inside"),
        begins_inside=True,
        ends_inside=True,
    ),
    "logout": Step(
        _inside,
        lambda scene: scene.browser.post("/logout"),
        lambda scene: not live_sessions(scene.application),
        "UPDATE airlock_sessions SET",
        begins_inside=True,
    ),
    "reset": Step(
        _at("/forgot-password"),
        lambda scene: scene.browser.post("/forgot-password", email=scene.person.email),
        _has_link,
        "INSERT INTO airlock_link_tokens",
    ),
    "new password": Step(
        _with_a_link,
        lambda scene: scene.browser.post("/reset-password", password=ANOTHER),
        lambda scene: _knows(scene, ANOTHER),
        f"UPDATE {USER} SET password",  # noqa: S608 (a pattern to look for)
    ),
    "registration": Step(
        _at_registration,
        lambda scene: scene.browser.post("/register", email=NEWCOMER, password=PASSWORD),
        _is_registered,
        f"INSERT INTO {USER} ",
    ),
}
