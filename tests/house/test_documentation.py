"""The documentation is complete."""

import re
from dataclasses import fields

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_airlock import RoleMixin, Security, SQLAlchemyUserDatastore, UserMixin
from flask_airlock.settings import Settings
from tests.house.source import DOCS, ROOT, report

QUICKSTART = ROOT / "examples" / "quickstart" / "app.py"
README = ROOT / "README.md"


def _words(text: str) -> set[str]:
    """Whole names: SECURITY_LOGIN_URL is not found in SECURITY_LOGIN_URLS."""
    return set(re.findall(r"[A-Za-z_]+(?:\.[A-Za-z_]+)*", text))


def _endpoints() -> set[str]:
    app = Flask(__name__)
    # The outbox is a page in debug alone.
    app.config.update(SQLALCHEMY_DATABASE_URI="sqlite://", DEBUG=True, SECURITY_TWO_FACTOR=True)
    # What is switched off has no page.
    app.config.update(dict.fromkeys(_switches(), True))
    db = SQLAlchemy(app)

    class Role(db.Model, RoleMixin):  # type: ignore[name-defined, misc]
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(80), unique=True)

    class User(db.Model, UserMixin):  # type: ignore[name-defined, misc]
        id = db.Column(db.Integer, primary_key=True)
        email = db.Column(db.String(255), unique=True)
        password = db.Column(db.String(255))
        active = db.Column(db.Boolean)

    Security(app, SQLAlchemyUserDatastore(db, User, Role))
    return {name for name in app.view_functions if name.startswith("security.")}


def _switches() -> list[str]:
    """Every setting that is yes or no, so that no page can hide behind a new one."""
    return [f"SECURITY_{spec.name.upper()}" for spec in fields(Settings) if spec.default is False]


def test_every_setting_is_documented() -> None:
    """docs/settings.rst is the whole list."""
    page = DOCS / "settings.rst"
    documented = _words(page.read_text(encoding="utf-8")) if page.exists() else set()
    keys = {f"SECURITY_{setting.name.upper()}" for setting in fields(Settings)}
    missing = sorted(keys - documented)
    assert not missing, report("Every setting is in docs/settings.rst.", missing)


def test_every_endpoint_is_documented() -> None:
    """Applications build URLs from these names."""
    documented = {
        word for page in DOCS.rglob("*.rst") for word in _words(page.read_text(encoding="utf-8"))
    }
    missing = sorted(_endpoints() - documented)
    assert not missing, report("Every endpoint is named in docs.", missing)


def test_the_readme_shows_the_quick_start_as_it_is() -> None:
    """What people paste from the README is the program that is tested."""
    shown = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert shown, "The README shows a Python program."
    rule = "The README's program is examples/quickstart/app.py, word for word."
    assert shown[1].strip() == QUICKSTART.read_text(encoding="utf-8").strip(), rule
