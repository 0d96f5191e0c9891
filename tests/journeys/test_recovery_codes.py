"""Recovery codes are made with the first factor of one's own, and shown once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.applications import Application
from tests.journeys.recovering import PAGE, codes_on, left, made, making, templates, use, with_codes
from tests.journeys.support import press
from tests.people import Browser, Person

NOT_ME = re.compile(r"https?://\S+/link/not_me/(\S+)")
SHAPE = re.compile("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}")
UNKEPT = "You have not shown yet that you kept your recovery codes."


@pytest.fixture
def ada(application: Application) -> Person:
    return application.person()


@pytest.fixture
def inside(application: Application, ada: Person) -> Browser:
    """A browser that has just set an app up, and was led to the codes."""
    browser = application.browser().give_password(ada).prove_mailbox(ada)
    return browser.set_up(ada, "authenticator", later=False)


@pytest.mark.parametrize("method", ["authenticator", "sms"])
def test_the_first_factor_of_ones_own_brings_ten_codes(
    application: Application, ada: Person, method: str
) -> None:
    """S-69: the person is led there, and then goes where he was going."""
    browser = application.browser().get("/login?next=/inside")
    browser.post("/login?next=/inside", email=ada.email, password=ada.password)
    browser.prove_mailbox(ada).set_up(ada, method, later=False)
    assert browser.path == PAGE
    codes = codes_on(press(browser, "Show my codes").page)
    assert len(set(codes)) == 10
    assert all(SHAPE.fullmatch(code) for code in codes)
    assert [row["account_id"] for row in application.rows("recovery_codes")] == [1] * 10
    press(browser, "I have kept them", code=codes[6].lower().replace("-", " "))
    assert browser.path == "/inside"
    assert application.events()[-1] == "recovery_codes_kept"


def test_mail_alone_brings_none(application: Application, ada: Person) -> None:
    """S-69: there is nothing for them to stand in for. A second method brings them, a third one
    no others."""
    browser = application.browser().give_password(ada).prove_mailbox(ada)
    assert browser.set_up(ada, "email", later=False).path != PAGE
    assert "They come with an authenticator app or a phone" in browser.get(PAGE).page
    assert browser.get("/login/set-up").post(PAGE, action="make", seed="s" * 43).status == 404
    assert application.rows("recovery_codes") == []
    assert browser.set_up(ada, "sms", later=False).path == PAGE
    assert len(made(browser)) == 10
    assert browser.set_up(ada, "authenticator", later=False).path == "/security/factors"


def test_they_are_shown_once(application: Application, inside: Browser) -> None:
    """S-74: no page shows them again, and no cache may keep the one that did."""
    form = making(inside)
    response = inside.client.post(PAGE, data=form)
    assert response.headers["Cache-Control"] == "no-store"
    codes = codes_on(response.get_data(as_text=True))
    assert len(codes) == 10
    assert "10 of your codes are left. They were made on" in inside.get(PAGE).page
    application.clock.advance(seconds=31)
    reloaded = inside.client.post(PAGE, data=form, follow_redirects=True).get_data(as_text=True)
    assert "These codes were shown already" in reloaded
    for page in (inside.page, reloaded, inside.get("/security").page):
        assert not any(code in page for code in codes)
    assert left(application) == 10
    assert templates(application).count("recovery_codes_made") == 1


def test_a_double_click_shows_the_same_codes_twice(
    application: Application, ada: Person, inside: Browser
) -> None:
    """The browser draws one answer of the two, and either holds codes that work."""
    form = making(inside)
    first, second = (inside.client.post(PAGE, data=form).get_data(as_text=True) for _ in range(2))
    assert codes_on(first) == codes_on(second)
    assert application.events().count("recovery_codes_made") == 1
    assert templates(application).count("recovery_codes_made") == 1
    inside.log_out()
    stranger = application.browser().give_password(ada)
    assert use(stranger, codes_on(second)[9]).is_signed_in


def test_one_form_makes_no_set_in_another_session(
    application: Application, ada: Person, inside: Browser
) -> None:
    """What a form brings is worth the codes only together with our key and its own session."""
    form = making(inside)
    codes = codes_on(inside.client.post(PAGE, data=form).get_data(as_text=True))
    application.clock.advance(minutes=1)
    other = application.browser().log_in(ada, "authenticator").get(PAGE)
    answer = other.client.post(PAGE, data=form | {"csrf_token": other.token()})
    others = codes_on(answer.get_data(as_text=True))
    assert len(others) == 10
    assert set(others).isdisjoint(codes)


@pytest.mark.parametrize("seed", ["", "short", "a" * 42, "a" * 200, "ä" * 43])
def test_what_is_no_seed_makes_nothing(
    application: Application, inside: Browser, seed: str
) -> None:
    assert inside.post(PAGE, action="make", seed=seed).status == 400
    assert application.rows("recovery_codes") == []


def test_the_file_holds_what_the_page_showed(
    application: Application, ada: Person, inside: Browser
) -> None:
    """S-74: it is made of what the browser sends along; here nobody knows the codes any more."""
    codes = made(inside)
    data = {"csrf_token": inside.token(), "action": "download", "codes": codes}
    response = inside.client.post(PAGE, data=data)
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.headers["Content-Disposition"] == "attachment; filename=recovery-codes.txt"
    assert response.headers["Cache-Control"] == "no-store"
    lines = response.get_data(as_text=True).split("\r\n")
    assert [line for line in lines if line in codes] == codes
    assert ada.email in lines
    for wrong in (codes[:9], [*codes, codes[0]], [*codes[:9], "<script>"]):
        assert inside.client.post(PAGE, data=data | {"codes": wrong}).status_code == 400
    assert inside.client.post(PAGE, data=data | {"csrf_token": "x"}).status_code == 400


def test_typing_one_back_can_be_put_off(application: Application, inside: Browser) -> None:
    """S-69: a note stays on the security page until it was done; it uses no code up."""
    assert "You have no recovery codes" in inside.get("/security").page
    codes = made(inside)
    assert "Later" in inside.page
    for path in ("/security", PAGE):
        inside.get(path)
        assert (UNKEPT if path == "/security" else "Have you kept them?") in inside.page
    press(inside, "I have kept them", code=codes[0])
    assert "you have kept your recovery codes" in inside.page
    assert "Have you kept them?" not in inside.get(PAGE).page
    assert UNKEPT not in inside.get("/security").page
    assert "10 left" in inside.page
    assert left(application) == 10
    assert application.events().count("recovery_codes_kept") == 1


def test_wrong_ones_typed_back_are_counted(application: Application, inside: Browser) -> None:
    """They close nothing but this form, and it opens again after a day, or with a new set."""
    codes = made(inside)
    assert "16 letters and digits" in press(inside, "I have kept them", code="123456").page
    for number in range(20):
        inside.post(PAGE, action="keep", code=f"{number:016}")
        assert inside.status == 422
    assert inside.post(PAGE, action="keep", code=codes[0]).status == 429
    events = application.events()
    assert (events.count("setup_refused"), events.count("factor_shut")) == (21, 1)
    codes = made(inside)
    assert inside.post(PAGE, action="keep", code=codes[0]).status == 200
    assert "you have kept" in inside.page


def test_a_new_set_kills_the_old(application: Application) -> None:
    """S-73: with a letter and an event for each set."""
    ada, old, browser = with_codes(application)
    browser.log_in(ada, "authenticator")
    new = made(browser)
    assert set(new).isdisjoint(old)
    assert left(application) == 10
    assert "they work no longer" in ada.newest_letter()
    assert not any(code in ada.newest_letter() for code in (*old, *new))
    stranger = application.browser().give_password(ada)
    assert not use(stranger, old[0]).is_signed_in
    assert use(stranger, new[0]).is_signed_in
    assert application.events().count("recovery_codes_made") == 2


def test_a_new_set_asks_for_a_recent_proof(application: Application) -> None:
    """S-73, S-108: and goes on by itself once it was given, with the form as it was."""
    ada, old, browser = with_codes(application)
    browser.log_in(ada, "authenticator").get(PAGE)
    form = making(browser)
    application.clock.advance(minutes=11)
    response = browser.client.post(PAGE, data=form)
    assert response.status_code == 307
    assert response.headers["Location"].startswith("/login/verify")
    asked = browser.client.post(response.headers["Location"], data=form).get_data(as_text=True)
    assert form["seed"] in asked
    script = browser.client.post(PAGE, data=form, headers={"Accept": "application/json"})
    assert (script.status_code, script.json) == (403, {"error": "recent_proof_required"})
    assert left(application) == 10
    assert use(application.browser().give_password(ada), old[0]).is_signed_in


def test_a_session_of_the_password_alone_makes_none(application: Application) -> None:
    """S-73: neither between the doors, nor inside where the account came to have a factor."""
    ada, _, _ = with_codes(application)
    thief = application.browser().give_password(ada)
    for action in ("make", "keep", "download"):
        assert thief.post(PAGE, action=action, seed="s" * 43).path == "/login"
    assert application.events().count("recovery_codes_made") == 1


def test_so_many_sets_are_made_in_an_hour(application: Application, inside: Browser) -> None:
    """Each costs ten hashes and a letter."""
    for _ in range(10):
        assert len(made(inside)) == 10
    press(inside.get(PAGE), "Make new codes")
    assert inside.status == 429
    assert codes_on(inside.page) == []


def test_where_there_is_no_second_step_there_are_no_codes(
    applications: Callable[..., Application],
) -> None:
    application = applications(SECURITY_TWO_FACTOR=False)
    browser = application.browser().give_password(application.person())
    assert browser.get(PAGE).status == 404


def test_it_was_not_she_who_made_them(application: Application) -> None:
    """S-81: one press in the letter, and the thief's set is worth nothing either."""
    ada, _, browser = with_codes(application)
    thief = application.browser().log_in(ada, "authenticator")
    codes = made(thief)
    found = NOT_ME.search(ada.newest_letter())
    assert found
    stopped = browser.get(f"/link/not_me/{found[1]}")
    assert "The recovery codes that the letter told of work no longer." in stopped.page
    stopped.post("/not-me")
    assert not thief.is_signed_in
    assert left(application) == 0
    assert not use(thief.give_password(ada), codes[0]).is_signed_in


def test_an_administrator_who_takes_everything_takes_the_codes(application: Application) -> None:
    """S-82: nobody comes back by what was printed before."""
    ada, codes, _ = with_codes(application)
    run = application.app.test_cli_runner().invoke
    done = run(args=["users", "reset-factors", ada.email, "--reason", "a theft"])
    assert done.exit_code == 0, done.output
    assert left(application) == 0
    browser = application.browser().give_password(ada)
    assert not use(browser, codes[0]).is_signed_in


def test_voided_sets_go_after_a_month_and_used_codes_stay(application: Application) -> None:
    ada, old, browser = with_codes(application)
    use(browser.give_password(ada), old[0])
    made(browser)
    application.clock.advance(minutes=1)
    browser.log_out().give_password(ada)
    run = application.app.test_cli_runner().invoke
    for length, rows in ((timedelta(days=29), 20), (timedelta(days=2), 10)):
        application.clock.advance(seconds=length.total_seconds())
        assert run(args=["airlock", "purge"]).exit_code == 0
        assert len(application.rows("recovery_codes")) == rows
    assert left(application) == 10
