"""The outbox shows what was asked for just before, also when a thread carries it."""

from collections.abc import Callable

from tests.applications import Application
from tests.journeys.support import press


def test_a_code_is_in_the_outbox_as_soon_as_it_was_asked_for(
    applications: Callable[..., Application],
) -> None:
    made = applications(TESTING=False, DEBUG=True, SECURITY_DELIVERY="thread")
    ada, browser = made.person(), made.browser()
    for round_of_many in range(1, 6):
        if round_of_many == 1:
            browser.give_password(ada)
        else:
            press(browser, "Send again")
        answer = browser.client.get("/_airlock/outbox", headers={"Accept": "application/json"})
        assert len(answer.get_json()) == round_of_many
