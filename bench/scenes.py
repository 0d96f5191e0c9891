"""What is timed: where a visitor stands just before, what she does, what must have come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bench.peers.common import Peer
from bench.visitor import Visitor


@dataclass(frozen=True)
class Scene:
    """One request, or several, in an application that is warm."""

    stand: Callable[[Peer], Visitor]
    act: Callable[[Peer, Visitor], object]
    came_of_it: Callable[[Peer, Visitor], bool]
    # Whether one visitor does it again and again.
    stays: bool = False


def _new(peer: Peer) -> Visitor:
    return peer.visitor()


def _signed_in(peer: Peer) -> Visitor:
    return peer.sign_in(peer.visitor())


def _at_the_form(peer: Peer) -> Visitor:
    visitor = peer.visitor()
    visitor.get(peer.login)
    return visitor


def _between(peer: Peer) -> Visitor:
    visitor = _at_the_form(peer)
    peer.give_password(visitor)
    return visitor


def _at_the_code(peer: Peer) -> Visitor:
    visitor = _between(peer)
    visitor.get(peer.second_step)
    return visitor


def _open(path: str, peer: Peer, visitor: Visitor) -> None:
    visitor.get(getattr(peer, path))


def _give_password(peer: Peer, visitor: Visitor) -> None:
    peer.give_password(visitor)


def _give_code(peer: Peer, visitor: Visitor) -> None:
    peer.give_code(visitor)


def _sign_in(peer: Peer, visitor: Visitor) -> None:
    peer.sign_in(visitor)


def _is_open(_: Peer, visitor: Visitor) -> bool:
    return visitor.status == 200


def _leads_on(_: Peer, visitor: Visitor) -> bool:
    return visitor.place.startswith("/")


def _is_inside(peer: Peer, visitor: Visitor) -> bool:
    return "Inside" in visitor.get(peer.page)


SCENES: dict[str, Scene] = {
    "page": Scene(_signed_in, partial(_open, "page"), _is_open, stays=True),
    "role page": Scene(_signed_in, partial(_open, "role_page"), _is_open, stays=True),
    "login form": Scene(_new, partial(_open, "login"), _is_open, stays=True),
    "code form": Scene(_between, partial(_open, "second_step"), _is_open, stays=True),
    "password": Scene(_at_the_form, _give_password, _leads_on),
    "code": Scene(_at_the_code, _give_code, _is_inside),
    "whole login": Scene(_new, _sign_in, _is_inside),
}
