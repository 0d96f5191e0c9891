"""The databases that races are run on, and how often."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.applications import WHOLE_LIFE
from tests.races.arena import Arena
from tests.races.crew import Processes, Site, Threads, worker_processes

DATABASES = ["sqlite-file", "sqlite-memory", "postgres", "mariadb"]
SOAK_ROUNDS = 5
SEVERAL_WORKERS = ["sqlite-file", "postgres", "mariadb"]
NO_REQUESTS = {
    "test_administration.py", "test_letters.py", "test_promises.py", "test_removal.py",
    "test_rescues.py",
}  # fmt: skip
# With which methods a race is run on a database, where it is for several. All others are run on
# SQLite and on one of the servers, in turn; those of the stores' promises on one database, in turn.
# The soak runs them all.
SERVERS = ["postgres", "mariadb"]
METHODS = {
    "sqlite-file": {"authenticator", "email"},
    "postgres": {"authenticator", "email"},
    "mariadb": {"sms"},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The races that are run."""
    here = Path(__file__).parent
    items[:] = [item for item in items if item.path.parent != here or _is_run(item)]


def _is_run(item: pytest.Item) -> bool:
    """What is no request is raced only where there are several workers: on SQLite in memory
    letters are carried within the request, and whole requests stand in line. Races of those are
    for the soak."""
    given: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    database, method = given.get("database"), given.get("method")
    is_no_request = item.path.name in NO_REQUESTS or "promise" in given
    is_no_request = is_no_request or item.get_closest_marker("no_request") is not None
    if is_no_request and database == "sqlite-memory":
        return False
    if given.get("rounds") != 1:
        return True
    if "promise" in given:
        return bool(database == SEVERAL_WORKERS[_turn(item) % len(SEVERAL_WORKERS)])
    if method is not None:
        return method in METHODS.get(str(database), ())
    return database in ("sqlite-file", SERVERS[_place(item) % len(SERVERS)])


def _place(item: pytest.Item) -> int:
    """The place of the item's test among those of its file, whichever of them are run."""
    tests = [name for name in vars(item.module) if name.startswith("test_")]  # type: ignore[attr-defined]
    return tests.index(item.originalname)  # type: ignore[attr-defined]


def _turn(item: pytest.Item) -> int:
    """The place of the item's promise among those of its test; pytest numbers them through all
    databases."""
    (promises,) = (
        mark.args[1] for mark in item.iter_markers("parametrize") if "promise" in mark.args[0]
    )
    number: int = item.callspec.indices["promise"]  # type: ignore[attr-defined]
    return number % len(promises)


@pytest.fixture(params=[1, pytest.param(SOAK_ROUNDS, marks=pytest.mark.soak)])
def rounds(request: pytest.FixtureRequest) -> int:
    """How often a race is run: once, and in the soak many times."""
    return int(request.param)


@pytest.fixture(scope="session")
def crew() -> Iterator[Processes]:
    """The worker processes, started once."""
    with worker_processes() as made:
        yield made


@pytest.fixture(scope="session", params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[str]:
    """The URI of a database that all races of one kind share."""
    if request.param == "sqlite-memory":
        yield "sqlite://"
    elif request.param == "sqlite-file":
        yield f"sqlite:///{tmp_path_factory.mktemp('races')}/races.sqlite"
    else:
        with request.getfixturevalue(request.param).fresh_database() as url:
            yield url


@pytest.fixture(scope="session")
def arenas(
    database: str, request: pytest.FixtureRequest
) -> Iterator[Callable[[tuple[tuple[str, Any], ...]], Arena]]:
    """Makes arenas on the database, one per choice of settings."""
    made: dict[Site, Arena] = {}
    opened = []

    def make(settings: tuple[tuple[str, Any], ...]) -> Arena:
        site = Site(database, settings)
        if site not in made:
            opened.append(site.open())
            alone = database == "sqlite://"
            crew = Threads() if alone else request.getfixturevalue("crew")
            made[site] = Arena(opened[-1].__enter__(), site, crew, across_processes=not alone)
        return made[site]

    yield make
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def arena(arenas: Callable[[tuple[tuple[str, Any], ...]], Arena]) -> Arena:
    """An application whose first set-up needs no mail: people are enrolled quickly."""
    return arenas((("SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL", False),))


@pytest.fixture
def guarded_arena(arenas: Callable[[tuple[tuple[str, Any], ...]], Arena]) -> Arena:
    """An application as it comes: the first set-up begins with a code by mail."""
    return arenas(())


@pytest.fixture
def life_arena(arenas: Callable[[tuple[tuple[str, Any], ...]], Arena]) -> Arena:
    """Everything is switched on, and who has no second factor signs in by the password alone."""
    quick = {
        "SECURITY_TWO_FACTOR_FIRST_SETUP_BY_MAIL": False,
        "SECURITY_TWO_FACTOR_REQUIRED": False,
        # A right answer counts as wrong until it was looked at: all of a crowd's may be under way.
        "SECURITY_FACTOR_STOP": 100,
    }
    return arenas(tuple((WHOLE_LIFE | quick).items()))
