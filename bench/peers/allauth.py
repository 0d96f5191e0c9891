"""django-allauth with its MFA, as its quick start has it; limits of rate and cache as shipped.

Connections stay open, as in production; Django by default opens one for each request.
"""

import importlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from types import SimpleNamespace
from typing import Any

import django
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections

from bench.peers.allauth_settings import SETTINGS, connection_to
from bench.peers.common import EMAIL, KEY, PASSWORD, SECRET_KEY, Chore, Peer
from bench.visitor import Application, Visitor

# Not statements of anybody: SQLAlchemy does not count them either.
OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")
WRITES = ("INSERT", "UPDATE", "DELETE")


class Allauth(Peer):
    """Its forms have Django's token."""

    login, second_step = "/accounts/login/", "/accounts/2fa/authenticate/"
    email_field, token_field = "login", "csrfmiddlewaretoken"

    def make(self, database: str) -> Application:
        """One application in a process: Django's settings are the process's."""
        settings.configure(
            **SETTINGS, SECRET_KEY=SECRET_KEY, DATABASES={"default": connection_to(database)}
        )
        django.setup()
        self._addresses = count(1)
        # Its codes are of the clock that goes on.
        codes = importlib.import_module("allauth.mfa.totp.internal.auth")
        codes.time = SimpleNamespace(time=self._time)  # type: ignore[attr-defined]
        application: Application = get_wsgi_application()
        return application

    def _time(self) -> float:
        return self.now.timestamp()

    def fill(self) -> None:
        """Tables by migrations; the address is proved."""
        from_auth = importlib.import_module("django.contrib.auth.models")
        call_command("migrate", verbosity=0)
        user = from_auth.User.objects.create_user("ada", EMAIL, PASSWORD)
        for name in ("admin", *map(str, range(1, self.roles))):
            user.groups.add(from_auth.Group.objects.create(name=name))
        addresses = importlib.import_module("allauth.account.models").EmailAddress.objects
        addresses.create(user=user, email=EMAIL, verified=True, primary=True)
        codes = importlib.import_module("allauth.mfa.totp.internal.auth")
        codes.TOTP.activate(user, KEY)

    def visitor(self) -> Visitor:
        """From another address each time: of one, thirty logins in a minute are too many."""
        visitor = super().visitor()
        number = next(self._addresses)
        visitor.address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return visitor

    @contextmanager
    def counted(self, counts: Counter[str]) -> Iterator[None]:
        """A write outside of a transaction is a commit too."""

        connection = connections["default"]
        plain = connection._commit

        def statement(run: Any, sql: str, *rest: Any) -> Any:
            if not sql.startswith(OF_TRANSACTIONS):
                counts["statements"] += 1
            if sql.startswith(WRITES) and not connection.in_atomic_block:
                counts["commits"] += 1
            return run(sql, *rest)

        def commit() -> None:
            counts["commits"] += 1
            plain()

        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(statement))
            connection._commit = commit
            stack.callback(delattr, connection, "_commit")
            yield

    def chores(self) -> dict[str, Chore]:
        """Also the hash alone, as Django has it by default."""
        hasher = Argon2PasswordHasher()
        stored = hasher.encode(PASSWORD, hasher.salt())
        return super().chores() | {"raw verify": lambda: hasher.verify(PASSWORD, stored)}
