"""`flask airlock check-keys`: how many values open under which key."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.applications import Application
from tests.cli.support import answer, run
from tests.sealing import LOST, NEW, OLD, boxes, fill, key_id, put, seal_under

WHERE = [
    "airlock_credentials.secret",
    "airlock_setups.secret",
    "airlock_rescue_addresses.address",
    "airlock_recovery_codes.hash",
    "airlock_link_tokens.payload",
    "airlock_letters.message",
    "airlock_key_checks.box",
]


@pytest.fixture
def mixed(applications: Callable[..., Application], tmp_path: Any) -> Application:
    """Three people's values, one of them under the new key, and two keys."""
    uri = f"sqlite:///{tmp_path}/keys.sqlite"
    fill(applications(uri, SECURITY_ENCRYPTION_KEYS=[OLD]), 3)
    application = applications(uri, SECURITY_ENCRYPTION_KEYS=[NEW, OLD])
    seal_under(application, NEW, OLD, account_id=1)
    return application


def test_it_counts_by_column_and_key(mixed: Application) -> None:
    """S-115: which values an older key sealed can be told at any time."""
    each = {key_id(NEW): 1, key_id(OLD): 2}
    checks = {key_id(NEW): 0, key_id(OLD): 1}
    assert answer(mixed, "airlock", "check-keys") == {
        "values": [
            {"where": where, "opened": checks if "checks" in where else each, "broken": 0}
            for where in WHERE
        ],
        "keys": [key_id(NEW), key_id(OLD)],
        "newest": key_id(NEW),
        "broken": 0,
    }


def test_it_is_a_table_for_people(mixed: Application) -> None:
    heads, *lines = run(mixed, "airlock", "check-keys").stdout.splitlines()
    assert heads.split() == ["WHERE", key_id(NEW), "(newest)", key_id(OLD), "NONE"]
    assert [line.split() for line in lines[:4]] == [[where, "1", "2", "0"] for where in WHERE[:4]]


def test_it_changes_nothing(mixed: Application) -> None:
    before = {subject: mixed.rows(subject) for subject in mixed.datastore.tables.subjects()}
    answer(mixed, "airlock", "check-keys")
    assert {subject: mixed.rows(subject) for subject in before} == before


def test_what_opens_under_no_key_ends_it_with_1(mixed: Application) -> None:
    """S-114: under a key that is lost, moved to another row, or with a bit flipped."""
    first, second, third = boxes(mixed, "credentials")
    put(mixed, "credentials", second, boxes(mixed, "credentials")[first])
    changed = bytearray(boxes(mixed, "credentials")[third])
    changed[-1] ^= 1
    put(mixed, "credentials", third, bytes(changed))
    seal_under(mixed, LOST, NEW, OLD, channel="mail")
    said = answer(mixed, "airlock", "check-keys", status=1)
    counts = {values["where"]: values["broken"] for values in said["values"]}
    assert counts == dict.fromkeys(WHERE, 0) | {WHERE[0]: 2, "airlock_letters.message": 3}
    assert said["broken"] == 5
    result = run(mixed, "airlock", "check-keys")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].split() == [WHERE[0], "1", "0", "2"]


def test_without_any_key_that_fits_it_says_so(
    applications: Callable[..., Application], tmp_path: Any
) -> None:
    uri = f"sqlite:///{tmp_path}/keys.sqlite"
    fill(applications(uri, SECURITY_ENCRYPTION_KEYS=[OLD]), 1)
    lost = applications(uri, SECURITY_ENCRYPTION_KEYS=[NEW])
    said = answer(lost, "airlock", "check-keys", status=1)
    assert said["error"]["code"] == "configuration"
