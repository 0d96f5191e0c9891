"""The link that an administrator's reset mails: out of the URL, then to the password."""

from flask import Response

from ..cookies import keep_link
from ..redirects import go


def follow_setup_link(token: str) -> Response:
    """GET of `security.setup_link`: spends nothing, so that mail scanners open it harmlessly."""
    response = go("security.login", notice="setup_link")
    keep_link(response, token[:200])
    return response
