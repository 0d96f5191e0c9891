"""Every statement of a login finds its rows by an index: with hardly any rows, and with some."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bench.clocked import engine_of
from bench.crowd import fill
from bench.growth import every_statement, filled
from bench.peers.ours import Ours
from bench.plans import Statements, caught, growing, scans

PEOPLE = 300


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    """An application on a SQLite file, with one person."""
    made = filled(f"sqlite:///{tmp_path_factory.mktemp('plans')}/ours.sqlite")
    yield made
    engine_of(made).dispose()


@pytest.fixture(scope="module")
def statements(peer: Ours) -> Statements:
    """What all scenes ask, from the very first request on."""
    return every_statement(peer)


@pytest.fixture(scope="module")
def crowded(peer: Ours, statements: Statements) -> int:
    """The rows of some more people, by which the database plans anew."""
    assert statements
    return fill(peer, PEOPLE)


def scanned(peer: Ours, statements: Statements) -> dict[str, str]:
    """Statements that go through a table that grows."""
    tables = growing(peer.datastore)
    return scans(engine_of(peer), statements, tables)


def test_nothing_is_scanned_where_hardly_anything_is(peer: Ours, statements: Statements) -> None:
    assert len(statements) > 20
    assert scanned(peer, statements) == {}


def test_nothing_is_scanned_where_some_are(
    peer: Ours, statements: Statements, crowded: int
) -> None:
    assert crowded > 10 * PEOPLE
    assert scanned(peer, statements | every_statement(peer)) == {}


def test_a_crowd_breaks_no_tie(peer: Ours, crowded: int) -> None:
    with engine_of(peer).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        people = sa.select(sa.func.count()).select_from(sa.table("user"))
        assert connection.execute(people).scalar() == PEOPLE + 1
    assert crowded


def test_a_scan_is_told(peer: Ours) -> None:
    agent = sa.select(sa.text("id FROM airlock_sessions WHERE agent = 'x'"))
    with caught() as statements, engine_of(peer).connect() as connection:
        connection.execute(agent).all()
    (step,) = scanned(peer, statements).values()
    assert step.startswith("SCAN airlock_sessions")


def test_a_walk_through_a_whole_index_is_a_scan(peer: Ours) -> None:
    with caught() as statements, engine_of(peer).connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM airlock_events").all()
    assert len(scanned(peer, statements)) == 1
