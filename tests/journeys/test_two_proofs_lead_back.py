"""What somebody must hold to come back: two different proofs (S-77)."""

import pytest

from tests.applications import Application
from tests.journeys.life import reset
from tests.journeys.rescuing import answer, rescue_code, with_address
from tests.journeys.support import press

PROOFS: dict[str, tuple[str, ...]] = {
    "password": ("password",),
    "mailbox on file": ("mailbox",),
    "rescue mailbox": ("rescue",),
    "password and mailbox on file": ("password", "mailbox"),
    "password and rescue mailbox": ("password", "rescue"),
    "mailbox on file, which resets the password, and rescue mailbox": ("mailbox", "rescue"),
}


@pytest.mark.parametrize("held", PROOFS.values(), ids=PROOFS)
def test_two_different_proofs_lead_back_and_nothing_less(
    application: Application, held: tuple[str, ...]
) -> None:
    """S-77: each single proof fails, and so do two codes from one mailbox."""
    ada, _ = with_address(application)
    thief = application.browser()
    if "password" not in held:
        ada.password = "a password that he does not know"
    if "mailbox" in held and "password" not in held:
        reset(application, ada, browser=thief)
    thief.give_password(ada).get("/login/rescue")
    if "Send a code to" in thief.page:
        press(thief, "Send a code to")
    if "rescue" in held and "Come back" in thief.page:
        answer(thief, rescue_code(application))
    thief.get("/login/set-up")
    thief.post("/login/send-code", method="email", purpose="first_setup")
    thief.post("/login/send-code", method="email", purpose="login")
    if "mailbox" in held:
        found = application.outbox.messages(to=ada.email)[-1].message.text
        code = next((word for word in found.split() if word.isdigit() and len(word) == 8), "")
        thief.post("/login/set-up", action="prove", code=code)
        thief.answer("email", code)
    thief.get("/login/set-up").post("/login/set-up/authenticator", action="begin")
    begun = "secret=" in thief.page
    assert begun is (held in (("password", "rescue"), ("mailbox", "rescue")))
