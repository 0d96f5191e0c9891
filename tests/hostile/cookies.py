"""Cookies that are somebody else's, too old, or not quite what was handed out."""

from collections.abc import Callable, Mapping
from itertools import product

from flask_airlock.domain.link_tokens import LinkPurpose
from tests.applications import Application
from tests.hostile.values import RIGHT_PASSWORD
from tests.journeys.attackers import Attacker
from tests.journeys.support import HALF_OPEN, SESSION, known_marks, signed_in
from tests.people import Browser, Person

Foreign = Mapping[str, Mapping[str, str]]
# Given the cookies of the sender as they are sent, and those of other people: what is sent.
Tamper = Callable[[str, Foreign], str]
LINKS = [f"{SESSION}_link_{purpose.value}" for purpose in LinkPurpose]
SOURCES = ("own", "session", "half-open", "links", "marks", "ended")


def of_the_victim(browser: Browser) -> Foreign:
    """What a browser of hers held: her sign of a known browser, and a session that is to end."""
    held = _held(browser)
    return {
        "marks": {name: held[name] for name in known_marks(browser)},
        "ended": {SESSION: held[SESSION]},
    }


def of_somebody(application: Application, name: str) -> Foreign:
    """Another person, inside in one browser, between the doors in the next, with links in a
    third."""
    bob = application.person(name, password=RIGHT_PASSWORD)
    half_open = application.browser().give_password(bob)
    return {
        "session": _only(signed_in(application, bob), SESSION),
        "half-open": _only(half_open, HALF_OPEN),
        "links": _links(application, bob),
    }


def _links(application: Application, bob: Person) -> dict[str, str]:
    mailbox = Attacker(application, bob, knows_password=False, reads_mail=True)
    mailbox.steal_links()
    return {f"{SESSION}_link_{purpose.value}": it for purpose, it in mailbox.links.items()}


def _only(browser: Browser, name: str) -> dict[str, str]:
    return {name: _held(browser)[name]}


def _held(browser: Browser) -> dict[str, str]:
    return {it.key: it.value for it in (browser.client._cookies or {}).values()}


def _tampered(source: str, how: str) -> Tamper:
    def tamper(own: str, foreign: Foreign) -> str:
        mine = dict(pair.partition("=")[::2] for pair in own.split("; ") if pair)
        theirs = mine if source == "own" else foreign[source]
        match how:
            case "beside":
                return f"{own}; {_line(theirs)}"
            case "before":
                return f"{_line(theirs)}; {own}"
            case "instead":
                # The form token stays good.
                return _line({"session": mine.get("session", ""), **theirs})
            case "swapped":
                tokens = (it for name, it in theirs.items() if name.startswith(SESSION))
                value = next(tokens, "")
                return f"{own}; {_line(dict.fromkeys((SESSION, HALF_OPEN, *LINKS), value))}"
        return _line({**mine, **{name: SPOILT[how](value) for name, value in theirs.items()}})

    return tamper


def _line(pairs: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in pairs.items())


SPOILT: dict[str, Callable[[str], str]] = {
    "cut": lambda value: value[: len(value) // 2],
    "doubled": lambda value: value + value,
    "flipped": lambda value: chr(ord(value[:1] or "A") ^ 1) + value[1:],
    "in capitals": str.upper,
}
HOW = ("beside", "before", "instead", "swapped", *SPOILT)
TAMPERED = {pair: _tampered(*pair) for pair in product(SOURCES, HOW)}
