"""What is done many times at once. Worker processes find these functions by their names."""

import traceback
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from flask_airlock.domain.letters import Channel
from flask_airlock.flows import housekeeping, letters
from tests.applications import Application
from tests.people import Browser

BATCH = 50
SESSION_COOKIE = "__Host-airlock"


@dataclass(frozen=True)
class Shot:
    """A request that is ready to be sent: any process with the same key can send it."""

    path: str
    cookies: str
    form: dict[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True)
class Answer:
    """What came back; `token` is the signed-in session's, `trace` tells of a crash."""

    status: int
    place: str = ""
    token: str | None = None
    page: str = field(default="", repr=False)
    trace: str = ""

    def says(self, sentence: str) -> bool:
        """Whether the page has these words."""
        return sentence in self.page


def shot(browser: Browser, path: str, **form: str) -> Shot:
    """The request that this browser would send now, with its cookies and form token."""
    cookies = browser.client.get("/inside").request.headers.get("Cookie", "")
    return Shot(path, cookies, {"csrf_token": browser.token(), **form})


def send(application: Application, what: Shot) -> Answer:
    """Send one request; redirects are not followed."""
    client = application.app.test_client(use_cookies=False)
    headers = {"Cookie": what.cookies} if what.cookies else {}
    try:
        response = client.open(what.path, method=what.method, headers=headers, data=what.form)
    except Exception:  # noqa: BLE001 (whatever the application let out is what we look for)
        return Answer(status=500, trace=traceback.format_exc())
    jar: SimpleCookie = SimpleCookie()
    for line in response.headers.getlist("Set-Cookie"):
        jar.load(line)
    token = jar[SESSION_COOKIE].value if SESSION_COOKIE in jar else None
    place = response.headers.get("Location", "")
    return Answer(response.status_code, place, token or None, response.get_data(as_text=True))


def deliver(application: Application, letter_id: int) -> int:
    """Carry one letter; how many were handed over in this process so far, by this application."""
    services = application.app.extensions["security"].services
    with application.app.app_context():
        letters.deliver(services, letter_id)
    return _sent(application)


def sweep(application: Application, _: Any) -> int:
    """Pick up what nobody carried; the same count."""
    services = application.app.extensions["security"].services
    with application.app.app_context():
        letters.sweep(services)
    return _sent(application)


def send_or_purge(application: Application, what: Shot | None) -> Answer | int:
    """Send a request; or, for nothing, remove who is due: how many were removed."""
    if what is not None:
        return send(application, what)
    services = application.app.extensions["security"].services
    with application.app.app_context():
        removed = housekeeping.purge(services, BATCH)
    assert removed.stuck == 0
    return removed.users


def send_or_set_password(application: Application, what: Shot | tuple[str, str]) -> Answer | None:
    """Send a request; or, for an address and a password, set it by way of the datastore."""
    if isinstance(what, Shot):
        return send(application, what)
    address, password = what
    with application.app.app_context():
        user = application.datastore.get_user(address)
        application.datastore.set_password(user, password)
        application.db.session.commit()
        application.db.session.remove()
    return None


def sent_to(application: Application, reader: str) -> int:
    """How many letters this process handed over to a reader."""
    return len(application.outbox.messages(to=reader, channel=Channel.MAIL))


def _sent(application: Application) -> int:
    return len(application.outbox.messages())
