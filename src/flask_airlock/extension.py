"""`Security(app, datastore)`: read the settings, hang the doors. The only wiring place."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, has_request_context

from .application import Airlock
from .cli.airlock import airlock_commands
from .cli.roles import role_commands
from .cli.sessions import session_commands
from .cli.users import user_commands
from .domain.policy import check_own_proofs
from .errors import ConfigurationError, UnknownUser, WrongCredentials
from .flows import invitation, login
from .flows.administration import TERMINAL
from .flows.notices import in_words
from .flows.services import Services, Work
from .settings import Settings
from .storage.datastore import SQLAlchemyUserDatastore
from .web.context import state
from .web.current_user import AirlockLoginManager, finish_response
from .web.outcomes import respond
from .web.pages.account_forms import checked_forms
from .web.pages.assets import asset_url
from .web.pages.blueprint import hang_outbox, hang_well_known, make_blueprint
from .web.pages.logout import logout_button
from .web.redirects import go, own_path
from .web.serial import SerialGate
from .web.translation import translate
from .web.visitor import visitor


class Security:
    """Flask-Airlock for an application: `Security(app, datastore)`, or `init_app` later.

    `forms` are the application's own in place of ours, by name: `{"register": MyRegisterForm}`.
    The object keeps nothing of an application; `app.extensions["security"]` does.
    """

    def __init__(
        self,
        app: Flask | None = None,
        datastore: SQLAlchemyUserDatastore | None = None,
        *,
        forms: Mapping[str, Any] | None = None,
    ) -> None:
        self._datastore = datastore
        self._forms = dict(forms or {})
        if app is not None:
            self.init_app(app, datastore)

    def init_app(self, app: Flask, datastore: SQLAlchemyUserDatastore | None = None) -> None:
        """Hang both doors into `app`. Raises ConfigurationError for settings that can't work."""
        store = datastore or self._datastore
        if store is None:
            raise ConfigurationError("Security needs a datastore: Security(app, datastore)")
        if hasattr(app, "login_manager"):
            raise ConfigurationError(
                "this application has a LoginManager already: remove it, Flask-Airlock brings its "
                "own"
            )
        self._datastore = store
        manager = AirlockLoginManager()
        airlock = Airlock(app, store, Settings.from_mapping(app.config), manager)
        airlock.forms = checked_forms(self._forms, store.user_model)
        app.extensions["security"] = airlock
        manager.init_app(app)
        store.serve(
            lambda: state().passwords,
            lambda: state().clock(),
            lambda: state().settings.permissions,
        )
        _hang(app, airlock)

    @property
    def datastore(self) -> SQLAlchemyUserDatastore:
        """The datastore that was given."""
        if self._datastore is None:
            raise ConfigurationError("init_app was not called yet")
        return self._datastore

    def continue_login(
        self, user: Any, *, proofs: Sequence[str], next: str | None = None
    ) -> Response:
        """Enter by the same second door after a first factor of the application's own.

        `user` is a committed user; `proofs` names what was proved, such as `["oauth"]`; `next`
        is a path on this host. Gives the response to return from the view: between the doors
        nobody is signed in. What is no user (None, say) is led back to the login. Raises
        ValueError for proofs that are ours to give.
        """
        check_own_proofs(proofs)
        services: Services = state().services
        if not isinstance(user, services.datastore.user_model):
            return go("security.login", notice="not_allowed")
        user_id = getattr(user, services.datastore.users.key.key)
        try:
            outcome = login.continue_login(services, user_id, proofs, visitor(), own_path(next))
        except WrongCredentials:
            return go("security.login", notice="not_allowed")
        return respond(outcome)

    def invite(self, user: Any) -> None:
        """Mail a link by which a committed user without a password sets his first one.

        Raises NotDone for one who has a password, is not active, or was invited three times
        within the hour; UnknownUser for one who was not committed.
        """
        services: Services = state().services
        user_id = getattr(user, services.datastore.users.key.key)
        asked_by = visitor() if has_request_context() else TERMINAL

        def send(work: Work) -> None:
            person = work.unit.users.by_id(user_id)
            if person is None:
                raise UnknownUser
            invitation.invite(services, work, person, asked_by)

        services.in_one_go(send)


def _hang(app: Flask, airlock: Airlock) -> None:
    # First of all, so that a check can speak before another extension answers the request.
    app.before_request_funcs.setdefault(None, []).insert(0, airlock.begin_request)
    app.after_request(finish_response)
    settings = airlock.settings
    app.register_blueprint(make_blueprint(settings.url_prefix, settings.paths, settings.pages))
    if settings.changeable:
        hang_well_known(app)
    hang_outbox(app)
    app.jinja_env.globals.update(
        airlock_service_name=lambda: airlock.services.service_name,
        airlock_logout_button=logout_button,
        airlock_asset_url=asset_url,
        airlock_words=translate,
        airlock_in_words=in_words,
    )
    for commands in (user_commands, role_commands, session_commands, airlock_commands):
        app.cli.add_command(commands(lambda: _ready_services(airlock)))
    app.wsgi_app = SerialGate(app.wsgi_app, lambda: _shares_one_connection(airlock))  # type: ignore[method-assign]


def _ready_services(airlock: Airlock) -> Services:
    airlock.be_ready()
    return airlock.services


def _shares_one_connection(airlock: Airlock) -> bool:
    with airlock.app.app_context():
        return airlock.services.database.shares_one_connection
