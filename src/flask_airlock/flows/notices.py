"""Letters that tell a person what was done with the account: when, by which browser, from where."""

from datetime import datetime

from ..domain.accounts import Visitor
from ..domain.letters import Channel, Letter
from ..domain.link_tokens import LinkPurpose
from ..domain.reports import Report
from ..domain.vault import digest, new_token
from ..errors import ConfigurationError
from . import letters, mailboxes
from .services import Services, Work

# What can be stopped by its reader: never a letter to an address that was added just now.
STOPPABLE = frozenset(
    {
        "account_going",
        "factor_added",
        "factor_closed",
        "factor_removed",
        "factor_renamed",
        "new_browser",
        "password_changed",
        "password_was_reset",
        "recovery_code_used",
        "recovery_codes_made",
        "rescue_address_added",
        "rescue_address_removed",
        "rescue_cancelled",
        "rescue_heard",
        "rescued",
        "right_after_failures",
        "second_factor_due",
        "sessions_ended",
        "trusted_browser_stolen",
        "username_changed",
        "wrong_factor",
    }
)


def tell(
    services: Services,
    work: Work,
    account_id: int | None,
    to: str,
    template: str,
    visitor: Visitor,
    *,
    credential_id: int | None = None,
    rescue_address_id: int | None = None,
    batch: bytes | None = None,
    is_on_file: bool = True,
    **facts: object,
) -> None:
    """Write a letter of that template in the flow's own transaction.

    Those of STOPPABLE have a link by which the reader says that it was not he, if they go to the
    address on file; `credential_id` is the factor that goes then, where the letter tells of a new
    one, `rescue_address_id` the rescue address, `batch` the set of recovery codes.
    """
    can_stop = is_on_file and template in STOPPABLE
    if can_stop and account_id is not None and _is_settled(services, work, account_id):
        report = Report(to, credential_id, rescue_address_id, batch)
        facts["not_me"] = _not_me(services, work, account_id, report)
    letter = Letter(
        to=to,
        channel=Channel.MAIL,
        template=template,
        account_id=account_id,
        facts={**circumstances(services, visitor), **facts},
    )
    letters.write(services, work, letter)


def _is_settled(services: Services, work: Work, account_id: int) -> bool:
    """Whether the address on file is no new one, which the old one's owner could still undo."""
    return not work.unit.link_tokens.has_live(account_id, LinkPurpose.UNDO_EMAIL, services.clock())


def _not_me(services: Services, work: Work, account_id: int, report: Report) -> str:
    token, purpose = new_token(), LinkPurpose.NOT_ME
    try:
        link = services.link(purpose, token)
    except ConfigurationError:
        # Where no address of ours is known: what is told must not break by that.
        return ""
    work.unit.link_tokens.add(
        account_id,
        digest(token),
        purpose,
        services.clock(),
        address=mailboxes.digests(services, report.address)[0],
        carries=report.packed(),
    )
    return link


def circumstances(services: Services, visitor: Visitor) -> dict[str, object]:
    """What every letter can say of the moment it was written in."""
    return {
        "service": services.service_name,
        "at": in_words(services.clock()),
        "browser": visitor.browser,
        "address": visitor.address,
    }


def in_words(time: datetime) -> str:
    """A day and a time with its zone: `24 November 2026, 14:32 UTC`."""
    return f"{time.day} {time:%B %Y, %H:%M} UTC"
