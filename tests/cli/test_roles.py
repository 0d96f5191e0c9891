"""`flask roles`: made, given, taken, and what they permit."""

from collections.abc import Callable

import pytest

from tests.applications import Application
from tests.cli.support import answer, details, done, refusal, users
from tests.journeys.support import opens, signed_in


def permissions(application: Application) -> dict[str, list[str]]:
    """What each role permits, by its name."""
    listed = answer(application, "roles", "list")["roles"]
    return {role["name"]: role["permissions"] for role in listed}


def test_roles_come_and_go(application: Application) -> None:
    """S-25: from the next request on."""
    ada = application.person()
    browser = signed_in(application, ada)
    done(application, "roles", "create", "admin")
    assert opens(browser, "/admin") == 403
    assert answer(application, "roles", "add", ada.email, "admin") == {
        "email": ada.email, "role": "admin", "changed": True,
    }  # fmt: skip
    assert opens(browser, "/admin") == 200
    done(application, "roles", "remove", ada.email, "admin")
    assert opens(browser, "/admin") == 403
    assert users(application)[ada.email]["roles"] == []


def test_what_is_so_already_is_no_error_and_no_event(application: Application) -> None:
    ada = application.person()
    done(application, "roles", "create", "editor", "-p", "article.write")
    said = done(application, "roles", "remove", ada.email, "editor")
    assert said == "ada@example.com has no editor\n"
    done(application, "roles", "add", ada.email, "editor")
    before = len(application.rows("events"))
    for arguments in (
        ["add", ada.email, "editor"],
        ["add-permission", "editor", "article.write"],
        ["remove-permission", "editor", "article.burn"],
    ):
        assert answer(application, "roles", *arguments)["changed"] is False
        done(application, "roles", *arguments)
    assert len(application.rows("events")) == before


def test_permissions_come_and_go(application: Application) -> None:
    done(application, "roles", "create", "editor", "-p", "b", "-p", "a", "--description", "Writes")
    done(application, "roles", "create", "reader")
    done(application, "roles", "add-permission", "reader", "c", "a", "c")
    done(application, "roles", "remove-permission", "editor", "a")
    assert permissions(application) == {"editor": ["b"], "reader": ["a", "c"]}
    done(application, "roles", "remove-permission", "editor", "b")
    assert permissions(application)["editor"] == []
    assert "Writes" in done(application, "roles", "list")


def test_members_are_counted(application: Application) -> None:
    done(application, "roles", "create", "staff")
    done(application, "roles", "create", "admin")
    for address in ("ada@example.com", "bob@example.com"):
        application.person(address)
        done(application, "roles", "add", address, "staff")
    listed = answer(application, "roles", "list")["roles"]
    assert [(role["name"], role["users"]) for role in listed] == [("admin", 0), ("staff", 2)]


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["create", "staff"], "role_exists"),
        (["add", "ada@example.com", "none"], "unknown_role"),
        (["remove", "ada@example.com", "none"], "unknown_role"),
        (["add", "nobody@example.com", "staff"], "unknown_user"),
        (["add-permission", "none", "read"], "unknown_role"),
        (["add-permission", "staff", "read,write"], "invalid_permission"),
        (["add-permission", "staff", "read it"], "invalid_permission"),
        (["add-permission", "staff", ""], "invalid_permission"),
        (["remove-permission", "staff", "read,write"], "invalid_permission"),
        (["create", "other", "-p", "read,write"], "invalid_permission"),
    ],
)
def test_what_can_not_be_done_changes_nothing(
    application: Application, arguments: list[str], code: str
) -> None:
    application.person()
    done(application, "roles", "create", "staff", "-p", "read")
    before = len(application.rows("events"))
    assert refusal(application, "roles", *arguments)[0] == code
    assert permissions(application) == {"staff": ["read"]}
    assert users(application)["ada@example.com"]["roles"] == []
    assert len(application.rows("events")) == before


def test_where_the_permissions_are_known_no_other_is_given(
    applications: Callable[..., Application],
) -> None:
    """X-08: a misspelt name is found when it is typed."""
    application = applications(SECURITY_PERMISSIONS=["read", "write"])
    code, sentence = refusal(application, "roles", "create", "staff", "-p", "wriet")
    assert (code, sentence) == ("unknown_permission", "SECURITY_PERMISSIONS does not list wriet")
    done(application, "roles", "create", "staff", "-p", "read")
    assert refusal(application, "roles", "add-permission", "staff", "burn")[0] == (
        "unknown_permission"
    )
    done(application, "roles", "add-permission", "staff", "write")
    assert permissions(application) == {"staff": ["read", "write"]}


def test_every_change_of_a_role_is_recorded(application: Application) -> None:
    """S-131."""
    done(application, "roles", "create", "staff", "-p", "read")
    done(application, "roles", "add-permission", "staff", "write", "burn")
    done(application, "roles", "remove-permission", "staff", "burn")
    assert details(application, "role_changed") == [
        {"role": "staff", "change": "created: read"},
        {"role": "staff", "change": "permits: write, burn"},
        {"role": "staff", "change": "no longer permits: burn"},
    ]
