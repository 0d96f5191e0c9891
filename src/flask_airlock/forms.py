"""The forms that an application may put its own in place of, as subclasses:

`Security(app, datastore, forms={"register": MyRegisterForm})`.
"""

from .web.pages.account_forms import (
    ChangeEmailForm,
    ChangePasswordForm,
    ChangeUsernameForm,
    DeleteAccountForm,
    ForgotPasswordForm,
    RegisterForm,
    ResetPasswordForm,
    SendConfirmationForm,
)
from .web.pages.forms import LoginForm

__all__ = [
    "ChangeEmailForm",
    "ChangePasswordForm",
    "ChangeUsernameForm",
    "DeleteAccountForm",
    "ForgotPasswordForm",
    "LoginForm",
    "RegisterForm",
    "ResetPasswordForm",
    "SendConfirmationForm",
]
