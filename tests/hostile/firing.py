"""Sends hostile requests, and keeps what went wrong."""

import traceback
from collections.abc import Iterable
from http.cookies import SimpleCookie
from urllib.parse import unquote_to_bytes

from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.applications import Application
from tests.hostile.attacks import Attack
from tests.hostile.states import Standing, State

SESSION_COOKIE = "__Host-airlock"
GONE = "Thu, 01 Jan 1970"


def fire(application: Application, state: State, attacks: Iterable[Attack]) -> list[str]:
    """Send them all from one state, entered again whenever it was lost; what went wrong."""
    problems: list[str] = []
    standing = state.enter(application)
    before = standing.signed_in_sessions()
    for attack in attacks:
        found, is_lost = _shoot(standing, attack)
        problems += _told(attack, found)
        if is_lost:
            problems += _intruders(standing, before)
            standing = state.enter(application)
    return problems + _intruders(standing, before)


def fire_once(standing: Standing, attack: Attack) -> list[str]:
    """Send one; what went wrong."""
    return _told(attack, _shoot(standing, attack)[0])


def _told(attack: Attack, found: list[str]) -> list[str]:
    where = f"{attack.method} {attack.path[:60]} ({attack.label})"
    return [f"{where}: {each}" for each in found]


def _shoot(standing: Standing, attack: Attack) -> tuple[list[str], bool]:
    """What is wrong with the answer, and whether it took the state away."""
    environ = environ_of(attack, standing.cookies, standing.token)
    try:
        parts, status, headers = run_wsgi_app(standing.application.app, environ)
        b"".join(parts)
    except Exception:  # noqa: BLE001 (whatever the application let out is what we look for)
        return [_short(traceback.format_exc())], False
    found = [] if int(status[:3]) < 500 else [status]
    handed_out = headers.getlist("Set-Cookie")
    place = headers.get("Location", "")
    if not standing.is_signed_in and _session_token(handed_out):
        found.append("signed somebody in")
    if place and "HTTP_HOST" not in attack.environ and not _is_own(place):
        found.append(f"leads to {place[:80]}")
    lost = any(GONE in line for line in handed_out)
    lost = lost or (standing.is_half_open and "login_lapsed" in place)
    # A change of the password gives the session another token.
    lost = lost or (standing.is_signed_in and bool(_session_token(handed_out)))
    return found, lost and "HTTP_COOKIE" not in attack.environ


def status_of(application: Application, attack: Attack) -> int:
    """The status of the answer to a request without cookies."""
    _, status, _ = run_wsgi_app(application.app, environ_of(attack, "", ""))
    return int(status[:3])


def environ_of(attack: Attack, cookies: str, token: str) -> dict[str, object]:
    """The request as a server hands it to the application."""
    kind, body = attack.body(token) if attack.body else ("", b"")
    path, _, query = attack.path.partition("?")
    environ = EnvironBuilder(path="/", method=attack.method, data=body).get_environ()
    environ["CONTENT_TYPE"] = kind
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    environ["QUERY_STRING"] = query
    environ["HTTP_COOKIE"] = cookies
    environ["REMOTE_ADDR"] = "127.0.0.1"
    return environ | attack.environ


def _intruders(standing: Standing, allowed: int) -> list[str]:
    if standing.is_signed_in:
        return []
    inside = standing.opens_the_protected_page() or standing.signed_in_sessions() > allowed
    return ["somebody is signed in"] if inside else []


def _session_token(lines: list[str]) -> str:
    jar: SimpleCookie = SimpleCookie()
    for line in lines:
        jar.load(line)
    return jar[SESSION_COOKIE].value if SESSION_COOKIE in jar else ""


def _is_own(place: str) -> bool:
    if place.startswith("http://localhost/"):
        return True
    return place.startswith("/") and not place.startswith(("//", "/\\"))


def _short(trace: str) -> str:
    """Where it broke in our code, and with what."""
    lines = trace.strip().splitlines()
    ours = [
        line.strip() for line in lines if "flask_airlock" in line and line.strip()[:4] == "File"
    ]
    where = ours[-1].rpartition("flask_airlock/")[2] if ours else ""
    return f"{lines[-1][:160]} [{where}]"
