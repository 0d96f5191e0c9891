"""A unit of work is whole or nothing, also where its first change stands in a savepoint."""

import json
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import exc

from flask_airlock.domain.accounts import Visitor
from flask_airlock.domain.events import FactorAccepted
from flask_airlock.errors import WrongAnswer
from flask_airlock.storage.transaction import Unit
from flask_airlock.storage.troubles import is_refusal
from tests.applications import Application
from tests.storage.units import NOW, Bench, undone


def _new_user(bench: Bench) -> Any:
    user = bench.application.datastore.create_user(email="savepoint@example.com")
    bench.application.db.session.commit()
    return user.id


def test_what_was_done_in_a_savepoint_is_undone_with_the_rest(bench: Bench) -> None:
    """SQLite's driver does not begin a transaction for a savepoint by itself."""
    user_id = _new_user(bench)
    with undone(bench.begin()) as unit:
        unit.accounts.ensure(user_id, NOW)
    with bench.begin() as unit:
        assert unit.accounts.of_user(user_id) is None


def test_a_user_who_was_added_goes_with_a_unit_that_fails(bench: Bench) -> None:
    with undone(bench.begin()) as unit:
        columns = {"email": "half@example.com", "password": None}
        assert unit.users.add(columns, confirmed_at=None, keep=True) is not None
    with bench.begin() as unit:
        assert unit.users.by_email("half@example.com") is None


class ByName(Exception):
    """As MariaDB's own driver tells a number."""

    errno = 1048


@pytest.mark.parametrize(
    "kind, cause, is_one",
    [
        (exc.IntegrityError, Exception(1062, "a double"), True),
        (exc.OperationalError, Exception(1048, "an empty cell"), True),
        (exc.OperationalError, ByName("an empty cell"), True),
        (exc.OperationalError, Exception(1213, "a deadlock"), False),
    ],
)
def test_a_refusal_is_one_whatever_a_driver_calls_it(
    kind: type[exc.DBAPIError], cause: Exception, is_one: bool
) -> None:
    """What a savepoint undoes alone; anything else is the whole unit's trouble."""
    assert is_refusal(kind("INSERT", {}, cause)) is is_one


def test_in_memory_too(in_memory: Application) -> None:
    bench = Bench(in_memory)
    user_id = _new_user(bench)
    in_memory.db.session.rollback()
    with undone(bench.begin()) as unit:
        unit.accounts.ensure(user_id, NOW)
    with bench.begin() as unit:
        assert unit.accounts.of_user(user_id) is None


def test_of_the_events_those_of_an_undone_part_are_not_kept(bench: Bench) -> None:
    """They are written at the end, and belong to where they happened."""
    account_id = bench.account()

    def happen(unit: Unit, method: str) -> None:
        event = FactorAccepted(account_id=account_id, method=method)
        unit.events.add(event, Visitor(), NOW)

    with bench.begin() as unit:
        happen(unit, "before")
        with suppress(WrongAnswer), unit.nested():
            happen(unit, "undone")
            raise WrongAnswer
        with unit.nested():
            happen(unit, "kept")
        happen(unit, "after")
    rows = [row for row in bench.application.rows("events") if row["account_id"] == account_id]
    assert [json.loads(row["detail"])["method"] for row in rows] == ["before", "kept", "after"]
