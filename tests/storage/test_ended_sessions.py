"""What opened a session is gone, and so is the session, whoever took it away."""

from typing import Any

import pytest

from tests.applications import Application


@pytest.mark.parametrize(
    "column, value", [("active", False), ("password", "another hash")], ids=str
)
def test_a_column_that_the_application_changes_itself_ends_the_sessions(
    application: Application, column: str, value: Any
) -> None:
    """S-91, S-105: also when the user is switched on again afterwards."""
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    with application.app.app_context():
        user = application.datastore.get_user(ada.email)
        setattr(user, column, value)
        application.db.session.commit()
        user.active = True
        application.db.session.commit()
    assert not browser.is_signed_in


def test_another_column_ends_nothing(application: Application) -> None:
    ada, browser = application.person(), application.browser()
    browser.enrol(ada, "authenticator")
    with application.app.app_context():
        application.datastore.get_user(ada.email).phone_number = "+12015550199"
        application.db.session.commit()
    assert browser.is_signed_in
