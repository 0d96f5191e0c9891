"""The owner, who signs in as people do, and the thief, who never rests."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Self

from flask_airlock.domain.accounts import Visitor
from flask_airlock.domain.link_tokens import LinkPurpose
from flask_airlock.domain.login_state import BrowserMark, NeedsFactor
from flask_airlock.domain.one_time_codes import Purpose
from flask_airlock.errors import FactorClosed, LoginLapsed, TooManyTries, TooSoon, WrongAnswer
from flask_airlock.flows import codes, login, password_reset, second_step
from flask_airlock.flows.services import Services
from flask_airlock.flows.sessions import Tokens
from tests.journeys.attackers import TOKEN
from tests.simulation.cases import APP, Case
from tests.simulation.world import World

HOST = "example.com"
AT_HOME = Visitor(address="192.0.2.1", agent="Firefox/140.0 (Linux)", host=HOST)
A_TRY = timedelta(seconds=1)
# No reset is wasted on a wait that is over sooner.
WORTH_A_RESET = timedelta(hours=1)
CLOSED = datetime.max.replace(tzinfo=UTC)


@dataclass
class Login:
    """One that waits for its second factor; until when its codes live."""

    services: Services = field(repr=False)
    visitor: Visitor
    token: str = field(repr=False)
    codes: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    def begin(cls, services: Services, world: World, visitor: Visitor) -> Self:
        """By the right password, which opens the first door."""
        owner = world.owner
        outcome = login.enter_password(services, owner.email, owner.password, visitor, None)
        assert isinstance(outcome, NeedsFactor)
        return cls(services, visitor, outcome.token)

    def see_to_a_code(self, method: str) -> None:
        """Have one sent, where none lives and the page tells of none."""
        now = self.services.clock()
        if method == APP or now < self.codes.get(method, now):
            return
        offers = second_step.offers(self.services, self.token, self.visitor)
        (offer,) = (offer for offer in offers if offer.method == method)
        if not offer.sent:
            tokens = Tokens(half_open=self.token)
            codes.send_code(self.services, tokens, method, Purpose.LOGIN, self.visitor)
        self.codes[method] = now + offer.lifetime

    def answer(self, method: str, code: str) -> BrowserMark:
        """The second door; the mark that the browser is given behind it."""
        inside = login.answer_factor(self.services, self.token, method, code, self.visitor)
        assert inside.mark
        return inside.mark


class Owner:
    """Comes by one browser, which is known from the first time on, by each factor in turn."""

    def __init__(self, world: World, case: Case) -> None:
        self.logins = 0
        self.comes_daily = case.comes_daily
        self._world = world
        self._methods = cycle(dict.fromkeys(case.methods))
        self._keys = cycle(world.keys)
        self._visitor = AT_HOME

    def sign_in(self) -> None:
        """Both doors; they always open."""
        method = next(self._methods)
        begun = Login.begin(self._world.services, self._world, self._visitor)
        begun.see_to_a_code(method)
        mark = begun.answer(method, self._code(method))
        self._visitor = replace(AT_HOME, marks={mark.name: mark.value})
        self.logins += 1

    def _code(self, method: str) -> str:
        if method != APP:
            return self._world.newest_code(method)
        return replace(self._world.owner, app_key=next(self._keys)).app_code()


class Thief:
    """Tries again as soon as he is listened to, from another machine each time; when that is, he
    learns from the errors alone. He never guesses right: luck is not played but reckoned."""

    def __init__(self, world: World, case: Case, services: Services) -> None:
        self.entered = self.resets = 0
        self.has_mailbox = case.has_mailbox
        self._is_served_daily = case.comes_daily
        self._world = world
        self._services = services
        self._login: Login | None = None
        self._machines = count(1)
        self._may_reset = case.has_mailbox
        self._next = dict.fromkeys(case.guesses_at, world.now)

    @property
    def next_at(self) -> datetime:
        """When he tries next; the end of time where all is closed."""
        return min(self._next.values())

    @property
    def hopes(self) -> bool:
        """Whether another day may bring him more than the moment that he waits for."""
        return self.has_mailbox or CLOSED in self._next.values()

    def wake(self) -> None:
        """Another day: what was closed may be open, and a reset may do something again."""
        now = self._world.now
        self._next = {method: now if at == CLOSED else at for method, at in self._next.items()}
        self._may_reset = self.has_mailbox
        self._consider_a_reset()

    def act(self) -> None:
        """One try, at the most worth of the methods that are open."""
        now = self._world.now
        method = next(method for method, at in self._next.items() if at <= now)
        self._next[method] = now + A_TRY
        try:
            self._guess(method)
        except WrongAnswer:
            # He was listened to: should that end, another reset may do as much.
            self._may_reset = self.has_mailbox
        except (LoginLapsed, TooManyTries):
            self._login = None
        except TooSoon as wait:
            self._next[method] = max(wait.until, now + A_TRY)
            self._consider_a_reset()
        except FactorClosed:
            self._next[method] = CLOSED
            self._consider_a_reset()

    def _guess(self, method: str) -> None:
        if self._login is None:
            self._login = Login.begin(self._services, self._world, self._other_machine())
        self._login.see_to_a_code(method)
        digits, right = self._services.factors[method].shape.digits, self._world.right_codes(method)
        wrong = next(code for digit in "0123456789" if (code := digit * digits) not in right)
        self._login.answer(method, wrong)
        self.entered += 1

    def _other_machine(self) -> Visitor:
        network = f"2001:db8:{next(self._machines):x}::1"
        return Visitor(address=network, agent="curl/8.0", host=HOST)

    def _consider_a_reset(self) -> None:
        """Choose the password again, the same one: so nobody notices but who reads his mail."""
        now = self._world.now
        # What is closed the owner opens tomorrow: no reset is wasted on that either.
        waits_for_owner = self._is_served_daily and CLOSED in self._next.values()
        if not self._may_reset or waits_for_owner or self.next_at - now < WORTH_A_RESET:
            return
        services, owner, visitor = self._services, self._world.owner, self._other_machine()
        password_reset.ask(services, owner.email, visitor)
        link = TOKEN.search(owner.newest_letter())
        assert link
        password_reset.choose(services, link[1], LinkPurpose.RESET, owner.password, visitor)
        self.resets += 1
        self._login, self._may_reset = None, False
        self._next = dict.fromkeys(self._next, now)
