"""The blueprint `security`: which page hangs where, its headers, and what errors lead to."""

from flask import Blueprint, Flask, Response, request, url_for

from ...errors import (
    AddressUnproved,
    AirlockError,
    ConfigurationError,
    IllegalMove,
    LoginLapsed,
    ProofTooOld,
    SetupLapsed,
)
from ...settings import Settings
from ..context import services
from ..redirects import go
from ..translation import translate
from ..wording import status_of
from .enrolment import show_enrol
from .login import show_login
from .logout import show_logout
from .outbox import show_outbox
from .rendering import message_page
from .rescue import show_rescue
from .second_step import send_code, show_second_step
from .setup_link import follow_setup_link

FORM = ["GET", "POST"]


def make_blueprint(settings: Settings) -> Blueprint:
    """The pages of one application, at the paths that its settings name."""
    blueprint = Blueprint(
        "security",
        "flask_airlock",
        template_folder="templates",
        static_folder="static",
        static_url_path="/_airlock/static",
        url_prefix=settings.url_prefix,
    )
    add = blueprint.add_url_rule
    add(settings.login_url, "login", show_login, methods=FORM)
    add(settings.logout_url, "logout", show_logout, methods=FORM)
    add(settings.second_step_url, "second_step", show_second_step, methods=FORM)
    add(settings.send_code_url, "send_code", send_code, methods=["POST"])
    add(settings.rescue_url, "rescue", show_rescue, methods=FORM)
    add(settings.enrol_url, "enrol", show_enrol, methods=FORM)
    add(f"{settings.enrol_url}/<method>", "enrol", show_enrol, methods=FORM)
    add(f"{settings.setup_link_url}/<token>", "setup_link", follow_setup_link)
    blueprint.after_request(_guard_page)
    blueprint.register_error_handler(AirlockError, _lead_back)
    return blueprint


def hang_outbox(app: Flask) -> None:
    """The outbox has one address, whatever the prefix."""
    outbox = Blueprint("airlock_outbox", "flask_airlock", template_folder="templates")
    outbox.add_url_rule("/_airlock/outbox", "show", show_outbox)
    outbox.after_request(_guard_page)
    app.register_blueprint(outbox)


def _guard_page(response: Response) -> Response:
    """Headers of every page of ours; what an application set itself is left alone."""
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    policy = services().settings.csp
    if policy is not None:
        headers.setdefault("Content-Security-Policy", policy)
    if request.endpoint != "security.static":
        headers["Cache-Control"] = "no-store"
    return response


def _lead_back(problem: AirlockError) -> Response:
    """A step out of turn leads to the step that is due."""
    match problem:
        case ConfigurationError():
            raise problem
        case LoginLapsed():
            return go("security.login", notice=problem.code)
        case IllegalMove():
            return go("security.second_step")
        case AddressUnproved():
            return go("security.enrol")
        case SetupLapsed():
            return go("security.enrol", notice=problem.code)
        case ProofTooOld():
            link, text = url_for("security.logout"), translate("Sign out")
        case _:
            link, text = url_for("security.login"), translate("Back to sign in")
    return message_page(problem.code, status=status_of(problem), link=link, link_text=text)
