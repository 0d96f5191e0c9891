"""The sessions of an account that are alive, and how their owner ends one, all others, or all.

Each ending holds the account, so that a login which has begun is over as well; and it voids the
links that are on their way, since whoever was inside may have asked for them.
"""

from ..domain.accounts import Account, Visitor
from ..domain.directory import SessionLine
from ..domain.events import SessionsEnded
from ..domain.login_state import Stage
from ..domain.trust import Ending
from ..errors import LoginLapsed
from . import distrust, foreign, notices, sessions
from .services import Services, Work
from .sessions import Standing

KIND = "session"
ONE, OTHERS, ALL = "one", "others", "all"


def alive(services: Services, work: Work, account: Account) -> list[SessionLine]:
    """The sessions of an account that still open something, newest first."""
    now, rules = services.clock(), services.settings.session_policy
    remembering = rules.remember is not None
    return work.unit.sessions.lines(account.id, now, now - rules.idle, remembering=remembering)


def signed_in(services: Services, work: Work, account: Account) -> list[SessionLine]:
    """Those of them that are inside, newest first."""
    lines = alive(services, work, account)
    return [line for line in lines if line.stage == Stage.SIGNED_IN]


def listed(services: Services, token: str | None) -> tuple[SessionLine, list[SessionLine]]:
    """The session of who asks, and the others of his account, the last seen first; raises
    LoginLapsed."""
    standing = sessions.find_signed_in(services, token)
    with services.begin() as work:
        lines = signed_in(services, work, standing.account)
    mine = next((line for line in lines if line.id == standing.session.id), None)
    if mine is None:
        raise LoginLapsed
    others = [line for line in lines if line is not mine]
    return mine, sorted(others, key=lambda line: line.last_seen_at, reverse=True)


def end_one(services: Services, token: str | None, session_id: int, visitor: Visitor) -> bool:
    """End one session of the account; False if it was over already.

    Raises LoginLapsed, and NoSuchRow for a number that is not of this account.
    """
    standing = sessions.find_signed_in(services, token)
    account_id = standing.account.id

    def end(work: Work) -> bool:
        sessions.must_still_be(services, work, standing)
        living = {line.id for line in signed_in(services, work, standing.account)}
        now = services.clock()
        if session_id not in living or not work.unit.sessions.end_one(account_id, session_id, now):
            return False
        distrust.end_behind(services, work, account_id, session_id, visitor)
        _finish(services, work, standing, 1, ONE, visitor)
        return True

    ended = services.in_one_go(end)
    if not ended:
        foreign.unless_over(
            services,
            account_id,
            KIND,
            visitor,
            lambda unit: unit.sessions.is_of(session_id, account_id),
        )
    return ended


def end_many(services: Services, token: str | None, which: str, visitor: Visitor) -> int:
    """End all sessions of the account, half-open ones too, or all OTHERS; how many were inside.

    Raises LoginLapsed.
    """
    standing = sessions.find_signed_in(services, token)
    account_id, kept = standing.account.id, standing.session.id

    def end(work: Work) -> int:
        sessions.must_still_be(services, work, standing)
        ids = [line.id for line in signed_in(services, work, standing.account)]
        now = services.clock()
        if which == ALL:
            work.unit.sessions.end_all(account_id, now)
        else:
            work.unit.sessions.end_others(account_id, kept, now)
        # In other browsers a password alone must not lead inside again.
        distrust.end_all(services, work, account_id, Ending.SIGNED_OUT, visitor)
        ended = len(ids) - (which == OTHERS)
        _finish(services, work, standing, ended, which, visitor)
        return ended

    return services.in_one_go(end)


def _finish(
    services: Services, work: Work, standing: Standing, ended: int, which: str, visitor: Visitor
) -> None:
    account_id = standing.account.id
    work.unit.link_tokens.void_all(account_id, services.clock())
    if not ended:
        return
    work.record(SessionsEnded(account_id=account_id, ended=ended, which=which), visitor)
    to = standing.person.email
    notices.tell(services, work, account_id, to, "sessions_ended", visitor, which=which)
