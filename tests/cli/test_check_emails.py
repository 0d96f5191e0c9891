"""`flask airlock check-emails`: addresses that no login would find."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from flask_airlock.flows import address_check
from tests.applications import Application
from tests.cli.support import answer, details, done, run, users


def put(application: Application, *addresses: str | None) -> None:
    """Users as another program would have written them."""
    with application.app.app_context():
        table = application.datastore.user_model.__table__
        rows = [{"email": address, "active": True} for address in addresses]
        application.db.session.execute(sa.insert(table), rows)
        application.db.session.commit()


def kept(application: Application) -> list[str | None]:
    """The addresses as they are stored, in the order of the keys."""
    with application.app.app_context():
        table = application.datastore.user_model.__table__
        query = sa.select(table.c.email).order_by(table.c.id)
        found = list(application.db.session.execute(query).scalars())
        application.db.session.remove()
    return found


@pytest.fixture
def anywhere(database_url: str, applications: Callable[..., Application]) -> Application:
    """An application on each kind of database."""
    return applications(database_url)


def test_odd_addresses_are_found_and_written_in_normal_form(anywhere: Application) -> None:
    put(anywhere, "fine@example.com", "Ada@Example.COM", " bob@example.com", "eve@bücher.example")
    found = answer(anywhere, "airlock", "check-emails")
    assert [(it["id"], it["normal"], it["problem"], it["fixed"]) for it in found["addresses"]] == [
        (2, "ada@example.com", "not_normal", False),
        (3, "bob@example.com", "not_normal", False),
        (4, "eve@xn--bcher-kva.example", "not_normal", False),
    ]
    assert kept(anywhere)[1] == "Ada@Example.COM", "nothing is written without being asked"
    assert details(anywhere) == []
    written = answer(anywhere, "airlock", "check-emails", "--apply")
    assert [it["fixed"] for it in written["addresses"]] == [True] * 3
    assert (written["count"], written["left"]) == (3, 0)
    assert kept(anywhere) == [
        "fine@example.com", "ada@example.com", "bob@example.com", "eve@xn--bcher-kva.example",
    ]  # fmt: skip
    assert details(anywhere) == [{"change": "address put in normal form"}] * 3
    assert answer(anywhere, "airlock", "check-emails", "--apply")["count"] == 0


@pytest.mark.parametrize("apply", [[], ["--apply"]], ids=["looked at", "applied"])
def test_whoever_shares_an_address_is_left_for_a_person(
    application: Application, apply: list[str]
) -> None:
    """With somebody whose address is in order, or with another odd one: nobody is guessed."""
    addresses = ("ada@example.com", "Ada@example.com", "BOB@example.com", "Bob@example.com")
    put(application, *addresses, "Eve@example.com")
    found = answer(application, "airlock", "check-emails", *apply, status=1)
    problems = {it["email"]: (it["problem"], it["others"]) for it in found["addresses"]}
    assert problems == {
        "Ada@example.com": ("collision", [1]),
        "BOB@example.com": ("collision", []),
        "Bob@example.com": ("collision", []),
        "Eve@example.com": ("not_normal", []),
    }
    assert found["left"] == 3
    last = "eve@example.com" if apply else "Eve@example.com"
    assert kept(application) == [*addresses, last]


def test_what_is_no_address_is_left_for_a_person(application: Application) -> None:
    put(application, "bob", "a b@example.com", None, "x@")
    found = answer(application, "airlock", "check-emails", "--apply", status=1)
    assert {it["problem"] for it in found["addresses"]} == {"impossible"}
    assert found["left"] == 4
    said = run(application, "airlock", "check-emails")
    assert said.exit_code == 1
    assert "no mail server could carry this address" in said.stdout


def test_an_accent_is_another_address(application: Application) -> None:
    """Two people's: no collision."""
    put(application, "Jose@example.com", "josé@example.com")
    assert answer(application, "airlock", "check-emails", "--apply")["left"] == 0
    assert kept(application) == ["jose@example.com", "josé@example.com"]


def test_the_order_of_keys_and_the_size_of_pages_leave_nobody_out(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(application, *(f"P{number}@example.com" for number in range(23)))
    for size in (1, 2, 22, 23, 24):
        monkeypatch.setattr(address_check, "PAGE", size)
        assert answer(application, "airlock", "check-emails")["count"] == 23


def test_who_could_not_sign_in_can_afterwards(application: Application) -> None:
    """What it is for."""
    ada = application.person()
    with application.app.app_context():
        table = application.datastore.user_model.__table__
        application.db.session.execute(sa.update(table).values(email="Ada@Example.com"))
        application.db.session.commit()
    browser = application.browser().give_password(ada)
    assert browser.path == "/login"
    assert "Ada@Example.com" in done(application, "airlock", "check-emails", "--apply")
    assert set(users(application)) == {ada.email}
    assert browser.give_password(ada).path == "/login/set-up"
