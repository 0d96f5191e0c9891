"""Sealed values of tests: which key they lie under, and what somebody at the database does."""

from collections import Counter
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from flask_airlock.domain.link_tokens import LinkPurpose
from flask_airlock.domain.vault import Key, Vault, digest
from flask_airlock.storage.seals import SEALED_COLUMNS
from tests.applications import Application

OLD = "the old key, which is long enough for this"
NEW = "the new key, which is long enough for this"
LOST = "the key that nobody has any more, which is a pity"
HOUR = timedelta(hours=1)
COLUMNS = {column.subject: column.column for column in SEALED_COLUMNS}


def key_id(key: str) -> str:
    """The name of a key, as the commands show it."""
    return Key.from_master(key.encode()).id.hex()


def vault(*keys: str) -> Vault:
    """Keys that an application has, or had."""
    return Vault([key.encode() for key in keys])


def boxes(application: Application, subject: str) -> dict[int, bytes]:
    """The sealed values of a table, by row."""
    rows = application.rows(subject)
    return {row["id"]: row[COLUMNS[subject]] for row in rows if row[COLUMNS[subject]]}


def lying_under(application: Application) -> dict[str, Counter[str]]:
    """By table: how many values have which key's id in front."""
    found = {}
    for subject in COLUMNS:
        ids = Counter(box[1:9].hex() for box in boxes(application, subject).values())
        if ids:
            found[subject] = ids
    return found


def put(application: Application, subject: str, row_id: int, box: bytes | None) -> None:
    """Write a box into a row, as somebody at the database can."""
    table = getattr(application.datastore.tables, subject)
    change = sa.update(table).where(table.c.id == row_id).values({COLUMNS[subject]: box})
    with application.app.app_context(), application.datastore.engine().begin() as connection:
        assert connection.execute(change).rowcount == 1


def seal_under(application: Application, key: str, *known: str, **cells: Any) -> int:
    """Put every value that `known` keys open under another key; how many there were.

    `cells` are what the rows hold, such as `account_id`.
    """
    before, now = vault(*known), vault(key)
    count = 0
    for column in SEALED_COLUMNS:
        for row in application.rows(column.subject):
            box, place = row[column.column], column.place(row)
            if not box or not cells.items() <= row.items():
                continue
            put(application, column.subject, row["id"], now.seal(before.open(box, place), place))
            count += 1
    return count


def fill(application: Application, people: int, prefix: str = "p") -> None:
    """A value of every kind for each of some people, under the newest key, and the key check."""
    application.app.test_client().get("/login")
    services, now = application.app.extensions["security"].services, application.clock.now
    for number in range(people):
        email = f"{prefix}{number}@example.com"
        application.person(email)
        with application.app.app_context(), services.begin() as work:
            user_id, unit = application.datastore.get_user(email).id, work.unit
            account_id = unit.accounts.ensure(user_id, now).id
            unit.credentials.add(account_id, "authenticator", b"seed " + email.encode(), now)
            unit.setups.begin(account_id, number, "sms", b"number " + email.encode(), now)
            unit.rescue_addresses.add(account_id, f"rescue-{email}", now)
            unit.recovery_codes.put(account_id, digest(f"set of {email}"), ["hash " + email], now)
            unit.link_tokens.add(
                account_id,
                digest(f"link of {email}"),
                LinkPurpose.UNDO_EMAIL,
                now,
                address=bytes(32),
                carries=f"old-{email}",
            )
            unit.letters.add(
                b"dear " + email.encode(),
                channel="mail",
                template="code",
                account_id=account_id,
                now=now + HOUR,
                expires_at=now + 2 * HOUR,
            )
            application.db.session.remove()


def secrets(application: Application, *keys: str) -> dict[str, list[bytes]]:
    """What is inside, by table and row; fails where these keys do not open it."""
    known = vault(*keys)
    return {
        column.subject: [
            known.open(row[column.column], column.place(row))
            for row in application.rows(column.subject)
            if row[column.column]
        ]
        for column in SEALED_COLUMNS
    }
