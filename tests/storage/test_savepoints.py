"""A unit of work is whole or nothing, also where its first change stands in a savepoint."""

from typing import Any

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


def test_in_memory_too(in_memory: Application) -> None:
    bench = Bench(in_memory)
    user_id = _new_user(bench)
    in_memory.db.session.rollback()
    with undone(bench.begin()) as unit:
        unit.accounts.ensure(user_id, NOW)
    with bench.begin() as unit:
        assert unit.accounts.of_user(user_id) is None
