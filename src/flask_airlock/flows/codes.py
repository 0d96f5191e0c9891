"""Codes by post: made, kept as digests, and sent with the work that asked for them."""

from ..domain.accounts import Visitor
from ..domain.events import CodeRequested
from ..domain.one_time_codes import TRIES_PER_CODE, Purpose
from ..domain.sessions import DOUBLE_CLICK
from ..domain.throttle import FIRST_SETUP
from ..errors import MethodNotOffered, TooManyTries
from ..factors.code_by_post import CodeByPost
from ..factors.protocol import Case, Factor, Poster
from ..storage.credentials import Credential
from . import attempts, foreign, holds, letters, policy, sends
from .services import Services, Work
from .sessions import (
    Standing,
    Tokens,
    find_half_open,
    find_signed_in,
    find_standing,
    must_not_be_rescued,
)


def case_of(services: Services, standing: Standing, purpose: Purpose, visitor: Visitor) -> Case:
    """Who is asked, for a factor's eyes."""
    return Case(
        account=standing.account,
        person=standing.person,
        session_id=standing.session.id,
        purpose=purpose,
        visitor=visitor,
        now=services.clock(),
    )


def post_code(
    services: Services, work: Work, factor: Poster, case: Case, secret: bytes,
    credential_id: int | None = None,
) -> None:  # fmt: skip
    """Make a code and write its letter; raises TooSoon where too many went out.

    `secret` is what the factor needs to know; `credential_id` says which one of several it is.
    """
    posted = factor.challenge(case, secret)
    sends.count(services, work, case, factor.name, posted.letter.to)
    letter_id = letters.write(services, work, posted.letter)
    binding = case.binding(factor.name)
    work.unit.codes.put(binding, posted.digest, posted.expires_at, letter_id, credential_id)
    asked = CodeRequested(
        account_id=case.account.id, method=factor.name, purpose=case.purpose.value
    )
    work.record(asked, case.visitor)


def post_again(
    services: Services, work: Work, factor: Poster, case: Case, secret: bytes,
    credential_id: int | None = None,
) -> None:  # fmt: skip
    """The same, where one may have been sent before; raises TooManyTries if it was tried out."""
    state = work.unit.codes.state(case.binding(factor.name))
    if state is not None and state.tries >= TRIES_PER_CODE:
        raise TooManyTries
    if state is not None:
        sends.must_be_apart(services, state.expires_at - factor.shape.lifetime)
    post_code(services, work, factor, case, secret, credential_id)


def was_right_just_now(services: Services, factor: CodeByPost, case: Case, code: str) -> bool:
    """Whether this very answer was accepted a moment ago: a double click, not a mistake."""
    digests = factor.digests(case, code)
    with services.begin() as work:
        since = case.now - DOUBLE_CLICK
        return work.unit.codes.was_spent(case.binding(factor.name), digests, since)


def send_code(
    services: Services, tokens: Tokens, method: str, purpose: Purpose, visitor: Visitor,
    to: int | None = None,
) -> None:  # fmt: skip
    """Send a code, or send it again: between the doors, or before a first set-up. `to` is the
    number of the factor, of several of a kind; without it the preferred one.

    Raises LoginLapsed, NoSuchRow, MethodNotOffered, FactorClosed, TooSoon, MailboxHeld, or
    TooManyTries: a code that was tried too often is not replaced in the same login.
    """
    if purpose is Purpose.FIRST_SETUP:
        standing = find_standing(services, tokens)
    elif purpose is Purpose.STEP_UP:
        standing = find_signed_in(services, tokens.signed_in)
    else:
        standing = find_half_open(services, tokens.half_open)
        must_not_be_rescued(standing)
    if to is not None:
        _must_be_his(services, standing, to, visitor)
    case = case_of(services, standing, purpose, visitor)

    def send(work: Work) -> None:
        factor, chosen = _recipient(services, work, standing, method, purpose, to)
        subject = FIRST_SETUP if purpose is Purpose.FIRST_SETUP else factor.name
        must_be_open(services, work, standing, subject, visitor)
        if factor is services.mailbox:
            holds.must_not_be_held(services, standing.account, visitor)
        secret, number = (chosen.secret, chosen.id) if chosen else (b"", None)
        post_again(services, work, factor, case, secret, number)

    services.in_one_go(send)


def _must_be_his(services: Services, standing: Standing, number: int, visitor: Visitor) -> None:
    with services.begin() as work:
        is_his = work.unit.credentials.method_of(standing.account.id, number) is not None
    if not is_his:
        foreign.refuse(services, standing.account.id, foreign.FACTOR, visitor)


def must_be_open(
    services: Services, work: Work, standing: Standing, subject: str, visitor: Visitor
) -> None:
    """Raise FactorClosed or TooSoon where no answer to a code would be looked at now."""
    guess = attempts.guess_at(services, standing.account, subject, visitor)
    shut = attempts.all_shut(services, work.unit, standing.account, guess.side).get(subject)
    if shut is not None:
        raise attempts.told(guess, shut)


def _recipient(
    services: Services, work: Work, standing: Standing, method: str, purpose: Purpose,
    to: int | None,
) -> tuple[Factor, Credential | None]:  # fmt: skip
    """The kind of factor to ask and the one of this kind, if this session may ask it for that."""
    enrolled = policy.enrolled_methods(services, work, standing.account.id)
    if purpose is Purpose.FIRST_SETUP:
        if enrolled or method != services.mailbox.name:
            raise MethodNotOffered(method)
        return services.mailbox, None
    if method not in enrolled:
        raise MethodNotOffered(method)
    factor = services.factors[method]
    if not factor.posts_codes:
        raise MethodNotOffered(method)
    for credential in work.unit.credentials.of_method(standing.account.id, method):
        if to in (None, credential.id):
            return factor, credential
    raise MethodNotOffered(method)
