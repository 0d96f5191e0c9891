"""Whoever guesses waits, longer each time; the owner goes on in a browser that is known."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.applications import WHOLE_LIFE, Application
from tests.journeys.life import ANOTHER, reset, without_token
from tests.journeys.support import enrolled_person, read, wrong
from tests.people import Browser

WAITS = {"SECURITY_WAIT": timedelta(seconds=30)}
WRONG = "not the password of anybody"
ADDRESS = "ada@example.com"


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """With the waits that it has by default."""
    return applications(**WHOLE_LIFE, **WAITS)


def knock(browser: Browser, name: str, times: int = 1, password: str = WRONG) -> Browser:
    """Try a password."""
    for _ in range(times):
        browser.get("/login").post("/login", email=name, password=password)
    return browser


def retry_after(application: Application, name: str) -> str | None:
    """What the answer to one more wrong password says of the time to wait."""
    browser = application.browser().get("/login")
    form = {"csrf_token": browser.token(), "email": name, "password": WRONG}
    return browser.client.post("/login", data=form).headers.get("Retry-After")


def test_five_wrong_passwords_are_free_then_one_waits(application: Application) -> None:
    """S-95: the answer is not looked at meanwhile, be it right or wrong."""
    ada, thief = application.person(), application.browser()
    assert [knock(thief, ada.email).status for _ in range(5)] == [422] * 5
    assert knock(thief, ada.email, password=ada.password).status == 429
    assert "you can try again in 30 seconds" in thief.page
    assert retry_after(application, ada.email) == "30"
    application.clock.advance(seconds=29)
    assert retry_after(application, ada.email) == "1"
    application.clock.advance(seconds=1)
    assert knock(thief, ada.email, password=ada.password).path == "/login/set-up"


def test_waits_double_to_an_hour(application: Application) -> None:
    ada, thief = application.person(), application.browser()
    knock(thief, ada.email, times=5)
    waits = []
    for _ in range(9):
        told = int(retry_after(application, ada.email) or 0)
        waits.append(told)
        application.clock.advance(seconds=told)
        assert knock(thief, ada.email).status == 422
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_right_password_starts_the_count_anew(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    for _ in range(3):
        assert knock(browser, ada.email, times=4).status == 422
        assert knock(browser, ada.email, password=ada.password).path == "/login/set-up"


@pytest.mark.parametrize("name", ["nobody@example.com", "no address", "nobody", "sleeping@x.org"])
def test_nobodys_name_waits_like_anybodys(application: Application, name: str) -> None:
    """S-17, S-95: statuses, pages and times are the same, as often as one tries."""
    application.person(ADDRESS)
    application.person("sleeping@x.org", confirmed_at=None)
    seen: dict[str, list[tuple[int, str, str | None]]] = {ADDRESS: [], name: []}
    for _ in range(8):
        for asked, answers in seen.items():
            browser = knock(application.browser(), asked)
            page = without_token(browser.page).replace(f'value="{asked}"', 'value="NAME"')
            answers.append((browser.status, page, retry_after(application, asked)))
        application.clock.advance(minutes=1)
    assert seen[ADDRESS] == seen[name]
    assert {status for status, *_ in seen[name]} == {422, 429}


def test_one_persons_names_are_one_count(application: Application) -> None:
    """Address, user name, and any way to write them."""
    application.person(ADDRESS, username="countess")
    thief = application.browser()
    for name in (ADDRESS, "countess", "ADA@example.com", " Countess", ADDRESS):
        assert knock(thief, name).status == 422
    assert knock(thief, "countess").status == 429


def test_a_password_in_the_wrong_field_is_not_kept(application: Application) -> None:
    """S-133: what nobody is called is kept as a keyed digest alone."""
    knock(application.browser(), "hunter2 is my password")
    (row,) = application.rows("throttles")
    assert row["account_id"] is None
    assert len(row["owner"]) == 32
    application.clock.advance(days=31)
    application.app.test_cli_runner().invoke(args=["airlock", "purge"])
    assert application.rows("throttles") == []


def test_a_hundred_wrong_passwords_close_it_for_strangers_until_a_reset(
    applications: Callable[..., Application],
) -> None:
    """S-93, S-95, S-96: the owner goes on in a known browser."""
    application = applications(SECURITY_WAIT=0)
    ada, known = enrolled_person(application)
    thief = application.browser()
    assert knock(thief, ada.email, times=100).status == 422
    assert knock(thief, ada.email, password=ada.password).status == 429
    assert "switched off after too many wrong ones" in thief.page
    assert application.events().count("factor_shut") == 1
    application.clock.advance(days=400)
    assert knock(thief, ada.email, password=ada.password).status == 429
    known.log_in(ada, "authenticator")
    assert known.is_signed_in
    known.log_out()
    knock(thief, ada.email, times=100)
    reset(application, ada, ANOTHER)
    assert application.browser().give_password(ada).path == "/login/second-step"


def test_nobodys_name_closes_as_well(applications: Callable[..., Application]) -> None:
    application = applications(SECURITY_WAIT=0)
    thief = knock(application.browser(), "nobody@example.com", times=101)
    assert thief.status == 429
    assert "switched off after too many wrong ones" in thief.page


def test_known_browsers_wait_by_a_count_of_their_own(application: Application) -> None:
    """S-96: what strangers did does not keep the owner waiting."""
    ada, known = enrolled_person(application)
    knock(application.browser(), ada.email, times=6)
    assert knock(known, ada.email, password=ada.password).path == "/login/second-step"
    known.answer("authenticator", ada.app_code()).log_out()
    knock(known, ada.email, times=5)
    assert knock(known, ada.email, password=ada.password).status == 429


def test_five_wrong_codes_make_the_second_step_wait(application: Application) -> None:
    """The page says until when, in words and in a header; another method is open meanwhile."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "email").log_out()
    application.clock.advance(minutes=1)
    thief = application.browser().give_password(ada)
    for _ in range(5):
        assert thief.answer("authenticator", wrong(ada.app_code())).status == 422
    assert thief.answer("authenticator", ada.app_code()).status == 429
    assert "in 30 seconds" in thief.page
    thief.get("/login/second-step?method=authenticator")
    assert "in 30 seconds" in thief.page
    thief.get("/login/second-step")
    assert read(thief).one("input", name="method").get("value") == "email"
    application.clock.advance(seconds=30)
    assert thief.answer("authenticator", ada.app_code()).path != "/login/second-step"
    assert thief.is_signed_in


def test_the_current_password_waits_too(application: Application) -> None:
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").get("/change-password")
    for _ in range(5):
        assert browser.post("/change-password", current=WRONG, password=ANOTHER).status == 422
    browser.post("/change-password", current=ada.password, password=ANOTHER)
    assert browser.status == 429
    assert "in 30 seconds" in browser.page
    application.clock.advance(seconds=30)
    browser.post("/change-password", current=ada.password, password=ANOTHER)
    assert "Your password was changed" in browser.page


def test_where_the_password_suffices_strangers_do_not_keep_its_owner_waiting(
    applications: Callable[..., Application],
) -> None:
    """S-96: the browser that gave it is known at the first door, until the password changes."""
    application = applications(**WAITS, SECURITY_TWO_FACTOR_REQUIRED=False)
    ada, browser = application.person(), application.browser()
    assert browser.give_password(ada).is_signed_in
    browser.log_out()
    knock(application.browser(), ada.email, times=6)
    assert knock(application.browser(), ada.email, password=ada.password).status == 429
    assert browser.give_password(ada).is_signed_in
    knock(application.browser(), ada.email, times=6)
    browser.get("/change-password")
    old, ada.password = ada.password, ANOTHER
    browser.post("/change-password", current=old, password=ANOTHER).log_out()
    assert browser.give_password(ada).is_signed_in


def test_who_has_just_reset_the_password_does_not_wait_for_strangers(
    application: Application,
) -> None:
    ada, _ = enrolled_person(application)
    browser = reset(application, ada, ANOTHER)
    knock(application.browser(), ada.email, times=6)
    assert browser.give_password(ada).path == "/login/second-step"
