"""Every row of the table is provoked, and comes to what the table says (S-100, S-133, X-14).

Never a way in, never a half-done change, never a 500 that no log explains; and when the fault is
over the person goes on where he was.
"""

from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import product
from typing import Any

import pytest

from flask_airlock.web.wording import WORDS
from tests.faults import databases, surroundings
from tests.faults.case import Case, Fault, Site
from tests.faults.rows import COUNTS, Rows, application_for, changed, everything
from tests.faults.steps import STEPS, Scene
from tests.faults.table import FAULTS, TABLE, Kept, Moment, Row
from tests.faults.table import STEPS as STEP_TITLES

HOW: dict[str, Fault] = {**databases.FAULTS, **surroundings.FAULTS}


def combinations() -> Iterator[Any]:
    """Each row with each of its faults, moments and steps; most of them are for the soak."""
    for group, rows in TABLE.items():
        for place, row in enumerate(rows):
            every = list(product(row.faults, row.moments, row.steps))
            now = _spread(row)
            for fault, moment, step in every:
                yield pytest.param(
                    row, fault, moment, step,
                    id=f"{group}{place}-{fault}-{moment.name.lower()}-{step}",
                    marks=[] if (fault, moment, step) in now else pytest.mark.soak,
                )  # fmt: skip


def _spread(row: Row) -> set[tuple[str, Moment, str]]:
    """So many combinations, in which everything comes up as far as `now` reaches."""
    faults, moments, steps = row.faults, row.moments, row.steps
    return {
        (
            faults[turn % len(faults)],
            moments[turn // len(faults) % len(moments)],
            steps[turn % len(steps)],
        )
        for turn in range(row.now)
    }


@pytest.mark.parametrize("row,fault,moment,step", list(combinations()))
def test_it_comes_to_what_the_table_says(
    row: Row, fault: str, moment: Moment, step: str, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with application_for(site, HOW[fault], step) as application:
        case = Case(site, STEPS[step].prepare(application), step, moment)
        provoke(case, row, HOW[fault], caplog)


def provoke(case: Case, row: Row, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    """Break it, compare, and go on."""
    scene, form = case.scene, case.scene.browser.page
    before, told = everything(scene.application), Counter(scene.application.events())
    caplog.clear()
    with fault.broken(case):
        if row.status is not None:
            case.act()
            compare_page(scene, row)
        if fault.is_looked_through:
            assert scene.browser.is_signed_in is is_inside(row, case.step)
    assert row.logged in "\n".join(map(caplog.handler.format, caplog.records))
    assert not row.status or row.status < 500 or row.logged
    new = Counter(scene.application.events()) - told
    compare_rows(case, row, fault, before, new)
    if not fault.is_looked_through:
        assert scene.browser.is_signed_in is is_inside(row, case.step)
    if fault.heals:
        scene.browser.page = form
        case.act()
        assert STEPS[case.step].is_done(scene), scene.browser.page
        assert scene.browser.is_signed_in is STEPS[case.step].ends_inside


def compare_page(scene: Scene, row: Row) -> None:
    """What the person sees."""
    seen = unescape(scene.browser.page)
    assert scene.browser.status == row.status, seen
    with scene.application.app.app_context():
        assert (WORDS[row.sees]() if row.sees in WORDS else row.sees) in seen


def compare_rows(case: Case, row: Row, fault: Fault, before: Rows, told: Counter[str]) -> None:
    """What the database holds: all of the change, or nothing of it; and what it tells."""
    step, after = STEPS[case.step], everything(case.scene.application)
    changes = changed(before, after) - fault.changes
    assert set(row.events) <= set(told), told
    if row.kept in (Kept.ALL, Kept.LETTER):
        assert step.is_done(case.scene)
    else:
        assert not changes - (COUNTS if row.kept is Kept.TRY else set())
        assert sorted(told) == sorted(row.events)
        assert ("airlock_throttles" in changes) is (row.kept is Kept.TRY and step.counts)
    waiting = [one["state"] for one in case.scene.application.rows("letters")][-1:]
    assert (waiting == ["waiting"]) is (row.kept is Kept.LETTER)


def is_inside(row: Row, name: str) -> bool:
    """Whether the person is signed in afterwards: by nothing but a whole change that was answered,
    and then as ever."""
    step = STEPS[name]
    if row.is_inside is not None:
        return row.is_inside
    if row.kept not in (Kept.ALL, Kept.LETTER):
        return step.begins_inside
    return step.ends_inside and (step.begins_inside or row.status is not None)


def test_every_fault_and_step_is_in_the_table_and_can_be_provoked() -> None:
    rows = [row for group in TABLE.values() for row in group]
    assert {fault for row in rows for fault in row.faults} == set(FAULTS) == set(HOW)
    assert {step for row in rows for step in row.steps} == set(STEP_TITLES) == set(STEPS)
    assert {moment for row in rows for moment in row.moments} == set(Moment)
