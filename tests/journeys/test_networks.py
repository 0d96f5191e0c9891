"""Who tries many names from one network waits; who is known, or between the doors, does not."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_airlock.errors import ConfigurationError
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.support import enrolled_person, wrong
from tests.servers.valkey import Valkey

LIMITS = {
    "SECURITY_NETWORK_FAILURES": "20 per 10 minutes; 100 per day",
    "SECURITY_NETWORK_LETTERS": "3 per 10 minutes",
}
HERE, NEXT_DOOR = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def application(
    applications: Callable[..., Application], seconds: list[float]
) -> Iterator[Application]:
    """With limits on networks."""
    return applications(**WHOLE_LIFE, **LIMITS)  # type: ignore[return-value]


def knock(
    application: Application,
    name: str = "nobody@example.com",
    address: str = HERE,
    **headers: str,
) -> int:
    """A wrong password from a network; the status that it gets."""
    browser = application.browser(**headers)
    browser.client.environ_base["REMOTE_ADDR"] = address
    browser.get("/login").post("/login", email=name, password="not the password of anybody")
    return browser.status


def knock_often(application: Application, times: int = 20, address: str = HERE) -> list[int]:
    """Wrong passwords for as many names."""
    return [knock(application, f"n{number}@example.com", address) for number in range(times)]


def test_the_twenty_first_failure_of_a_network_waits(
    application: Application, seconds: list[float]
) -> None:
    """S-98: whatever the names; the page and a header say until when."""
    ada = application.person()
    assert knock_often(application) == [422] * 20
    stranger = application.browser()
    stranger.client.environ_base["REMOTE_ADDR"] = HERE
    assert stranger.give_password(ada).status == 429
    assert "you can try again in 10 minutes" in stranger.page
    form = {"csrf_token": stranger.token(), "email": ada.email, "password": ada.password}
    assert stranger.client.post("/login", data=form).headers["Retry-After"] == "600"
    assert knock(application, address=NEXT_DOOR) == 422
    seconds[0] += 599
    assert stranger.give_password(ada).status == 429
    seconds[0] += 2
    assert stranger.give_password(ada).path == "/login/set-up"


def test_a_network_may_fail_so_often_a_day(application: Application, seconds: list[float]) -> None:
    for _ in range(5):
        assert knock_often(application) == [422] * 20
        seconds[0] += 601
    assert knock(application) == 429
    seconds[0] += 86_400
    assert knock(application) == 422


def test_what_a_network_is_refused_counts_for_no_account(application: Application) -> None:
    """One network alone closes nobody's password, and keeps no owner elsewhere waiting."""
    ada = application.person()
    knock_often(application)
    for _ in range(30):
        assert knock(application, ada.email) == 429
    assert not [row for row in application.rows("throttles") if row["account_id"]]
    assert application.browser().give_password(ada).path == "/login/set-up"


def test_right_passwords_count_for_nothing(application: Application) -> None:
    """An office of forty people behind one address signs in on its first morning."""
    for number in range(40):
        person = application.person(f"p{number}@example.com")
        browser = application.browser()
        browser.client.environ_base["REMOTE_ADDR"] = HERE
        assert browser.give_password(person).path == "/login/set-up"


def test_known_browsers_and_second_steps_do_not_wait_for_their_network(
    application: Application,
) -> None:
    """S-96, S-98: the owner goes on beside whoever tries names from his network."""
    ada, known = enrolled_person(application)
    half_open = application.browser().give_password(ada)
    knock_often(application, address="127.0.0.1")
    assert application.browser().give_password(ada).status == 429
    assert half_open.answer("authenticator", wrong(ada.app_code())).status == 422
    assert known.log_in(ada, "authenticator").is_signed_in


@pytest.mark.parametrize(
    "first,second,shared",
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
    ],
)
def test_what_is_one_network(
    application: Application, first: str, second: str, shared: bool
) -> None:
    """S-98: of IPv4 the address, of IPv6 its /64."""
    knock_often(application, address=first)
    assert knock(application, address=second) == (429 if shared else 422)


def test_a_forged_header_is_no_network(
    application: Application, applications: Callable[..., Application]
) -> None:
    """S-98: what stands in X-Forwarded-For counts where ProxyFix is told to believe it."""
    knock_often(application)
    assert knock(application, **{"X-Forwarded-For": "198.51.100.9"}) == 429
    behind = applications(**LIMITS)
    behind.app.wsgi_app = ProxyFix(behind.app.wsgi_app)  # type: ignore[method-assign]
    for number in range(20):
        knock(behind, f"n{number}@x.org", **{"X-Forwarded-For": HERE})
    assert knock(behind, **{"X-Forwarded-For": HERE}) == 429
    assert knock(behind, **{"X-Forwarded-For": NEXT_DOOR}) == 422


ASKED = {
    "/forgot-password": {"email": "ada@example.com"},
    "/send-confirmation": {"email": "ada@example.com"},
    "/register": {"email": "grace@example.com", "password": "seven quiet lighthouses"},
}


@pytest.mark.parametrize("path", ASKED)
def test_a_network_asks_for_so_many_letters(application: Application, path: str) -> None:
    """S-34, S-98: the form is shown again, with what was typed."""
    application.person("ada@example.com")
    browser = application.browser()
    for _ in range(3):
        assert browser.get(path).post(path, **ASKED[path]).status == 200
    sent = len(application.outbox.messages())
    assert browser.get(path).post(path, **ASKED[path]).status == 429
    assert f'value="{ASKED[path]["email"]}"' in browser.page
    assert "you can try again in 10 minutes" in browser.page
    assert len(application.outbox.messages()) == sent
    assert knock(application, address="127.0.0.1") == 422


def test_a_known_browser_asks_for_a_letter_all_the_same(application: Application) -> None:
    ada, known = enrolled_person(application)
    ask = {"email": "nobody@example.com"}
    for _ in range(3):
        application.browser().get("/forgot-password").post("/forgot-password", **ask)
    known.get("/forgot-password").post("/forgot-password", email=ada.email)
    assert known.status == 200
    stranger = application.browser().get("/forgot-password")
    assert stranger.post("/forgot-password", email=ada.email).status == 429


def test_workers_share_their_counts_by_redis(
    applications: Callable[..., Application], valkey: Valkey
) -> None:
    """S-98: two processes' worth of application, one count; no address is kept there."""
    first, second = (
        applications(SECURITY_RATELIMIT_STORAGE_URI=valkey.url, **LIMITS) for _ in range(2)
    )
    knock_often(first, 10)
    assert knock_often(second, 11) == [422] * 10 + [429]
    keys = second_opinion(valkey)
    assert keys
    assert not [key for key in keys if HERE in key]


def second_opinion(valkey: Valkey) -> list[str]:
    """The keys that the store holds, by its own client."""
    with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        return list(client.scan_iter())


def test_a_store_that_is_gone_is_done_without_and_told_once(
    applications: Callable[..., Application], valkey: Valkey
) -> None:
    """S-100: logins go on, the database counts as ever, and there is one event an outage."""
    application = applications(SECURITY_RATELIMIT_STORAGE_URI=valkey.url, **LIMITS)
    ada = application.person()
    knock_often(application)
    valkey.stop()
    for _ in range(3):
        assert knock(application) == 422
        assert application.browser().give_password(ada).path == "/login/set-up"
        application.clock.advance(minutes=1)
    assert application.events().count("network_counts_gone") == 1
    failed = [row for row in application.rows("throttles") if row["account_id"] is None]
    assert max(row["failures"] for row in failed) == 3
    valkey.start()
    application.clock.advance(minutes=1)
    assert knock_often(application, 21) == [422] * 20 + [429]
    valkey.stop()
    assert knock(application) == 422
    assert application.events().count("network_counts_gone") == 2


@pytest.mark.parametrize("uri", ["nonsense://there", "redis://[bad", "memory"])
def test_a_store_that_can_not_be_is_refused_at_the_start(
    applications: Callable[..., Application], uri: str
) -> None:
    with pytest.raises(ConfigurationError, match="RATELIMIT_STORAGE_URI"):
        applications(SECURITY_RATELIMIT_STORAGE_URI=uri, **LIMITS).browser().get("/login")


@pytest.mark.parametrize("workers,told", [("4", True), ("1", False), ("", False)])
def test_several_workers_that_count_apart_are_warned_about(
    applications: Callable[..., Application],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    valkey: Valkey,
    workers: str,
    told: bool,
) -> None:
    """S-98: a warning, since the database's counts hold in any case."""
    monkeypatch.setenv("WEB_CONCURRENCY", workers)
    mail: dict[str, Any] = {
        "TESTING": False,
        "MAIL_SERVER": "localhost",
        "MAIL_DEFAULT_SENDER": "a@example.com",
        "SECURITY_BASE_URL": "https://www.example.com",
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["email"],
        "SECURITY_SMS_SERVICE": None,
    }
    with caplog.at_level(logging.WARNING, "flask_airlock"):
        applications(**LIMITS, **mail).browser().get("/login")
        assert ("count client networks each for themselves" in caplog.text) is told
        caplog.clear()
        shared = {"SECURITY_RATELIMIT_STORAGE_URI": valkey.url}
        applications(**LIMITS, **mail, **shared).browser().get("/login")
        assert "count client networks" not in caplog.text
