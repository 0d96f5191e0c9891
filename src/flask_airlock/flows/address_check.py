"""Addresses that are not in the one form in which logins look for them."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from ..domain.addresses import normal_address
from ..domain.directory import OddAddress
from ..errors import InvalidAddress
from .administration import note
from .services import Services, Work

PAGE = 500


def check(services: Services, *, apply: bool) -> Iterator[OddAddress]:
    """Every address that is not in normal form, in the order of the users' keys.

    With `apply`, those that nobody else has are written in normal form, each in a transaction of
    its own. Two readings of the table: the first finds out which odd ones meet each other.
    """
    seen: set[int] = set()
    meeting: set[int] = set()
    for page in _odd_pages(services):
        for odd in page:
            if odd.normal is not None:
                mark = _mark(odd.normal)
                (meeting if mark in seen else seen).add(mark)
    for page in _odd_pages(services):
        for odd in _with_problems(services, page, meeting):
            if apply and odd.problem == "not_normal":
                written = _write(services, odd)
                # Refused: somebody has taken that address a moment ago.
                yield replace(odd, fixed=written, problem=odd.problem if written else "collision")
            else:
                yield odd


def _odd_pages(services: Services) -> Iterator[list[OddAddress]]:
    last: Any | None = None
    while True:
        with services.begin() as work:
            page = work.unit.directory.addresses(last, PAGE)
        yield [odd for key, email in page if (odd := _odd(key, email)) is not None]
        if len(page) < PAGE:
            return
        last = page[-1][0]


def _odd(key: Any, email: str | None) -> OddAddress | None:
    try:
        normal = normal_address(email or "")
    except InvalidAddress:
        return OddAddress(id=key, email=email, normal=None, problem="impossible")
    if normal == email:
        return None
    return OddAddress(id=key, email=email, normal=normal, problem="not_normal")


def _with_problems(
    services: Services, page: list[OddAddress], meeting: set[int]
) -> Iterator[OddAddress]:
    """Each with those that have the same normal form already, or would have."""
    normals = [odd.normal for odd in page if odd.normal is not None]
    owners: dict[str, list[Any]] = {}
    if normals:
        with services.begin() as work:
            for key, email in work.unit.directory.who_has(normals):
                owners.setdefault(email, []).append(key)
    for odd in page:
        others = tuple(key for key in owners.get(odd.normal or "", ()) if key != odd.id)
        if odd.normal is not None and (others or _mark(odd.normal) in meeting):
            yield replace(odd, problem="collision", others=others)
        else:
            yield odd


def _mark(normal: str) -> int:
    """Eight bytes for an address: of many odd ones no more than that is kept in memory."""
    return int.from_bytes(blake2b(normal.encode(), digest_size=8).digest())


def _write(services: Services, odd: OddAddress) -> bool:
    def write(work: Work) -> bool:
        work.unit.accounts.lock_user(odd.id, services.clock())
        changed = work.unit.users.change_email(odd.id, odd.email or "", odd.normal or "")
        if changed:
            note(services, work, odd.id, "address put in normal form")
        return changed

    return services.in_one_go(write)
