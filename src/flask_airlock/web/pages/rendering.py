"""Drawing a page of ours."""

from typing import Any

from flask import Response, g, make_response, render_template

from ...errors import AirlockError, RescueTooSoon, TooSoon
from ..context import services
from ..redirects import asked_target
from ..translation import language, translate
from ..wording import seconds_until, status_of, told

TOO_MANY = 429


def page(template: str, *, status: int = 200, **facts: Any) -> Response:
    """The page with what every page of ours knows."""
    ours = services()
    known = {
        "layout": ours.settings.layout_template,
        "_": translate,
        "lang": language(),
        "service": ours.service_name,
        "problem": None,
        "notice": None,
        "home_url": ours.settings.post_login_url,
        "next_url": asked_target(),
        "offers": ours.settings,
    }
    response = make_response(render_template(f"security/{template}", **(known | facts)), status)
    if status == TOO_MANY and "airlock_retry_after" in g:
        response.headers["Retry-After"] = str(g.airlock_retry_after)
    return response


def message_page(problem: AirlockError, *, link: str, link_text: str) -> Response:
    """A page that says one thing and offers one way on."""
    told_now = refusal(problem)
    return page(
        "message.html",
        status=told_now["status"],
        title=translate("That is not possible now"),
        text=told_now["problem"],
        link=link,
        link_text=link_text,
    )


def refusal(problem: AirlockError) -> dict[str, Any]:
    """What a page needs to show an error: its sentence and its status."""
    if isinstance(problem, TooSoon | RescueTooSoon):
        g.airlock_retry_after = seconds_until(problem.until)
    return {"problem": told(problem), "status": status_of(problem)}
