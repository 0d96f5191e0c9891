"""A user name beside the mail address."""

from ..domain.accounts import Visitor
from ..domain.events import UsernameChanged
from ..domain.usernames import normal_username
from ..errors import UsernameTaken
from . import notices, password_checks, sessions
from .services import Services, Work


def change(
    services: Services, token: str | None, current: str, wanted: str, visitor: Visitor
) -> None:
    """Take another user name. Raises LoginLapsed, InvalidUsername, UsernameTaken, and what
    `password_checks.check` raises."""
    standing = sessions.find_signed_in(services, token)
    name = normal_username(wanted)
    password_checks.check(services, standing, current, visitor)

    def keep(work: Work) -> None:
        sessions.must_still_be(services, work, standing)
        owner = work.unit.users.by_username(name)
        if owner is not None and owner.user_id == standing.person.user_id:
            return
        if owner is not None or not work.unit.users.change_username(standing.person.user_id, name):
            raise UsernameTaken
        account_id, to = standing.account.id, standing.person.email
        notices.tell(services, work, account_id, to, "username_changed", visitor, username=name)
        work.record(UsernameChanged(account_id=account_id), visitor)

    services.in_one_go(keep)
