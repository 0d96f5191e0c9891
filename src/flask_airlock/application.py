"""What the extension keeps of one application: `app.extensions["security"]`."""

import logging
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, has_request_context, request
from flask_login import LoginManager

from .assembly import (
    Surroundings,
    assemble,
    load_optional,
    make_passwords,
    sms_transport,
)
from .domain.accounts import Visitor
from .domain.events import Event
from .domain.link_tokens import LinkPurpose
from .errors import ConfigurationError
from .flows import letters, rescues, start
from .flows.services import Interval, Services
from .settings import PREFIX, Settings
from .signals import announce
from .storage.datastore import SQLAlchemyUserDatastore
from .web.context import is_development
from .web.current_user import forget_user
from .web.guards import unknown_permissions
from .web.translation import translate

SHORTEST_SECRET_KEY = 16
KNOWN_SECRET_KEYS = {
    "super-secret", "super secret", "secret", "dev", "changeme", "change-me", "change me",
    "your-secret-key", "your_secret_key", "secret-key", "secret_key", "my-secret-key",
    "a-very-secret-key", "you-will-never-guess", "hard to guess string", "development key",
}  # fmt: skip
SWEEP_INTERVAL = timedelta(seconds=30)
DEVELOPMENT_URL = "http://127.0.0.1:5000"

log = logging.getLogger("flask_airlock")


class Airlock:
    """The extension's part in one application; nothing is shared between applications."""

    def __init__(
        self,
        app: Flask,
        datastore: SQLAlchemyUserDatastore,
        settings: Settings,
        login_manager: LoginManager,
    ) -> None:
        self.app = app
        self.datastore = datastore
        self.settings = settings
        self.passwords = make_passwords(settings)
        self.clock: Callable[[], datetime] = _utc_now
        self.forms: dict[str, Any] = {}
        self.translator: Callable[[str], str] | None = None
        self.language: Callable[[], str] = lambda: "en"
        self._login_manager = login_manager
        self._sms = sms_transport(settings)
        self._lock = threading.RLock()
        self._read = _security_keys(app)
        self._is_ready = False
        self._sweeps = Interval(SWEEP_INTERVAL)

    @cached_property
    def services(self) -> Services:
        """What flows are handed; built when first needed, so that the order of set-up is free."""
        with self._lock:
            return assemble(
                self.settings, self.datastore, self.passwords, self._sms, self._surroundings()
            )

    def time(self) -> datetime:
        """The time of now, in UTC, by whatever clock the application has at the moment."""
        return self.clock()

    def begin_request(self) -> None:
        """Before anything else of a request: the checks, and no user of an earlier request.

        A test that holds an application context over several requests gives them one `g`.
        """
        self.be_ready()
        forget_user()

    def be_ready(self) -> None:
        """Check, once, what can be wrong with the application; raises ConfigurationError."""
        if self._is_ready:
            return
        with self._lock:
            self._check_late_settings()
            self._check_login_manager()
            self._check_secret_key()
            self._check_columns()
            self._check_permissions()
            self._check_transports()
            self._join_extensions()
            start.check_networks(self.services, is_development=is_development(self.app))
            start.check_database(self.services)
            self._is_ready = True

    def sweep_letters(self) -> None:
        """Pick up letters that were left lying, and rescues whose time has come; a look every half
        minute, by requests of ours."""
        if self._sweeps.is_due(self.clock()):
            letters.sweep(self.services)
            rescues.sweep(self.services)

    def _check_late_settings(self) -> None:
        """Settings are read once; one that came afterwards would be ignored without a word."""
        now = _security_keys(self.app)
        late = [key for key, value in now.items() if self._read.get(key, self) is not value]
        if late:
            log.warning("%s came after Security(app, ...) and counts for nothing", ", ".join(late))

    def _check_login_manager(self) -> None:
        if getattr(self.app, "login_manager", None) is not self._login_manager:
            raise ConfigurationError(
                "another LoginManager was put on this application: remove it, Flask-Airlock "
                "brings its own"
            )

    def _check_secret_key(self) -> None:
        key = self.app.secret_key or ""
        text = key if isinstance(key, str) else key.decode("utf-8", "replace")
        if len(text.encode()) >= SHORTEST_SECRET_KEY and text.lower() not in KNOWN_SECRET_KEYS:
            return
        advice = 'make one with: python -c "import secrets; print(secrets.token_hex(32))"'
        if not is_development(self.app):
            raise ConfigurationError(
                "SECRET_KEY is shorter than 16 bytes or a well-known example, and this is not "
                f"debug mode (flask --debug ...): {advice}"
            )
        log.warning("SECRET_KEY is weak: fine for development, refused elsewhere; %s", advice)

    def _check_transports(self) -> None:
        if self.settings.two_factor and self.settings.two_factor_enabled_methods == ("sms",):
            log.warning("SMS is the only second factor: enable a safer one beside it (NIST 3.2.9)")
        if is_development(self.app) or not self._sends_mail():
            return
        missing = [
            what
            for what, there in (
                ("MAIL_SERVER", self.app.config.get("MAIL_SERVER")),
                ("Mail(app) of Flask-Mail", self.app.extensions.get("mail")),
                ("SECURITY_EMAIL_SENDER or MAIL_DEFAULT_SENDER", self._mail_sender()),
            )
            if not there
        ]
        if missing:
            raise ConfigurationError(
                f"mail can't be sent: {', '.join(missing)} is missing. Letters are needed for "
                f"{', '.join(self._sends_mail())}"
            )
        if self._mails_links() and not self.settings.base_url:
            raise ConfigurationError(
                "links in letters need SECURITY_BASE_URL, such as https://www.example.com; they "
                f"are mailed for {', '.join(self._mails_links())}"
            )
        if self.settings.sms_service == "outbox":
            raise ConfigurationError(
                'SECURITY_SMS_SERVICE = "outbox" sends nothing: it is for debug and testing'
            )

    def _mails_links(self) -> list[str]:
        """The keys that are on and make us mail links."""
        names = ("confirmable", "recoverable", "change_email")
        return [f"{PREFIX}{name.upper()}" for name in names if getattr(self.settings, name)]

    def _sends_mail(self) -> list[str]:
        """The keys that are on and make us send letters."""
        names = ("two_factor", "registerable", "changeable", "username_enable", "deletable")
        others = [f"{PREFIX}{name.upper()}" for name in names if getattr(self.settings, name)]
        return others + self._mails_links()

    def _check_columns(self) -> None:
        """Columns of the application's own user that a key needs."""
        users = self.datastore.users
        for key, wanted, there, column in (
            ("CONFIRMABLE", self.settings.confirmable, users.has_confirmed, "confirmed_at"),
            ("USERNAME_ENABLE", self.settings.username_enable, users.has_username, "username"),
        ):
            if wanted and not there:
                raise ConfigurationError(
                    f"SECURITY_{key} needs a column {column} of {users.model.__name__}"
                )

    def _check_permissions(self) -> None:
        """A guard that asks for a permission nobody knows would let nobody in, ever."""
        unknown = unknown_permissions(self.app.view_functions, self.settings.permissions)
        if unknown:
            told = ", ".join(f"{name} (at {endpoint})" for endpoint, name in unknown)
            raise ConfigurationError(f"not in SECURITY_PERMISSIONS, but asked for: {told}")

    def _join_extensions(self) -> None:
        """Stand beside what the application brought: its CSRFProtect, its Babel."""
        protection = self.app.extensions.get("csrf")
        if protection is not None:
            # Our forms check the same token themselves, and then show the form again.
            protection.exempt(self.app.blueprints["security"])
        if "babel" in self.app.extensions:
            babel = load_optional("web.babel", "babel", "Translation")
            self.translator, self.language = babel.translate, babel.language

    def _surroundings(self) -> Surroundings:
        app = self.app
        return Surroundings(
            name=app.name,
            masters=self._masters(),
            clock=self.time,
            is_development=lambda: is_development(app),
            is_testing=lambda: app.testing,
            echo=self._echo,
            has_mail_server=lambda: bool(app.config.get("MAIL_SERVER")),
            find_mail=self._find_mail,
            mail_sender=self._mail_sender,
            render=self._render,
            announce=self._announce,
            in_application=app.app_context,
            host_of=self._host_of,
            link=self._link,
        )

    def _masters(self) -> tuple[bytes, ...]:
        """The master secrets, newest first."""
        if self.settings.encryption_keys is not None:
            return tuple(_as_bytes(key) for key in self.settings.encryption_keys)
        if not self.app.secret_key:
            raise ConfigurationError("SECRET_KEY is not set")
        fallbacks = self.app.config.get("SECRET_KEY_FALLBACKS") or ()
        return tuple(_as_bytes(key) for key in (self.app.secret_key, *fallbacks))

    def _announce(self, event: Event) -> None:
        announce(self.app, event)

    def _echo(self, text: str) -> None:
        if self.app.debug:
            sys.stderr.write(text)

    def _find_mail(self) -> Any:
        mail = self.app.extensions.get("mail")
        if mail is None:
            raise ConfigurationError("there is no Mail(app): Flask-Mail is not set up")
        return mail

    def _mail_sender(self) -> Any:
        return self.settings.email_sender or self.app.config.get("MAIL_DEFAULT_SENDER")

    def _render(self, template: str, **facts: Any) -> str:
        return self.app.jinja_env.get_template(template).render(
            _=translate, lang=self.language(), **facts
        )

    def _host_of(self, visitor: Visitor) -> str:
        """The one host that a text message's code is for."""
        if self.settings.base_url:
            return urlsplit(self.settings.base_url).hostname or ""
        if not is_development(self.app):
            raise ConfigurationError("text messages need SECURITY_BASE_URL, to name their host")
        return visitor.host

    def _link(self, purpose: LinkPurpose, token: str) -> str:
        settings = self.settings
        own = f"{settings.link_url}/{purpose.value}"
        page = settings.setup_link_url if purpose is LinkPurpose.FACTOR_SETUP else own
        path = f"{settings.url_prefix or ''}{page}/{token}"
        if self.settings.base_url:
            return self.settings.base_url + path
        if not is_development(self.app):
            raise ConfigurationError("links in letters need SECURITY_BASE_URL")
        here = request.url_root.rstrip("/") if has_request_context() else DEVELOPMENT_URL
        return here + path


def _security_keys(app: Flask) -> dict[str, Any]:
    return {key: value for key, value in app.config.items() if key.startswith(PREFIX)}


def _as_bytes(key: str | bytes) -> bytes:
    return key.encode() if isinstance(key, str) else key


def _utc_now() -> datetime:
    return datetime.now(UTC)
