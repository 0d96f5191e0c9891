"""A site for each story, and people who visit it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys_in_chromium.site import Site, open_site
from tests.journeys_in_chromium.visitor import Visitor, visiting
from tests.people import Person
from tests.servers.sms_gateway import SmsGateway
from tests.servers.smtp import MailServer
from tests.servers.twilio_api import TwilioApi

Visitors = Callable[..., Visitor]


@pytest.fixture
def own_settings() -> dict[str, Any]:
    """What the site of a file's stories has beside; the file overrides it."""
    return {}


@pytest.fixture
def site(
    tmp_path: Path,
    mail_server: MailServer,
    sms_gateway: SmsGateway,
    own_settings: dict[str, Any],
) -> Iterator[Site]:
    """A site whose text messages go through a gateway of its own."""
    config = {
        "url": sms_gateway.url,
        "headers": {"Authorization": "Bearer gateway-token"},
        "json": {"to": "{to}", "text": "{text}"},
    }

    def texts(count: int) -> list[tuple[str, str]]:
        asked = sms_gateway.wait_for(count)
        assert all(request.header("Authorization") == "Bearer gateway-token" for request in asked)
        return [(request.fields["to"], request.fields["text"]) for request in asked]

    settings = {"SECURITY_SMS_SERVICE": "http", "SECURITY_SMS_SERVICE_CONFIG": config}
    with open_site(tmp_path, mail_server, texts, **(settings | own_settings)) as opened:
        yield opened


@pytest.fixture
def twilio_site(tmp_path: Path, mail_server: MailServer, twilio_api: TwilioApi) -> Iterator[Site]:
    """A site whose text messages go through Twilio's SDK."""
    config = {
        "account_sid": twilio_api.account_sid,
        "auth_token": twilio_api.auth_token,
        "sender": "+12015550199",
        "base_url": twilio_api.base_url,
    }

    def texts(count: int) -> list[tuple[str, str]]:
        return [(message.to, message.body) for message in twilio_api.wait_for(count)]

    settings = {"SECURITY_SMS_SERVICE": "twilio", "SECURITY_SMS_SERVICE_CONFIG": config}
    with open_site(tmp_path, mail_server, texts, **settings) as opened:
        yield opened


@pytest.fixture
def ada(site: Site) -> Person:
    """Somebody with an account on the site, and no second factor yet."""
    return site.application.person()


@pytest.fixture
def visitors(chromium: Browser, site: Site) -> Iterator[Visitors]:
    """Makes visitors of the site, each with a browser of her own."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(visiting(chromium, site, **options))


@pytest.fixture
def visitor(visitors: Visitors) -> Visitor:
    """A visitor with an everyday browser."""
    return visitors()
