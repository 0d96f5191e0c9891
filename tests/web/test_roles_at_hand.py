"""Pages for a role: the rows that came with the user answer the guard, and the user all others."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import g
from sqlalchemy import orm

from flask_airlock import current_user, roles_required
from flask_airlock.storage.roles_at_hand import RolesAtHand, roles_at_hand
from tests.applications import Application
from tests.journeys.support import give_role, signed_in
from tests.people import Browser
from tests.storage.test_signed_in import counted, memberships


@pytest.fixture
def ada(application: Application) -> Browser:
    """Inside, with two roles, of which one permits something."""
    person = application.person()
    give_role(application, person, "admin", "staff")
    with application.app.app_context():
        application.datastore.add_permissions_to_role("staff", ["read"])
        application.db.session.commit()
    return signed_in(application, person)


def page(application: Application, browser: Browser, view: Callable[[], Any]) -> Any:
    """What a view answers whoever is `admin`."""
    told: list[Any] = []

    @application.app.get("/view")
    @roles_required("admin")
    def guarded() -> str:
        told.append(view())
        return "Seen"

    browser.get("/view")
    assert browser.status == 200
    return told[0]


def rename(application: Application) -> None:
    """Nobody is `admin` from here on; it is not written yet."""
    role: Any = application.datastore.find_role("admin")
    role.name = "owner"


def put_by(it: Any) -> Any:
    """What comes out of a cache; to copy is to do what pickling does, without the bytes."""
    assert pickle.dumps(it)
    return copy.copy(it)


def names_of(user: Any) -> list[str]:
    """Its roles."""
    return sorted(role.name for role in user.roles)


def test_a_view_may_ask_for_the_roles_without_another_statement(
    application: Application, ada: Browser
) -> None:
    def seen() -> Any:
        assert "roles" in sa.inspect(current_user._get_current_object()).unloaded
        at_home = [role in application.db.session for role in current_user.roles]
        return names_of(current_user), at_home, current_user.has_permission("read")

    with application.app.app_context(), counted(application.db.engine) as ran:
        assert page(application, ada, seen) == (["admin", "staff"], [True, True], True)
    assert len(ran) == 1


def test_a_view_sees_what_was_changed_meanwhile(application: Application, ada: Browser) -> None:
    def changed() -> list[list[str]]:
        session, user = application.db.session, current_user
        seen = []
        staff: Any = application.datastore.find_role("staff")
        staff.users.remove(user._get_current_object())
        seen.append(names_of(user))
        user.roles.append(application.datastore.find_or_create_role("editor"))
        seen.append(names_of(user))
        session.commit()
        session.execute(sa.delete(application.db.metadata.tables["roles_users"]))
        session.expire(user._get_current_object())
        seen.append(names_of(user))
        return seen

    seen = page(application, ada, changed)
    assert seen == [["admin"], ["admin", "editor"], []]


def revoke(application: Application) -> None:
    """`staff` permits nothing any more; it is written, and nobody holds the role."""
    application.datastore.remove_permissions_from_role("staff", ["read"])
    application.db.session.flush()


def revoke_in_bulk(application: Application) -> None:
    """The same past the objects."""
    role: Any = application.datastore.role_model
    application.db.session.execute(sa.update(role).values(permissions=None))


def rename_and_commit(application: Application) -> None:
    """The role is called otherwise, and permits what it did."""
    role: Any = application.datastore.find_role("staff")
    role.name = "crew"
    application.db.session.commit()


def delete_role(application: Application) -> None:
    """The role is there no more."""
    application.db.session.delete(application.datastore.find_role("staff"))
    application.db.session.commit()


def nothing(application: Application) -> None:
    """All is as it was."""


WRITTEN: dict[str, tuple[Callable[[Application], None], list[str], bool]] = {
    "nothing": (nothing, ["admin", "staff"], True),
    "revoked": (revoke, ["admin", "staff"], False),
    "revoked in bulk": (revoke_in_bulk, ["admin", "staff"], False),
    "renamed": (rename_and_commit, ["admin", "crew"], True),
    "deleted": (delete_role, ["admin"], False),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_view_sees_what_it_has_written(
    application: Application, ada: Browser, written: str
) -> None:
    """What was read before holds for the guard, and nothing of it comes back after."""
    write, names, may_read = WRITTEN[written]

    def changed() -> Any:
        write(application)
        seen = current_user.has_permission("read"), names_of(current_user)
        application.datastore.add_permissions_to_role("admin", ["write"])
        application.db.session.commit()
        return seen

    assert page(application, ada, changed) == (may_read, names)
    with application.app.app_context():
        role_model: Any = application.datastore.role_model
        roles = application.db.session.scalars(sa.select(role_model))
        permits = sorted(name for role in roles for name in role.get_permissions())
    assert permits == (["read"] if may_read else []) + ["write"]


def test_roles_that_are_to_be_read_anew_are(application: Application, ada: Browser) -> None:
    def changed() -> list[str]:
        links = application.db.metadata.tables["roles_users"]
        with application.db.engine.begin() as own:
            own.execute(sa.delete(links))
        user = current_user._get_current_object()
        application.db.session.expire(user, ["roles"])
        return names_of(user)

    assert page(application, ada, changed) == []


def test_a_page_that_writes_its_user_first_has_roles(
    application: Application, ada: Browser
) -> None:
    """The session asks the database for the first time while it writes."""

    def changed() -> list[str]:
        current_user.active = True
        current_user.email = "countess@example.com"
        application.db.session.commit()
        return names_of(current_user)

    assert page(application, ada, changed) == ["admin", "staff"]


def test_whom_the_application_puts_in_place_is_asked(
    application: Application, ada: Browser
) -> None:
    """As one who looks at pages with somebody else's eyes."""
    with application.app.app_context():
        application.datastore.create_user(email="bob@example.com", password="secret")
        application.db.session.commit()

    @application.app.before_request
    def see_as_bob() -> None:
        assert current_user.has_role("admin")
        g._login_user = application.datastore.get_user("bob@example.com")

    assert ada.get("/admin").status == 403


def test_what_the_application_changed_before_the_guard_counts(
    application: Application, ada: Browser
) -> None:
    """Read before, or not written yet: then the user is asked."""

    @application.app.before_request
    def before() -> None:
        rename(application)

    assert ada.get("/admin").status == 403


def test_a_second_guard_asks_the_user(application: Application, ada: Browser) -> None:
    """Roles may have been changed since, even without a word to the database."""
    admin = application.app.view_functions["admin"]
    with application.app.app_context():
        kept: Any = application.datastore.find_role("admin")
        application.db.session.expunge(kept)

    @application.app.get("/view")
    @roles_required("admin")
    def guarded() -> Any:
        application.db.session.add(kept)
        kept.name = "owner"
        return admin()

    assert ada.get("/view").status == 403


def test_whoever_is_deleted_by_a_page_for_a_role_leaves_nothing(
    application: Application, ada: Browser
) -> None:
    """A session that writes loads the roles by itself."""

    def delete() -> None:
        application.db.session.delete(current_user._get_current_object())
        application.db.session.commit()

    page(application, ada, delete)
    assert memberships(application) == []


def test_a_user_who_is_put_by_or_let_go_has_roles(application: Application, ada: Browser) -> None:
    def copied() -> list[list[str]]:
        session, user = application.db.session, current_user._get_current_object()
        loader = put_by(roles_at_hand(user))
        taken_out = sorted(
            role.name for role in loader(sa.inspect(user), orm.PassiveFlag.PASSIVE_OFF)
        )
        session.remove()
        return [taken_out, names_of(user)]

    assert page(application, ada, copied) == [["admin", "staff"]] * 2


def test_a_role_that_was_given_twice_is_one_object(application: Application, ada: Browser) -> None:
    with application.app.app_context():
        (held, *_) = memberships(application)
        table = application.db.metadata.tables["roles_users"]
        application.db.session.execute(sa.insert(table).values(**held))
        application.db.session.commit()

    def seen() -> tuple[list[str], bool]:
        at_hand = roles_at_hand(current_user._get_current_object())
        return names_of(current_user), isinstance(at_hand, RolesAtHand)

    assert page(application, ada, seen) == (["admin", "staff"], True)
