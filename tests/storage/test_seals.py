"""Sealed values are found wherever they lie, and sealed anew unless somebody was quicker."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from flask_airlock.domain.vault import Place
from flask_airlock.storage.columns import box
from flask_airlock.storage.credentials import Credential
from flask_airlock.storage.seals import SEALED_COLUMNS, SealedValue
from flask_airlock.storage.tables import MAKERS
from tests.applications import Application, make_application
from tests.sealing import COLUMNS, NEW, OLD, boxes, fill, put, seal_under, secrets, vault
from tests.storage.units import Bench

PEOPLE = 3


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    """Units of work on each kind of database: everything lies under the older of two keys."""
    with make_application(database_url, SECURITY_ENCRYPTION_KEYS=[NEW, OLD]) as application:
        fill(application, PEOPLE)
        seal_under(application, OLD, NEW)
        with application.app.app_context():
            yield Bench(application)


def values(bench: Bench, subject: str, after: int = 0, limit: int = 99) -> list[SealedValue]:
    """Some values of a column."""
    (column,) = [it for it in SEALED_COLUMNS if it.subject == subject]
    with bench.begin() as unit:
        return unit.seals.some(column, after, limit)


def seal_anew(bench: Bench, subject: str, value: SealedValue) -> bool:
    """One value, in a transaction of its own."""
    (column,) = [it for it in SEALED_COLUMNS if it.subject == subject]
    with bench.begin() as unit:
        return unit.seals.seal_anew(column, value)


def test_every_column_that_holds_a_box_is_looked_through(application: Application) -> None:
    """S-115: a new one fails here until it is rotated as well."""
    holding = {
        (subject, column.name)
        for subject in MAKERS
        for column in getattr(application.datastore.tables, subject).c
        if repr(column.type) == repr(box())
    }
    assert {(it.subject, it.column) for it in SEALED_COLUMNS} == holding


@pytest.mark.parametrize("subject", COLUMNS)
def test_every_kind_is_sealed_anew_in_its_place(bench: Bench, subject: str) -> None:
    """S-114, S-115: bound to the same row as before, under the newest key."""
    before = secrets(bench.application, OLD)[subject]
    found = values(bench, subject)
    assert [seal_anew(bench, subject, value) for value in found] == [True] * len(found)
    assert secrets(bench.application, NEW, OLD)[subject] == before
    again = values(bench, subject)
    assert {value.box[1:9].hex() for value in again} == {vault(NEW).key_ids[0]}
    assert not any(seal_anew(bench, subject, value) for value in again)


def test_values_come_in_the_order_of_their_rows_and_wiped_ones_not_at_all(bench: Bench) -> None:
    first, second, third = values(bench, "letters")
    assert first.id < second.id < third.id
    assert [it.id for it in values(bench, "letters", limit=2)] == [first.id, second.id]
    assert [it.id for it in values(bench, "letters", after=first.id)] == [second.id, third.id]
    put(bench.application, "letters", second.id, None)
    mine, *_ = values(bench, "setups")
    put(bench.application, "setups", mine.id, b"")
    assert [it.id for it in values(bench, "letters")] == [first.id, third.id]
    assert mine.id not in [it.id for it in values(bench, "setups")]


def test_of_two_that_seal_anew_the_second_changes_nothing(bench: Bench) -> None:
    """One conditional UPDATE on the bytes that were read."""
    mine, *_ = values(bench, "credentials")
    assert seal_anew(bench, "credentials", mine)
    winner = boxes(bench.application, "credentials")[mine.id]
    assert not seal_anew(bench, "credentials", mine)
    assert boxes(bench.application, "credentials")[mine.id] == winner


def test_a_row_that_was_written_or_removed_meanwhile_is_left_alone(bench: Bench) -> None:
    mine, other, _ = values(bench, "setups")
    written = vault(OLD).seal(b"another number", Place("airlock_setups", "secret of sms", 0))
    put(bench.application, "setups", mine.id, written)
    table = bench.application.datastore.tables.setups
    with bench.application.datastore.engine().begin() as connection:
        connection.execute(sa.delete(table).where(table.c.id == other.id))
    assert not seal_anew(bench, "setups", mine)
    assert not seal_anew(bench, "setups", other)
    assert boxes(bench.application, "setups")[mine.id] == written
    assert other.id not in boxes(bench.application, "setups")


def test_what_does_not_open_is_not_touched(bench: Bench) -> None:
    """S-114: a box from another row stays as it was found."""
    first, second, _ = values(bench, "link_tokens")
    put(bench.application, "link_tokens", second.id, first.box)
    (moved,) = values(bench, "link_tokens", after=first.id, limit=1)
    assert not seal_anew(bench, "link_tokens", moved)
    assert boxes(bench.application, "link_tokens")[second.id] == first.box
    with bench.begin() as unit:
        assert unit.seals.key_of(moved) is None
        assert unit.seals.key_of(first) == vault(OLD).key_ids[0]


def newest_of(bench: Bench, account_id: int) -> Credential:
    """The account's one authenticator."""
    with bench.begin() as unit:
        (mine,) = unit.credentials.of_method(account_id, "authenticator")
    return mine


def test_a_factor_is_sealed_anew_when_it_was_used(bench: Bench) -> None:
    """S-115: only where an older key had sealed it, and whoever was quicker wins."""
    (account_id, *_) = [row["id"] for row in bench.application.rows("accounts")]
    old = newest_of(bench, account_id)
    assert old.old_box == boxes(bench.application, "credentials")[old.id]
    for _ in range(2):
        with bench.begin() as unit:
            unit.credentials.seal_anew(old)
        new = newest_of(bench, account_id)
        assert (new.old_box, new.secret) == (None, old.secret)
    winner = boxes(bench.application, "credentials")[old.id]
    with bench.begin() as unit:
        unit.credentials.seal_anew(old)
        unit.credentials.seal_anew(new)
    assert boxes(bench.application, "credentials")[old.id] == winner
