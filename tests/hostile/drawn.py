"""What Hypothesis thinks of: forms, documents, bytes, queries, headers, cookies, paths."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.hostile import values
from tests.hostile.attacks import (
    Case,
    Change,
    corpus,
    with_body,
    with_cookies,
    with_environ,
    with_parts,
    with_query,
)
from tests.hostile.bodies import FORM, document_of, form_of, in_url, parts_of, right_form

# Where an application is mounted and how long a body is, says the server.
SERVERS = {"CONTENT_LENGTH", "SCRIPT_NAME"}
HEADERS = sorted({name for environ in values.HEADERS for name in environ} - SERVERS)
COOKIES = sorted({it.partition("=")[0] for line in values.COOKIES for it in line.split("; ")})
MOST_ODD = 3

anything = st.text(st.characters(codec=None), max_size=60)
texts = st.one_of(anything, st.sampled_from(values.TEXTS), anything.map(values.MARKED.__add__))
# What a server lets through of a header.
header_texts = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=80)
fields = st.sampled_from(values.FIELDS)
names = st.one_of(fields, st.sampled_from(["csrf_token", "digits"]), anything)
pairs = st.lists(st.tuples(names, texts), max_size=8)
trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
kinds = st.one_of(st.sampled_from([FORM, "application/json", *values.CONTENT_TYPES]), header_texts)


def _odd(
    kind: str, drawn: st.SearchStrategy[Any], change: Callable[[Any], Change]
) -> st.SearchStrategy[Case]:
    return drawn.map(lambda value: Case(f"{kind} {ascii(value)[:300]}", change(value)))


bodies = st.one_of(
    _odd("form", pairs, lambda it: with_body(form_of(it))),
    _odd(
        "right form but for",
        st.tuples(st.integers(0, 11), st.dictionaries(fields, texts, max_size=3)),
        lambda it: with_body(right_form(it[0], **it[1])),
    ),
    _odd(
        "document",
        trees.map(lambda tree: json.dumps({"csrf_token": "TOKEN", "code": tree, "email": tree})),
        lambda it: with_body(document_of(it)),
    ),
    _odd(
        "parts",
        st.tuples(pairs, st.none() | anything, st.booleans()),
        lambda it: with_body(parts_of(it[0], it[1], token_too=it[2])),
    ),
    _odd("bytes", st.tuples(kinds, st.binary(max_size=300)), lambda it: with_body(lambda _: it)),
)
queries = st.one_of(
    st.lists(st.tuples(names, texts), max_size=4).map(
        lambda asked: "&".join(f"{in_url(name)}={in_url(text)}" for name, text in asked)
    ),
    st.sampled_from(values.REDIRECTS).map(lambda target: f"next={in_url(target)}"),
    texts.map(lambda text: f"next=%2F{in_url(text)}"),
    header_texts,
)
cookies = st.dictionaries(st.sampled_from(COOKIES) | header_texts, header_texts, max_size=4).map(
    lambda jar: "; ".join(f"{name}={value}" for name, value in jar.items())
)
oddities = st.one_of(
    bodies,
    _odd("query", queries, with_query),
    _odd(
        "headers",
        st.dictionaries(st.sampled_from(HEADERS), header_texts, min_size=1, max_size=3),
        with_environ,
    ),
    _odd("cookies", cookies, lambda line: with_cookies(lambda *_: line)),
    _odd("own cookies and", cookies, lambda line: with_cookies(lambda own, _: f"{own}; {line}")),
    _odd("part", st.binary(max_size=20).map(lambda raw: quote(raw, safe="")), with_parts),
    st.sampled_from(corpus().cases),
)


def each_drawn(count: int, number: int, send: Callable[[int, Sequence[Case]], None]) -> None:
    """Draw so many by this seed: a number that chooses among all that is right, and what is odd.

    Where it goes is not drawn: those that are alike go to different places.
    """

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**16), st.lists(oddities, min_size=1, max_size=MOST_ODD))
    def draw(turn: int, odd: list[Case]) -> None:
        send(turn, odd)

    draw()
