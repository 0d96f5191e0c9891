"""Every endpoint, with everything that should not come."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import quote

from flask import Flask

from tests.hostile import values

SEED = 20240611
MIXED = 60
FORM = "application/x-www-form-urlencoded"
OURS = ("security.", "airlock_outbox.")
QUERY = ("next", "method", "notice", "by")
ACTIONS = ["begin", "confirm", "restart", "resend", "prove", ""]

# Given a good form token: the content type and the body.
Body = Callable[[str], tuple[str, bytes]]


@dataclass(frozen=True)
class Attack:
    """One request; `path` is percent-encoded, `environ` overrides what the server would say."""

    label: str
    method: str
    path: str
    body: Body | None = None
    environ: dict[str, str] = field(default_factory=dict)


def endpoints(app: Flask) -> list[tuple[str, bool]]:
    """Every path of ours with its variable parts filled, and whether it takes a POST."""
    found: dict[tuple[str, bool], None] = {}
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(OURS):
            continue
        takes_post = "POST" in (rule.methods or ())
        parts = values.PATH_PARTS if rule.arguments else [""]
        for part in parts:
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(f"<{name}>", part).replace(f"<path:{name}>", part)
            found[path, takes_post] = None
    assert len({path for path, _ in found}) > 20
    return list(found)


def form_of(pairs: list[tuple[str, str]]) -> Body:
    """A form as it is encoded; surrogates and NUL are sent as they are."""

    def body(token: str) -> tuple[str, bytes]:
        fields = [("csrf_token", token), *pairs]
        coded = "&".join(f"{_coded(name)}={_coded(value)}" for name, value in fields)
        return FORM, coded.encode()

    return body


def document_of(document: str, content_type: str = "application/json") -> Body:
    """A JSON document, well formed or not."""
    return lambda token: (content_type, document.replace("TOKEN", token).encode())


def files_of(names: list[str], *, with_token: bool = True) -> Body:
    """A form whose fields are files."""

    def body(token: str) -> tuple[str, bytes]:
        kind = 'Content-Disposition: form-data; name="{}"; filename="x"\r\n\r\n123456'
        parts = [kind.format(name) for name in names]
        if with_token:
            parts.append(f'Content-Disposition: form-data; name="csrf_token"\r\n\r\n{token}')
        text = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
        return "multipart/form-data; boundary=b", text.encode()

    return body


def all_attacks(app: Flask) -> list[Attack]:
    """The deterministic list, then the seeded mix."""
    places = endpoints(app)
    plain = [place for place in places if len(place[0]) < 60]
    listed = [
        *_odd_paths(places),
        *_odd_fields([path for path, takes_post in plain if takes_post]),
        *_odd_changes([path for path, takes_post in plain if takes_post]),
        *_odd_queries([path for path, _ in plain]),
        *_odd_bodies(sorted({path for path, takes_post in plain if takes_post})),
        *_odd_surroundings([path for path, _ in plain]),
    ]
    return [*listed, *_mixed(listed)]


def _odd_paths(places: list[tuple[str, bool]]) -> Iterator[Attack]:
    for path, takes_post in places:
        yield Attack("plain", "GET", path)
        if takes_post:
            yield Attack("empty post", "POST", path)
        for method in values.METHODS[:: 1 if len(path) < 20 else 4]:
            yield Attack("method", method, path, form_of([]))
    for path in ("/login/", "//login", "/login%00", "/LOGIN", "/login;x", "/login/set-up//x/y"):
        yield Attack("path", "GET", path)


def _odd_fields(paths: list[str]) -> Iterator[Attack]:
    turns = max(1, len(paths) // 5)
    for place, (text, path) in enumerate(product(values.TEXTS, paths)):
        if place % turns:
            continue
        action = ACTIONS[place % len(ACTIONS)]
        pairs = [(name, text) for name in values.FIELDS if name not in {"action", "method"}]
        method = ["email", "authenticator", "sms", text][place % 4]
        fields = [*pairs, ("action", action), ("method", method)]
        yield Attack(f"fields {text[:20]!a}", "POST", path, form_of(fields))
    for path in paths:
        twice = [(name, text) for name in values.FIELDS for text in ("123456", "12345678")]
        yield Attack("duplicates", "POST", path, form_of(twice))
        yield Attack("brackets", "POST", path, form_of([("code[]", "1"), ("code[a]", "2")]))
        yield Attack("many", "POST", path, form_of([("code", "1")] * 3000))
        yield Attack("huge", "POST", path, form_of([("password", "x" * 2_000_000)]))
        yield Attack("token", "POST", path, lambda _: (FORM, b"csrf_token=%00&csrf_token=%ff"))


def _odd_changes(paths: list[str]) -> Iterator[Attack]:
    """The right password of today beside what should not come, to get past the first question."""
    for place, text in enumerate(values.TEXTS):
        right = [
            ("current", values.RIGHT_PASSWORD),
            ("password", text),
            ("email", text),
            ("username", text),
        ]
        for path in paths[place % 3 :: 3]:
            yield Attack(f"change {text[:20]!a}", "POST", path, form_of(right))


def _odd_queries(paths: list[str]) -> Iterator[Attack]:
    for place, text in enumerate(values.TEXTS):
        path = paths[place % len(paths)]
        asked = "&".join(f"{name}={_coded(text[:3000])}" for name in QUERY)
        yield Attack(f"query {text[:20]!a}", "GET", f"{path}?{asked}")
    for query in ("%", "%zz=%zz", "&&&===", "next[]=1", "method=sms&method=%00", "a" * 5000):
        yield Attack("query", "GET", f"/login?{query}")
        yield Attack("query", "POST", f"/login/send-code?{query}", form_of([]))


def _odd_bodies(paths: list[str]) -> Iterator[Attack]:
    pairs = list(product(values.DOCUMENTS, paths))
    for document, path in pairs[:: max(1, len(paths) // 6)]:
        yield Attack(f"json {document[:40]}", "POST", path, document_of(document))
    for place, kind in enumerate(values.CONTENT_TYPES):
        path = paths[place % len(paths)]
        yield Attack(f"type {kind[:30]!a}", "POST", path, document_of("\xff\x00--x", kind))
    for path in paths:
        yield Attack("files", "POST", path, files_of([*values.FIELDS, "digits"]))
        yield Attack("token file", "POST", path, files_of(["csrf_token"], with_token=False))
        yield Attack("cut short", "POST", path, lambda _: ("multipart/form-data; boundary=b", b"-"))


def _odd_surroundings(paths: list[str]) -> Iterator[Attack]:
    overrides = [
        *({"HTTP_HOST": host} for host in values.HOSTS),
        *({"HTTP_COOKIE": cookie} for cookie in values.COOKIES),
        *values.HEADERS,
    ]
    for place, environ in enumerate(overrides):
        for step in range(3):
            path = paths[(place + step * 7) % len(paths)]
            method = "POST" if step == 1 else "GET"
            yield Attack(f"environ {environ}"[:80], method, path, form_of([]), environ)


def _mixed(listed: list[Attack]) -> Iterator[Attack]:
    chance = random.Random(SEED)  # noqa: S311 (to be the same in every run)
    for _ in range(MIXED):
        body, place, around = (chance.choice(listed) for _ in range(3))
        label = f"mix: {body.label} + {around.label}"
        yield Attack(label, chance.choice(["GET", "POST"]), place.path, body.body, around.environ)


def _coded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
