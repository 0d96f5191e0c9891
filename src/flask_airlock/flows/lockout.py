"""Whom a policy stops, told before it is switched on."""

from collections.abc import Collection, Iterator

from ..domain.addresses import normal_address
from ..domain.directory import Demand, Stopped, Unprepared
from ..errors import InvalidAddress
from .administration import must_have_role
from .services import Services

PAGE = 500


def demand_of(
    services: Services,
    required: bool | Collection[str] | None,
    methods: Collection[str],
    *,
    inactive: bool,
) -> Demand | None:
    """What a policy demands: the configured one, but for what is given; None where it is off.

    Raises NotDone for a role that there is not.
    """
    if required is None and not services.policy.enabled:
        return None
    wanted = services.policy.required if required is None else required
    roles = frozenset[str]() if isinstance(wanted, bool) else frozenset(wanted)
    if required is not None:
        with services.begin() as work:
            for role in sorted(roles):
                must_have_role(work, role)
    return Demand(
        everybody=wanted is True,
        roles=roles,
        methods=tuple(methods) or tuple(factor.name for factor in services.factors),
        inactive=inactive,
    )


def users(services: Services, *, inactive: bool) -> int:
    """How many users are looked at."""
    with services.begin() as work:
        return work.unit.directory.count(inactive=inactive)


def stopped(services: Services, demand: Demand | None) -> Iterator[Stopped]:
    """Who lacks what is demanded of him, read page by page: one statement each."""
    last = None
    while demand is not None:
        with services.begin() as work:
            page = work.unit.directory.unprepared(demand, last, PAGE)
        yield from (_fate(services, user) for user in page)
        if len(page) < PAGE:
            return
        last = page[-1].id


def _fate(services: Services, user: Unprepared) -> Stopped:
    obstacle = _obstacle(services, user)
    due_at = None
    if not (obstacle or user.had_one):
        due_at = services.policy.due_at(user.asked_at, services.clock())
    return Stopped(
        id=user.id,
        email=user.email,
        why=obstacle or ("methods_off" if user.had_one else "no_factor"),
        locked_out=bool(obstacle),
        due_at=due_at,
    )


def _obstacle(services: Services, user: Unprepared) -> str:
    """Why this user could not even set one up; empty if he could."""
    if not user.active:
        return "inactive"
    if services.settings.confirmable and not user.confirmed:
        return "unconfirmed"
    if user.needs_setup_link:
        return "needs_setup_link"
    by_mail = services.settings.two_factor_first_setup_by_mail or user.had_one
    return "no_address" if by_mail and not _can_be_written_to(user.email) else ""


def _can_be_written_to(address: str | None) -> bool:
    try:
        normal_address(address or "")
    except InvalidAddress:
        return False
    return True
