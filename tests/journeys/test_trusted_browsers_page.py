"""The page of one's own trusted browsers: listed, named, removed."""

from collections.abc import Callable

import pytest

from tests.applications import Application
from tests.cli.support import details
from tests.journeys.support import press, read
from tests.journeys.test_step_up import prove, send
from tests.journeys.trust import (
    OFFERED,
    PAGE,
    is_asked,
    skips,
    trust,
    trusted,
    trusting,
    with_copy,
)
from tests.people import Browser, Person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def application(applications: Callable[..., Application]) -> Application:
    """An application that offers it, for the fourteen days that are advised."""
    return applications(**OFFERED)


def inside(application: Application, ada: Person, browser: Browser) -> Browser:
    """Signed in by way of the trust, and with a factor proved since."""
    assert skips(browser, ada)
    browser.get("/strong")
    prove(browser, code=ada.app_code(), do="prove")
    return browser.get(PAGE)


def numbers(application: Application) -> list[int]:
    """The ids of the rows that are alive, oldest first."""
    return sorted(row["id"] for row in trusted(application))


def test_a_stranger_is_led_to_the_login(application: Application) -> None:
    assert application.browser().get(PAGE).path == "/login"


def test_each_is_listed_with_its_times_and_this_one_is_marked(application: Application) -> None:
    """S-112."""
    ada, browser = trusting(application)
    other = application.browser(**{"User-Agent": FIREFOX})
    trust(application, ada, other)
    inside(application, ada, browser)
    items = [item.text for item in read(browser).all("li", class_="al-item")]
    assert ["This browser" in item for item in items] == [True, False]
    assert "Firefox on Linux" in items[1]
    for words in ("127.0.0.1", "Added", "Last used", "Trusted until"):
        assert all(words in item for item in items)
    assert "2 browsers are asked for no code." in browser.get("/security").page


def test_who_trusts_none_is_told_how_to(application: Application) -> None:
    ada, browser = trusting(application)
    inside(application, ada, browser)
    press(browser, "Remove")
    assert "That browser is trusted no longer." in browser.page
    assert "code of an authenticator app or text message to skip it" in browser.page
    assert "for 14 days" in browser.page
    assert "A code is asked for in every browser." in browser.get("/security").page


def test_a_browser_has_the_name_that_its_owner_gives_it(application: Application) -> None:
    ada, browser = trusting(application)
    inside(application, ada, browser)
    press(browser, "Save", name="  <b>Küche</b>  & Bad ")
    assert "That browser has its new name." in browser.page
    assert read(browser).one("span", class_="al-row-label").text == "<b>Küche</b> & Bad"
    (row,) = trusted(application)
    assert row["name"] == "<b>Küche</b> & Bad"


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\u202eb", "a\x00b"])
def test_what_can_be_no_name_is_refused_at_its_field(application: Application, name: str) -> None:
    ada, browser = trusting(application)
    inside(application, ada, browser)
    before = trusted(application)
    press(browser, "Save", name=name)
    assert browser.status == 422
    assert read(browser).one("input", aria_invalid="true").get("aria-describedby") == "problem"
    assert trusted(application) == before


def test_one_is_removed_and_the_others_stay(application: Application) -> None:
    """S-112: and a session that leans on it is over at once."""
    ada, browser = trusting(application)
    other = trust(application, ada, application.browser())
    leaning = with_copy(application, other)
    assert skips(leaning, ada)
    inside(application, ada, browser)
    _, second = numbers(application)
    browser.post(PAGE, do="remove", browser=str(second))
    assert len(trusted(application)) == 1
    assert not leaning.is_signed_in
    assert is_asked(leaning, ada)
    assert skips(browser.log_out(), ada)


def test_all_are_removed_at_once(application: Application) -> None:
    ada, browser = trusting(application)
    other = trust(application, ada, application.browser())
    inside(application, ada, browser)
    press(browser, "Remove all")
    assert "No browser is trusted any longer." in browser.page
    assert trusted(application) == []
    assert browser.is_signed_in
    assert is_asked(other, ada)
    assert details(application, "trusted_browser_ended") == [{"ended": 2, "reason": "removed"}]


@pytest.mark.parametrize("does", ["rename", "remove"])
@pytest.mark.parametrize("chosen", ["Bob's", "1000", "-1", "x", ""])
def test_somebody_elses_is_not_there(application: Application, does: str, chosen: str) -> None:
    """S-106, S-112: 404 and an event, the same for somebody else's, none, and nonsense."""
    trusting(application, "bob@example.com")
    (bobs,) = numbers(application)
    ada, browser = trusting(application)
    inside(application, ada, browser)
    before = trusted(application)
    number = str(bobs) if chosen == "Bob's" else chosen
    browser.post(PAGE, do=does, browser=number, name="Mine")
    assert browser.status == 404
    assert trusted(application) == before
    assert details(application, "foreign_row") == [{"kind": "trusted_browser"}]


def test_the_button_may_be_pressed_twice(application: Application) -> None:
    """What is removed already is nobody else's: it is not recorded as such."""
    ada, browser = trusting(application)
    inside(application, ada, browser)
    (mine,) = numbers(application)
    form = {"csrf_token": browser.token(), "do": "remove", "browser": str(mine)}
    for _ in range(2):
        assert browser.client.post(PAGE, data=form).status_code == 303
    assert "foreign_row" not in application.events()
    assert browser.client.post(PAGE, data={**form, "do": "rename", "name": "x"}).status_code == 404


def test_a_change_asks_for_a_recent_proof_first(application: Application) -> None:
    """S-108, S-109: who leans on trust alone proves a factor; then it goes on as it was sent."""
    ada, browser = trusting(application)
    assert skips(browser, ada)
    (mine,) = numbers(application)
    token = browser.get(PAGE).token()
    form = {"csrf_token": token, "do": "rename", "browser": str(mine), "name": "Mine"}
    send(browser, PAGE, form)
    assert browser.path == "/login/verify"
    assert trusted(application)[0]["name"] != "Mine"
    prove(browser, code=ada.app_code(), do="prove")
    assert trusted(application)[0]["name"] == "Mine"


def test_a_form_that_is_too_old_changes_nothing(application: Application) -> None:
    """S-125."""
    ada, browser = trusting(application)
    inside(application, ada, browser)
    answer = browser.client.post(PAGE, data={"do": "remove_all", "csrf_token": "old"})
    assert answer.status_code == 400
    assert len(trusted(application)) == 1
