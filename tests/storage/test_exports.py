"""Which of an application's own columns are handed out with all the rest about a person."""

import pytest

from flask_airlock.storage.exports import sounds_secret


@pytest.mark.parametrize(
    "name",
    [
        "password", "passwordHash", "old_passwd", "api_key", "apiKey", "backup_codes", "pin",
        "recovery_code", "securityAnswer", "session_id", "totp_secret", "fs_uniquifier", "otp",
        "reset_token", "salt", "private_key",
    ],
)  # fmt: skip
def test_what_may_open_something_is_left_out(name: str) -> None:
    assert sounds_secret(name)


@pytest.mark.parametrize(
    "name", ["email", "recovery_email", "zip_code", "monkey", "spinning", "nickname", "seedling"]
)
def test_what_only_looks_like_it_is_the_persons_own(name: str) -> None:
    assert not sounds_secret(name)
