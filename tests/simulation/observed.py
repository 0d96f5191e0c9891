"""What a factor really compares: counted by a factor in front of it, as an application could have.

Nothing of the code under test is changed: the flows are handed these factors in place of theirs.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, cast

from flask_airlock.errors import WrongAnswer
from flask_airlock.factors.email import EmailFactor
from flask_airlock.factors.protocol import Case, Factor
from flask_airlock.factors.registry import FactorRegistry
from flask_airlock.flows.services import Services
from flask_airlock.storage.credentials import Credential
from flask_airlock.storage.transaction import Unit


@dataclass
class Tally:
    """What was looked at: answers, the comparisons they cost (an answer is compared with each
    authenticator), the codes that would have been right, and the chances that they made."""

    answers: int = 0
    comparisons: int = 0
    alive: int = 0
    most: float = 0.0
    none_right: float = field(default=1.0, repr=False)

    def add(self, comparisons: int, alive: int, digits: int) -> None:
        """Count one answer: its chance is that of the codes alive among all there are."""
        self.answers += 1
        self.comparisons += comparisons
        self.alive += alive
        self.most += alive / 10**digits
        self.none_right *= 1 - alive / 10**digits

    @property
    def chance(self) -> float:
        """That one of the answers is right, if they are guessed independently; `most` is the
        bound that holds for whatever way of guessing."""
        return 1 - self.none_right


class _Undone(Exception):
    """Takes back what was tried out."""


class Observed:
    """A factor like the one behind it, with each answer counted.

    How many codes are alive is not reckoned but asked: all that could be right about now are
    given to the factor itself, in a savepoint that is undone.
    """

    def __init__(self, factor: Factor, right: Callable[[str], list[str]], tally: Tally) -> None:
        self._factor = factor
        self._right = right
        self._tally = tally

    def __getattr__(self, name: str) -> Any:
        return getattr(self._factor, name)

    def answer(self, unit: Unit, case: Case, credentials: Sequence[Credential], code: str) -> None:
        """Count, then answer as the factor does."""
        compared = 1 if self._factor.posts_codes else len(credentials)
        alive = self._alive(unit, case, credentials)
        self._tally.add(compared, alive, self._factor.shape.digits)
        self._factor.answer(unit, case, credentials, code)

    def _alive(self, unit: Unit, case: Case, credentials: Sequence[Credential]) -> int:
        accepted = set()
        with suppress(_Undone), unit.nested():
            # Older codes first: to spend a step spends those before it.
            for code in self._right(self._factor.name):
                with suppress(WrongAnswer):
                    self._factor.answer(unit, case, credentials, code)
                    accepted.add(code)
            raise _Undone
        return len(accepted)


def observed(services: Services, right: Callable[[str], list[str]], tally: Tally) -> Services:
    """The same services with each factor observed; `right` names all codes of a method that could
    be right about now, older ones first."""
    factors = {
        factor.name: cast(Factor, Observed(factor, right, tally)) for factor in services.factors
    }
    return replace(
        services,
        factors=FactorRegistry(factors.values()),
        mailbox=cast(EmailFactor, factors[services.mailbox.name]),
    )
