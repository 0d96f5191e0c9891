"""The moment of a step at which something breaks, found by the statements that the step sends."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from tests.faults.steps import Scene
from tests.faults.table import Moment

COUNTS = re.compile(r"(UPDATE|INSERT INTO) airlock_(throttles|windows) ")


class NeverCame(AssertionError):
    """The step was over before the moment."""


@dataclass
class Fuse:
    """Blows once, at its moment: `writes` is the statement that decides the step."""

    moment: Moment
    writes: str
    blow: Callable[[], object]
    has_blown: bool = False
    _wrote: bool = False
    _counted: bool = False
    _past: set[Moment] = field(default_factory=set)

    def statement(self, *arguments: Any) -> None:
        """A statement is about to be sent."""
        text = arguments[2]
        if self.moment in self._past or (self.moment is Moment.BETWEEN and self._wrote):
            self._strike()
        self._wrote = self._wrote or re.match(self.writes, text) is not None
        self._counted = self._counted or COUNTS.match(text) is not None

    def commit(self, _: Any) -> None:
        """A transaction is about to be committed."""
        if self.moment is Moment.COMMIT and self._wrote:
            self._strike()
        if self._counted:
            self._past.add(Moment.COUNTED)
        if self._wrote:
            self._past.add(Moment.AFTER)

    def finish(self) -> None:
        """The step is over: what was to happen after its last commit happens now."""
        if not self.has_blown and self.moment in self._past:
            self._strike()

    def _strike(self) -> None:
        if not self.has_blown:
            self.has_blown = True
            self.blow()


@dataclass
class Numbered(Fuse):
    """Blows before the statement or commit of that number, whatever it is."""

    number: int = 1
    _seen: int = 0

    def statement(self, *_: Any) -> None:
        """A statement is about to be sent."""
        self._seen += 1
        if self._seen == self.number:
            self._strike()

    def commit(self, _: Any) -> None:
        """A transaction is about to be committed."""
        self.statement()


@contextmanager
def lit(scene: Scene, fuse: Fuse) -> Iterator[None]:
    """Watch what the application sends to its database, and blow at the moment."""
    if fuse.moment is Moment.BEFORE:
        fuse.has_blown = True
        fuse.blow()
        yield
        return
    with scene.application.app.app_context():
        engine = scene.application.datastore.engine()
    sa.event.listen(engine, "before_cursor_execute", fuse.statement)
    sa.event.listen(engine, "commit", fuse.commit)
    try:
        yield
        fuse.finish()
    finally:
        sa.event.remove(engine, "before_cursor_execute", fuse.statement)
        sa.event.remove(engine, "commit", fuse.commit)
    if not fuse.has_blown:
        raise NeverCame
