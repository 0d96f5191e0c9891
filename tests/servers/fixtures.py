"""The servers as pytest fixtures; they start when a test first asks for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.mariadb import MariaDB, running_mariadb
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.sms_gateway import SmsGateway, running_sms_gateway
from tests.servers.smtp import MailServer, running_mail_server
from tests.servers.twilio_api import TwilioApi, running_twilio_api
from tests.servers.valkey import Valkey, running_valkey


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, one for each process that runs tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A MariaDB server, one for each process that runs tests."""
    with running_mariadb() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of the test's own."""
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture
def mariadb_url(mariadb: MariaDB) -> Iterator[str]:
    """The URL of an empty MariaDB database of the test's own."""
    with mariadb.fresh_database() as url:
        yield url


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """An empty Valkey of the test's own."""
    with running_valkey(tmp_path / "valkey") as server:
        yield server


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server without letters."""
    with running_mail_server() as server:
        yield server


@pytest.fixture
def sms_gateway() -> Iterator[SmsGateway]:
    """An SMS gateway of one's own, that nobody has called yet."""
    with running_sms_gateway() as gateway:
        yield gateway


@pytest.fixture
def twilio_api() -> Iterator[TwilioApi]:
    """Twilio's API, with an account and no messages."""
    with running_twilio_api() as api:
        yield api
