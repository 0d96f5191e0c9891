"""The package as its users get it: a wheel, in an environment with nothing of ours."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT
from tests.quickstart.program import clean_environment

INSTALL_SECONDS = 240


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment; its pip is the one that Python brings."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    _run(sys.executable, "-m", "venv", folder)
    return folder


@pytest.fixture(scope="session")
def wheel(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout by pip."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(environment / "bin" / "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(environment: Path, wheel: Path) -> Path:
    """The environment, after what the quick start says: the package with its mail extra."""
    _run(environment / "bin" / "pip", "install", "-q", f"{wheel}[mail]")
    return environment


def _run(*command: str | Path) -> None:
    result = subprocess.run(
        command,
        env=clean_environment({}),
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )
    assert result.returncode == 0, f"{command}:\n{result.stdout}\n{result.stderr}"
