"""The owner: comes in, mistypes, goes, forgets the password, and gets another authenticator."""

import pyotp
from hypothesis import strategies as st
from hypothesis.stateful import rule

from flask_airlock.domain.sessions import RECENT_PROOF
from flask_airlock.domain.throttle import Side
from tests.journeys.support import SESSION, wrong
from tests.properties.acting import Actors, turn
from tests.properties.model import PASSWORD
from tests.properties.world import OWNER, Visitor

METHODS = st.sampled_from(("authenticator", "email", "sms"))
WHICH = st.integers(0, 3)
A_FEW = st.sampled_from((1, 1, 2, 3, 6))
STEP = 30
MOST_AUTHENTICATORS = 3
MOST_BROWSERS = 4


class Owner(Actors):
    """Knows the password, reads the mail and the phone, and holds one authenticator or more."""

    @rule(which=WHICH, method=METHODS)
    @turn
    def comes_home(self, which: int, method: str) -> None:
        """In a browser that the account knows it is nothing to her what others did."""
        self.come_in(self.homes[which % len(self.homes)], self.method(method))

    @rule(method=METHODS)
    @turn
    def comes_from_elsewhere(self, method: str) -> None:
        """From now on that browser is known as well, if she got in."""
        visitor = self.world.visitor()
        if self.come_in(visitor, self.method(method)):
            self.homes = [*self.homes, visitor][-MOST_BROWSERS:]

    @rule(which=WHICH, times=A_FEW, at_home=st.booleans())
    @turn
    def mistypes_the_password(self, which: int, times: int, at_home: bool) -> None:
        """Another one than she meant."""
        visitor = self.homes[which % len(self.homes)] if at_home else self.world.visitor()
        self.leave(visitor)
        for _ in range(times):
            assert not self.give_password(visitor, "what was it again")

    @rule(which=WHICH, times=A_FEW, at_home=st.booleans())
    @turn
    def mistypes_the_code(self, which: int, times: int, at_home: bool) -> None:
        """Of the authenticator."""
        visitor = self.homes[which % len(self.homes)] if at_home else self.world.visitor()
        self.leave(visitor)
        if not self.give_password(visitor, self.model.password):
            return
        for _ in range(times):
            code = wrong(pyotp.TOTP(self.model.keys[0]).at(self.now))
            if code not in self.right_codes():
                self.post(visitor, "/login/second-step", method="authenticator", code=code)
                self.note_wrong(visitor, "authenticator")

    @rule(which=WHICH)
    @turn
    def logs_out(self, which: int) -> None:
        """If she is inside there."""
        visitor = self.homes[which % len(self.homes)]
        if number := self.world.session_id(visitor):
            self.post(visitor, "/logout")
            del self.model.proofs[number]

    @rule(which=WHICH)
    @turn
    def changes_the_password(self, which: int) -> None:
        """Where she is signed in, or signs in; everywhere else she is no longer."""
        visitor, wanted = self.homes[which % len(self.homes)], self.model.next_password()
        if not self.world.session_id(visitor):
            self.come_in(visitor, "authenticator")
        self.post(visitor, "/change-password", current=self.model.password, password=wanted)
        if "password_changed" in visitor.place:
            self.model.earned["password_changed"] += 1
            self.model.change(wanted, self.world.session_id(visitor))

    @rule(which=WHICH, at_home=st.booleans())
    @turn
    def resets_the_password(self, which: int, at_home: bool) -> None:
        """By mail, from any browser; then she comes in by her authenticator."""
        visitor = self.homes[which % len(self.homes)] if at_home else self.world.visitor()
        if self.come_in_after_a_reset(visitor) and not at_home:
            self.homes = [*self.homes, visitor][-MOST_BROWSERS:]

    @rule(which=WHICH, method=METHODS)
    @turn
    def sets_up(self, which: int, method: str) -> None:
        """One more method, or another authenticator, when she has just come in."""
        if method == "authenticator" and len(self.model.keys) == MOST_AUTHENTICATORS:
            return
        visitor, phone = self.homes[which % len(self.homes)], self.start.phone
        if not self.world.session_id(visitor) or self.now - visitor.came_at > RECENT_PROOF:
            self.come_in(visitor, "authenticator")
        path, visitor.codes = f"/login/set-up/{method}", {}
        number = self.world.session_id(visitor)
        self.post(visitor, path, action="begin", phone=phone if method == "sms" else "")
        self.note_sends(Side.KNOWN, visitor)
        visitor.look(path)
        key = visitor.shown_key() if "secret=" in visitor.page else ""
        code = self.app_code(key) if key else visitor.codes.get(method)
        if not code or not number:
            return
        self.post(visitor, path, action="confirm", code=code)
        assert self.world.session_id(visitor) == number, visitor.page
        self.model.earned["factor_added"] += 1
        self.model.proofs[number].add(method)
        self.model.add(method)
        if key:
            self.model.keys.append(key)

    def method(self, wanted: str) -> str:
        """That one if she has it."""
        return wanted if wanted in self.model.methods else "authenticator"

    def come_in(self, visitor: Visitor, method: str) -> bool:
        """Give the right password and the right code; she gets in if there is no reason why not."""
        self.leave(visitor)
        model, side = self.model, visitor.side
        if not self.give_password(visitor, model.password):
            return False
        must = model.sides[side].must_be_heard(method, self.now, model.tries(method))
        code = self.right_code(visitor, method)
        if method != "authenticator" and (code is None or side is Side.STRANGERS):
            must = False
        if code is not None:
            self.post(visitor, "/login/second-step", method=method, code=code)
        if not visitor.is_inside(OWNER):
            assert not must, f"the right code was refused without a reason: {visitor.page}"
            return False
        assert visitor.look("/strong") == 200
        visitor.came_at = self.now
        number, visitor.side = self.world.session_id(visitor), Side.KNOWN
        assert number
        model.proofs[number] = {PASSWORD, method}
        model.earned.update(["factor_accepted", "login_completed"])
        model.succeed(side, method)
        model.seen.append((method, code or ""))
        return True

    def right_code(self, visitor: Visitor, method: str) -> str | None:
        """The one that this login asks for."""
        if method == "authenticator":
            return self.app_code(self.model.keys[-1])
        side = visitor.side
        may_be_sent = self.model.may_be_sent(method, self.now)
        if method not in visitor.codes:
            self.post(visitor, "/login/send-code", method=method, purpose="login")
            self.note_sends(side, visitor)
            is_open = self.model.sides[side].must_be_heard(method, self.now, 1)
            if side is Side.KNOWN and may_be_sent and is_open:
                assert method in visitor.codes, f"no code was sent: {visitor.page}"
        return visitor.codes.get(method)

    def app_code(self, key: str) -> str:
        """What an authenticator shows; the next one if this one was used."""
        spent = self.model.steps.get(key, 0)
        while (step := int(self.now.timestamp()) // STEP) <= spent:
            self.world.clock.advance(seconds=STEP)
        self.model.steps[key] = step
        return pyotp.TOTP(key).at(self.now.timestamp())

    def right_codes(self) -> set[str]:
        """All that would be no guess."""
        now, near = self.now.timestamp(), (-STEP, 0, STEP)
        shown = {pyotp.TOTP(key).at(now + by) for key in self.model.keys for by in near}
        return shown | self.model.sent_codes

    def leave(self, visitor: Visitor) -> None:
        """Close the browser, by which the session's cookie ends; the session does not."""
        visitor.client.delete_cookie(SESSION)

    def come_in_after_a_reset(self, visitor: Visitor) -> bool:
        """The way back when others have used up all their tries."""
        self.leave(visitor)
        self.post(visitor, "/forgot-password", email=OWNER)
        assert self.model.links, "no link was sent"
        visitor.look(self.model.links[-1])
        wanted = self.model.next_password()
        assert self.post(visitor, "/reset-password", password=wanted) == 303, visitor.page
        self.model.earned["password_reset"] += 1
        self.model.reset(wanted, self.now)
        return self.come_in(visitor, "authenticator")
