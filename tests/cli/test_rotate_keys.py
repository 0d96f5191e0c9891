"""`flask airlock rotate-keys`: what lies under an older key is sealed anew, and nothing is lost."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from flask_airlock.domain.vault import Key
from tests.applications import Application
from tests.cli.support import answer, done, run
from tests.sealing import (
    LOST,
    NEW,
    OLD,
    boxes,
    fill,
    key_id,
    lying_under,
    put,
    seal_under,
    secrets,
    vault,
)

PEOPLE = 5
EACH = dict.fromkeys(
    ("credentials", "setups", "rescue_addresses", "recovery_codes", "link_tokens", "letters"),
    PEOPLE,
)
EVERYTHING = {**EACH, "key_checks": 1}
NAMES = {
    "credentials": "airlock_credentials.secret",
    "setups": "airlock_setups.secret",
    "rescue_addresses": "airlock_rescue_addresses.address",
    "recovery_codes": "airlock_recovery_codes.hash",
    "link_tokens": "airlock_link_tokens.payload",
    "letters": "airlock_letters.message",
    "key_checks": "airlock_key_checks.box",
}
Starts = Callable[..., Application]


@pytest.fixture
def start(applications: Starts, tmp_path: Any) -> Starts:
    """Starts the application on one database, with these keys, newest first."""

    def begin(*keys: str) -> Application:
        uri = f"sqlite:///{tmp_path}/keys.sqlite"
        return applications(uri, SECURITY_ENCRYPTION_KEYS=list(keys))

    return begin


@pytest.fixture
def rotating(start: Starts) -> Application:
    """Full of values under the old key, and started with a new one in front."""
    fill(start(OLD), PEOPLE)
    return start(NEW, OLD)


def named(counts: dict[str, int]) -> dict[str, int]:
    """Counts as the command names them."""
    return {name: counts.get(subject, 0) for subject, name in NAMES.items()}


def all_under(key: str) -> dict[str, dict[str, int]]:
    """Every value under one key."""
    return {subject: {key_id(key): count} for subject, count in EVERYTHING.items()}


def test_after_it_no_row_has_the_id_of_the_old_key(rotating: Application, start: Starts) -> None:
    """S-115: keys [new, old]: after the rotate command no row has the old id; it says so."""
    before = secrets(rotating, OLD)
    assert lying_under(rotating) == all_under(OLD)
    assert answer(rotating, "airlock", "rotate-keys") == {
        "resealed": named(EVERYTHING), "left": {}, "broken": {}, "newest": key_id(NEW),
        "dry_run": False,
    }  # fmt: skip
    assert lying_under(rotating) == all_under(NEW)
    assert secrets(rotating, NEW) == before
    alone = start(NEW)
    assert answer(alone, "airlock", "rotate-keys")["resealed"] == named({})
    assert alone.app.test_client().get("/login").status_code == 200


def test_it_tells_in_words_what_it_did(rotating: Application) -> None:
    said = done(rotating, "airlock", "rotate-keys").splitlines()
    assert said[0] == f"sealed anew {PEOPLE} of airlock_credentials.secret"
    assert said[-1] == f"every sealed value opens under the newest key, {key_id(NEW)}"
    assert done(rotating, "airlock", "rotate-keys").splitlines() == [
        "nothing to seal anew",
        said[-1],
    ]


def test_a_dry_run_counts_and_changes_nothing(rotating: Application) -> None:
    before = {subject: boxes(rotating, subject) for subject in EVERYTHING}
    said = answer(rotating, "airlock", "rotate-keys", "--dry-run")
    assert said == {
        "resealed": named(EVERYTHING), "left": {}, "broken": {}, "newest": key_id(NEW),
        "dry_run": True,
    }  # fmt: skip
    assert {subject: boxes(rotating, subject) for subject in EVERYTHING} == before
    words = done(rotating, "airlock", "rotate-keys", "--dry-run")
    assert f"would seal anew {PEOPLE} of airlock_letters.message" in words
    assert "every sealed value" not in words


@pytest.mark.parametrize("batch", ["1", "2", "5", "10000"])
def test_the_size_of_a_batch_changes_nothing_but_the_pace(
    rotating: Application, batch: str
) -> None:
    done(rotating, "airlock", "rotate-keys", "--batch", batch)
    assert lying_under(rotating) == all_under(NEW)


def test_it_can_be_stopped_and_run_again(rotating: Application, start: Starts) -> None:
    """A batch is a transaction of its own, and the key check is the last one: as long as anything
    is left, nobody can start without the old key."""
    stopping = _Stop(rotating, "UPDATE airlock_link_tokens", at=2)
    assert run(rotating, "airlock", "rotate-keys", "--batch", "2").exit_code != 0
    stopping.let_go()
    under = lying_under(rotating)
    assert under["credentials"] == {key_id(NEW): PEOPLE}
    assert under["link_tokens"] == {key_id(NEW): 2, key_id(OLD): PEOPLE - 2}
    assert under["letters"] == {key_id(OLD): PEOPLE}
    said = answer(start(NEW), "airlock", "check-keys", status=1)
    assert "no configured key opens" in said["error"]["message"]
    resealed = answer(rotating, "airlock", "rotate-keys")["resealed"]
    assert resealed == named({"link_tokens": PEOPLE - 2, "letters": PEOPLE, "key_checks": 1})
    assert lying_under(rotating) == all_under(NEW)


class _Stop:
    """Somebody who presses Ctrl-C at the commit of the nth batch of one table."""

    def __init__(self, application: Application, statement: str, at: int) -> None:
        self.statement, self.at, self.batches = statement, at, 0
        with application.app.app_context():
            self.engine = application.datastore.engine()
        sa.event.listen(self.engine, "before_cursor_execute", self.note)
        sa.event.listen(self.engine, "commit", self.stop)

    def note(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """A batch of that table has begun."""
        if statement.startswith(self.statement):
            connection.info["is_theirs"] = True

    def stop(self, connection: Any) -> None:
        """Not every commit."""
        self.batches += connection.info.pop("is_theirs", False)
        if self.batches == self.at:
            raise KeyboardInterrupt

    def let_go(self) -> None:
        """Nobody is in a hurry any more."""
        sa.event.remove(self.engine, "before_cursor_execute", self.note)
        sa.event.remove(self.engine, "commit", self.stop)


def test_what_nobody_can_open_is_counted_by_table_and_left_as_it_is(
    rotating: Application,
) -> None:
    """S-114: a moved value is not made whole by sealing it anew in the wrong place."""
    mine, thiefs, lost, *_ = boxes(rotating, "credentials")
    put(rotating, "credentials", thiefs, boxes(rotating, "credentials")[mine])
    put(rotating, "credentials", lost, b"\x01" + Key.from_master(LOST.encode()).id + bytes(40))
    put(rotating, "letters", next(iter(boxes(rotating, "letters"))), b"?")
    before = boxes(rotating, "credentials")
    said = answer(rotating, "airlock", "rotate-keys", status=1)
    assert said["broken"] == {"airlock_credentials.secret": 2, "airlock_letters.message": 1}
    assert said["resealed"]["airlock_credentials.secret"] == PEOPLE - 2
    assert said["left"] == {}
    after = boxes(rotating, "credentials")
    assert {row for row in before if before[row] == after[row]} == {thiefs, lost}
    result = run(rotating, "airlock", "rotate-keys")
    assert result.exit_code == 1
    assert "2 of airlock_credentials.secret open under none of the configured keys" in result.stdout
    assert "every sealed value" not in result.stdout
    assert run(rotating, "airlock", "rotate-keys", "--dry-run").exit_code == 1


def test_a_value_that_was_moved_under_the_newest_key_is_found_too(rotating: Application) -> None:
    """The id in front is not believed: everything is opened at the end."""
    done(rotating, "airlock", "rotate-keys")
    first, second, *_ = boxes(rotating, "setups")
    put(rotating, "setups", second, boxes(rotating, "setups")[first])
    said = answer(rotating, "airlock", "rotate-keys", status=1)
    assert said["broken"] == {"airlock_setups.secret": 1}


def test_what_a_process_with_the_old_order_seals_meanwhile_is_told(
    rotating: Application, start: Starts
) -> None:
    """It was not restarted yet: the old key can't go."""
    slow = start(OLD, NEW)
    _Late(rotating, lambda: fill(slow, 1, prefix="late"))
    result = run(rotating, "airlock", "rotate-keys")
    assert result.exit_code == 1
    told = [line for line in result.stdout.splitlines() if "lie under an older key still" in line]
    assert [line.split()[:3] for line in told] == [["1", "of", NAMES[subject]] for subject in EACH]
    assert "every sealed value" not in result.stdout
    assert answer(slow, "airlock", "rotate-keys", "--dry-run")["newest"] == key_id(OLD)
    said = answer(rotating, "airlock", "rotate-keys")
    assert (said["resealed"], said["left"]) == (named(dict.fromkeys(EACH, 1)), {})


class _Late:
    """Does something once, when the last batch of all has been committed."""

    def __init__(self, application: Application, do: Callable[[], None]) -> None:
        self.do, self.came, self.is_time = do, False, False
        with application.app.app_context():
            engine = application.datastore.engine()
        sa.event.listen(engine, "before_cursor_execute", self.note)
        sa.event.listen(engine, "checkin", self.act)

    def note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """The key check is the last."""
        self.is_time = self.is_time or statement.startswith("UPDATE airlock_key_checks")

    def act(self, *_: Any) -> None:
        """The connection is free again."""
        if self.is_time and not self.came:
            self.came = True
            self.do()


def test_three_keys_become_one(start: Starts) -> None:
    """S-115: each value is opened by the key that sealed it, whichever that was."""
    fill(start(OLD), PEOPLE)
    application = start(NEW, LOST, OLD)
    mine = next(iter(boxes(application, "credentials")))
    assert seal_under(application, LOST, OLD, id=mine) > 0
    before = secrets(application, OLD, LOST)
    done(application, "airlock", "rotate-keys")
    assert secrets(application, NEW) == before


def test_one_key_needs_no_rotation(start: Starts) -> None:
    application = start(OLD)
    fill(application, 1)
    before = {subject: boxes(application, subject) for subject in EVERYTHING}
    said = answer(application, "airlock", "rotate-keys")
    assert (sum(said["resealed"].values()), said["newest"]) == (0, key_id(OLD))
    assert {subject: boxes(application, subject) for subject in EVERYTHING} == before


def test_no_answer_shows_a_key_or_what_is_sealed(rotating: Application) -> None:
    """S-117: an id is a name, derived like every key and good for nothing else."""
    said = run(rotating, "airlock", "rotate-keys", "--json").output
    said += run(rotating, "airlock", "check-keys").output
    assert key_id(NEW) in said
    assert not any(text in said for text in (NEW, OLD, "seed p0", "p0@example.com"))
    assert vault(NEW).key_ids == [key_id(NEW)]
