"""What to do when a program that a test needs is not installed."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

# A normal user's PATH often lacks the folders where servers are installed.
SERVER_FOLDERS = ("/usr/sbin", "/usr/local/sbin")


def need(thing: str, how: str) -> NoReturn:
    """Skip the test and say how to install `thing`; in CI, where it must be there, fail."""
    advice = f"install {thing}: {how}"
    if os.environ.get("CI") == "true":
        pytest.fail(advice)
    pytest.skip(advice)


def program(*names: str, how: str) -> Path:
    """The first of these programs that is installed."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), *SERVER_FOLDERS))
    for name in names:
        if found := shutil.which(name, path=places):
            return Path(found)
    need(names[0], how)
