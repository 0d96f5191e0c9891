"""Fields and their shape only; whether an answer is right is for flows to say."""

import re
from functools import cache
from typing import Any, ClassVar

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, PasswordField, StringField, ValidationError
from wtforms.csrf.core import CSRFTokenField

from ...domain.addresses import LONGEST_ADDRESS
from ...domain.factor_names import LONGEST_NAME
from ...domain.letter_codes import LONGEST_TYPED, typed_letters
from ...domain.one_time_codes import typed_digits
from ...domain.passwords import LONGEST_PASSWORD, MOST_PARTS
from ...domain.recovery_codes import CODE_LENGTH
from ..wording import words

PACKAGE = __name__.partition(".")[0]
NO_ROW = -1
# Some keyboards type letters in parts: how long a password is, its normal form says.
LONGEST_TYPED_PASSWORD = MOST_PARTS * LONGEST_PASSWORD


class Filled:
    """The field holds something, and not too much of it."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, longest: int) -> None:
        self._longest = longest

    def __call__(self, form: FlaskForm, field: Field) -> None:
        if not field.data:
            raise ValidationError(words("required"))
        if len(field.data) > self._longest:
            raise ValidationError(words("too_long"))


class LateToken(CSRFTokenField):
    """The form's token, signed when it is drawn: what is sent needs no new one."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        """What was sent, as of any other field."""
        HiddenField.process(self, *args, **kwargs)

    @property
    def current_token(self) -> str:  # type: ignore[override]
        """The token, for who draws the field by hand."""
        token: str = self.csrf_impl.generate_csrf_token(self)
        return token

    def _value(self) -> str:
        return self.current_token


class LateCSRF(FlaskForm.Meta.csrf_class):  # type: ignore[misc]
    """Flask-WTF's protection, with such tokens."""

    field_class = LateToken


class BareForm(FlaskForm):  # type: ignore[misc]
    """A button: nothing but the proof that it was pressed on a page of ours."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Fields are texts of a form: Flask-WTF would take JSON and files for them as well."""

        # Our templates draw it by this name, whatever an application calls its own.
        csrf_field_name = "csrf_token"
        csrf_class = LateCSRF

        def wrap_formdata(self, form: FlaskForm, formdata: object) -> MultiDict[str, str] | None:
            """The form that was sent, if one was."""
            if formdata is None or request.method != "POST":
                return None
            return request.form

    def is_sent_well(self) -> bool:
        """Whether this request posts the form, with a good token and fields of a good shape."""
        return bool(self.validate_on_submit())

    def own_fields(self) -> list[Field]:
        """The fields that an application's own form has beside those of the form it replaces."""
        kind: Any = type(self)
        known = _declared_by_us(kind) | {self.meta.csrf_field_name}
        return [field for field in self if field.short_name not in known]

    @property
    def has_expired(self) -> bool:
        """Whether the form's token was missing, foreign or too old."""
        return request.method == "POST" and "csrf_token" in self.errors


def number(text: str | None) -> int:
    """The number of a row as a form names it; one that no row has for anything else."""
    # More digits fit into no key of any database.
    return int(text) if text and re.fullmatch("[0-9]{1,18}", text) else NO_ROW


def declared(form: type[FlaskForm]) -> set[str]:
    """The names of the fields that a class of forms declares or inherits."""
    return {name for name in dir(form) if hasattr(getattr(form, name), "_formfield")}


@cache
def _declared_by_us(form: type[FlaskForm]) -> set[str]:
    base = next(it for it in form.__mro__ if it.__module__.startswith(f"{PACKAGE}."))
    return declared(base)


def refuse(form: Any, field: str, text: str) -> Any:
    """Tie a flow's refusal to a field of the form; gives the form back."""
    form[field].errors = [text]
    return form


class LoginForm(BareForm):
    """Address and password."""

    email = StringField(validators=[Filled(2 * LONGEST_ADDRESS)])
    password = PasswordField(validators=[Filled(LONGEST_TYPED_PASSWORD)])
    remember = BooleanField()


class PasswordForm(BareForm):
    """The password, once more."""

    password = PasswordField(validators=[Filled(LONGEST_TYPED_PASSWORD)])


class CodeForm(BareForm):
    """A code; `digits` is the text without what people and apps put between."""

    code = StringField()

    def __init__(self, digits: int, **options: Any) -> None:
        super().__init__(**options)
        self._length = digits
        self.digits = ""

    def validate_code(self, field: Field) -> None:
        """Exactly so many digits; anything else is no guess and is not counted."""
        digits = typed_digits(field.data or "", self._length)
        if digits is None:
            raise ValidationError(words("not_a_code"))
        self.digits = digits


class LettersForm(BareForm):
    """A code of letters and digits; `letters` is the text as it was meant."""

    code = StringField()

    def __init__(self, length: int, **options: Any) -> None:
        super().__init__(**options)
        self._length = length
        self.letters = ""

    def validate_code(self, field: Field) -> None:
        """Exactly so many; anything else is no guess and is not counted."""
        letters = typed_letters(field.data or "", self._length)
        if letters is None:
            raise ValidationError(words("not_letters"))
        self.letters = letters


class NameForm(BareForm):
    """A name for something of one's own."""

    name = StringField(validators=[Filled(4 * LONGEST_NAME)])


class RecoveryCodeForm(BareForm):
    """A recovery code; `typed` is the text as it was made, however it was typed."""

    code = StringField(validators=[Filled(LONGEST_TYPED)])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.typed = ""

    def validate_code(self, field: Field) -> None:
        """Sixteen of our letters; anything else is no guess and is not counted."""
        typed = typed_letters(field.data or "", CODE_LENGTH)
        if typed is None:
            raise ValidationError(words("not_a_recovery_code"))
        self.typed = typed


class SecondStepForm(CodeForm):
    """A code, and the box by which no second step is asked in this browser for a while."""

    trusts = BooleanField()


class PhoneForm(BareForm):
    """A phone number as a person writes it."""

    phone = StringField(validators=[Filled(40)])
