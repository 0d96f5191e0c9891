"""What tests of ours and others may rely on in our pages: attributes, alerts, no scripts."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.applications import Application
from tests.journeys.support import Page, enrolled_person, press, read, wrong
from tests.people import Browser


def pages(application: Application) -> Iterator[tuple[str, Page]]:
    """Every page of ours, as it is and with an error."""
    ada, browser = application.person(), application.browser()
    yield "login", read(browser.get("/login"))
    yield "login, wrong", read(browser.give_password(ada, "wrong"))
    yield "login, empty", read(browser.post("/login", email="", password=""))
    yield "address", read(browser.give_password(ada))
    yield (
        "address, wrong",
        read(browser.post("/login/set-up", action="prove", code=wrong(ada.mailed_code()))),
    )
    yield "choices", read(browser.prove_mailbox(ada))
    press(browser, "Authenticator app")
    yield "authenticator", read(browser)
    ada.app_key = browser.shown_key()
    yield "authenticator, wrong", read(press(browser, "Turn on", code="x"))
    press(browser, "Turn on", code=ada.app_code())
    yield from inside_pages(application, browser)
    application.clock.advance(minutes=1)
    browser.log_out()
    yield "second step", read(browser.give_password(ada))
    yield "second step, wrong", read(browser.answer("authenticator", wrong(ada.app_code())))
    yield "second step, other", read(press(browser, "Text message"))
    yield "rescue", read(browser.get("/login/rescue"))


def inside_pages(application: Application, browser: Browser) -> Iterator[tuple[str, Page]]:
    """The pages of somebody who is signed in and adds a phone."""
    browser.get("/login/set-up")
    press(browser, "Text message")
    yield "number", read(browser)
    yield "number, wrong", read(press(browser, "Send code", phone="12"))
    press(browser, "Send code", phone="+12015550123")
    yield "sms", read(browser)
    yield "sms, wrong", read(press(browser, "Turn on", code="12"))
    person = application.outbox.messages(to="+12015550123")[-1].message.text
    press(browser, "Turn on", code=person[-6:])
    yield "logout", read(browser.get("/logout"))


@pytest.fixture
def every(applications: Callable[..., Application]) -> dict[str, Page]:
    """All pages by name, where plain http is fine."""
    return dict(pages(applications(SECURITY_COOKIE_SECURE=False)))


def test_there_are_pages_to_look_at(every: dict[str, Page]) -> None:
    """Everything below was done with forms alone: no page needs JavaScript."""
    assert len(every) == 17


def test_fields_carry_what_browsers_and_password_managers_look_for(
    every: dict[str, Page],
) -> None:
    """S-136, S-137."""
    login = every["login"]
    assert login.has("input", name="email", autocomplete="username")
    assert login.has("input", name="password", type="password", autocomplete="current-password")
    assert every["number"].has("input", name="phone", type="tel", autocomplete="tel")
    for name in ("address", "authenticator", "sms", "second step", "second step, other"):
        code = every[name].one("input", name="code", type="text", autocomplete="one-time-code")
        assert code.get("inputmode") == "numeric", name
        assert code.get("autocapitalize") == "off"
        assert code.get("spellcheck") == "false"
        assert re.fullmatch(str(code.get("pattern")), "123 456")


def test_each_offered_method_carries_its_id(every: dict[str, Page]) -> None:
    for method in ("email", "authenticator", "sms"):
        assert every["choices"].has("button", data_method=method)
    assert every["second step"].has("form", data_method="authenticator")
    assert every["second step"].has("button", data_method="sms")
    assert every["second step, other"].has("form", data_method="sms")
    assert every["second step, other"].has("a", data_method="authenticator")


def test_an_error_is_an_alert_tied_to_its_field(every: dict[str, Page]) -> None:
    """S-138: and the title says that there is one."""
    fields = {
        "login, wrong": ["email", "password"],
        "login, empty": ["email", "password"],
        "address, wrong": ["code"],
        "authenticator, wrong": ["code"],
        "number, wrong": ["phone"],
        "sms, wrong": ["code"],
        "second step, wrong": ["code"],
    }
    for name, inputs in fields.items():
        page = every[name]
        assert page.one("title").text.strip().startswith("Error: "), name
        for field in inputs:
            element = page.one("input", name=field)
            assert element.get("aria-invalid") == "true", name
            described = str(element.get("aria-describedby")).split()
            alerts = [page.by_id(each) for each in described]
            assert any(each.get("role") == "alert" and each.text.strip() for each in alerts), name


def test_a_page_without_an_error_says_nothing_of_one(every: dict[str, Page]) -> None:
    for name, page in every.items():
        if "wrong" in name or "empty" in name:
            continue
        assert not page.one("title").text.strip().startswith("Error"), name
        assert not [each for each in page.elements if each.get("role") == "alert"], name
        assert not [each for each in page.elements if each.get("aria-invalid")], name


def test_every_field_has_a_label(every: dict[str, Page]) -> None:
    for name, page in every.items():
        labelled = {label.get("for") for label in page.all("label")}
        for field in page.all("input"):
            if field.get("type") != "hidden":
                assert field.get("id") in labelled, name


def test_every_form_posts_with_a_token(every: dict[str, Page]) -> None:
    for name, page in every.items():
        forms = page.all("form")
        assert forms, name
        assert {form.get("method") for form in forms} == {"post"}, name
        assert not [form for form in forms if "novalidate" in form.attributes], name
        assert len(page.all("input", type="hidden", name="csrf_token")) == len(forms), name


def test_every_id_stands_once_and_every_reference_has_one(every: dict[str, Page]) -> None:
    for name, page in every.items():
        ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
        assert len(ids) == len(set(ids)), name
        for each in page.elements:
            for attribute in ("aria-describedby", "aria-labelledby", "for"):
                for wanted in (each.get(attribute) or "").split():
                    assert wanted in ids, (name, wanted)


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(every: dict[str, Page]) -> None:
    """S-128: no script, no style and no handler in the page; X-17: no image request."""
    for name, page in every.items():
        assert not page.all("style"), name
        for script in page.all("script"):
            assert (script.get("src") or "").startswith("/_airlock/static/"), name
            assert not script.text.strip(), name
        for each in page.elements:
            assert "style" not in each.attributes, (name, each)
            assert not [key for key in each.attributes if key.startswith("on")], (name, each)
            for key in ("href", "src", "action"):
                value = each.get(key) or ""
                assert not re.match(r"(https?:)?//", value), (name, value)


def test_passwords_and_codes_never_stand_in_a_page(every: dict[str, Page]) -> None:
    for name, page in every.items():
        for field in page.all("input", name="code") + page.all("input", name="password"):
            assert not field.get("value"), name
        assert "correct horse" not in page.source, name


def test_pasting_is_not_hindered_and_a_code_is_one_field(every: dict[str, Page]) -> None:
    """S-15, S-135."""
    for name, page in every.items():
        assert "onpaste" not in page.source, name
        assert len(page.all("input", name="code")) <= 1, name
        for field in page.all("input", name="code"):
            assert int(str(field.get("maxlength"))) >= 20, name


def test_every_page_says_its_language_and_fits_a_phone(every: dict[str, Page]) -> None:
    for page in every.values():
        assert page.one("html").get("lang") == "en"
        assert "width=device-width" in str(page.one("meta", name="viewport").get("content"))
        assert len(page.all("h1")) == 1


def test_the_sms_page_names_the_risk_and_the_alternative(every: dict[str, Page]) -> None:
    """S-38: before a number is given."""
    assert "intercepted" in every["number"].source
    assert "authenticator app is safer" in every["number"].source


def test_notices_are_only_our_own_words(application: Application) -> None:
    """A link can't put a sentence of its own into our pages."""
    browser = application.browser()
    assert 'role="status"' in browser.get("/login?notice=login_lapsed").page
    for code in ("hello", "wrong_credentials", "<script>alert(1)</script>", "x" * 500):
        browser.client.get("/login", query_string={"notice": code})
        page = browser.client.get("/login", query_string={"notice": code}).get_data(as_text=True)
        assert 'role="status"' not in page
        assert "<script>alert" not in page


def test_a_closed_factor_is_told_and_can_not_be_chosen(application: Application) -> None:
    """X-31."""
    ada, browser = enrolled_person(application)
    browser.log_in(ada, "authenticator").set_up(ada, "sms").log_out()
    stranger = application.browser()
    stranger.give_password(ada)
    for _ in range(21):
        stranger.answer("authenticator", wrong(ada.app_code()))
    page = read(stranger.get("/login/second-step?method=authenticator"))
    assert not page.all("input", name="code")
    assert page.has("button", data_method="sms")
    page = read(stranger.get("/login/second-step?method=sms"))
    assert not page.all("a", data_method="authenticator")


def test_pages_can_be_shown_before_any_user_exists(
    applications: Callable[..., Application],
) -> None:
    assert applications().browser().get("/login").status == 200
