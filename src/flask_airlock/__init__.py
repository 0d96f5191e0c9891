"""Flask-Airlock: a login with a second factor for Flask."""

from flask_login import current_user, login_required

from .errors import (
    AirlockError,
    ConfigurationError,
    InvalidAddress,
    MissingExtra,
    NotDone,
    UnknownUser,
)
from .extension import Security
from .storage.datastore import SQLAlchemyUserDatastore
from .storage.mixins import RoleMixin, UserMixin
from .web.guards import (
    permissions_accepted,
    permissions_required,
    recent_proof_required,
    roles_accepted,
    roles_required,
    second_factor_required,
)

__version__ = "0.1.0"

__all__ = [
    "AirlockError",
    "ConfigurationError",
    "InvalidAddress",
    "MissingExtra",
    "NotDone",
    "RoleMixin",
    "SQLAlchemyUserDatastore",
    "Security",
    "UnknownUser",
    "UserMixin",
    "current_user",
    "login_required",
    "permissions_accepted",
    "permissions_required",
    "recent_proof_required",
    "roles_accepted",
    "roles_required",
    "second_factor_required",
]
