"""What people paste from the pages runs."""

import re
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
from flask_airlock.testing import outbox
from tests.docs.pages import PAGES, page, samples
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


def test_the_quick_start_registers_people_as_the_page_says() -> None:
    """The page's settings and form, at the places that it names, are all it takes."""
    settings, form = list(samples(DOCS / "registration.rst"))[:2]
    made = "Security(app, user_datastore)"
    asked = 'Security(app, user_datastore, forms={"register": OurRegisterForm})'
    assert f"``{asked}``" in page("registration")
    source = QUICKSTART.read_text(encoding="utf-8")
    assert source.count(made) == source.count("\nuser_datastore = ") == 1
    source = source.replace("\nuser_datastore = ", f"\n{settings}\n{form}\nuser_datastore = ")
    program: dict[str, Any] = {"__name__": "app"}
    exec(compile(source.replace(made, asked), "app.py", "exec"), program)  # noqa: S102 (our own)
    app = program["app"]
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    who = {"email": "ada@example.com", "password": "seven green umbrellas"}
    assert client.post("/register", data=who).status_code == 422
    answer = client.post("/register", data={**who, "name": "Ada", "terms": "y"})
    assert "Check your mail" in answer.text
    text = outbox(app).messages(to=who["email"])[-1].message.text
    link = re.search(r"http://localhost(/link/\S+)", text)
    assert link
    assert client.post("/login", data=who).status_code == 422
    client.get(link[1])
    client.post("/confirm-email")
    assert client.post("/login", data=who).location == "/login/set-up"


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
    assert "3 passed" in done.stdout
