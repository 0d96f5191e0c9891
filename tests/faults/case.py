"""One combination of the table, as it is tried, and what a fault is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from tests.applications import Application
from tests.faults.moments import Fuse, Numbered
from tests.faults.steps import STEPS, Scene
from tests.faults.table import Moment

SETTINGS: dict[str, Any] = {"SECURITY_REGISTERABLE": True, "PROPAGATE_EXCEPTIONS": False}


@dataclass
class Site:
    """What a fault may ask for: fixtures, and a way to make an application."""

    request: pytest.FixtureRequest
    make: Callable[..., Application]

    def fixture(self, name: str) -> Any:
        """A fixture, where it is needed."""
        return self.request.getfixturevalue(name)


@dataclass
class Case:
    """One combination of the table."""

    site: Site
    scene: Scene
    step: str
    moment: Moment = Moment.BEFORE
    statement: int | None = None

    def act(self) -> None:
        """Take the step."""
        STEPS[self.step].act(self.scene)

    def fuse(self, blow: Callable[[], object]) -> Fuse:
        """What blows at the moment of this case, or at its statement."""
        if self.statement is not None:
            return Numbered(Moment.BETWEEN, "", blow, number=self.statement)
        return Fuse(self.moment, STEPS[self.step].writes, blow)

    @property
    def engine(self) -> sa.Engine:
        """The application's own engine."""
        with self.scene.application.app.app_context():
            return self.scene.application.datastore.engine()


Break = Callable[[Case], AbstractContextManager[object]]


@dataclass(frozen=True)
class Fault:
    """`settings` are the application's, `broken` surrounds the step.

    `heals`: the same step can be taken again afterwards. `is_looked_through`: who is inside can be
    looked up while it lasts. `changes` are tables that the fault itself changes.
    """

    broken: Break
    settings: Callable[[Site], dict[str, Any]] = lambda _: {}
    database: str = "sqlite"
    heals: bool = True
    is_looked_through: bool = False
    changes: frozenset[str] = frozenset()
