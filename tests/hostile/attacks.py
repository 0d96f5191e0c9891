"""The corpus: every odd thing with a name, as a change to a request that was right."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tests.hostile import values
from tests.hostile.bodies import (
    FORM,
    Body,
    document_of,
    form_of,
    in_another_shape,
    in_url,
    parts_of,
    right_form,
)
from tests.hostile.cookies import TAMPERED, Tamper
from tests.hostile.routes import Route

QUERY = ("next", "method", "notice", "by")


@dataclass(frozen=True)
class Attack:
    """One request; `path` is percent-encoded, `environ` overrides what the server would say,
    `tamper` makes the cookies that are sent of those that the sender has."""

    label: str
    method: str
    path: str
    body: Body | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    tamper: Tamper | None = None


Change = Callable[[Attack, Route], Attack]


@dataclass(frozen=True)
class Case:
    """Something odd, by name."""

    name: str
    change: Change

    def on(self, attack: Attack, route: Route) -> Attack:
        """The request with this in it as well."""
        return replace(self.change(attack, route), label=f"{attack.label}; {self.name}")


def aimed(route: Route, method: str, turn: int) -> Attack:
    """A request with which nothing is wrong; `turn` chooses among them."""
    paths = list(route.paths())
    body = right_form(turn) if method == "POST" else None
    return Attack(f"turn {turn}", method, paths[turn % len(paths)], body)


def with_body(body: Body) -> Change:
    """Another body."""
    return lambda attack, _: replace(attack, body=body)


def with_query(query: str) -> Change:
    """Something behind the question mark, as it is sent."""
    return lambda attack, _: replace(attack, path=f"{attack.path.partition('?')[0]}?{query}")


def with_environ(environ: Mapping[str, str]) -> Change:
    """Headers, and what else the server says."""
    return lambda attack, _: replace(attack, environ={**attack.environ, **environ})


def with_cookies(tamper: Tamper) -> Change:
    """Other cookies."""
    return lambda attack, _: replace(attack, tamper=tamper)


def with_path(path: str) -> Change:
    """Another path altogether."""
    return lambda attack, _: replace(attack, path=path)


def with_parts(part: str) -> Change:
    """Something else for the variable parts of the path; behind it, where it has none."""

    def change(attack: Attack, route: Route) -> Attack:
        odd = route.path(*[part] * len(route.arguments))
        return replace(attack, path=odd if route.arguments else f"{odd}/{part}")

    return change


@dataclass(frozen=True)
class Corpus:
    """All cases by what they change: fields, the whole body, the query, what is around them."""

    texts: list[Case]
    other_bodies: list[Case]
    redirects: list[Case]
    queries: list[Case]
    surroundings: list[Case]

    @property
    def bodies(self) -> list[Case]:
        """Those that need a form."""
        return [*self.texts, *self.other_bodies]

    @property
    def cases(self) -> list[Case]:
        """All of them."""
        return [*self.bodies, *self.redirects, *self.queries, *self.surroundings]


def corpus() -> Corpus:
    """Every case; their names are told apart."""
    found = Corpus(
        [*_texts()],
        [*_forms(), *_documents()],
        [*_redirects()],
        [*_queries()],
        [*_heads(), *_cookies(), *_paths()],
    )
    assert len({case.name for case in found.cases}) == len(found.cases)
    return found


def _named(kind: str, place: int, text: str) -> str:
    return f"{kind} {place} {text[:24]!a}"


def _texts() -> Iterator[Case]:
    """The same text in every field, or in all but those that say what to do."""
    for place, text in enumerate(values.TEXTS):
        names = [name for name in values.FIELDS if place % 2 or name not in ("action", "method")]
        # What stays right gets the text past the first question.
        kept = [{"current"}, {"email", "password", "current"}, set()][place % 3]
        other = {name: text for name in names if name not in kept}
        yield Case(_named("text", place, text), with_body(right_form(place, **other)))


def _forms() -> Iterator[Case]:
    fields = [*values.FIELDS, "digits"]
    bodies = {
        "no token": form_of([("code", "1")], with_token=False),
        "a token of NUL": lambda _: (FORM, b"csrf_token=%00&csrf_token=%ff"),
        "fields twice": form_of((it, text) for it in fields for text in ("123456", "12345678")),
        "brackets": form_of([("code[]", "1"), ("code[a]", "2"), ("password[$ne]", "")]),
        "many fields": form_of([("code", "1")] * 3000),
        "many names": form_of((f"code{place}", "1") for place in range(3000)),
        "a huge field": form_of([("password", "x" * 2_000_000)]),
        "columns": form_of([("active", "1"), ("roles", "admin"), ("confirmed_at", "2000-01-01")]),
        "bytes": lambda _: (FORM, bytes(range(256)) * 8),
        "percent signs": lambda _: (FORM, b"%&%z=%zz&=&email=%E0%80%80&code=%u0031"),
        "files": parts_of(((it, "123456") for it in fields), "x"),
        "files with odd names": parts_of([(values.MARKED, "1"), ("code", "1")], "../\0\u202e"),
        "the token a file": parts_of([("csrf_token", "TOKEN")], "x", token_too=False),
        "parts": parts_of((it, "123456") for it in fields),
        "parts without end": lambda _: ("multipart/form-data; boundary=b", b"--b\r\n" * 2000),
        "a part without a name": lambda _: (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
        ),
        "parts cut short": lambda _: ("multipart/form-data; boundary=b", b"-"),
        "a part of headers": lambda _: (
            "multipart/form-data; boundary=b",
            b"--b\r\n" + b"X: y\r\n" * 20_000,
        ),
    }  # fmt: skip
    for name, body in bodies.items():
        yield Case(name, with_body(body))
    for place, kind in enumerate(values.CONTENT_TYPES):
        yield Case(_named("type", place, kind), with_body(in_another_shape(kind)))


def _documents() -> Iterator[Case]:
    kinds = [(text, "application/json") for text in values.DOCUMENTS]
    kinds += [(text, ("application/xml", "text/xml")[place % 2]) for place, text in
              enumerate(values.XML)]  # fmt: skip
    for place, (text, kind) in enumerate(kinds):
        body = document_of(text, kind)
        yield Case(_named("document", place, text), with_body(body))


def _redirects() -> Iterator[Case]:
    for place, text in enumerate(values.REDIRECTS):
        yield Case(_named("next", place, text), with_query(f"next={in_url(text)}"))


def _queries() -> Iterator[Case]:
    for place, text in enumerate(values.TEXTS):
        asked = "&".join(f"{name}={in_url(text[:3000])}" for name in QUERY)
        yield Case(_named("query", place, text), with_query(asked))
    for query in values.QUERIES:
        yield Case(f"query {query[:20]!a}", with_query(query))


def _heads() -> Iterator[Case]:
    for place, host in enumerate(values.HOSTS):
        yield Case(_named("host", place, host), with_environ({"HTTP_HOST": host}))
    for place, environ in enumerate(values.HEADERS):
        yield Case(f"header {place} {next(iter(environ))}", with_environ(environ))


def _cookies() -> Iterator[Case]:
    for place, line in enumerate(values.COOKIES):
        yield Case(_named("cookie", place, line), with_cookies(lambda *_, line=line: line))
    for (source, how), tamper in TAMPERED.items():
        yield Case(f"cookies: {source}, {how}", with_cookies(tamper))


def _paths() -> Iterator[Case]:
    for place, part in enumerate(values.PATH_PARTS):
        yield Case(_named("part", place, part), with_parts(part))
    for path in values.PATHS:
        yield Case(f"path {path}", with_path(path))
