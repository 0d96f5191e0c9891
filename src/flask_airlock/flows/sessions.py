"""What a person does with a session: has one, half open or signed in, moves on, ends it."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any

from ..domain.accounts import Account, Person, Visitor
from ..domain.browsers import new_mark
from ..domain.events import SignedOut
from ..domain.login_state import BrowserMark, SignedIn, Stage, Step, advance
from ..domain.policy import leans_on_trust, proved_second_factor
from ..domain.records import Record
from ..domain.sessions import HALF_OPEN_LIFETIME, SEEN_INTERVAL, Session
from ..domain.vault import digest, new_token
from ..errors import IllegalMove, LoginLapsed
from ..storage.credentials import kinds_of
from ..storage.entrants import Inside
from ..storage.transaction import Unit
from . import arrivals, policy, tokens
from .services import Services, Work


class Standing(Inside):
    """Where a browser stands that brought this token: its session, and who that is."""

    token: str = field(repr=False)

    @property
    def methods(self) -> Counter[str]:
        """The kinds of factor, oldest first, with how many there are of each."""
        return kinds_of(self.factors)

    @property
    def is_half_open(self) -> bool:
        """Whether the second door is still closed."""
        return self.session.stage is Stage.HALF_OPEN


class Tokens(Record):
    """What a browser brought: the tokens of its sessions and of a set-up link."""

    signed_in: str | None = field(default=None, repr=False)
    half_open: str | None = field(default=None, repr=False)
    link: str | None = field(default=None, repr=False)


class Current(Record):
    """Who is signed in: the application's user, his account, the session."""

    user: Any
    account: Account
    session: Session


def open_session(
    services: Services, work: Work, account: Account, step: Step, proofs: Sequence[str],
    visitor: Visitor, next_url: str | None, *, person: Person | None = None, remember: bool = False,
    trust_id: int | None = None, ends_at: datetime | None = None,
) -> tuple[str, Session]:  # fmt: skip
    """Begin a session after the first door; its token and what it is. Raises StoreBusy if the
    account, or the `person`, was changed since it was read.

    `trust_id` is the trusted browser that stands for the second factor, `ends_at` when it does no
    longer.
    """
    now, rules = services.clock(), services.settings.session_policy
    stage, remembered = advance(Stage.STRANGER, step), remember and rules.remember is not None
    is_half_open = stage is Stage.HALF_OPEN
    expires_at = now + (HALF_OPEN_LIFETIME if is_half_open else rules.length(remembered))
    session = Session(
        id=0,
        account_id=account.id,
        stage=stage,
        proofs=tuple(proofs),
        created_at=now,
        last_seen_at=now,
        proved_at=now,
        expires_at=min(expires_at, ends_at or expires_at),
        next_url=next_url,
        remembered=remembered,
        trust_id=trust_id,
    )
    token = new_token()
    where = {"address": visitor.address, "agent": visitor.agent}
    session_id = work.unit.sessions.open(digest(token), session, account, person, **where)
    if stage is Stage.SIGNED_IN:
        arrivals.welcome(services, work, account, tuple(proofs), visitor)
    return token, replace(session, id=session_id)


def find_half_open(services: Services, token: str | None) -> Standing:
    """The half-open session of a token; raises LoginLapsed."""
    return find(services, token, Stage.HALF_OPEN)


def must_not_be_rescued(standing: Standing) -> None:
    """Raise IllegalMove in a login that may only set up a factor any more (S-80)."""
    if standing.session.is_rescued:
        raise IllegalMove


def find_signed_in(services: Services, token: str | None) -> Standing:
    """The signed-in session of a token; raises LoginLapsed."""
    return find(services, token, Stage.SIGNED_IN)


def find_standing(services: Services, tokens: Tokens) -> Standing:
    """Where a browser stands that brought these tokens; raises LoginLapsed for a stranger."""
    try:
        return find_signed_in(services, tokens.signed_in)
    except LoginLapsed:
        return find_half_open(services, tokens.half_open)


def find(services: Services, token: str | None, stage: Stage) -> Standing:
    """The session of a token, at that stage; raises LoginLapsed."""
    if not token:
        raise LoginLapsed
    with services.look() as unit:
        return found_in(services, unit, token, stage)


def found_in(services: Services, unit: Unit, token: str, stage: Stage) -> Standing:
    """The same within a transaction."""
    found = unit.entrants.by_session(digest(token), stage, services.clock())
    if found is None or is_over(services, found.session):
        raise LoginLapsed
    person, account, session = found.person, found.account, found.session
    if stage is Stage.HALF_OPEN:
        is_out = bool(policy.may_not_enter(services, person))
    else:
        is_out = not person.active or _lacks_second_proof(
            services, account, session, lambda: unit.users.role_names(account.user_id)
        )
    if is_out:
        raise LoginLapsed
    return Standing(**vars(found), token=token)


def _lacks_second_proof(
    services: Services, account: Account, session: Session, roles: Callable[[], Collection[str]]
) -> bool:
    """A session of a first factor alone ends when its account comes to need a second: at once, or
    when the grace is over for who was told of one."""
    if proved_second_factor(session.proofs) or policy.grace_until(services, account):
        return False
    if leans_on_trust(session.proofs) and services.settings.two_factor_trusted_browsers:
        # It is ended with the trust in its browser, whatever ends that.
        return False
    return policy.needs_second_door(services, account, roles)


def role_names(user: Any) -> list[str]:
    """The roles of the application's user."""
    return [role.name for role in getattr(user, "roles", ())]


def is_over(services: Services, session: Session) -> bool:
    """Whether the session has rested or lasted too long."""
    return services.settings.session_policy.is_over(session, services.clock())


def find_current(
    services: Services, token: str | None, *, with_roles: bool = False
) -> Current | None:
    """Who is signed in with this token: one SELECT, and a write at most every five minutes;
    `with_roles` where the user's are about to be asked for."""
    if not token:
        return None
    now = services.clock()
    found = services.datastore.by_session(digest(token), now, with_roles=with_roles)
    if found is None:
        return None
    user, account, session = found
    if is_over(services, session) or not getattr(user, "is_active", True):
        return None
    if _lacks_second_proof(services, account, session, lambda: role_names(user)):
        return None
    if now - session.last_seen_at > SEEN_INTERVAL:
        services.in_one_go(lambda work: work.unit.sessions.note_seen(session.id, now))
    return Current(user=user, account=account, session=session)


def promote(
    services: Services, work: Work, standing: Standing, step: Step, method: str, code: str,
    visitor: Visitor,
) -> SignedIn:  # fmt: skip
    """Through the second door: a new token, the old one dead; raises LoginLapsed if it was."""
    now = services.clock()
    held = standing.session
    length = services.settings.session_policy.length(held.remembered)
    stage = advance(held.stage, step)
    promoted = replace(
        held,
        stage=stage,
        proofs=tuple(dict.fromkeys((*held.proofs, method))),
        last_seen_at=now,
        proved_at=now,
        expires_at=now + length if standing.is_half_open else held.expires_at,
        # A second factor was proved: it stands for itself.
        trust_id=None,
    )
    token = tokens.next_token(services, standing.token)
    # Without an answer there is nothing by which a repetition could be told from a copy.
    said = tokens.answer_text((held.stage, step), held.id, method, code)
    answer = services.vault.mac("answer", said) if code else None
    old, new = digest(standing.token), digest(token)
    claim = (held, old, new, answer, promoted)
    # Where nothing was changed since, there is no help to call off.
    is_calm = not standing.has_rescue and work.unit.sessions.promote(*claim, standing.account)
    if not is_calm and not work.unit.sessions.promote(*claim):
        raise LoginLapsed
    if standing.is_half_open:
        proofs = promoted.proofs
        arrivals.welcome(services, work, standing.account, proofs, visitor, needs_help=not is_calm)
    kept = promoted.cookie_lifetime(now)
    if not standing.is_half_open:
        # Who was inside already stays where he is; a copied cookie must not earn a mark.
        return SignedIn(token, None, None, lifetime=kept)
    mark = mark_of(services, standing.account, held)
    return SignedIn(token, held.next_url, mark, lifetime=kept)


def mark_of(services: Services, account: Account, session: Session) -> BrowserMark:
    """The mark for the browser of a session that gave two proofs."""
    return new_mark(services.vault, account, f"session {session.id}")


def must_still_be(services: Services, work: Work, standing: Standing) -> None:
    """Raise LoginLapsed where the session has ended since it was found; else it stays until the
    end of this transaction. For changes that were prepared outside of it."""
    work.unit.accounts.lock(standing.account.id)
    found = work.unit.sessions.find(
        digest(standing.token), standing.session.stage, services.clock()
    )
    if found is None:
        raise LoginLapsed


def sign_out(services: Services, token: str | None, visitor: Visitor) -> None:
    """End the session: a copy of its cookie is worth nothing from now on."""
    if not token:
        return

    def end(work: Work) -> None:
        account_id = work.unit.sessions.end(digest(token), services.clock())
        if account_id is not None:
            work.record(SignedOut(account_id=account_id), visitor)

    services.in_one_go(end)
