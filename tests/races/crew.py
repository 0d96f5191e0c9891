"""Who does it at once: several processes with several threads each, or threads alone."""

import multiprocessing
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from tests.applications import Application, make_application

PROCESSES = 4
PATIENCE = 60.0

Result = TypeVar("Result")
Act = Callable[[Application, Any], Result]


class Start(Protocol):
    """Holds everybody up until all have come."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the others."""


@dataclass(frozen=True)
class Site:
    """An application that a worker can build for itself."""

    uri: str
    settings: tuple[tuple[str, Any], ...] = ()

    def open(self) -> AbstractContextManager[Application]:
        """The application, with the key that all share."""
        return make_application(self.uri, **dict(self.settings))


@dataclass(frozen=True)
class Job:
    """Do `act` with each argument, all at once, at the same moment of the clock."""

    site: Site
    now: datetime
    act: Act[Any]
    arguments: Sequence[Any]


class Crew(Protocol):
    """Does something many times at once."""

    def race(
        self, application: Application, site: Site, act: Act[Result], arguments: Sequence[Any]
    ) -> list[Result]:
        """The results, in the order of the arguments."""


class Threads:
    """Threads of this process, with the one application that the test has."""

    def race(
        self, application: Application, site: Site, act: Act[Result], arguments: Sequence[Any]
    ) -> list[Result]:
        """All at once, in one process."""
        return _checked(at_once(application, act, arguments))


@dataclass
class Processes:
    """Worker processes, each with an application of its own on the same database."""

    lines: list[Connection] = field(default_factory=list)

    def race(
        self, application: Application, site: Site, act: Act[Result], arguments: Sequence[Any]
    ) -> list[Result]:
        """All at once, each process doing its share in threads."""
        count = len(self.lines)
        for number, line in enumerate(self.lines):
            line.send(Job(site, application.clock.now, act, arguments[number::count]))
        results: list[Any] = [None] * len(arguments)
        for number, line in enumerate(self.lines):
            assert line.poll(PATIENCE), "a worker process does not answer"
            results[number::count] = line.recv()
        return _checked(results)


def at_once(
    application: Application, act: Act[Any], arguments: Sequence[Any], start: Start | None = None
) -> list[Any]:
    """Call `act` with each argument in a thread of its own; all begin together."""
    application.app.test_client().get("/login")  # nobody's first request is slower than another's
    results: list[Any] = [None] * len(arguments)

    def await_the_others() -> None:
        if start is not None:
            start.wait(PATIENCE)

    go = threading.Barrier(len(arguments) + 1, action=await_the_others)

    def run(place: int) -> None:
        go.wait(PATIENCE)
        try:
            results[place] = act(application, arguments[place])
        except Exception:  # noqa: BLE001 (it is raised again in the test's own thread)
            results[place] = Crash(traceback.format_exc())

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(arguments))]
    for thread in threads:
        thread.start()
    go.wait(PATIENCE)
    for thread in threads:
        thread.join()
    return results


@dataclass(frozen=True)
class Crash:
    """A traceback that came instead of a result."""

    trace: str


@contextmanager
def worker_processes() -> Iterator[Processes]:
    """A crew of processes that lives as long as the block."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES)
    crew, workers = Processes(), []
    for _ in range(PROCESSES):
        mine, theirs = context.Pipe()
        worker = context.Process(target=_work, args=(theirs, start), daemon=True)
        worker.start()
        theirs.close()
        crew.lines.append(mine)
        workers.append(worker)
    try:
        yield crew
    finally:
        for line in crew.lines:
            line.close()
        for worker in workers:
            worker.join(PATIENCE)


def _work(line: Connection, start: Start) -> None:
    """A worker's life: the newest site is kept open, the one before it closed."""
    opened: AbstractContextManager[Application] = nullcontext()  # type: ignore[assignment]
    site: Site | None = None
    application: Application | None = None
    while job := _next(line):
        if application is None or job.site != site:
            opened.__exit__(None, None, None)
            opened, site = job.site.open(), job.site
            application = opened.__enter__()
        application.clock.now = job.now
        line.send(at_once(application, job.act, job.arguments, start))
    opened.__exit__(None, None, None)


def _next(line: Connection) -> Job | None:
    try:
        job: Job = line.recv()
    except EOFError:
        return None
    return job


def _checked(results: list[Any]) -> list[Any]:
    crashes = [result.trace for result in results if isinstance(result, Crash)]
    assert not crashes, "\n".join(crashes[:3])
    return results
