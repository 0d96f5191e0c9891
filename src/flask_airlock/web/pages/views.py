"""Flow outcomes as page models: plain values that templates show."""

from ...domain.records import Record
from ...domain.throttle import Shut
from ...errors import FactorClosed, MailboxHeld, TooManyTries, TooSoon, Unsealable
from ...flows.second_step import Offer
from ..wording import method_words, setup_words, told, words
from .forms import number


class Method(Record):
    """A method on the second step."""

    id: str
    key: str
    label: str
    hint: str
    destination: str | None
    digits: int
    minutes: int
    posts_codes: bool
    sent: bool
    failed: bool
    closed: bool
    exhausted: bool
    held: bool
    broken: bool

    @classmethod
    def of(cls, offer: Offer) -> "Method":
        """The method as its page shows it."""
        label, hint = method_words(offer.method)
        return cls(
            id=offer.method,
            key=choice_key(offer),
            label=offer.name or label,
            hint=hint,
            destination=offer.destination,
            digits=offer.digits,
            minutes=int(offer.lifetime.total_seconds()) // 60,
            posts_codes=offer.posts_codes,
            sent=offer.sent,
            failed=offer.failed,
            closed=offer.shut is not None and offer.shut.closed,
            exhausted=offer.exhausted,
            held=offer.held_until is not None,
            broken=offer.broken,
        )


class Choice(Record):
    """A method on the set-up page."""

    id: str
    label: str
    description: str
    enrolled: bool

    @classmethod
    def of(cls, method: str, *, enrolled: bool) -> "Choice":
        """The method as the set-up page offers it."""
        label, _hint = method_words(method)
        return cls(id=method, label=label, description=setup_words(method), enrolled=enrolled)


def choice_key(offer: Offer) -> str:
    """What a form sends to choose this one: the method, and the number where there are several."""
    if offer.credential_id is None:
        return offer.method
    return f"{offer.method}:{offer.credential_id}"


def chosen(key: str) -> tuple[str, int | None]:
    """The method and the number that a form chose, as `number` reads it."""
    method, colon, text = key.partition(":")
    return method, number(text) if colon else None


def why_not(offer: Offer) -> str | None:
    """Why a method can't be asked for now, in words."""
    if offer.shut is None and offer.held_until is not None:
        return told(MailboxHeld(offer.held_until))
    if offer.shut is None and offer.broken:
        return words(Unsealable.code)
    return why_shut(offer.shut, exhausted=offer.exhausted)


def why_shut(shut: Shut | None, *, exhausted: bool) -> str | None:
    """Why no answer is looked at now, in words."""
    if shut is not None:
        if shut.until is None:
            return told(FactorClosed())
        return told(TooSoon(shut.until, for_all=shut.for_all))
    return words(TooManyTries.code) if exhausted else None
