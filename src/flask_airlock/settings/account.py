"""The keys of an account's life: registration, passwords, changes, removal, permissions."""

from dataclasses import field
from datetime import timedelta

from ..domain.passwords import PasswordCost
from ..domain.records import Record
from . import values
from .values import DURATION, PATH, YES_NO


class AccountKeys(Record):
    """One field per key, named like it without the prefix."""

    registerable: bool = values.key(False, values.boolean, YES_NO)
    confirmable: bool = values.key(False, values.boolean, YES_NO)
    recoverable: bool = values.key(True, values.boolean, YES_NO)
    changeable: bool = values.key(True, values.boolean, YES_NO)
    change_email: bool = values.key(True, values.boolean, YES_NO)
    username_enable: bool = values.key(False, values.boolean, YES_NO)
    username_required: bool = values.key(False, values.boolean, YES_NO)
    deletable: bool = values.key(False, values.boolean, YES_NO)
    deletion_delay: timedelta = values.key(timedelta(days=7), values.duration, DURATION)
    reset_hold: timedelta = values.key(
        timedelta(hours=24), values.duration_or_none_at_all, f"{DURATION}, or 0"
    )
    keep_events: timedelta | None = values.key(
        None, values.optional(values.duration), f"{DURATION}, or None"
    )
    permissions: tuple[str, ...] | None = values.key(
        None, values.optional(values.texts), "a list of permission names, or None"
    )
    password_cost: PasswordCost = values.key(
        PasswordCost(),
        values.password_cost,
        "a mapping of time_cost, memory_cost (KiB), parallelism",
    )
    password_parallel: int = values.key(8, values.whole(1, 1024), "a number from 1 to 1024")
    password_min_length: int = values.key(8, values.whole(8, 64), "a number from 8 to 64")
    password_min_length_alone: int = values.key(15, values.whole(15, 64), "a number from 15 to 64")
    password_blocklist: str | None = values.key(
        None, values.optional(values.text), "the path of a text file, one password a line"
    )
    password_words: tuple[str, ...] = values.key((), values.texts, "a list of words")
    password_check_breached: bool = values.key(False, values.boolean, YES_NO)
    password_breach_url: str = values.key(
        "https://api.pwnedpasswords.com/range", values.base_url, "an http or https URL"
    )
    password_salt: str | None = field(
        default=None,
        repr=False,
        metadata={
            "parse": values.optional(values.text),
            "allowed": "the SECURITY_PASSWORD_SALT that Flask-Security had",
        },
    )
    register_url: str = values.key("/register", values.path, PATH)
    send_confirmation_url: str = values.key("/send-confirmation", values.path, PATH)
    confirm_email_url: str = values.key("/confirm-email", values.path, PATH)
    forgot_password_url: str = values.key("/forgot-password", values.path, PATH)
    reset_password_url: str = values.key("/reset-password", values.path, PATH)
    change_password_url: str = values.key("/change-password", values.path, PATH)
    change_email_url: str = values.key("/change-email", values.path, PATH)
    confirm_new_email_url: str = values.key("/confirm-new-email", values.path, PATH)
    undo_email_url: str = values.key("/undo-email", values.path, PATH)
    change_username_url: str = values.key("/change-username", values.path, PATH)
    delete_account_url: str = values.key("/delete-account", values.path, PATH)
    link_url: str = values.key("/link", values.path, PATH)
