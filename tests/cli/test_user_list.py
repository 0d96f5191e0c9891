"""`flask users list` and `show`: who is there, narrowed down, and one in full."""

from tests.applications import Application
from tests.cli.support import answer, done, refusal
from tests.journeys.support import enrolled_person, give_role, set_user


def test_a_list_can_be_narrowed(application: Application) -> None:
    ada, _ = enrolled_person(application)
    bob = application.person("bob@example.com", active=False, confirmed_at=None)
    eve = application.person("eve@example.org", username="mallory")
    for person in (ada, eve):
        give_role(application, person, "staff")

    def listed(*filters: str) -> list[str]:
        found = answer(application, "users", "list", *filters)["users"]
        return [user["email"] for user in found]

    assert listed() == [ada.email, bob.email, eve.email]
    assert listed("--active") == [ada.email, eve.email]
    assert listed("--inactive") == [bob.email]
    assert listed("--role", "staff") == [ada.email, eve.email]
    assert listed("--role", "staff", "--without-factor") == [eve.email]
    assert listed("--without-factor") == [bob.email, eve.email]
    assert listed("--unconfirmed") == [bob.email]
    assert listed("--search", "EXAMPLE.org") == [eve.email]
    assert listed("--search", "mallo") == [eve.email]
    assert listed("--search", "%") == []
    assert listed("--limit", "2") == [ada.email, bob.email]
    assert refusal(application, "users", "list", "--role", "none")[0] == "unknown_role"


def test_a_user_whose_active_was_never_set_is_listed_as_inactive(
    application: Application,
) -> None:
    ada = application.person()
    set_user(application, ada, active=None)
    assert [it["active"] for it in answer(application, "users", "list")["users"]] == [False]
    assert len(answer(application, "users", "list", "--inactive")["users"]) == 1
    assert answer(application, "users", "list", "--active")["users"] == []


def test_a_long_list_is_read_page_by_page_and_whole(application: Application) -> None:
    """No page is left out, none comes twice."""
    addresses = [f"p{number:03}@example.com" for number in range(450)]
    with application.app.app_context():
        for address in reversed(addresses):
            application.datastore.create_user(email=address)
        application.db.session.commit()
    found = answer(application, "users", "list")["users"]
    assert [user["email"] for user in found] == addresses
    assert len(done(application, "users", "list").splitlines()) == 451
    assert len(answer(application, "users", "list", "--limit", "333")["users"]) == 333


def test_a_user_is_shown_in_full(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator")
    done(application, "roles", "create", "editor", "-p", "article.write")
    give_role(application, ada, "editor")
    shown = answer(application, "users", "show", ada.email)
    assert shown["roles"] == ["editor"]
    assert shown["permissions"] == ["article.write"]
    assert [it["method"] for it in shown["methods"]] == ["authenticator"]
    assert shown["methods"][0]["last_used_at"] == application.clock.now.isoformat()
    assert (shown["sessions"], shown["has_password"]) == (1, True)
    assert shown["deletion_due_at"] is None
    assert [it["proofs"] for it in shown["last_logins"]] == [
        ["password", "authenticator"],
        ["password", "authenticator"],
    ]
    said = done(application, "users", "show", ada.email)
    assert "article.write" in said
    assert "password authenticator" in said.replace(",", "")
