"""Our tables behind a person's own security page; `tables` has these and all others."""

from typing import Any

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from .columns import box, fixed_bytes, moment, word
from .makers import Maker


def trusted_browsers(key: Column[Any]) -> Table:
    """Browsers in which no code is asked for a while."""
    make = Maker(key)
    return make.table(
        "trusted_browsers",
        make.account("trusted_browsers"),
        Column("series", fixed_bytes(32), nullable=False),
        Column("digest", fixed_bytes(32), nullable=False),
        Column("previous_digest", fixed_bytes(32)),
        Column("bound_to", fixed_bytes(32), nullable=False),
        Column("uses", Integer, nullable=False, default=0),
        Column("name", word(64), nullable=False),
        Column("agent", word(255), nullable=False),
        Column("address", word(64), nullable=False),
        Column("created_at", moment(), nullable=False),
        Column("last_used_at", moment(), nullable=False),
        Column("expires_at", moment(), nullable=False, index=True),
        Column("ended_at", moment()),
        Column("reason", word(32)),
        UniqueConstraint("series", name="uq_airlock_trusted_browsers_series"),
    )


def rescue_addresses(key: Column[Any]) -> Table:
    """Other mailboxes, by which a person comes back."""
    make = Maker(key)
    return make.table(
        "rescue_addresses",
        make.account("rescue_addresses"),
        # Both are empty once it was removed: it may be added again.
        Column("address", box()),
        Column("digest", fixed_bytes(32)),
        Column("created_at", moment(), nullable=False),
        Column("proved_at", moment()),
        Column("removed_at", moment(), index=True),
        UniqueConstraint("account_id", "digest", name="uq_airlock_rescue_addresses_address"),
    )


def rescues(key: Column[Any]) -> Table:
    """What administrators were asked for, and answered."""
    make = Maker(key)
    return make.table(
        "rescues",
        make.account("rescues"),
        # Empty once it is over: an account has one that is open.
        Column("is_open", Integer),
        Column("state", word(16), nullable=False),
        Column("asked_at", moment(), nullable=False),
        Column("reason", Text),
        Column("first_by", word(64)),
        Column("second_by", word(64)),
        Column("approved_at", moment()),
        Column("due_at", moment()),
        Column("closed_at", moment(), index=True),
        Column("closed_by", word(64)),
        UniqueConstraint("account_id", "is_open", name="uq_airlock_rescues_open"),
        Index("ix_airlock_rescues_state_due_at", "state", "due_at"),
    )


def recovery_codes(key: Column[Any]) -> Table:
    """Sets of recovery codes."""
    make = Maker(key)
    return make.table(
        "recovery_codes",
        make.account("recovery_codes"),
        Column("batch", fixed_bytes(32), nullable=False),
        Column("number", Integer, nullable=False),
        Column("hash", box(), nullable=False),
        Column("created_at", moment(), nullable=False),
        Column("kept_at", moment()),
        Column("used_at", moment()),
        Column("voided_at", moment(), index=True),
        UniqueConstraint("batch", "number", name="uq_airlock_recovery_codes_number"),
    )
