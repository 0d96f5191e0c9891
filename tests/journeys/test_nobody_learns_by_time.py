"""The clock tells nobody who has an account: run by the soak, since it takes minutes."""

import time
from collections.abc import Callable
from statistics import median

import pytest

from flask_airlock.domain.passwords import PasswordCost, Passwords
from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import PASSWORD
from tests.servers.smtp import MailServer

REQUESTS = 200
SLOW_MAIL = 3.0
TRIES = 3
MOST = 0.10
PATHS = ["/login", "/register", "/forgot-password", "/send-confirmation"]


def seconds(application: Application, path: str, address: str) -> float:
    """How long the answer to a form takes that names this address."""
    browser = application.browser().get(path)
    form = {"csrf_token": browser.token(), "email": address, "password": PASSWORD}
    start = time.perf_counter()
    answer = browser.client.post(path, data=form)
    taken = time.perf_counter() - start
    assert answer.status_code in (200, 422)
    return taken


def apart(application: Application, path: str, turn: int) -> float:
    """How far the medians of known and unknown addresses lie apart, asked in turns."""
    known, unknown = [], []
    for number in range(REQUESTS):
        known.append(seconds(application, path, f"known{number}@example.com"))
        unknown.append(seconds(application, path, f"nobody{turn}-{number}@example.com"))
    return abs(median(known) - median(unknown))


@pytest.mark.soak
@pytest.mark.parametrize("path", PATHS)
def test_known_and_unknown_addresses_take_the_same_time(
    applications: Callable[..., Application], mail_server: MailServer, path: str
) -> None:
    """S-18, trap of old: letters were sent inside the request, and hashes computed for some."""
    mail_server.hang(SLOW_MAIL)
    application = applications(
        MAIL_SERVER=mail_server.host,
        MAIL_PORT=mail_server.port,
        MAIL_DEFAULT_SENDER="site@example.com",
        MAIL_SUPPRESS_SEND=False,
        SECURITY_DELIVERY="thread",
        **WHOLE_LIFE,
    )
    passwords = Passwords(PasswordCost())
    application.app.extensions["security"].passwords = passwords
    # One hash for all, of today's cost: an older one is as quick or slow as it was made.
    hashed = passwords.hash("correct horse battery staple")
    with application.app.app_context():
        for number in range(REQUESTS):
            user = application.datastore.create_user(email=f"known{number}@example.com")
            user.password = hashed
        application.db.session.commit()
    hashes = []
    for _ in range(9):
        start = time.perf_counter()
        passwords.hash(PASSWORD)
        hashes.append(time.perf_counter() - start)
    allowed = MOST * median(hashes)
    found = []
    for turn in range(TRIES):
        found.append(apart(application, path, turn))
        if found[-1] <= allowed:
            return
        application.clock.advance(hours=2)
    raise AssertionError(f"{path}: {found} s apart, allowed are {allowed} s")
