"""What one alone may win, asked for by 32 at the same moment, of the stores themselves.

On the way through a page something else often decides first: a lock, a code that is spent. Here
each promise stands alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from flask_airlock.domain.link_tokens import LinkPurpose
from flask_airlock.domain.login_state import Stage
from flask_airlock.domain.sessions import Session
from flask_airlock.domain.throttle import FACTORS, Side, Window, owner_of_user
from flask_airlock.domain.vault import digest
from flask_airlock.storage.recovery_codes import KeptCode
from tests.applications import Application
from tests.people import Person
from tests.races.arena import CROWD, Arena

A_MONTH = Window(50, timedelta(days=30))


@dataclass(frozen=True)
class Call:
    """A method of a store and what it is given: any process can make the call."""

    store: str
    method: str
    arguments: tuple[Any, ...]
    named: Mapping[str, Any] = field(default_factory=dict)


def make(application: Application, call: Call) -> Any:
    """Make a call in a transaction of its own."""
    services = application.app.extensions["security"].services
    with application.app.app_context():
        return services.in_one_go(
            lambda work: getattr(getattr(work.unit, call.store), call.method)(
                *call.arguments, **call.named
            )
        )


@dataclass(frozen=True)
class Stand:
    """Somebody with an account, and what a race for what is his needs."""

    arena: Arena
    user_id: Any
    account_id: int

    @property
    def now(self) -> Any:
        """The time on the clock that all share."""
        return self.arena.application.clock.now

    def do(self, store: str, method: str, *arguments: Any, **named: Any) -> Any:
        """Prepare something."""
        return make(self.arena.application, Call(store, method, arguments, named))

    def session(self, token: str) -> Session:
        """A half-open session with this token."""
        times = dict.fromkeys(("created_at", "last_seen_at", "proved_at"), self.now)
        session = Session(
            id=0,
            account_id=self.account_id,
            stage=Stage.HALF_OPEN,
            proofs=("password",),
            expires_at=self.now + timedelta(minutes=10),
            **times,
        )
        account = self.do("accounts", "of_id", self.account_id)
        return replace(session, id=self.do("sessions", "open", digest(token), session, account))


def stand(arena: Arena, person: Person) -> Stand:
    """Somebody's account, made now."""
    user_id = (arena.user(person.email) or {})["id"]
    now = arena.application.clock.now
    account = make(arena.application, Call("accounts", "ensure", (user_id, now)))
    return Stand(arena, user_id, account.id)


def all_alike(call: Call) -> list[Call]:
    """Everybody asks for the same."""
    return [call] * CROWD


def release(at: Stand) -> list[Call]:
    """The mailbox of somebody who has reset the password."""
    at.do("accounts", "hold_mailbox", at.account_id, at.now)
    return all_alike(Call("accounts", "release_mailbox", (at.account_id,)))


def schedule(at: Stand) -> list[Call]:
    """The removal of an account."""
    return all_alike(Call("accounts", "schedule_deletion", (at.account_id, at.now)))


def cancel(at: Stand) -> list[Call]:
    """The end of a removal."""
    at.do("accounts", "schedule_deletion", at.account_id, at.now)
    return all_alike(Call("accounts", "cancel_deletion", (at.account_id,)))


def spend_link(at: Stand) -> list[Call]:
    """A link to reset the password."""
    mailed = (at.account_id, digest(f"link {at.account_id}"), LinkPurpose.RESET, at.now)
    at.do("link_tokens", "add", *mailed, address=digest("address"))
    return all_alike(Call("link_tokens", "spend", mailed))


def next_digests(at: Stand) -> list[bytes]:
    """A token for each, as the stores know it."""
    return [digest(f"{number} of {at.account_id}") for number in range(CROWD)]


def promote(at: Stand) -> list[Call]:
    """A half-open session, and as many ways through the second door."""
    held, old = at.session(f"old {at.account_id}"), digest(f"old {at.account_id}")
    inside = replace(held, stage=Stage.SIGNED_IN)
    return [Call("sessions", "promote", (held, old, new, None, inside)) for new in next_digests(at)]


def renew(at: Stand) -> list[Call]:
    """A session that is given another token."""
    held, old = at.session(f"old {at.account_id}"), digest(f"old {at.account_id}")
    return [
        Call("sessions", "renew", (held, old, new, b"proof", at.now)) for new in next_digests(at)
    ]


def end_one(at: Stand) -> list[Call]:
    """A session of a list."""
    chosen = (at.account_id, at.session(f"old {at.account_id}").id, at.now)
    return all_alike(Call("sessions", "end_one", chosen))


def address_of(at: Stand) -> str:
    """A mailbox of his own."""
    return f"rescue{at.account_id}@example.net"


def add_address(at: Stand) -> list[Call]:
    """A rescue address."""
    named = (at.account_id, address_of(at), at.now)
    return all_alike(Call("rescue_addresses", "add", named))


def on_address(at: Stand, method: str) -> list[Call]:
    """What is done with one that is there."""
    at.do("rescue_addresses", "add", at.account_id, address_of(at), at.now)
    (there,) = at.do("rescue_addresses", "live", at.account_id)
    return all_alike(Call("rescue_addresses", method, (at.account_id, there.id, at.now)))


def finish(at: Stand) -> list[Call]:
    """A set-up that waits for its first good answer."""
    session = at.session(f"old {at.account_id}")
    begun = (at.account_id, session.id, "authenticator")
    at.do("setups", "begin", *begun, b"a key", at.now)
    waiting = at.do("setups", "pending", *begun, at.now)
    return all_alike(Call("setups", "finish", (waiting, at.now)))


def confirm(at: Stand) -> list[Call]:
    """The address of a newcomer."""
    address = f"new{at.account_id}@example.com"
    at.arena.application.person(address, confirmed_at=None)
    user_id = (at.arena.user(address) or {})["id"]
    return all_alike(Call("users", "confirm", (user_id, at.now)))


def change_email(at: Stand) -> list[Call]:
    """An address that is to become another one, for each a different one."""
    old = f"old{at.account_id}@example.com"
    at.arena.application.person(old)
    user_id = (at.arena.user(old) or {})["id"]
    wanted = [f"{number}.{old}" for number in range(CROWD)]
    return [Call("users", "change_email", (user_id, old, new)) for new in wanted]


def spend_recovery_code(at: Stand) -> list[Call]:
    """A code of a set that is good."""
    (code, _) = set_of_codes(at)
    return all_alike(Call("recovery_codes", "spend", (at.account_id, code.id, at.now)))


def keep_recovery_codes(at: Stand) -> list[Call]:
    """A set of which nobody has typed one back yet."""
    (code, _) = set_of_codes(at)
    return all_alike(Call("recovery_codes", "note_kept", (at.account_id, code.batch, at.now)))


def give_back_letter(at: Stand) -> list[Call]:
    """A letter that a worker took, whose try came to nothing."""
    kept = {"channel": "mail", "template": "code", "account_id": at.account_id}
    times = {"now": at.now, "expires_at": at.now + timedelta(minutes=10)}
    letter_id = at.do("letters", "add", b"dear Ada", **kept, **times)
    claimed = at.do("letters", "claim", letter_id, at.now)
    return all_alike(Call("letters", "give_back", (letter_id, claimed, at.now)))


def set_of_codes(at: Stand) -> list[KeptCode]:
    """Two recovery codes."""
    batch = digest(f"set of {at.account_id}")
    at.do("recovery_codes", "put", at.account_id, batch, ["a hash", "another"], at.now)
    kept: list[KeptCode] = at.do("recovery_codes", "unused", at.account_id)
    return kept


WON_ONCE: dict[str, Callable[[Stand], Sequence[Call]]] = {
    "Accounts.release_mailbox": release,
    "Accounts.schedule_deletion": schedule,
    "Accounts.cancel_deletion": cancel,
    "LinkTokens.spend": spend_link,
    "Sessions.promote": promote,
    "Sessions.renew": renew,
    "Sessions.end_one": end_one,
    "Setups.finish": finish,
    "RescueAddresses.add": add_address,
    "RescueAddresses.prove": lambda at: on_address(at, "prove"),
    "RescueAddresses.remove": lambda at: on_address(at, "remove"),
    "Letters.give_back": give_back_letter,
    "RecoveryCodes.spend": spend_recovery_code,
    "RecoveryCodes.note_kept": keep_recovery_codes,
    "UserRows.confirm": confirm,
    "UserRows.change_email": change_email,
}


@pytest.mark.promise(*WON_ONCE)
@pytest.mark.parametrize("promise", WON_ONCE)
def test_of_32_who_ask_for_what_one_may_have_one_gets_it(
    arena: Arena, rounds: int, promise: str
) -> None:
    for ada in arena.people(rounds):
        calls = WON_ONCE[promise](stand(arena, ada))
        assert sorted(arena.race(make, calls)) == [False] * (CROWD - 1) + [True]


MAKERS = {"Accounts.ensure": "ensure", "Accounts.ensure_evenly": "ensure_evenly"}


@pytest.mark.promise(*MAKERS)
@pytest.mark.parametrize("promise", MAKERS)
def test_32_who_need_the_account_of_a_user_make_one(
    arena: Arena, rounds: int, promise: str
) -> None:
    for ada in arena.people(rounds):
        now, user_id = arena.application.clock.now, (arena.user(ada.email) or {})["id"]
        found = arena.race(make, all_alike(Call("accounts", MAKERS[promise], (user_id, now))))
        assert {account.id for account in found} == {arena.account_id(ada)}


@pytest.mark.promise("UserRows.replace_hash")
def test_a_better_hash_loses_against_a_new_password(arena: Arena, rounds: int) -> None:
    """Logins that found the old password right are about to keep it under a better hash."""
    for ada in arena.people(rounds):
        user = arena.user(ada.email) or {}
        better = [f"better hash {number}" for number in range(CROWD)]
        calls = [Call("users", "replace_hash", (user["id"], user["password"], it)) for it in better]
        middle = CROWD // 2
        calls.insert(middle, Call("users", "set_hash", (user["id"], "another password's")))
        arena.race(make, calls)
        assert (arena.user(ada.email) or {})["password"] == "another password's"


@pytest.mark.promise("Windows.give_back")
def test_what_is_given_back_is_given_back_once(arena: Arena, rounds: int) -> None:
    """Resets of a password, all at once: of six failures four are left."""
    for ada in arena.people(rounds):
        at = stand(arena, ada)
        owner = owner_of_user(at.user_id)
        counted = (owner, at.account_id, FACTORS, Side.STRANGERS, A_MONTH, at.now, 6)
        assert at.do("windows", "count", *counted)
        given_back = (owner, FACTORS, 2, at.now, A_MONTH.length)
        arena.race(make, all_alike(Call("windows", "give_back", given_back)))
        assert [row["count_0"] for row in arena.rows(ada, "windows")] == [4]
