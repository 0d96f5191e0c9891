"""Asking for help is answered alike for every account, whatever it has, once and again."""

from collections.abc import Callable

import pytest

from tests.applications import Application
from tests.journeys.asking import CountedPasswords, Work, ask, counted_passwords
from tests.people import Browser

# What the accounts have set up.
ACCOUNTS = [(), ("email",), ("authenticator",), ("sms",), ("authenticator", "sms", "email")]


def lost(application: Application, methods: tuple[str, ...]) -> Browser:
    """Somebody new between the doors, who has these."""
    person = application.person(f"{'.'.join(methods) or 'none'}@example.com")
    if methods:
        inside = application.browser().enrol(person, methods[0])
        for method in methods[1:]:
            inside.set_up(person, method)
        application.clock.advance(minutes=1)
    return application.browser().give_password(person)


def asked(
    application: Application, passwords: CountedPasswords, people: list[Browser]
) -> list[Work]:
    """Everybody asks for help now; whose page has no button does it without."""
    return [
        ask(application, passwords, browser.get("/login"), "/login/rescue", {"action": "ask"})
        for browser in people
    ]


def one_answer(works: list[Work]) -> tuple[int, str | None]:
    """All were answered alike: the status, and for how long they have to wait."""
    headers = [work.headers for work in works]
    assert headers == [headers[0]] * len(works)
    assert {work.status for work in works} == {works[0].status}
    assert [work.hashes for work in works] == [[]] * len(works)
    return works[0].status, dict(headers[0]).get("Retry-After")


def test_a_rescue_is_asked_for_alike_by_everybody(application: Application) -> None:
    """S-18: the first time by the same statements; the second time nothing changes, nothing goes
    out, and only the list of other ways, which the second step shows as well, is the account's."""
    passwords = counted_passwords(application)
    people = [lost(application, methods) for methods in ACCOUNTS]
    first = asked(application, passwords, people)
    assert one_answer(first) == (303, None)
    assert [work.statements for work in first] == [first[0].statements] * len(ACCOUNTS)
    assert [(work.page, work.letters) for work in first] == [(first[0].page, 2)] * len(ACCOUNTS)
    again = asked(application, passwords, people)
    assert one_answer(again) == (429, "86400")
    for work in again:
        assert (work.letters, len(work.changes)) == (0, 1)
        assert work.changes[0].startswith("UPDATE airlock_accounts SET rescue_asked_at")


@pytest.mark.parametrize("method", ["email", "authenticator", ""])
def test_a_rescue_of_before_is_seen_by_nobody_else(application: Application, method: str) -> None:
    """Two accounts that have the same get the same bytes for the same, down to the statement."""
    passwords = counted_passwords(application)
    methods = (method,) if method else ()
    works = []
    for _ in range(2):
        browser = lost(application, methods)
        works.append(asked(application, passwords, [browser, browser]))
        with application.app.app_context():
            store = application.datastore
            store.delete_user(store.get_user(f"{method or 'none'}@example.com"))
            application.db.session.commit()
    for before, after in zip(*works, strict=True):
        assert after.answer == before.answer
        assert after.statements == before.statements


def test_without_an_administrator_all_are_told_so_alike(
    applications: Callable[..., Application],
) -> None:
    """Nothing is changed and nothing goes out."""
    application = applications(SECURITY_TWO_FACTOR_RESCUE_MAIL=None)
    passwords = counted_passwords(application)
    people = [lost(application, methods) for methods in ACCOUNTS]
    works = asked(application, passwords, people)
    status, wait = one_answer(works)
    assert (status, wait) == (404, None)
    assert [(work.changes, work.letters) for work in works] == [([], 0)] * len(ACCOUNTS)
