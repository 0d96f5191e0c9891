"""Finding users by what a visitor or a provider named: his own row, or nobody's."""

import pytest

from flask_airlock.errors import UnknownUser
from tests.applications import Application
from tests.storage.units import Bench

NEARLY = ("adá@example.com", "adã@example.com", "äda@example.com", "ada@examplé.com")


@pytest.fixture
def application(bench: Bench) -> Application:
    """With Ada in it, on each kind of database."""
    store = bench.application.datastore
    if store.find_user(email="ada@example.com") is None:
        store.create_user(email="ada@example.com", password="correct horse battery staple")
        bench.application.db.session.commit()
    return bench.application


def test_a_user_is_found_by_the_address(application: Application) -> None:
    for written in ("ada@example.com", "Ada@EXAMPLE.com", " ada@example.com "):
        found = application.datastore.find_user(email=written)
        assert found is not None
        assert found.email == "ada@example.com"


@pytest.mark.parametrize("address", NEARLY)
def test_an_accent_makes_it_another_persons_address(application: Application, address: str) -> None:
    """MariaDB calls them equal; a provider that vouches for one says nothing of the other."""
    store = application.datastore
    assert store.find_user(email=address) is None
    with pytest.raises(UnknownUser):
        store.get_user(address)


@pytest.mark.parametrize("command", ["deactivate", "activate"])
def test_no_command_takes_one_for_the_other(application: Application, command: str) -> None:
    runner = application.app.test_cli_runner()
    result = runner.invoke(args=["users", command, NEARLY[0]])
    assert result.exit_code != 0
    assert f"no user {NEARLY[0]}" in result.output


@pytest.mark.parametrize("address", ["", " ", "@", "nobody@example.com", "a\x00da@example.com"])
def test_an_address_of_nobody_finds_nobody(application: Application, address: str) -> None:
    assert application.datastore.find_user(email=address) is None


def test_no_address_finds_nobody(application: Application) -> None:
    """A provider that named none must not vouch for the first user of the table."""
    assert application.datastore.find_user(email=None) is None
    assert application.datastore.find_user() is None


def test_a_user_is_found_by_other_columns(application: Application) -> None:
    store = application.datastore
    ada = store.get_user("ada@example.com")
    for columns in ({"id": ada.id}, {"email": ada.email, "id": ada.id}):
        assert store.find_user(**columns) is ada
    for columns in ({"id": ada.id + 1000}, {"email": ada.email, "id": ada.id + 1000}):
        assert store.find_user(**columns) is None
