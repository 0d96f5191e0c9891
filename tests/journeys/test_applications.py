"""Several applications, the factory form, and SQLite in memory with many threads."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask, Response
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import ConfigurationError, Security, SQLAlchemyUserDatastore
from flask_airlock.testing import cheap_hashing, movable_clock
from tests.applications import SETTINGS, Application
from tests.journeys.support import SESSION, cookie, enrolled_person
from tests.ready_made import define_models

THREADS = 24


def test_two_applications_in_one_process_do_not_see_each_other(
    applications: Callable[..., Application],
) -> None:
    first = applications(SECRET_KEY="the first key, long enough for tests")
    second = applications(SECRET_KEY="the second key, long enough for tests")
    ada, browser = enrolled_person(first)
    browser.log_in(ada, "authenticator")
    assert second.rows("accounts") == []
    assert second.outbox.messages() == []
    assert second.clock is not first.clock
    stranger = second.browser()
    stranger.client.set_cookie(SESSION, cookie(browser, SESSION))
    assert not stranger.is_signed_in
    stranger.give_password(ada)
    assert stranger.status == 422


def test_two_applications_may_share_one_database(
    applications: Callable[..., Application], tmp_path: object
) -> None:
    """One datastore's sessions are good in both where the keys are the same: two workers."""
    uri = f"sqlite:///{tmp_path}/shared.sqlite"
    first, second = applications(uri), applications(uri)
    ada, browser = enrolled_person(first)
    browser.log_in(ada, "authenticator")
    other = second.browser()
    other.client.set_cookie(SESSION, cookie(browser, SESSION))
    assert other.is_signed_in
    browser.log_out()
    assert not other.is_signed_in


@pytest.mark.parametrize("early", [True, False])
def test_the_factory_form_works(tmp_path: object, early: bool) -> None:
    """`Security()` or `Security(datastore=...)`, and `init_app` in the factory."""
    db = SQLAlchemy()
    datastore = SQLAlchemyUserDatastore(db, *define_models(db))
    security = Security(datastore=datastore) if early else Security()
    made = []
    for number in range(2):
        app = Flask("tests.applications")
        app.config.update(SETTINGS)
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/factory-{number}.sqlite"
        db.init_app(app)
        if early:
            security.init_app(app)
        else:
            security.init_app(app, datastore)
        Mail(app)
        cheap_hashing(app)
        with app.app_context():
            db.create_all()
        made.append(Application(app, db, datastore, security, movable_clock(app)))
    for application in made:
        browser = application.browser()
        browser.give_password(application.person())
        assert browser.path == "/login/set-up"
        assert application.app.extensions["security"].datastore is datastore
        assert len(application.rows("accounts")) == 1
        with application.app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def test_without_a_datastore_the_start_says_so() -> None:
    with pytest.raises(ConfigurationError, match="needs a datastore"):
        Security(Flask(__name__))
    with pytest.raises(ConfigurationError, match="init_app was not called"):
        Security().datastore.commit()


def test_the_paths_are_settings(applications: Callable[..., Application]) -> None:
    """A prefix for all, and each changeable by its endpoint's name."""
    paths = {
        "login": "/enter",
        "logout": "/leave",
        "second_step": "/second",
        "send_code": "/send",
        "rescue": "/help",
        "verify": "/is-it-you",
        "overview": "/safe",
        "factors": "/ways",
        "activity": "/safe/events",
        "sessions": "/safe/browsers",
        "rescue_addresses": "/mailboxes",
        "recovery_codes": "/paper",
        "enrol": "/factors",
        "reset_password": "/password",
        "forgot_password": "/lost",
        "change_password": "/password/change",
        "change_email": "/email",
        "confirm_new_email": "/email/confirm",
        "undo_email": "/email/undo",
        "not_me": "/stop",
        "cancel_rescue": "/no-help",
    }
    with_tokens = {"SECURITY_SETUP_LINK_URL": "/set-up-again", "SECURITY_LINK_URL": "/go"}
    settings = {f"SECURITY_{name.upper()}_URL": path for name, path in paths.items()}
    application = applications(SECURITY_URL_PREFIX="/account", **settings, **with_tokens)
    rules = {
        rule.endpoint: rule.rule
        for rule in application.app.url_map.iter_rules()
        if rule.endpoint.startswith("security.") and "<" not in rule.rule
    }
    assert rules == {f"security.{name}": f"/account{path}" for name, path in paths.items()}
    browser = application.browser()
    browser.get("/inside")
    assert browser.path == "/account/enter"
    ada = application.person()
    browser.post("/account/enter", email=ada.email, password=ada.password)
    assert browser.path == "/account/factors"


def test_in_memory_requests_are_answered_one_at_a_time_and_the_log_says_so(
    applications: Callable[..., Application], caplog: pytest.LogCaptureFixture
) -> None:
    application = applications("sqlite://")
    with caplog.at_level(logging.WARNING, logger="flask_airlock"):
        application.app.test_client().get("/")
        application.app.test_client().get("/")
    told = [record for record in caplog.records if "one at a time" in record.getMessage()]
    assert len(told) == 1


def test_a_file_is_not_serialised(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="flask_airlock"):
        application.app.test_client().get("/")
    assert "one at a time" not in caplog.text


def test_in_memory_many_threads_sign_in_side_by_side(
    applications: Callable[..., Application],
) -> None:
    """24 people at once on one connection: everybody gets in, and nobody as somebody else."""
    application = applications("sqlite://")
    people = [application.person(f"p{number}@example.com") for number in range(THREADS)]

    def come_in(number: int) -> str:
        browser = application.browser()
        browser.enrol(people[number], "authenticator")
        return browser.get("/inside").page

    with ThreadPoolExecutor(THREADS) as pool:
        pages = list(pool.map(come_in, range(THREADS)))
    assert pages == [f"Inside: {person.email}" for person in people]
    assert len(application.rows("credentials")) == THREADS


def test_in_memory_one_code_opens_one_session_in_24_threads(
    applications: Callable[..., Application],
) -> None:
    application = applications("sqlite://")
    ada, _ = enrolled_person(application)
    browsers = [application.browser().give_password(ada) for _ in range(THREADS)]
    code = ada.app_code()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda browser: browser.answer("authenticator", code), browsers))
    assert sum(browser.is_signed_in for browser in browsers) == 1


def test_in_memory_the_applications_own_work_is_kept_apart(
    applications: Callable[..., Application],
) -> None:
    """One connection for all: a flow neither commits nor undoes what the application began."""
    application = applications("sqlite://")
    ada = application.person()

    @application.app.get("/sso")
    def sso() -> Response:
        application.datastore.create_user(email="half@example.com", password="x")
        application.db.session.flush()
        user = application.datastore.get_user(ada.email)
        answer = application.security.continue_login(user, proofs=["sso"])
        application.db.session.rollback()
        return answer

    assert application.app.test_client().get("/sso").status_code == 303
    with application.app.app_context():
        assert application.datastore.find_user(email="half@example.com") is None
