"""What the rules of all actors share: what is checked after each turn, and who is where."""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, TypeVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from flask_airlock.domain.throttle import Side
from tests.properties.model import PASSWORD, Model
from tests.properties.world import FIRST_METHODS, OWNER, Start, Visitor, World

# What nobody but the owner can bring about, and only by a right answer.
EARNED = {
    "address_proved",
    "email_changed",
    "email_restored",
    "factor_accepted",
    "factor_added",
    "factor_adopted",
    "factors_reset",
    "login_completed",
    "password_changed",
    "password_reset",
    "user_deleted",
    "username_changed",
}
Act = TypeVar("Act", bound=Callable[..., None])


def turn(act: Act) -> Act:
    """A rule that counts as a step, after which it is checked what it brought about."""

    @wraps(act)
    def taken(self: Any, **values: Any) -> None:
        self.world.steps += 1
        self.turns += 1
        act(self, **values)
        self.nobody_gained_what_he_did_not_earn()

    return cast("Act", taken)


class Actors(RuleBasedStateMachine):
    """The owner's browsers, the thief's, and the model of what is true."""

    world: ClassVar[World]
    model: Model
    start: Start

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        # Browsers that the account knows; and those of the thief that are between the doors.
        self.homes: list[Visitor] = []
        self.half_open: list[Visitor] = []
        # Everybody's but the owner's, of this turn.
        self.others: list[Visitor] = []

    @initialize(first=st.sampled_from(FIRST_METHODS))
    def begin(self, first: str) -> None:
        """Back to where the story begins."""
        self.start = self.world.begin(first)
        self.model = self.start.fresh_model()
        self.homes = [self.world.visitor(self.start.home)]
        self.homes[0].side = Side.KNOWN
        self.learned = self.model.password

    @property
    def now(self) -> Any:
        """The time on everybody's clock."""
        return self.world.clock.now

    def other(self, visitor: Visitor | None = None) -> Visitor:
        """A browser that is not the owner's, and is looked at after this turn."""
        visitor = visitor or self.world.visitor()
        self.others.append(visitor)
        return visitor

    def post(self, visitor: Visitor, path: str, **fields: str) -> int:
        """A browser sends a form; what is mailed to the owner because of it comes to his hands."""
        status = visitor.send(path, **fields)
        self.world.collect(self.model, visitor)
        return status

    def give_password(self, visitor: Visitor, password: str) -> bool:
        """Whether the first door opens for a password, as it must or must not."""
        model, side, visitor.codes = self.model, visitor.side, {}
        must = model.sides[side].must_be_heard(PASSWORD, self.now, 1)
        self.post(visitor, "/login", email=OWNER, password=password)
        self.note_sends(side, visitor)
        if visitor.place.startswith("/login/"):
            assert password == model.password, "a wrong password opened the first door"
            model.succeed(side, PASSWORD)
            return True
        if password == model.password:
            assert not must, f"the right password was refused without a reason: {visitor.page}"
        self.note_wrong(visitor, PASSWORD)
        return False

    def note_sends(self, side: Side, visitor: Visitor) -> None:
        """Codes that were sent to a browser that the account knows."""
        if side is Side.KNOWN:
            for method in visitor.codes:
                self.model.sends.setdefault(method, []).append(self.now)

    def note_wrong(self, visitor: Visitor, subject: str) -> None:
        """An answer was looked at and wrong, or not looked at."""
        side = visitor.side
        if visitor.status == 422:
            shut = self.model.sides[side].must_not_be_heard(subject, self.now)
            assert not shut, f"{subject} was looked at, where all had to wait"
            self.model.fail(side, subject, self.now)

    def nobody_gained_what_he_did_not_earn(self) -> None:
        """After each turn: nobody but the owner is inside, every session has the proofs that its
        holder gave, and nothing is recorded that nobody did."""
        others, self.others = self.others, []
        for visitor in others:
            assert not visitor.is_inside(OWNER), "somebody else is inside"
        for number, proofs in self.world.sessions():
            earned = self.model.proofs.get(number)
            assert proofs == earned, f"a session holds {proofs}, its holder gave {earned}"
            assert PASSWORD in proofs
            assert len(proofs) > 1
        new = self.world.events(self.model.last_event)
        happened = Counter(name for _, name in new if name in EARNED)
        assert happened == self.model.earned, f"{happened} instead of {self.model.earned}"
        self.model.earned = Counter()
        self.model.last_event = max([number for number, _ in new], default=self.model.last_event)
