"""The thief: knows the password, sees what the owner types, and has an account of his own."""

import pyotp
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.journeys.support import HALF_OPEN, SESSION, cookie, give_cookie, known_marks
from tests.properties.acting import turn
from tests.properties.owner import METHODS, STEP, WHICH, Owner
from tests.properties.world import THIEF, Visitor

TIMES = st.sampled_from((1, 1, 2, 6, 20))
NUMBERS = st.integers(0, 10**8 - 1)
DIGITS = {"authenticator": 6, "email": 8, "sms": 6}
MOST_HALF_OPEN = 4
LONGEST_PATIENCE = 3600
CHOSEN = "what the thief likes best of all"
PAGES = (
    "/", "/inside", "/strong", "/admin", "/login", "/login/second-step", "/login/send-code",
    "/login/rescue", "/login/set-up", "/login/set-up/email", "/login/set-up/sms",
    "/login/set-up/authenticator", "/change-password", "/change-email", "/confirm-new-email",
    "/undo-email", "/change-username", "/delete-account", "/reset-password", "/confirm-email",
)  # fmt: skip


class Thief(Owner):
    """Does what he likes with the owner's name; the owner is asked what happened only after."""

    @rule(times=st.integers(1, 3), learns_it=st.booleans())
    @turn
    def opens_half_open_sessions(self, times: int, learns_it: bool) -> None:
        """With the password that he knows; `learns_it` again, should the owner have changed it."""
        if learns_it:
            self.learned = self.model.password
        for _ in range(times):
            self.knock(self.other())

    @rule(which=WHICH, method=METHODS, times=TIMES, number=NUMBERS, is_patient=st.booleans())
    @turn
    def guesses(self, which: int, method: str, times: int, number: int, is_patient: bool) -> None:
        """Any number but the right one; if he is patient, he waits as long as he is told to."""
        visitor = self.one_of_his(which)
        for nth in range(times):
            self.try_code(visitor, method, self.no_right_code(method, number + nth))
            if not self.goes_on(visitor, is_patient):
                return
            if visitor.status == 303 and not self.knock(visitor):
                return

    @rule(which=WHICH, back=st.integers(0, 3))
    @turn
    def types_what_the_owner_typed(self, which: int, back: int) -> None:
        """A code that was right once, in another login."""
        if self.model.seen:
            method, code = self.model.seen[-1 - back % len(self.model.seen)]
            self.try_code(self.one_of_his(which), method, code)

    @rule(which=WHICH, method=METHODS)
    @turn
    def types_a_code_sent_to_another_login(self, which: int, method: str) -> None:
        """He looks over the owner's shoulder when a code comes that she has not typed yet."""
        home = self.homes[which % len(self.homes)]
        self.leave(home)
        if self.give_password(home, self.model.password):
            code = self.right_code(home, self.method(method))
            if code is not None and self.method(method) != "authenticator":
                self.try_code(self.one_of_his(which), self.method(method), code)

    @rule(which=WHICH, by=st.sampled_from((-STEP, 0, STEP)))
    @turn
    def types_a_code_of_his_own(self, which: int, by: int) -> None:
        """Of the authenticator that belongs to his account."""
        code = self.start.thief.app_code(by)
        if code not in self.right_codes():
            self.try_code(self.one_of_his(which), "authenticator", code)

    @rule(which=WHICH, method=METHODS, purpose=st.sampled_from(("login", "first_setup", "setup")))
    @turn
    def asks_for_a_code(self, which: int, method: str, purpose: str) -> None:
        """It goes to the owner."""
        visitor = self.one_of_his(which)
        self.post(visitor, "/login/send-code", method=method, purpose=purpose)

    @rule(which=WHICH)
    @turn
    def asks_for_rescue(self, which: int) -> None:
        """The administrator hears of it, and the owner."""
        self.post(self.one_of_his(which), "/login/rescue", action="ask")

    @rule(
        which=WHICH,
        paths=st.lists(st.sampled_from(PAGES), min_size=1, max_size=4, unique=True),
        action=st.sampled_from(("prove", "begin", "confirm", "resend", "restart")),
        is_forged=st.booleans(),
    )
    @turn
    def tries_pages(self, which: int, paths: list[str], action: str, is_forged: bool) -> None:
        """Of an account, and of setting up a factor; `is_forged` with his half-open token in the
        place of a session's."""
        visitor = self.one_of_his(which)
        if is_forged:
            visitor = self.other(self.world.visitor(visitor))
            give_cookie(visitor, SESSION, cookie(visitor, HALF_OPEN))
        for path in paths:
            visitor.look(path)
            fields = {
                "email": THIEF, "phone": self.start.thief.phone, "password": CHOSEN,
                "current": self.learned, "username": "mallory", "method": "email",
                "action": action, "code": self.no_right_code("email", 0),
            }  # fmt: skip
            if path not in ("/login", "/login/second-step"):
                self.post(visitor, path, **fields)

    @rule(which=WHICH, method=METHODS)
    @turn
    def sets_up_his_own(self, which: int, method: str) -> None:
        """As far as he is let: the key that he is shown, or a code that comes to his phone."""
        visitor, thief, path = self.one_of_his(which), self.start.thief, f"/login/set-up/{method}"
        self.post(visitor, path, action="begin", phone=thief.phone)
        visitor.look(path)
        code = visitor.codes.get("sms" if method == "sms" else "", self.no_right_code(method, 0))
        if "secret=" in visitor.page:
            code = pyotp.TOTP(visitor.shown_key()).at(self.now)
        self.post(visitor, path, action="confirm", code=code)

    @rule(back=WHICH)
    @turn
    def uses_an_old_link(self, back: int) -> None:
        """One that the owner has used, or that was void before."""
        if self.model.spent_links:
            visitor = self.other()
            visitor.look(self.model.spent_links[-1 - back % len(self.model.spent_links)])
            self.post(visitor, "/reset-password", password=CHOSEN)
            assert visitor.status == 410, visitor.page

    @rule(is_forged=st.booleans())
    @turn
    def signs_in_to_his_own(self, is_forged: bool) -> None:
        """And then, in that browser, to the owner's; `is_forged` with his own browser's mark under
        the name of the owner's."""
        visitor = self.other(self.world.visitor(self.start.thiefs_own))
        thief = self.start.thief
        self.post(visitor, "/login", email=THIEF, password=thief.password)
        code = self.app_code(thief.app_key)
        self.post(visitor, "/login/second-step", method="authenticator", code=code)
        assert visitor.is_inside(THIEF), visitor.page
        visitor.client.delete_cookie(SESSION)
        if is_forged:
            mine = cookie(visitor, known_marks(visitor)[0])
            for hers in known_marks(self.homes[0]):
                give_cookie(visitor, hers, mine)
        self.knock(visitor)

    def goes_on(self, visitor: Visitor, is_patient: bool) -> bool:
        """Whether he tries again; if he is patient, after as long as he is told to wait."""
        if visitor.status != 429:
            return True
        if not is_patient or not 0 < visitor.retry_after <= LONGEST_PATIENCE:
            return False
        self.world.clock.advance(seconds=visitor.retry_after)
        return True

    def one_of_his(self, which: int) -> Visitor:
        """A browser between the doors if he can get one there; the last are left as they are."""
        visitor = self.half_open[which] if which < len(self.half_open) else self.world.visitor()
        if which < MOST_HALF_OPEN - 1 and not self.is_between_the_doors(visitor):
            # Whoever is told that it is wrong learns the password again, for the next time.
            self.learned = self.learned if self.knock(visitor) else self.model.password
        return self.other(visitor)

    def is_between_the_doors(self, visitor: Visitor) -> bool:
        """Whether his login there is not over yet."""
        return visitor.look("/login/second-step") == 200

    def knock(self, visitor: Visitor) -> bool:
        """The first door, with the password that he knows."""
        if not self.give_password(visitor, self.learned):
            return False
        if visitor not in self.half_open:
            self.half_open = [visitor, *self.half_open][:MOST_HALF_OPEN]
        return True

    def no_right_code(self, method: str, number: int) -> str:
        """This number, or the next that is not right by chance."""
        digits, right = DIGITS[method], self.right_codes()
        while (code := f"{number % 10**digits:0{digits}}") in right:
            number += 1
        return code

    def try_code(self, visitor: Visitor, method: str, code: str) -> None:
        """Answer by it, and be refused."""
        self.post(visitor, "/login/second-step", method=method, code=code)
        self.note_wrong(visitor, method)
