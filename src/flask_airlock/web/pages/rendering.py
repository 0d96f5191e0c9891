"""Drawing a page of ours."""

from typing import Any

from flask import Response, make_response, render_template, request

from ...errors import AirlockError
from ..context import services
from ..redirects import own_path
from ..translation import language, translate
from ..wording import status_of, told


def page(template: str, *, status: int = 200, **facts: Any) -> Response:
    """The page with what every page of ours knows."""
    known = {
        "layout": services().settings.layout_template,
        "_": translate,
        "lang": language(),
        "service": services().service_name,
        "problem": None,
        "notice": None,
        "home_url": services().settings.post_login_url,
        "next_url": own_path(request.args.get("next")),
        "offers": services().settings,
    }
    return make_response(render_template(f"security/{template}", **(known | facts)), status)


def message_page(problem: AirlockError, *, link: str, link_text: str) -> Response:
    """A page that says one thing and offers one way on."""
    return page(
        "message.html",
        status=status_of(problem),
        title=translate("That is not possible now"),
        text=told(problem),
        link=link,
        link_text=link_text,
    )


def refusal(problem: AirlockError) -> dict[str, Any]:
    """What a page needs to show an error: its sentence and its status."""
    return {"problem": told(problem), "status": status_of(problem)}
