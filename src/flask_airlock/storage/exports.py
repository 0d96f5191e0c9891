"""All that is kept about one person, as plain data: never a secret, a digest or a sealed value."""

import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, LargeBinary, inspect, select

from .columns import from_db
from .rows import Store
from .tables import Tables
from .users import Users

# What of each table of ours is handed out. The rest is sealed, a digest, or a number of ours.
HANDED_OUT = {
    "accounts": (
        "created_at", "preferred_method", "address_proved_at", "needs_setup_link",
        "rescue_asked_at", "mailbox_reset_at", "delete_at", "asked_for_factor_at",
    ),
    "sessions": (
        "id", "stage", "proofs", "address", "agent", "created_at", "last_seen_at", "proved_at",
        "expires_at", "ended_at", "remembered",
    ),
    "trusted_browsers": (
        "name", "agent", "address", "uses", "created_at", "last_used_at", "expires_at", "ended_at",
        "reason",
    ),
    "credentials": (
        "method", "name", "created_at", "last_used_at", "preferred_at", "revoked_at", "revoked_by",
    ),
    "setups": ("method", "created_at", "expires_at", "closed_at"),
    "rescues": (
        "state", "asked_at", "reason", "first_by", "second_by", "approved_at", "due_at",
        "closed_at", "closed_by",
    ),
    "rescue_addresses": ("created_at", "proved_at", "removed_at"),
    "recovery_codes": ("created_at", "kept_at", "used_at", "voided_at"),
    "codes": ("method", "purpose", "tries", "expires_at", "used_at"),
    "throttles": (
        "subject", "side", "failures", "forgiven", "forgiven_at", "last_at", "free_at", "shut_at",
        "told_at",
    ),
    "windows": (
        "subject", "side", "count_0", "count_1", "count_2", "count_3", "given_back_at",
        "expires_at",
    ),
    "link_tokens": ("purpose", "created_at", "expires_at", "used_at"),
    "letters": ("channel", "template", "state", "attempts", "created_at", "expires_at"),
    "events": ("name", "detail", "address", "agent", "at"),
}  # fmt: skip
# What in the name of an application's column tells that it is not for anybody's eyes: whole words,
# and parts that mean nothing else however they are written.
SECRET_WORDS = frozenset({
    "hash", "key", "keys", "nonce", "otp", "pass", "pin", "pins", "pwd", "salt", "seed",
})  # fmt: skip
SECRET_PARTS = (
    "apikey", "backupcode", "credential", "digest", "passhash", "passphrase", "passwd", "password",
    "privatekey", "recoverycode", "secret", "securityanswer", "sessionid", "token", "totp",
    "uniquifier",
)  # fmt: skip
WORD = re.compile("[A-Z]?[a-z0-9]+|[A-Z]+")


class Exports(Store):
    """Reads what belongs to one user."""

    def __init__(self, connection: Connection, tables: Tables, users: Users) -> None:
        super().__init__(connection, tables)
        self._users = users

    def columns(self, user_id: Any) -> tuple[dict[str, Any], list[str]]:
        """The application's own row of a user, and the names of the columns that are left out."""
        named = {
            attribute.key: getattr(self._users.model, attribute.key)
            for attribute in inspect(self._users.model).column_attrs
        }
        left_out = sorted(name for name, column in named.items() if self._is_secret(name, column))
        shown = {name: column for name, column in named.items() if name not in left_out}
        query = select(*(column.label(name) for name, column in shown.items()))
        row = self._connection.execute(query.where(self._users.key == user_id)).mappings().first()
        return dict(row or {}), left_out

    def rows(self, account_id: int) -> dict[str, list[dict[str, Any]]]:
        """The rows of each table of ours, oldest first, times in UTC."""
        return {subject: self._rows(subject, account_id) for subject in HANDED_OUT}

    def _rows(self, subject: str, account_id: int) -> list[dict[str, Any]]:
        table = getattr(self._tables, subject)
        owner = table.c.id if subject == "accounts" else table.c.account_id
        query = select(*(table.c[name] for name in HANDED_OUT[subject]))
        found = self._connection.execute(query.where(owner == account_id).order_by(table.c.id))
        return [_in_full(row) for row in found.mappings()]

    def _is_secret(self, name: str, column: Any) -> bool:
        kept = column.property.columns[0]
        if isinstance(kept.type, LargeBinary):
            return True
        is_link = kept.primary_key or bool(kept.foreign_keys)
        return not is_link and sounds_secret(name)


def sounds_secret(name: str) -> bool:
    """Whether a column of this name may hold what opens something."""
    words = [word.lower() for word in WORD.findall(name)]
    together = "".join(words)
    return not SECRET_WORDS.isdisjoint(words) or any(part in together for part in SECRET_PARTS)


def _in_full(row: Mapping[Any, Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {
        name: from_db(value) if value is not None and name.endswith("at") else value
        for name, value in row.items()
    }
    if "detail" in cells:
        cells["detail"] = json.loads(cells["detail"])
    return cells
