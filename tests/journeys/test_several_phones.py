"""Several phones of one person: a code goes where it was wanted, and nowhere else."""

import pytest

from tests.applications import Application
from tests.journeys.test_factors import (
    SECOND_PHONE,
    change,
    factors,
    number,
    texts_to,
    with_phones,
)


def test_each_phone_is_a_way_in_of_its_own(application: Application) -> None:
    """S-90: two phones and an app; the code goes where the person chose, and nowhere else."""
    ada, browser = with_phones(application, "+12015550123", SECOND_PHONE)
    first, second = number(application, "sms", 0), number(application, "sms", 1)
    change(browser, first, "rename", name="Work phone")
    browser.log_out()
    application.clock.advance(minutes=2)
    browser.give_password(ada)
    assert f'value="sms:{first}"' in browser.page
    assert f'value="sms:{second}"' in browser.page
    assert "Work phone" in browser.page
    browser.post("/login/send-code", method=f"sms:{first}", purpose="login")
    ada.phone = "+12015550123"
    assert "Check your phone" in browser.page
    assert len(texts_to(application, SECOND_PHONE)) == 1
    browser.answer("sms", ada.texted_code())
    assert browser.is_signed_in
    used = {row["id"]: row["last_used_at"] for row in factors(application)}
    assert used[first] > used[second]


def test_a_wrong_code_stays_with_the_phone_it_went_to(application: Application) -> None:
    ada, browser = with_phones(application, "+12015550123", SECOND_PHONE)
    first = number(application, "sms", 0)
    browser.log_out()
    application.clock.advance(minutes=2)
    browser.give_password(ada)
    browser.post("/login/send-code", method=f"sms:{first}", purpose="login")
    browser.answer("sms", "000000")
    assert browser.status == 422
    assert "23." in browser.page.split("<form")[0]


@pytest.mark.parametrize("key", ["sms:0", "sms:x", "sms:-1", f"sms:{10**30}", "sms:", "sms:\u0661"])
def test_a_number_that_is_none_of_his_sends_nothing(application: Application, key: str) -> None:
    ada, browser = with_phones(application, "+12015550123", SECOND_PHONE)
    browser.log_out()
    application.clock.advance(minutes=2)
    browser.give_password(ada)
    sent = len(application.outbox.messages())
    browser.post("/login/send-code", method=key, purpose="login")
    assert browser.status == 404
    assert len(application.outbox.messages()) == sent


def test_another_accounts_phone_receives_nothing(application: Application) -> None:
    """S-106."""
    _, browser = with_phones(application, "+12015550123")
    his = number(application, "sms")
    eve = application.person("eve@example.com")
    eve.phone = SECOND_PHONE
    thief = application.browser().enrol(eve, "sms").log_out()
    application.clock.advance(minutes=2)
    thief.give_password(eve)
    sent = len(application.outbox.messages())
    thief.post("/login/send-code", method=f"sms:{his}", purpose="login")
    assert thief.status == 404
    assert len(application.outbox.messages()) == sent
    assert "foreign_row" in application.events()
    assert browser.is_signed_in


def test_a_phone_that_cannot_be_read_any_more_hinders_nothing(application: Application) -> None:
    """Another one is set up, and the broken one is taken away."""
    ada, browser = with_phones(application, "+12015550123")
    rows, broken = application.datastore.tables.credentials, number(application, "sms")
    with application.app.app_context(), application.db.engine.begin() as connection:
        connection.execute(rows.update().where(rows.c.id == broken).values(secret=b"rubbish"))
    application.clock.advance(minutes=2)
    ada.phone = SECOND_PHONE
    browser.set_up(ada, "sms")
    assert [row["method"] for row in factors(application)] == ["authenticator", "sms", "sms"]
    change(browser, broken, "remove")
    assert "It was removed" in browser.page
    assert broken not in [row["id"] for row in factors(application)]
