"""Databases that are gone, full, locked, and processes that are killed while they use one."""

import os
import resource
import signal
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import sqlalchemy as sa

from tests.faults.case import Case, Fault, Site
from tests.faults.moments import NeverCame, lit

CHILD_SECONDS = 60


@contextmanager
def _gone(case: Case) -> Iterator[None]:
    server, url = case.site.fixture("postgres"), case.engine.url.render_as_string(False)
    try:
        with lit(case.scene, case.fuse(partial(server.leave, url))):
            yield
    finally:
        server.come_back(url)


@contextmanager
def _full(case: Case) -> Iterator[None]:
    """No file of this process may grow: not the database's, nor its journal."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def _read_only(case: Case) -> Iterator[None]:
    def only_read(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA query_only = ON")

    case.engine.dispose()
    sa.event.listen(case.engine, "connect", only_read)
    try:
        yield
    finally:
        sa.event.remove(case.engine, "connect", only_read)
        case.engine.dispose()


@contextmanager
def _locked(case: Case) -> Iterator[None]:
    other = sqlite3.connect(str(case.engine.url.database))
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def _no_connection(case: Case) -> Iterator[None]:
    with case.engine.connect(), case.engine.connect():
        yield


@contextmanager
def _user_removed(case: Case) -> Iterator[None]:
    users = case.scene.application.datastore.user_model.__table__
    with case.engine.begin() as connection:
        connection.execute(sa.delete(users).where(users.c.email == case.scene.person.email))
    yield


@contextmanager
def _killed(case: Case) -> Iterator[None]:
    """The step is taken in a process of its own, which is killed at the moment."""
    case.engine.dispose()
    with warnings.catch_warnings():
        # Newer Pythons warn of forking beside threads, which is what servers do.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        signal.alarm(CHILD_SECONDS)
        try:
            with lit(case.scene, case.fuse(partial(os.kill, os.getpid(), signal.SIGKILL))):
                case.act()
        finally:
            os._exit(1)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended != -signal.SIGKILL:
        raise NeverCame
    yield


def _impatient(_: Site) -> dict[str, Any]:
    return {"SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": {"timeout": 0.1}}}


def _with_two_connections(_: Site) -> dict[str, Any]:
    options = {"pool_size": 2, "max_overflow": 0, "pool_timeout": 0.1}
    return {"SQLALCHEMY_ENGINE_OPTIONS": options}


FAULTS = {
    "database gone": Fault(_gone, database="postgres"),
    "database full": Fault(_full),
    "database read-only": Fault(_read_only),
    "database locked": Fault(_locked, _impatient),
    "no connection": Fault(_no_connection, _with_two_connections),
    "killed, SQLite": Fault(_killed),
    "killed, PostgreSQL": Fault(_killed, database="postgres"),
    "user removed": Fault(
        _user_removed, heals=False, is_looked_through=True, changes=frozenset({"user"})
    ),
}
