"""Our tables (`airlock_*`), made on the application's own metadata.

`db.create_all()` and Alembic see them; the user table's key type, schema and bind are followed.
Types are plain ones with variants, so that a generated migration needs no import of ours.
"""

from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from . import inside_tables
from .columns import box, fixed_bytes, key_type, moment, word
from .makers import Maker, user_key


@dataclass(frozen=True)
class Tables:
    """Our tables, by subject."""

    accounts: Table
    sessions: Table
    trusted_browsers: Table
    credentials: Table
    setups: Table
    rescue_addresses: Table
    recovery_codes: Table
    rescues: Table
    codes: Table
    throttles: Table
    windows: Table
    link_tokens: Table
    letters: Table
    events: Table
    key_checks: Table
    prepared: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def subjects(self) -> list[str]:
        """What every table of ours is called here."""
        return [spec.name for spec in fields(self) if spec.init]

    def all(self) -> list[Table]:
        """Every table of ours."""
        return [getattr(self, subject) for subject in self.subjects()]


def make_tables(user_model: type[Any]) -> Tables:
    """Define our tables beside the user's; those that exist already are used again."""
    key = user_key(user_model)
    return Tables(**{name: make(key) for name, make in MAKERS.items()})


def _accounts(key: Column[Any]) -> Table:
    make = Maker(key)
    owner = ForeignKey(key, ondelete="CASCADE", name="fk_airlock_accounts_user")
    return make.table(
        "accounts",
        Column("user_id", key.type, owner, nullable=False),
        Column("handle", fixed_bytes(64), nullable=False),
        Column("preferred_method", word(32)),
        Column("address_proved_at", moment()),
        Column("proved_address", fixed_bytes(32)),
        Column("needs_setup_link", Integer, nullable=False, default=0),
        Column("rescue_asked_at", moment()),
        Column("mailbox_reset_at", moment()),
        # While the password of this hash is closed: only links to this mailbox set another.
        Column("closed_password", fixed_bytes(32)),
        Column("reset_address", fixed_bytes(32)),
        Column("mark_series", Integer, nullable=False, default=0, server_default="0"),
        Column("revision", Integer, nullable=False, default=0, server_default="0"),
        Column("delete_at", moment(), index=True),
        Column("asked_for_factor_at", moment()),
        Column("created_at", moment(), nullable=False),
        UniqueConstraint("user_id", name="uq_airlock_accounts_user"),
        UniqueConstraint("handle", name="uq_airlock_accounts_handle"),
    )


def _sessions(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "sessions",
        make.account("sessions"),
        Column("digest", fixed_bytes(32), nullable=False),
        Column("previous_digest", fixed_bytes(32)),
        Column("answer_digest", fixed_bytes(32)),
        Column("stage", word(16), nullable=False),
        Column("proofs", word(255), nullable=False),
        Column("next_url", Text),
        Column("address", word(64), nullable=False),
        Column("agent", word(255), nullable=False),
        Column("created_at", moment(), nullable=False),
        Column("last_seen_at", moment(), nullable=False),
        Column("proved_at", moment(), nullable=False),
        Column("expires_at", moment(), nullable=False, index=True),
        Column("ended_at", moment()),
        Column("remembered", Integer, nullable=False, default=0, server_default="0"),
        Column("trust_id", key_type()),
        UniqueConstraint("digest", name="uq_airlock_sessions_digest"),
        Index("ix_airlock_sessions_previous_digest", "previous_digest"),
    )


def _credentials(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "credentials",
        make.account("credentials"),
        Column("method", word(32), nullable=False),
        Column("secret", box()),
        Column("last_step", BigInteger, nullable=False, default=-1),
        Column("name", word(64)),
        # What makes a name unique: its normal form, empty where it is the method's own, and again
        # once the factor was taken away.
        Column("name_key", fixed_bytes(32)),
        Column("created_at", moment(), nullable=False),
        Column("last_used_at", moment()),
        Column("preferred_at", moment()),
        Column("revoked_at", moment()),
        Column("revoked_by", word(32)),
        UniqueConstraint("account_id", "name_key", name="uq_airlock_credentials_name"),
    )


def _setups(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "setups",
        make.account("setups"),
        Column("session_id", key_type(), nullable=False),
        Column("method", word(32), nullable=False),
        Column("secret", box(), nullable=False),
        Column("created_at", moment(), nullable=False),
        Column("expires_at", moment(), nullable=False, index=True),
        Column("closed_at", moment()),
        Index("ix_airlock_setups_session", "session_id", "method"),
    )


def _codes(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "codes",
        make.account("codes"),
        Column("session_id", key_type(), nullable=False),
        Column("method", word(32), nullable=False),
        Column("purpose", word(32), nullable=False),
        Column("digest", fixed_bytes(32), nullable=False),
        Column("tries", Integer, nullable=False, default=0),
        Column("letter_id", key_type()),
        Column("credential_id", key_type()),
        Column("expires_at", moment(), nullable=False, index=True),
        Column("used_at", moment()),
        UniqueConstraint("session_id", "method", "purpose", name="uq_airlock_codes_use"),
    )


def _throttles(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "throttles",
        # Without an account: a name that nobody has, or somebody who never signed in.
        make.account("throttles", ownerless=True),
        Column("owner", fixed_bytes(32), nullable=False),
        Column("subject", word(32), nullable=False),
        Column("side", word(16), nullable=False),
        Column("failures", Integer, nullable=False, default=0),
        # Those before, in the same row, that a reset of the password forgave.
        Column("forgiven", Integer, nullable=False, default=0),
        Column("forgiven_at", moment()),
        Column("last_at", moment(), nullable=False, index=True),
        Column("free_at", moment()),
        Column("shut_at", moment()),
        Column("told_at", moment()),
        UniqueConstraint("owner", "subject", "side", name="uq_airlock_throttles_subject"),
    )


def _windows(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "windows",
        make.account("windows", ownerless=True),
        Column("owner", fixed_bytes(32), nullable=False),
        Column("subject", word(32), nullable=False),
        Column("side", word(16), nullable=False),
        Column("part", BigInteger, nullable=False),
        *(Column(f"count_{age}", Integer, nullable=False, default=0) for age in range(4)),
        Column("given_back_at", moment()),
        Column("expires_at", moment(), nullable=False, index=True),
        UniqueConstraint("owner", "subject", "side", name="uq_airlock_windows_subject"),
    )


def _link_tokens(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "link_tokens",
        # Without an owner: a decoy, written so that a stranger's request costs the same.
        make.account("link_tokens", ownerless=True),
        Column("digest", fixed_bytes(32), nullable=False),
        Column("purpose", word(32), nullable=False),
        Column("address", fixed_bytes(32), nullable=False, index=True),
        Column("payload", box()),
        Column("sent", Integer, nullable=False),
        Column("created_at", moment(), nullable=False),
        Column("expires_at", moment(), nullable=False, index=True),
        Column("used_at", moment()),
        UniqueConstraint("digest", name="uq_airlock_link_tokens_digest"),
    )


def _letters(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "letters",
        make.account("letters", outlived=True),
        Column("channel", word(16), nullable=False),
        Column("template", word(64), nullable=False),
        Column("reference", word(32), nullable=False),
        Column("message", box()),
        Column("state", word(16), nullable=False),
        Column("attempts", Integer, nullable=False, default=0),
        Column("due_at", moment(), nullable=False),
        Column("expires_at", moment(), nullable=False),
        Column("created_at", moment(), nullable=False),
        Index("ix_airlock_letters_state_due_at", "state", "due_at"),
    )


def _events(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "events",
        make.account("events", outlived=True),
        Column("name", word(64), nullable=False),
        Column("detail", Text, nullable=False),
        Column("address", word(64), nullable=False),
        Column("agent", word(255), nullable=False),
        Column("at", moment(), nullable=False, index=True),
    )


def _key_checks(key: Column[Any]) -> Table:
    make = Maker(key)
    return make.table(
        "key_checks",
        Column("box", box(), nullable=False),
        Column("created_at", moment(), nullable=False),
    )


MAKERS = {
    "accounts": _accounts,
    "sessions": _sessions,
    "trusted_browsers": inside_tables.trusted_browsers,
    "credentials": _credentials,
    "setups": _setups,
    "rescue_addresses": inside_tables.rescue_addresses,
    "rescues": inside_tables.rescues,
    "recovery_codes": inside_tables.recovery_codes,
    "codes": _codes,
    "throttles": _throttles,
    "windows": _windows,
    "link_tokens": _link_tokens,
    "letters": _letters,
    "events": _events,
    "key_checks": _key_checks,
}
