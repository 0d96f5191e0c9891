"""Killed, or without a database, before each single statement and commit of each step.

Whatever the statement: nothing of the change is there, or all of it; no 500, and nobody gets in.
"""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.faults import databases
from tests.faults.case import Case, Fault, Site
from tests.faults.moments import NeverCame
from tests.faults.rows import COUNTS, application_for, changed, everything
from tests.faults.steps import STEPS
from tests.faults.table import CHANGES

FEWEST = 5  # three statements, their commit, and the step that nothing breaks


@pytest.mark.soak
@pytest.mark.parametrize("fault", ["killed, SQLite", "killed, PostgreSQL", "database gone"])
@pytest.mark.parametrize("step", CHANGES)
def test_nothing_or_all_of_it(step: str, fault: str, site: Site) -> None:
    seen = list(_each_statement(site, step, databases.FAULTS[fault]))
    assert len(seen) >= FEWEST
    # Done from some statement on, and not before: the change has one commit.
    assert seen == sorted(seen)
    assert seen[-1]


def _each_statement(site: Site, step: str, fault: Fault) -> Iterator[bool]:
    """Whether the step was done, for each statement before which it broke; and unbroken."""
    for number in count(1):
        with application_for(site, fault, step) as application:
            scene = STEPS[step].prepare(application)
            case = Case(site, scene, step, statement=number)
            before = everything(application)
            try:
                _break(case, fault)
            except NeverCame:
                yield STEPS[step].is_done(scene)
                return
            done = STEPS[step].is_done(scene)
            if not done:
                assert not changed(before, everything(application)) - COUNTS, number
                assert scene.browser.is_signed_in is STEPS[step].begins_inside
            yield done


def _break(case: Case, fault: Fault) -> None:
    with fault.broken(case):
        if fault is databases.FAULTS["database gone"]:
            case.act()
            assert case.scene.browser.status in (200, 503), case.scene.browser.page
