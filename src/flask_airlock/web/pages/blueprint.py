"""The blueprint `security`: which page hangs where, its headers, and what errors lead to."""

import logging
from collections.abc import Callable, Collection, Mapping

from flask import Blueprint, Flask, Response, abort, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from ...errors import (
    AddressUnproved,
    AirlockError,
    ConfigurationError,
    IllegalMove,
    LoginLapsed,
    MailboxHeld,
    NoSuchRow,
    ProofTooOld,
    SetupLapsed,
    SetupLinkNeeded,
    StoreBusy,
    StoreFailed,
)
from .. import cookies
from ..context import services, state
from ..current_user import be_nobody, wants_data
from ..guards import prove_first
from ..redirects import go
from ..translation import translate
from ..wording import status_of
from . import changes, password_reset, registration
from .activity import show_activity
from .assets import PagesBlueprint
from .cancel_rescue import show_cancel_rescue
from .enrolment import show_enrol
from .factors import show_factors
from .links import follow_link, follow_setup_link
from .login import show_login
from .logout import show_logout
from .not_me import show_not_me
from .outbox import show_outbox
from .overview import show_overview
from .own_sessions import show_sessions
from .recovery_codes import show_recovery_codes
from .rendering import message_page
from .rescue import show_rescue
from .rescue_addresses import show_rescue_addresses
from .second_step import send_code, show_second_step
from .trusted_browsers import show_trusted_browsers
from .verify import show_verify

FORM = ["GET", "POST"]
# Seconds after which it is worth asking a database again that was gone.
AGAIN_AFTER = "30"
GUARDS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
)

log = logging.getLogger("flask_airlock")


ACCOUNT_PAGES: dict[str, Callable[..., ResponseReturnValue]] = {
    "register": registration.show_register,
    "send_confirmation": registration.show_send_confirmation,
    "confirm_email": registration.show_confirm_email,
    "forgot_password": password_reset.show_forgot_password,
    "reset_password": password_reset.show_reset_password,
    "change_password": changes.show_change_password,
    "change_email": changes.show_change_email,
    "confirm_new_email": changes.show_confirm_new_email,
    "undo_email": changes.show_undo_email,
    "change_username": changes.show_change_username,
    "delete_account": changes.show_delete_account,
    "not_me": show_not_me,
    "trusted_browsers": show_trusted_browsers,
    "cancel_rescue": show_cancel_rescue,
}


def make_blueprint(
    prefix: str | None, paths: Mapping[str, str], pages: Collection[str]
) -> Blueprint:
    """The pages of one application; `paths` names the path of each endpoint, `pages` are those of
    an account's life that are switched on."""
    blueprint = PagesBlueprint(
        "security",
        "flask_airlock",
        template_folder="templates",
        static_folder="static",
        static_url_path="/_airlock/static",
        url_prefix=prefix,
    )
    add = blueprint.add_url_rule
    add(paths["login"], "login", show_login, methods=FORM)
    add(paths["logout"], "logout", show_logout, methods=FORM)
    add(paths["second_step"], "second_step", show_second_step, methods=FORM)
    add(paths["send_code"], "send_code", send_code, methods=["POST"])
    add(paths["rescue"], "rescue", show_rescue, methods=FORM)
    add(paths["verify"], "verify", show_verify, methods=FORM)
    _hang_inside(blueprint, paths)
    add(paths["enrol"], "enrol", show_enrol, methods=FORM)
    add(paths["enrol"] + "/<method>", "enrol", show_enrol, methods=FORM)
    add(paths["setup_link"] + "/<token>", "setup_link", follow_setup_link)
    for name in pages:
        add(paths[name], name, ACCOUNT_PAGES[name], methods=FORM)
    add(paths["link"] + "/<purpose>/<token>", "link", follow_link(pages))
    blueprint.before_request(_refuse_bytes)
    blueprint.before_request(_limit_body)
    blueprint.before_request(_sweep_letters)
    blueprint.after_request(_guard_page)
    blueprint.register_error_handler(AirlockError, _lead_back)
    # On the application's own pages too: who is signed in is asked of the database there.
    for trouble in (StoreFailed, StoreBusy):
        blueprint.app_errorhandler(trouble)(_out_of_order)
        blueprint.register_error_handler(trouble, _out_of_order)
    return blueprint


def _hang_inside(blueprint: Blueprint, paths: Mapping[str, str]) -> None:
    """A person's own security page, and those that it leads to."""
    add = blueprint.add_url_rule
    add(paths["overview"], "overview", show_overview)
    add(paths["factors"], "factors", show_factors)
    add(paths["factors"] + "/<int:number>", "factors", show_factors, methods=FORM)
    add(paths["recovery_codes"], "recovery_codes", show_recovery_codes, methods=FORM)
    add(paths["rescue_addresses"], "rescue_addresses", show_rescue_addresses, methods=FORM)
    add(paths["activity"], "activity", show_activity)
    add(paths["sessions"], "sessions", show_sessions, methods=FORM)


def hang_well_known(app: Flask) -> None:
    """What others look for at a fixed address, whatever the prefix."""
    app.add_url_rule(
        "/.well-known/change-password",
        "airlock_change_password",
        changes.change_password_redirect,
    )


def hang_outbox(app: Flask) -> None:
    """The outbox has one address, whatever the prefix."""
    outbox = Blueprint("airlock_outbox", "flask_airlock", template_folder="templates")
    outbox.add_url_rule("/_airlock/outbox", "show", show_outbox)
    outbox.before_request(_refuse_bytes)
    outbox.after_request(_guard_page)
    app.register_blueprint(outbox)


def _refuse_bytes() -> None:
    """Werkzeug decodes the query as UTF-8, and lets what is none break whoever reads from it."""
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        abort(400)


def _limit_body() -> None:
    """Werkzeug holds forms in parts to MAX_FORM_MEMORY_SIZE, but reads all others whole."""
    limits = (request.max_content_length, request.max_form_memory_size)
    request.max_content_length = min((it for it in limits if it is not None), default=None)


def _sweep_letters() -> None:
    if request.endpoint != "security.static":
        state().sweep_letters()


def _guard_page(response: Response) -> Response:
    """Headers of every page of ours; what an application set itself is left alone."""
    headers = response.headers
    present = {name.lower() for name, _ in headers}
    for name, value in (*GUARDS, ("Content-Security-Policy", services().settings.csp)):
        if value is not None and name.lower() not in present:
            headers.add(name, value)
    if request.endpoint != "security.static":
        headers["Cache-Control"] = "no-store"
    return response


def _out_of_order(problem: StoreFailed | StoreBusy) -> Response:
    """The database failed: a page that needs nothing of it, whoever asked."""
    log.error("the database failed at %s: %s %s", request.endpoint, problem.code, problem)
    # Layouts ask who is signed in, and Flask-Login asks for every template.
    be_nobody()
    if wants_data():
        response = jsonify(error=problem.code)
        response.status_code = status_of(problem)
    else:
        link, text = url_for("security.login"), translate("Back to sign in")
        response = _guard_page(message_page(problem, link=link, link_text=text))
    response.headers["Retry-After"] = AGAIN_AFTER
    return response


def _lead_back(problem: AirlockError) -> ResponseReturnValue:
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
            return prove_first()
        case NoSuchRow():
            inside = cookies.session_token() is not None
            page_before = "security.overview" if inside else "security.second_step"
            link, text = url_for(page_before), translate("Back")
        case SetupLinkNeeded():
            link, text = url_for("security.rescue"), translate("Ask for help")
        case MailboxHeld():
            link, text = url_for("security.logout"), translate("Sign out")
        case _:
            link, text = url_for("security.login"), translate("Back to sign in")
    return message_page(problem, link=link, link_text=text)
