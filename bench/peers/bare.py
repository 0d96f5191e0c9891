"""What one writes by hand: Flask-Login, argon2-cffi and pyotp, a conditional UPDATE against replay.

No CSRF protection, no throttling, no record of what happened, the key in clear.
"""

from functools import partial
from typing import Any

import pyotp
import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Flask, redirect, render_template_string, request, session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy

from bench.peers.common import EMAIL, KEY, PASSWORD, Chore
from bench.peers.flask_peer import FlaskPeer

FORM = """<!doctype html><html lang="en"><head><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1>{% if wrong %}<p role="alert">That is not right.</p>{% endif %}
<form method="post">{% for field in fields %}<label>{{ field }}
<input name="{{ field }}" required></label>{% endfor %}
<button>Go on</button></form></body></html>"""


class Bare(FlaskPeer):
    """Two forms and a page."""

    hasher: PasswordHasher
    user_model: Any

    def build(self, app: Flask) -> None:
        """The application of an afternoon."""
        db, logins = SQLAlchemy(app), LoginManager(app)

        class User(UserMixin, db.Model):  # type: ignore[name-defined,misc]
            id = db.Column(db.Integer, primary_key=True)
            email = db.Column(db.String(255), unique=True)
            password = db.Column(db.String(255))
            key = db.Column(db.String(32))
            last_step = db.Column(db.Integer, default=0)

        logins.user_loader(lambda key: db.session.get(User, int(key)))
        self.db, self.user_model, self.hasher = db, User, PasswordHasher()
        self._add_pages(app, db, User, self.hasher)

    def people(self) -> None:
        """Somebody who has an app."""
        password = self.hasher.hash(PASSWORD)
        self.db.session.add(self.user_model(email=EMAIL, password=password, key=KEY))

    def chores(self) -> dict[str, Chore]:
        """Also the check of a wrong code."""
        verify, code = pyotp.TOTP(KEY).verify, self.wrong_code()
        check = partial(verify, code, for_time=self.now, valid_window=1)
        return super().chores() | {"wrong code": check}

    def _add_pages(self, app: Flask, db: SQLAlchemy, user_model: Any, hasher: Any) -> None:
        @app.route("/login", methods=["GET", "POST"])
        def login() -> ResponseReturnValue:
            wrong = False
            if request.method == "POST":
                query = sa.select(user_model).where(user_model.email == request.form["email"])
                user = db.session.scalars(query).first()
                try:
                    if user and hasher.verify(user.password, request.form["password"]):
                        session["half"] = user.id
                        return redirect(self.second_step)
                except VerifyMismatchError:
                    pass
                wrong = True
            names = ("email", "password")
            return render_template_string(FORM, title="Sign in", fields=names, wrong=wrong)

        @app.route("/second-step", methods=["GET", "POST"])
        def second_step() -> ResponseReturnValue:
            wrong = False
            if request.method == "POST":
                user = db.session.get(user_model, session["half"])
                if self._spend(db, user_model, user, request.form["code"]):
                    login_user(user)
                    return redirect(self.page)
                wrong = True
            return render_template_string(FORM, title="Code", fields=("code",), wrong=wrong)

        @app.get("/inside")
        @login_required  # type: ignore[untyped-decorator]
        def inside() -> str:
            return f"Inside: {current_user.email}"

    def _spend(self, db: SQLAlchemy, user_model: Any, user: Any, code: str) -> bool:
        totp, at = pyotp.TOTP(user.key), self.now.timestamp()
        for step in (int(at // 30) + by for by in (-1, 0, 1)):
            if pyotp.utils.strings_equal(totp.at(step * 30), code):
                rows = (user_model.id == user.id, user_model.last_step < step)
                spent: Any = db.session.execute(
                    sa.update(user_model).where(*rows).values(last_step=step)
                )
                db.session.commit()
                return bool(spent.rowcount == 1)
        return False
