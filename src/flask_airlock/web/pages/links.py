"""Links in letters: the token leaves the URL before a page is drawn (S-123)."""

from collections.abc import Callable, Collection

from flask import Response, abort

from ...domain.link_tokens import LinkPurpose
from ...domain.records import Record
from ..cookies import keep_link
from ..redirects import go
from .rendering import page


class Leads(Record, kw_only=False):
    """The page that a link leads to, what that page is told, and the page that must be on."""

    endpoint: str
    needs: str
    notice: str | None = None
    by: str | None = None


PAGES = {
    LinkPurpose.FACTOR_SETUP: Leads("security.login", "login", notice="setup_link"),
    LinkPurpose.CONFIRMATION: Leads("security.confirm_email", "confirm_email"),
    LinkPurpose.RESET: Leads("security.reset_password", "reset_password"),
    LinkPurpose.INVITATION: Leads("security.reset_password", "reset_password", by="invitation"),
    LinkPurpose.NEW_EMAIL: Leads("security.confirm_new_email", "confirm_new_email"),
    LinkPurpose.UNDO_EMAIL: Leads("security.undo_email", "undo_email"),
    LinkPurpose.NOT_ME: Leads("security.not_me", "not_me"),
    LinkPurpose.CANCEL_RESCUE: Leads("security.cancel_rescue", "cancel_rescue"),
}


def follow_link(pages: Collection[str]) -> Callable[..., Response]:
    """GET of `security.link`, for the purposes that lead to one of these pages.

    It spends nothing and looks nothing up, so that mail scanners open it harmlessly.
    """
    purposes = {purpose.value for purpose, to in PAGES.items() if to.needs in pages}

    def follow(purpose: str, token: str) -> Response:
        if purpose not in purposes:
            abort(404)
        return lead(LinkPurpose(purpose), token)

    return follow


def follow_setup_link(token: str) -> Response:
    """GET of `security.setup_link`, the link that an administrator's reset mails."""
    return lead(LinkPurpose.FACTOR_SETUP, token)


def lead(purpose: LinkPurpose, token: str) -> Response:
    """To the purpose's page, the token in a cookie."""
    to = PAGES[purpose]
    response = go(to.endpoint, notice=to.notice, by=to.by)
    keep_link(response, purpose, token[:200])
    return response


def spent_page(again: str | None) -> Response:
    """The link opens nothing (any more); `again` is the page where another one is asked for."""
    return page("link_spent.html", status=410, again=again)
