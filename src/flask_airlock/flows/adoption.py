"""Second factors that an older program kept in the user table become ours: by a command alone.

An app's key becomes an authenticator: who has the app signs in with it from now on. A phone number
becomes nothing but a suggestion, until a code has proved it.
"""

from collections.abc import Iterator
from typing import Any

from ..domain import totp
from ..domain.accounts import Person
from ..domain.directory import Adoption, LegacyUser
from ..domain.events import FactorAdopted
from ..errors import InvalidPhoneNumber, MethodNotOffered, NotDone, Unsealable
from ..storage.legacy import APP_NAMES, METHOD, NUMBER, SECRET
from . import notices
from .administration import TERMINAL
from .services import NOBODY, Services, Work

UNPROVED_NUMBER = "unproved_sms"
PAGE = 100
# RFC 4226 section 4 asks for 128 bits; what the older programs made has 80, and less is none.
STRONG_BITS = 128
FEWEST_BYTES = 10
FEWEST_DIFFERENT_BYTES = 4
MAIL_PATIENCE = 60


def adopt(services: Services, *, apply: bool, clear: bool = False) -> Iterator[Adoption]:
    """What becomes of each user who had a factor elsewhere and never one of ours.

    With `apply` it is done, each in a transaction of his own, and told by letter; with `clear`
    the older program's key is emptied in the same one. Raises NotDone where the user model has
    none of the columns.
    """
    with services.begin() as work:
        there = work.unit.legacy.columns()
    if METHOD not in there or not {SECRET, NUMBER} & there:
        raise NotDone("no_legacy_columns")
    last: Any | None = None
    while True:
        with services.begin() as work:
            page = work.unit.legacy.page(last, PAGE)
        for user in page:
            yield _adopt(services, user, apply=apply, clear=clear)
        if len(page) < PAGE:
            return
        last = page[-1].id
        # The letters of a page leave before the next ones are written.
        services.delivery().wait(MAIL_PATIENCE)


def unproved_number(services: Services, work: Work, account_id: int) -> str | None:
    """The phone number that was adopted and never proved: to be offered at the set-up."""
    try:
        found = work.unit.credentials.of_method(account_id, UNPROVED_NUMBER)
    except Unsealable as broken:
        work.note_broken(broken, NOBODY)
        return None  # it is a suggestion: the number can be typed
    return found[0].secret.decode() if found else None


def drop_unproved_number(services: Services, work: Work, account_id: int) -> None:
    """A number was proved: there is nothing to suggest any more."""
    work.unit.credentials.revoke(account_id, UNPROVED_NUMBER, "proved", services.clock())


def _adopt(services: Services, user: LegacyUser, *, apply: bool, clear: bool) -> Adoption:
    try:
        method, secret = _read(services, user)
    except NotDone as problem:
        return Adoption(id=user.id, email=user.email, method=None, problem=problem.reason)
    bits = 8 * len(secret) if method != UNPROVED_NUMBER else None
    adoption = Adoption(id=user.id, email=user.email, method=method, bits=bits)
    if apply and not services.in_one_go(
        lambda work: _keep(services, work, user, adoption, secret, clear)
    ):
        return Adoption(id=user.id, email=user.email, method=None, problem="changed_meanwhile")
    return adoption


def _read(services: Services, user: LegacyUser) -> tuple[str, bytes]:
    """The method with us, and what it holds; raises NotDone with the reason why not."""
    if user.method in APP_NAMES:
        return _offered(services, "authenticator"), _key(user.totp_secret)
    method, number = _offered(services, "sms"), user.phone_number or ""
    nobody = Person(user_id=user.id, email=user.email, password_hash=None, active=True)
    try:
        return UNPROVED_NUMBER, services.factors[method].new_secret(number, nobody)
    except InvalidPhoneNumber:
        raise NotDone("unreadable_number") from None


def _offered(services: Services, method: str) -> str:
    try:
        return services.factors[method].name
    except MethodNotOffered:
        raise NotDone("method_off") from None


def _key(text: str | None) -> bytes:
    try:
        key = totp.from_base32(text or "")
    except ValueError:
        raise NotDone("unreadable_key") from None
    if len(key) < FEWEST_BYTES:
        raise NotDone("short_key")
    if len(set(key)) < FEWEST_DIFFERENT_BYTES:
        raise NotDone("no_secret")  # a placeholder, the same for everybody
    return key


def _keep(
    services: Services, work: Work, user: LegacyUser, adoption: Adoption, secret: bytes, clear: bool
) -> bool:
    """False where the user has got a factor of ours meanwhile, or waits for a set-up link."""
    now, method = services.clock(), adoption.method or ""
    account = work.unit.accounts.ensure(user.id, now)
    work.unit.accounts.lock(account.id)
    if work.unit.credentials.has_history(account.id) or account.needs_setup_link:
        return False
    work.unit.credentials.adopt(account.id, method, secret, now)
    if method != UNPROVED_NUMBER:
        work.unit.accounts.prefer(account.id, method)
        if clear:
            work.unit.legacy.clear_secret(user.id)
    facts: dict[str, Any] = {
        "method": method,
        "is_weak": adoption.bits is not None and adoption.bits < STRONG_BITS,
    }
    notices.tell(services, work, account.id, user.email, "factor_adopted", TERMINAL, **facts)
    work.record(FactorAdopted(account_id=account.id, method=method), TERMINAL)
    return True
