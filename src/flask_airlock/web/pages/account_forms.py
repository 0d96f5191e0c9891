"""The forms of an account's life, and the application's own in their place."""

from typing import Any

from wtforms import PasswordField, StringField

from ...domain.addresses import LONGEST_ADDRESS
from ...domain.usernames import LONGEST_USERNAME
from ...errors import ConfigurationError
from ..context import services, state
from .forms import LONGEST_TYPED_PASSWORD, BareForm, Filled, LoginForm, declared

# What a form of the application's may never write: it would let a visitor choose his own rights.
NOT_FOR_FORMS = frozenset(
    {"active", "confirmed_at", "roles", "two_factor_primary_method", "totp_secret", "fs_uniquifier"}
)


class AddressForm(BareForm):
    """A mail address, where a letter is asked for."""

    email = StringField(validators=[Filled(2 * LONGEST_ADDRESS)])


class RegisterForm(AddressForm):
    """A new account. Subclass it for fields of your own."""

    username = StringField()
    password = PasswordField(validators=[Filled(LONGEST_TYPED_PASSWORD)])

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        settings = services().settings
        if not settings.username_enable:
            del self.username
        elif settings.username_required:
            self.username.validators = [Filled(4 * LONGEST_USERNAME)]
            self.username.flags.required = True


class SendConfirmationForm(AddressForm):
    """Where to send the link that confirms an address."""


class ForgotPasswordForm(AddressForm):
    """Where to send the link that resets a password."""


class ResetPasswordForm(BareForm):
    """A new password, by a mailed link."""

    password = PasswordField(validators=[Filled(LONGEST_TYPED_PASSWORD)])


class GuardedForm(BareForm):
    """A change that asks for the current password first; left out for who has none."""

    current = PasswordField(validators=[Filled(LONGEST_TYPED_PASSWORD)])

    def __init__(self, *arguments: Any, has_password: bool = True, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not has_password:
            del self.current

    @property
    def current_password(self) -> str:
        """What was typed; empty where it is not asked for."""
        return self.current.data or "" if "current" in self else ""


class ChangePasswordForm(GuardedForm):
    """Another password."""

    password = PasswordField(validators=[Filled(LONGEST_TYPED_PASSWORD)])


class ChangeEmailForm(GuardedForm):
    """Another mail address."""

    email = StringField(validators=[Filled(2 * LONGEST_ADDRESS)])


class ChangeUsernameForm(GuardedForm):
    """Another user name."""

    username = StringField(validators=[Filled(4 * LONGEST_USERNAME)])


class DeleteAccountForm(GuardedForm):
    """The wish to be removed."""


FORMS: dict[str, type[BareForm]] = {
    "login": LoginForm,
    "register": RegisterForm,
    "send_confirmation": SendConfirmationForm,
    "forgot_password": ForgotPasswordForm,
    "reset_password": ResetPasswordForm,
    "change_password": ChangePasswordForm,
    "change_email": ChangeEmailForm,
    "change_username": ChangeUsernameForm,
    "delete_account": DeleteAccountForm,
}


def checked_forms(given: dict[str, Any] | None, user_model: type[Any]) -> dict[str, Any]:
    """Every form by name, the application's own among them; raises ConfigurationError."""
    for name, form in (given or {}).items():
        base = FORMS.get(name)
        if base is None:
            raise ConfigurationError(f"forms has {name!r}; it takes {', '.join(FORMS)}")
        if not (isinstance(form, type) and issubclass(form, base)):
            raise ConfigurationError(
                f"forms[{name!r}] is not a subclass of {base.__module__}.{base.__name__}"
            )
        keys = {column.key for column in user_model.__mapper__.primary_key}
        for field in declared(form) - declared(base):
            if field in NOT_FOR_FORMS or field in keys:
                raise ConfigurationError(f"forms[{name!r}] has a field {field}: no form fills it")
    return FORMS | (given or {})


def form_for(name: str) -> Any:
    """The class of the form with this name in the current application."""
    return state().forms[name]


def own_columns(form: BareForm) -> dict[str, Any]:
    """What of the application's own fields are columns of its user: nothing else is ever taken."""
    columns = services().datastore.user_model.__mapper__.column_attrs.keys()
    return {
        field.short_name: field.data for field in form.own_fields() if field.short_name in columns
    }
