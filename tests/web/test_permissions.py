"""Permissions: what a role's column holds, and guards that ask for it (STANDARDS X-08, S-25)."""

from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.views import MethodView

from flask_airlock import (
    ConfigurationError,
    RoleMixin,
    UserMixin,
    login_required,
    permissions_accepted,
    permissions_required,
    roles_required,
)
from flask_airlock.web.current_user import AnonymousUser
from flask_airlock.web.guards import unknown_permissions
from tests.applications import Application
from tests.journeys.support import enrolled_person, give_role, opens, signed_in
from tests.people import Person
from tests.web.test_guards import SCRIPTS

Guard = Callable[..., Any]
GUARDS = [permissions_required, permissions_accepted]


def hang(app: Flask, **paths: Guard) -> None:
    """Views of their own names, each behind a guard."""
    for name, guard in paths.items():
        app.add_url_rule(f"/{name}", name, guard(lambda: "In"))


def permit(application: Application, role: str, *names: str) -> None:
    """Let a role permit these, and only these."""
    with application.app.app_context():
        store = application.datastore
        found = store.find_or_create_role(role)
        found.permissions = None
        if names:
            store.add_permissions_to_role(found, names)
        application.db.session.commit()


def person_who_may(application: Application, *names: str, number: int = 0) -> Person:
    """Somebody with a role that permits these."""
    person = application.person(f"p{number}@example.com")
    permit(application, f"role {number}", *names)
    give_role(application, person, f"role {number}")
    return person


def test_all_are_required_and_one_is_accepted(application: Application) -> None:
    hang(
        application.app,
        both=permissions_required("read", "write"),
        either=permissions_accepted("read", "write"),
    )
    table: dict[tuple[str, ...], tuple[int, int]] = {
        (): (403, 403),
        ("read",): (403, 200),
        ("write", "burn"): (403, 200),
        ("read", "write"): (200, 200),
        ("reader",): (403, 403),
        ("READ", "Write"): (403, 403),
    }
    for number, (names, expected) in enumerate(table.items()):
        person = person_who_may(application, *names, number=number)
        browser = signed_in(application, person)
        assert (opens(browser, "/both"), opens(browser, "/either")) == expected, names


def test_permissions_of_several_roles_add_up(application: Application) -> None:
    hang(application.app, both=permissions_required("read", "write"))
    ada = application.person()
    permit(application, "reader", "read")
    permit(application, "writer", "write")
    browser = signed_in(application, ada)
    give_role(application, ada, "reader")
    assert opens(browser, "/both") == 403
    give_role(application, ada, "reader", "writer")
    assert opens(browser, "/both") == 200


def test_a_permission_taken_away_holds_from_the_next_request(application: Application) -> None:
    """S-25: by the role's permissions, or by the role itself."""
    hang(application.app, reports=permissions_required("read"))
    ada = person_who_may(application, "read")
    browser = signed_in(application, ada)
    assert opens(browser, "/reports") == 200
    permit(application, "role 0", "write")
    assert opens(browser, "/reports") == 403
    permit(application, "role 0", "read")
    assert opens(browser, "/reports") == 200
    give_role(application, ada)
    assert opens(browser, "/reports") == 403


@pytest.mark.parametrize("guard", GUARDS)
def test_strangers_are_led_to_the_login_and_scripts_are_told(
    application: Application, guard: Guard
) -> None:
    hang(application.app, reports=guard("read"))
    response = application.browser().client.get("/reports")
    assert response.headers["Location"] == "/login?next=/reports"
    for headers in SCRIPTS:
        response = application.app.test_client().get("/reports", headers=headers)
        assert (response.status_code, response.get_json()) == (401, {"error": "login_required"})


@pytest.mark.parametrize("guard", GUARDS)
def test_who_is_between_the_doors_is_a_stranger(application: Application, guard: Guard) -> None:
    """S-20."""
    hang(application.app, reports=guard("read"))
    ada, browser = enrolled_person(application)
    permit(application, "reader", "read")
    give_role(application, ada, "reader")
    browser.give_password(ada)
    assert opens(browser, "/reports") == 302


@pytest.mark.parametrize("guard", GUARDS)
def test_async_views_are_guarded_too(application: Application, guard: Guard) -> None:
    # Where Flask lets an application say how; asgiref is what it takes by itself.
    application.app.async_to_sync = run_at_once  # type: ignore[assignment]

    @application.app.get("/later")
    @guard("read")  # type: ignore[untyped-decorator]
    async def later() -> str:
        return "Later"

    ada = person_who_may(application, "read")
    assert signed_in(application, ada).client.get("/later").text == "Later"


def run_at_once(view: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
    """A coroutine that waits for nothing, run to its end."""

    def run(*args: Any, **kwargs: Any) -> Any:
        with pytest.raises(StopIteration) as ended:
            view(*args, **kwargs).send(None)
        return ended.value.value

    return run


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize(
    "names",
    [(), ("",), (None,), (7,), ("read,write",), ("read write",), ("read", " "), ("read\n",),
     (["read"],), ("read", b"write")],
    ids=repr,
)  # fmt: skip
def test_what_can_not_be_a_permission_is_refused_at_import(
    guard: Guard, names: tuple[Any, ...]
) -> None:
    """X-08."""
    with pytest.raises(ValueError, match="permission"):
        guard(*names)


def test_a_permission_that_nobody_knows_is_found_at_start(
    applications: Callable[..., Application],
) -> None:
    """X-08: a misspelt guard would let nobody in, ever."""
    application = applications(SECURITY_PERMISSIONS=["read", "write"])
    hang(application.app, good=permissions_accepted("read", "write"))
    hang(application.app, bad=permissions_required("read", "wriet"))
    with pytest.raises(ConfigurationError, match=r"wriet \(at bad\)"):
        application.app.test_client().get("/")


def test_without_a_list_of_permissions_every_name_will_do(application: Application) -> None:
    hang(application.app, odd=permissions_required("whatever"))
    assert application.app.test_client().get("/").status_code == 200


def test_names_are_found_behind_other_guards_and_in_classes() -> None:
    """Wherever the guard stands among the decorators, and on the methods of a view."""

    class Reports(MethodView):
        decorators = [permissions_required("of.the.class")]  # noqa: RUF012 (as Flask has it)

        @permissions_accepted("of.a.method")
        def get(self) -> str:
            return ""

    def view() -> str:
        return ""

    views: dict[str, Callable[..., Any]] = {
        "outside": permissions_required("a")(view),
        "inside": login_required(roles_required("x")(permissions_required("b")(view))),
        "two": permissions_required("c")(permissions_accepted("d", "e")(view)),
        "class": Reports.as_view("class"),
        "none": view,
    }
    assert set(unknown_permissions(views, ())) == {
        ("outside", "a"), ("inside", "b"), ("two", "c"), ("two", "d"), ("two", "e"),
        ("class", "of.the.class"), ("class", "of.a.method"),
    }  # fmt: skip
    assert unknown_permissions(views, None) == []
    assert unknown_permissions(views, ("b", "c", "d", "e", "of.the.class", "of.a.method")) == [
        ("outside", "a")
    ]


class Role(RoleMixin):
    """A role as no database holds it."""

    def __init__(self, name: str, *kept: Any) -> None:
        self.name = name
        if kept:
            (self.permissions,) = kept


class User(UserMixin):
    """A user with roles."""

    def __init__(self, *roles: Any) -> None:
        self.roles = roles


@pytest.mark.parametrize(
    "kept, names",
    [
        ((), []),
        ((None,), []),
        (("",), []),
        ((" , ,",), []),
        (("read",), ["read"]),
        (("read, write,",), ["read", "write"]),
        ((["read", "write"],), ["read", "write"]),
        (({"read"},), ["read"]),
        ((("read", None, 7, ""),), ["read"]),
        # A number of bits, as another well-known tutorial has it.
        ((0x1F,), []),
    ],
    ids=repr,
)
def test_a_role_permits_what_its_column_holds(kept: tuple[Any, ...], names: list[str]) -> None:
    role = Role("role", *kept)
    assert role.get_permissions() == frozenset(names)
    user = User(role, Role("other"))
    assert user.has_permission("read") is ("read" in names)
    assert not user.has_permission("")


def test_users_without_roles_and_strangers_are_permitted_nothing() -> None:
    class NoRoles(UserMixin):
        pass

    class NullRoles(UserMixin):
        roles = None

    for nobody in (NoRoles(), NullRoles(), User(), AnonymousUser()):
        assert nobody.has_permission("read") is False
    assert User(SimpleNamespace(name="x", permissions="read")).has_permission("read") is True
