"""What people paste from the pages runs."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flask_airlock.assembly import sms_transport
from flask_airlock.settings import Settings
from tests.docs.pages import PAGES, samples
from tests.house.source import DOCS, ROOT

QUICKSTART = ROOT / "examples" / "quickstart" / "app.py"
WITH_SAMPLES = [path for path in PAGES if any(samples(path))]


@pytest.mark.parametrize("path", WITH_SAMPLES, ids=lambda path: path.stem)
def test_the_samples_of_a_page_run_below_the_quick_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, in one program, which they may import; a service they configure can be made."""
    names: dict[str, Any] = runpy.run_path(str(QUICKSTART))
    program = ModuleType("app")
    vars(program).update(names)
    monkeypatch.setitem(sys.modules, "app", program)
    for sample in samples(path):
        exec(compile(sample, path.name, "exec"), names)  # noqa: S102 (our own pages)
        sms_transport(Settings.from_mapping(names["app"].config))


def test_the_tests_on_the_testing_page_pass(tmp_path: Path) -> None:
    """The page's tests, in one file beside the quick start, as an application's own."""
    shutil.copy(QUICKSTART, tmp_path / "app.py")
    file = tmp_path / "test_app.py"
    file.write_text("\n\n".join(samples(DOCS / "testing.rst")), encoding="utf-8")
    options = ["-q", "-c", "/dev/null", "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(file)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout
