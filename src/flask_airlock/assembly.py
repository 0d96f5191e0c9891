"""Settings and a datastore become services: the only file that builds things. Knows no Flask."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import field
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .delivery.outbox import Outbox, as_console_text
from .delivery.post import InPlace, InThreads, Post, Transport
from .delivery.rendering import Renderer
from .domain.accounts import Visitor
from .domain.common_passwords import CommonPasswords, read_blocklist
from .domain.events import Event
from .domain.letters import Channel, Message
from .domain.link_tokens import LinkPurpose
from .domain.password_policy import PasswordPolicy
from .domain.passwords import Passwords
from .domain.records import Record
from .domain.vault import Vault
from .errors import ConfigurationError, MissingExtra
from .factors.authenticator import AuthenticatorFactor
from .factors.email import EmailFactor
from .factors.protocol import Factor
from .factors.registry import FactorRegistry
from .factors.rescue_mail import RescueAddressProof, RescueMail
from .flows import letters, watch
from .flows.services import Interval, Services
from .settings import Settings
from .storage.datastore import SQLAlchemyUserDatastore
from .storage.transaction import Database


class Surroundings(Record):
    """What the application gives: asked when it is needed, never before."""

    name: str
    masters: tuple[bytes, ...] = field(repr=False)
    clock: Callable[[], datetime]
    is_development: Callable[[], bool]
    is_testing: Callable[[], bool]
    echo: Callable[[str], None]
    has_mail_server: Callable[[], bool]
    find_mail: Callable[[], Any]
    mail_sender: Callable[[], str | None]
    render: Callable[..., str]
    announce: Callable[[Event], None]
    in_application: Callable[[], AbstractContextManager[object]]
    host_of: Callable[[Visitor], str]
    link: Callable[[LinkPurpose, str], str]


def assemble(
    settings: Settings,
    datastore: SQLAlchemyUserDatastore,
    passwords: Passwords,
    sms: Transport | None,
    surroundings: Surroundings,
) -> Services:
    """Build everything that flows are handed."""
    vault = Vault(surroundings.masters)
    service = settings.service_name or settings.two_factor_uri_service_name or surroundings.name
    outbox = Outbox(surroundings.clock)
    mailbox = EmailFactor(vault, service)
    return Services(
        settings=settings,
        policy=settings.second_factor_policy,
        clock=surroundings.clock,
        vault=vault,
        networks=_networks(settings, surroundings),
        passwords=passwords,
        datastore=datastore,
        database=_database(datastore, vault),
        factors=_factors(settings, vault, service, mailbox, surroundings),
        mailbox=mailbox,
        rescue_proof=RescueAddressProof(vault, service),
        rescue_mail=RescueMail(vault, service),
        renderer=Renderer(surroundings.render),
        post=Post(_Transports(outbox, surroundings, sms).for_channel),
        delivery=_Delivery(settings, surroundings, _database(datastore, vault)).choose,
        outbox=outbox,
        looks=Interval(watch.ONE_LOOK.length),
        announce=surroundings.announce,
        in_application=surroundings.in_application,
        service_name=service,
        link=surroundings.link,
        carry=letters.carry,
        password_policy=password_policy(settings, service),
        breached=_breached(settings),
    )


def _database(datastore: SQLAlchemyUserDatastore, vault: Vault) -> Database:
    return Database(
        datastore.engine, datastore.connection, datastore.tables, datastore.users, vault
    )


def make_passwords(settings: Settings) -> Passwords:
    """How passwords are hashed here; hashes of other programs are read where the extra is there."""
    reads_others = all(find_spec(name) for name in ("passlib", "bcrypt"))
    legacy = load_optional("domain.legacy_hashes", "legacy", "Old hashes") if reads_others else None
    return Passwords(
        settings.password_cost,
        parallel=settings.password_parallel,
        old_salt=settings.password_salt,
        legacy=legacy.LegacyHashes() if legacy else None,
    )


def password_policy(settings: Settings, service: str) -> PasswordPolicy:
    """What a good enough password is here; raises ConfigurationError for an unreadable list."""
    own = settings.password_blocklist
    return PasswordPolicy(
        minimum=settings.password_min_length,
        minimum_alone=settings.password_min_length_alone,
        words=(service, *settings.password_words),
        common=CommonPasswords.shipped(),
        own_list=read_blocklist(own) if own else None,
    )


def _networks(settings: Settings, surroundings: Surroundings) -> Callable[[], Any]:
    @cache
    def counts() -> Any:
        made = import_module("flask_airlock.delivery.networks").NetworkCounts
        return made(settings.ratelimit_storage_uri, settings.network_limits, surroundings.clock)

    return counts


def _breached(settings: Settings) -> Callable[[str], bool] | None:
    if not settings.password_check_breached:
        return None
    made = import_module("flask_airlock.delivery.breached").BreachedPasswords
    is_breached: Callable[[str], bool] = made(settings.password_breach_url).is_breached
    return is_breached


def sms_transport(settings: Settings) -> Transport | None:
    """The text message service that the settings name; raises ConfigurationError."""
    config = settings.sms_service_config
    transport: Transport | None = None
    if settings.sms_service == "http":
        transport = load_optional("delivery.sms_http", "sms", "SMS").HttpSmsTransport(config)
    elif settings.sms_service == "twilio":
        module = load_optional("delivery.sms_twilio", "twilio", 'SECURITY_SMS_SERVICE = "twilio"')
        transport = module.TwilioSmsTransport(config)
    return transport


def load_optional(module: str, extra: str, why: str) -> Any:
    """A module of ours whose library comes with an extra; names the extra if it is missing."""
    try:
        return import_module(f"flask_airlock.{module}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("flask_airlock"):
            raise
        raise MissingExtra(
            f'{why} needs the package {missing.name}: pip install "Flask-Airlock[{extra}]"'
        ) from None


def _factors(
    settings: Settings,
    vault: Vault,
    service: str,
    mailbox: EmailFactor,
    surroundings: Surroundings,
) -> FactorRegistry:
    methods = settings.two_factor_enabled_methods if settings.two_factor else ()
    made: list[Factor] = []
    for method in methods:
        if method == "email":
            made.append(mailbox)
        elif method == "authenticator":
            made.append(AuthenticatorFactor())
        else:
            sms = load_optional("factors.sms", "sms", 'The method "sms"')
            made.append(sms.SmsFactor(vault, service, settings.phone_region, surroundings.host_of))
    return FactorRegistry(made)


class _Delivery:
    """Which way letters are carried: by setting, or by what the surroundings can bear."""

    def __init__(self, settings: Settings, surroundings: Surroundings, database: Database) -> None:
        self._wanted = settings.delivery
        self._surroundings = surroundings
        self._database = database
        self._threads = InThreads()

    def choose(self) -> InPlace | InThreads:
        """In place when told so, under test, and where all threads share one connection."""
        if self._database.shares_one_connection or self._wanted == "sync":
            return InPlace()
        if self._wanted is None and self._surroundings.is_testing():
            return InPlace()
        return self._threads


class _Transports:
    """Finds the transport of a channel when a message is about to be sent."""

    def __init__(self, outbox: Outbox, surroundings: Surroundings, sms: Transport | None) -> None:
        self._outbox = outbox
        self._surroundings = surroundings
        self._sms = sms

    def for_channel(self, channel: Channel) -> Transport:
        """The transport; in development every message is kept in the outbox as well."""
        transport = self._sms if channel is Channel.SMS else self._mail()
        if self._surroundings.is_development():
            return _Kept(self._outbox, self._surroundings.echo, transport)
        if transport is None:
            raise ConfigurationError(
                "there is no way to send text messages: set SECURITY_SMS_SERVICE"
            )
        return transport

    def _mail(self) -> Transport | None:
        if self._surroundings.is_development() and not self._surroundings.has_mail_server():
            return None
        module = load_optional("delivery.mail", "mail", "Sending mail")
        transport: Transport = module.FlaskMailTransport(
            self._surroundings.find_mail, self._surroundings.mail_sender
        )
        return transport


class _Kept:
    """Keeps what is sent where a developer can read it, and sends it if there is a way."""

    def __init__(
        self, outbox: Outbox, echo: Callable[[str], None], transport: Transport | None
    ) -> None:
        self._outbox = outbox
        self._echo = echo
        self._transport = transport

    def send(self, message: Message) -> None:
        """Keep the message; hand it on, or show it on the console where nothing carries it."""
        if self._transport is None:
            self._echo(as_console_text(message))
        else:
            self._transport.send(message)
        self._outbox.keep(message)
