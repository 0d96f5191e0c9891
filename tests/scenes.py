"""How many stories begin, played once and kept: the rows, the letters, and what a browser holds.

A story gets a copy of its own. What an application keeps in memory is as new: a scene is for
stories that begin later, never for those about the beginning.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from flask_airlock.domain.letters import KeptMessage
from tests.applications import Application
from tests.people import Browser, Person

Cast = tuple[Person, Browser]
MOST = 40


@dataclass(frozen=True)
class Scene:
    """What is there at its end."""

    rows: sqlite3.Connection
    letters: list[KeptMessage]
    person: Person
    browser: Browser
    cookies: dict[Any, Any]
    now: datetime


_scenes: dict[tuple[str, ...], Scene] = {}


def scene(application: Application, name: tuple[str, ...], play: Callable[[], Cast]) -> Cast:
    """Play it, or take it from where it was played with the same settings."""
    if not _is_new(application):
        return play()
    key = (str(application.began), application.made_of, *name)
    if key not in _scenes:
        person, browser = play()
        if len(_scenes) == MOST:
            _scenes.clear()
        _scenes[key] = _kept(application, person, browser)
        return person, browser
    return _again(application, _scenes[key])


def _is_new(application: Application) -> bool:
    """Nothing has happened yet, and nothing outside would miss what happens now."""
    if not application.made_of or application.clock.now != application.began:
        return False
    with application.app.app_context(), application.datastore.engine().connect() as connection:
        users = sa.select(application.datastore.user_model.id)
        return connection.execute(users).first() is None


def _copied(application: Application, other: sqlite3.Connection, *, back: bool) -> None:
    with application.app.app_context():
        borrowed = application.datastore.engine().raw_connection()
    own: Any = borrowed.driver_connection
    source, target = (other, own) if back else (own, other)
    source.backup(target)
    borrowed.close()


def _kept(application: Application, person: Person, browser: Browser) -> Scene:
    rows = sqlite3.connect(":memory:", check_same_thread=False)
    _copied(application, rows, back=False)
    return Scene(
        rows=rows,
        letters=application.outbox.messages(),
        # Their own, since the story that played it goes on.
        person=replace(person),
        browser=replace(browser),
        cookies=dict(browser.client._cookies or {}),
        now=application.clock.now,
    )


def _again(application: Application, kept: Scene) -> Cast:
    _copied(application, kept.rows, back=True)
    for letter in kept.letters:
        application.clock.now = letter.at
        application.outbox.keep(letter.message)
    application.clock.now = kept.now
    client = application.app.test_client()
    client._cookies = dict(kept.cookies)
    return replace(kept.person, application=application), replace(kept.browser, client=client)
